"""npnet predict reads files however they are written, several at once, and copies their columns beside predictions."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import call
from tests.cli.tables import CONFIG, csv_of, people, trained

FEATURES = ["code", "age", "town"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run on two columns of numbers, and the answers to the rows of `rows`."""
    folder = tmp_path_factory.mktemp("measured")
    lines = [f"{n},{n % 7}.{n % 4}5,{n % 9 * 1.5}\n" for n in range(60)]
    (folder / "t.csv").write_text("k,x,y\n" + "".join(lines))
    config = "dataset: {table: {path: t.csv, target: y, task: regression, id: [k]}}\nlayers: [linear]\nepochs: 2\n"
    (folder / "c.yaml").write_text(config)
    result = call("train", folder / "c.yaml", "--no-plots", "-q", "--runs-dir", folder / "runs")
    assert result.code == 0, result.err
    return Path(result.out.strip())


def asked(run: Path, folder: Path, text: str | bytes, *options: object) -> list[str]:
    (folder / "new.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    result = call("predict", run, folder / "new.csv", *options)
    assert result.code == 0, result.err
    return [*(line.split(",")[-1] for line in result.out.splitlines()), result.err.strip()]


WRITTEN: dict[str, tuple[str | bytes, str]] = {
    "semicolons": ("x;w\n1.5;a\n2.5;b\n", 'delimiter: ";"'),
    "tabs": ("x\tw\n1.5\ta\n2.5\tb\n", "delimiter: "),
    "a decimal comma": ("x;w\n1,5;a\n2,5;b\n", 'delimiter: ";", decimal: ","'),
    "a decimal comma in quotes": ('x,w\n"1,5",a\n"2,5",b\n', 'decimal: ","'),
    "lines above": ("Report of March\n\nx,w\n1.5,a\n2.5,b\n", 'header: "3"'),
    "cp1252": ("x,w\n1.5,\xe4\n2.5,\xfc\n".encode("cp1252"), 'encoding: "cp1252"'),
    "utf-16": ("x,w\n1.5,\xe4\n2.5,\xfc\n".encode("utf-16"), 'encoding: "utf-16"'),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_written_otherwise_is_read_as_it_is_written(name: str, measured: Path, tmp_path: Path) -> None:
    text, note = WRITTEN[name]
    expected = asked(measured, tmp_path, "x\n1.5\n2.5\n")
    found = asked(measured, tmp_path, text)
    assert found[:-1] == expected[:-1]
    assert note in found[-1]
    assert "read with" in found[-1]


def test_overrides_say_how_a_file_is_written(measured: Path, tmp_path: Path) -> None:
    expected = asked(measured, tmp_path, "x\n1.5\n2.5\n")
    assert asked(measured, tmp_path, "x;w\n1,5;a\n2,5;b\n", "delimiter=;", "decimal=,")[:-1] == expected[:-1]


def test_numbers_that_can_be_read_in_two_ways_are_an_error_with_both_overrides(measured: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("x;w\n1,500;a\n2,250;b\n")
    result = call("predict", measured, tmp_path / "new.csv")
    assert (result.code, result.out) == (4, "")
    assert "can be read in two ways" in result.err
    assert "write 'decimal=\",\"' or 'thousands=\",\"'" in result.err
    answers = [call("predict", measured, tmp_path / "new.csv", option) for option in ("decimal=,", "thousands=,")]
    assert [answer.code for answer in answers] == [0, 0]
    assert answers[0].out != answers[1].out


@pytest.mark.parametrize(
    ("option", "code", "words"),
    [
        ("na_values=[x]", 2, "says what the values of a table mean, which comes from the run"),
        ("categorical=[x]", 2, "says what the values of a table mean"),
        ("delimitr=;", 2, "did you mean delimiter=?"),
        ("learning_rate=1", 2, "does not say how a file is written"),
        ("delimiter=ab", 3, "a delimiter is one sign"),
        ("sheet=1", 4, "which has no sheet"),
    ],
)
def test_other_overrides_are_refused(option: str, code: int, words: str, measured: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("x\n1\n")
    result = call("predict", measured, tmp_path / "new.csv", option)
    assert (result.code, result.out) == (code, "")
    assert words in result.err


def test_a_file_without_a_header_is_refused(measured: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("1.5,3\n2.5,4\n3.25,7\n2,3\n")
    result = call("predict", measured, tmp_path / "new.csv")
    assert (result.code, result.out) == (4, "")
    assert "no line of column names" in result.err


def test_evaluate_reads_its_file_as_it_is_written(measured: Path, tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("x,y\n1.5,2.5\n2.5,1\n4,3\n")
    (tmp_path / "german.csv").write_text("x;y\n1,5;2,5\n2,5;1\n4;3\n")
    plain = call("evaluate", measured, "--data", tmp_path / "plain.csv")
    for overrides in ((), ("delimiter=;", "decimal=,")):
        german = call("evaluate", measured, *overrides, "--data", tmp_path / "german.csv")
        assert (german.code, german.out) == (0, plain.out), german.err
    alone = call("evaluate", measured, "decimal=,")
    assert alone.code == 2
    assert "add --data FILE" in alone.err


def test_columns_are_copied_beside_predictions(run: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(csv_of(people(3)))
    result = call("predict", run, tmp_path / "new.csv", "--id", "id", "--id", "town")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0]) == ["row", "id", "town", "prediction"]
    assert [(row["id"], row["town"]) for row in rows] == [(row["id"], row["town"]) for row in people(3)]
    assert result.err == ""
    result = call("predict", run, tmp_path / "new.csv", "--id", "ID")
    assert (result.code, result.out) == (4, "")
    assert 'has no column "ID"' in result.err


def test_all_columns_are_kept_as_their_texts_stand(run: Path, tmp_path: Path) -> None:
    text = csv_of([row | {"note": "NA", "prediction": "07"} for row in people(3)])
    (tmp_path / "new.csv").write_text(text)
    result = call("predict", run, tmp_path / "new.csv", "--keep", "all")
    both = call("predict", run, tmp_path / "new.csv", "--keep", "all", "--id", "town")
    assert (both.out, both.err) == (result.out, "--id is not needed: --keep all copies every column\n" + result.err)
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0]) == ["row", "id", "code", "age", "town", "buys", "note", "input_prediction", "prediction"]
    assert [row["code"] for row in rows] == [row["code"] for row in people(3)]
    assert {(row["note"], row["input_prediction"]) for row in rows} == {("NA", "07")}
    assert 'column "prediction" of the input is written as "input_prediction"' in result.err
    assert call("predict", run, tmp_path / "new.csv", "--keep", "some").code == 2


def test_columns_under_id_are_carried_where_they_are(measured: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("k,x\nA1,1.5\nA2,2.5\n")
    rows = list(csv.DictReader(io.StringIO(call("predict", measured, tmp_path / "new.csv").out)))
    assert [row["k"] for row in rows] == ["A1", "A2"]
    (tmp_path / "new.csv").write_text("x\n1.5\n")
    result = call("predict", measured, tmp_path / "new.csv")
    assert (result.code, result.out.splitlines()[0]) == (0, "row,prediction")
    assert call("predict", measured, tmp_path / "new.csv", "--id", "k").code == 4


def test_several_files_are_one_table(run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(csv_of(people(2), FEATURES))
    for name in ("b1.jsonl", "b2.jsonl"):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in people(1)))
    out = tmp_path / "out.parquet"
    result = call("predict", run, tmp_path / "a.csv", tmp_path / "b*.jsonl", "--id", "code", "-o", out)
    assert result.code == 0, result.err
    found = pd.read_parquet(out)
    assert list(found.columns) == ["file", "row", "code", "prediction"]
    assert [Path(file).name for file in found["file"]] == ["a.csv", "a.csv", "b1.jsonl", "b2.jsonl"]
    assert found["row"].tolist() == [1, 2, 1, 1]
    assert found["prediction"][0] == found["prediction"][2] == found["prediction"][3]
    result = call("predict", run, tmp_path / "c*.csv")
    assert (result.code, result.out) == (4, "")
    assert "no file matches" in result.err


def test_a_file_with_an_error_leaves_nothing_behind(run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(csv_of(people(2), FEATURES))
    (tmp_path / "b.csv").write_text("code,age,town\n001,old,Rome\n")
    result = call("predict", run, tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "out.csv")
    assert result.code == 4
    assert 'b.csv: row 1: "old" is not a number' in result.err
    assert not (tmp_path / "out.csv").exists()
    result = call("predict", run, tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "b.csv", "-f")
    assert result.code == 2
    assert "never overwritten" in result.err


def test_a_column_of_unknown_values_alone_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(csv_of([row | {"town": "Paris"} for row in people(4)]))
    result = call("predict", run, tmp_path / "new.csv")
    assert (result.code, result.out) == (4, "")
    assert 'training saw none of the 4 values of column "town" ("Paris" 4)' in result.err
    assert 'it saw "Lima", "Oslo", "Rome"' in result.err
    (tmp_path / "new.csv").write_text(csv_of([people(1)[0] | {"town": "Paris"}]))
    assert call("predict", run, tmp_path / "new.csv").code == 0


def test_many_unknown_values_are_named_by_the_most_frequent(run: Path, tmp_path: Path) -> None:
    towns = ["Paris", "Paris", "Nice", "Nice", "Bonn", "Bonn", "Kiel"]
    rows = [row | {"town": town} for row, town in zip(people(7), towns, strict=True)] + people(3)
    (tmp_path / "new.csv").write_text(csv_of(rows))
    result = call("predict", run, tmp_path / "new.csv")
    assert "7 rows hold (70%) what training never saw" in result.err
    assert '"Bonn" 2, "Nice" 2, "Paris" 2, 1 others' in result.err


TRUTHS = {"True": "False", "true": "false", "TRUE": "FALSE", "1": "0", "1.0": "0.0"}


@pytest.mark.long
@pytest.mark.parametrize("learned", ["True", "true", "1"])
def test_truth_values_mean_the_same_however_they_are_spelled(learned: str, tmp_path: Path) -> None:
    lines = [f"{learned if n % 3 else TRUTHS[learned]},{n % 5},{'y' if n % 3 else 'n'}\n" for n in range(60)]
    (tmp_path / "people.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 3\n")
    (tmp_path / "t.csv").write_text("member,x,y\n" + "".join(lines))
    run = call("train", tmp_path / "people.yaml", "--no-plots", "-q", "--runs-dir", tmp_path / "runs").out.strip()
    frame = pd.DataFrame({"member": [True, False], "x": [2, 2]})
    frame.to_parquet(tmp_path / "new.parquet")
    frame.to_json(tmp_path / "new.jsonl", orient="records", lines=True)
    frame.to_excel(tmp_path / "new.xlsx", index=False)
    for number, (yes, no) in enumerate(TRUTHS.items()):
        (tmp_path / f"new{number}.csv").write_text(f"member,x\n{yes},2\n{no},2\n")
    results = [call("predict", run, file, "--proba", "--strict") for file in sorted(tmp_path.glob("new*"))]
    assert {(result.code, result.out, result.err) for result in results} == {(0, results[0].out, "")}
    assert results[0].out.splitlines()[1].split(",")[1] != results[0].out.splitlines()[2].split(",")[1]


def test_id_columns_are_no_features(tmp_path: Path) -> None:
    run = trained(tmp_path, CONFIG.replace("drop: [id]", "id: [id]"))
    (tmp_path / "new.csv").write_text(csv_of(people(2)))
    out = call("predict", run, tmp_path / "new.csv").out
    assert out.splitlines()[0] == "row,id,prediction"


@pytest.mark.parametrize(("no", "yes"), [("no", "yes"), ("0", "1"), ("False", "True")])
def test_labels_are_predicted_in_the_words_of_their_columns(no: str, yes: str, tmp_path: Path) -> None:
    lines = [f"{n % 8},{(no, yes)[n % 8 > 3]},{(no, yes)[n % 8 < 6]}\n" for n in range(80)]
    (tmp_path / "t.csv").write_text("x,rock,jazz\n" + "".join(lines))
    table = "dataset: {table: {path: t.csv, target: [rock, jazz], task: multilabel}}\n"
    (tmp_path / "c.yaml").write_text(table + "layers: [{linear: 8}, relu, linear]\nepochs: 300\nlearning_rate: 0.02\n")
    run = call("train", tmp_path / "c.yaml", "--no-plots", "-q", "--runs-dir", tmp_path / "runs").out.strip()
    (tmp_path / "new.csv").write_text("x\n0\n7\n")
    rows = list(csv.DictReader(io.StringIO(call("predict", run, tmp_path / "new.csv").out)))
    assert [row["prediction_rock"] for row in rows] == [no, yes]
    assert [row["prediction_jazz"] for row in rows] == [yes, no]
