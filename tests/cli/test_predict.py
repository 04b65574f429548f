"""npnet predict: rows go by the names of their columns, read as the run's own were."""

import csv
import io
import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from npnet.rundir.run import RunFolder
from tests.cli.conftest import Result, call
from tests.cli.tables import CONFIG, csv_of, people, trained

FEATURES = ["code", "age", "town"]


def asked(run: Path, text: str, *options: object, name: str = "new.csv") -> Result:
    file = run.parent / name
    file.write_text(text)
    return call("predict", run, file, *options)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def chances(text: str) -> np.ndarray:
    return np.array([float(row["probability_yes"]) for row in table(text)])


def test_rows_need_no_target_and_get_a_class_each(run: Path) -> None:
    result = asked(run, csv_of(people(7), FEATURES))
    assert (result.code, result.err) == (0, "")
    assert list(table(result.out)[0]) == ["row", "prediction"]
    assert [row["row"] for row in table(result.out)] == [str(number) for number in range(1, 8)]
    assert {row["prediction"] for row in table(result.out)} <= {"yes", "no"}


def test_the_answers_are_those_of_the_training(run: Path) -> None:
    stored = RunFolder(run).predictions("test")
    answers = table(asked(run, csv_of(people()), "--proba").out)
    there = [answers[row - 1] for row in stored["row"]]
    assert [row["prediction"] for row in there] == stored["prediction"].tolist()
    for name in ("probability_yes", "probability_no"):
        assert [float(row[name]) for row in there] == pytest.approx(stored[name].tolist(), abs=1e-6)


def test_columns_may_stand_in_any_order(run: Path) -> None:
    texts = {asked(run, csv_of(people(9), list(order)), "--proba").out for order in permutations(FEATURES)}
    assert len(texts) == 1


def test_the_same_rows_give_the_same_answers_in_any_batch(run: Path) -> None:
    rows = people(120)
    whole = chances(asked(run, csv_of(rows), "--proba").out)
    for size in (1, 7, 64):
        parts = [asked(run, csv_of(rows[start : start + size]), "--proba").out for start in range(0, 21, size)]
        answers = np.concatenate([chances(part) for part in parts])
        assert answers == pytest.approx(whole[: len(answers)], abs=1e-6)


def test_more_blocks_than_one_are_one_table(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from npnet.runner import results

    whole = asked(run, csv_of(people(40)), "--proba").out
    monkeypatch.setattr(results, "BLOCK", 16)
    parts = asked(run, csv_of(people(40)), "--proba").out
    assert parts.count("row,") == 1
    assert chances(parts) == pytest.approx(chances(whole), abs=1e-6)


def test_a_code_is_the_same_without_its_leading_zeros(run: Path) -> None:
    shorter = [
        {name: row[name].lstrip("0") or "0" if name == "code" else row[name] for name in FEATURES} for row in people(4)
    ]
    results = [asked(run, csv_of(rows, FEATURES), "--proba") for rows in (people(4), shorter)]
    assert results[0] == results[1]
    assert results[0].err == ""


def test_the_same_rows_as_json_lines_give_the_same_answers(run: Path) -> None:
    rows = [{name: value for name, value in row.items() if value} for row in people(9)]
    for row in rows:
        row |= {"age": int(row["age"])} if "age" in row else {}  # type: ignore[dict-item]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    assert asked(run, lines, "--proba", name="new.jsonl").out == asked(run, csv_of(people(9)), "--proba").out


def test_standard_input_goes_to_standard_output(run: Path) -> None:
    command = [sys.executable, "-m", "npnet", "predict", str(run), "-"]
    done = subprocess.run(command, input=csv_of(people(9), FEATURES), capture_output=True, text=True, check=True)
    assert done.stdout == asked(run, csv_of(people(9), FEATURES)).out
    assert done.stderr == ""


def test_a_person_at_a_terminal_sees_that_rows_are_missing(run: Path) -> None:
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "npnet", "predict", str(run)]
    done = subprocess.run(command, stdin=follower, capture_output=True, text=True, timeout=60)
    os.close(leader)
    os.close(follower)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no rows to predict" in done.stderr


def test_json_lines_hold_an_object_for_each_row(run: Path) -> None:
    out = asked(run, csv_of(people(3)), "--format", "jsonl", "--proba").out
    rows = [json.loads(line) for line in out.splitlines()]
    assert [list(row) for row in rows] == [["row", "prediction", "probability_no", "probability_yes"]] * 3
    assert [row["probability_no"] + row["probability_yes"] for row in rows] == pytest.approx([1] * 3)


def test_json_is_one_object(run: Path) -> None:
    found = json.loads(asked(run, csv_of(people(3)), "--json").out)
    assert [row["row"] for row in found["predictions"]] == [1, 2, 3]


def test_answers_go_into_a_file_whole_or_not_at_all(run: Path) -> None:
    file = run.parent / "answers.csv"
    result = asked(run, csv_of(people(3)), "-o", file)
    assert (result.out, file.read_text()) == ("", asked(run, csv_of(people(3))).out)
    assert "3 predictions" in result.err
    result = asked(run, csv_of(people(3)), "-o", run.parent / "no" / "answers.csv")
    assert (result.code, result.out) == (6, "")


def test_other_columns_are_left_aside_with_a_note(run: Path) -> None:
    rows = [row | {"colour": "red"} for row in people(3)]
    result = asked(run, csv_of(rows))
    assert result.err == 'columns ignored: "colour"\n'
    assert result.out == asked(run, csv_of(people(3))).out


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        (csv_of(people(3), ["code", "age"]), (), 4, 'has no column "town"'),
        (csv_of(people(3)).replace("town", "twon"), (), 4, 'did you mean "twon"?'),
        ("", (), 4, "no rows"),
        ("code,age,town\n", (), 4, "no rows"),
        ("code,age,town\n001,old,Rome\n", (), 4, 'row 1: "old"'),
        ("code,age,town\n001,30\n", (), 4, "line 2"),
        ("code,age,town,town\n001,30,Rome,Rome\n", (), 4, "town"),
        (csv_of(people(3)), ("--format", "xml"), 2, "no format xml"),
    ],
)
def test_bad_input_gets_one_line_and_no_answer(
    text: str, options: tuple[str, ...], code: int, words: str, run: Path
) -> None:
    result = asked(run, text, *options)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.startswith("npnet: error: ")
    assert "Traceback" not in result.err


def test_a_file_that_is_not_there_is_an_error(run: Path) -> None:
    result = call("predict", run, run.parent / "nowhere.csv")
    assert (result.code, result.out) == (4, "")
    assert "no file" in result.err


def test_unknown_texts_are_counted_in_one_warning_for_each_column(run: Path) -> None:
    rows = people(4)
    rows[0]["town"] = rows[1]["town"] = "Paris"
    rows[2]["code"] = ""
    result = asked(run, csv_of(rows))
    assert result.code == 0
    warnings = result.err.splitlines()
    assert len(warnings) == 2
    assert 'column "town": 2 rows hold what training never saw' in result.err
    assert '"Paris" 2' in result.err
    assert "empty 1" in result.err


@pytest.mark.parametrize(
    ("place", "column", "text", "words"),
    [
        (1, "town", "Paris", 'row 2: "Paris" in column "town"'),
        (2, "code", "", 'row 3: column "code" is empty'),
    ],
)
def test_strict_names_the_first_unknown_value(place: int, column: str, text: str, words: str, run: Path) -> None:
    rows = people(4)
    rows[place][column] = text
    result = asked(run, csv_of(rows), "--strict")
    assert (result.code, result.out) == (4, "")
    assert words in result.err
    assert asked(run, csv_of(people(4)), "--strict").code == 0


@pytest.mark.parametrize(
    ("dataset", "columns"), [("{xor: {samples: 60}}", ("x1", "x2")), ("{noisy_sine: {samples: 60}}", ("x1",))]
)
def test_a_run_on_data_of_npnet_predicts_by_the_names_of_its_features(
    dataset: str, columns: tuple[str, ...], folder: Path
) -> None:
    (folder / "c.yaml").write_text(f"dataset: {dataset}\nlayers: [linear]\nepochs: 1\n")
    run = call("train", "c.yaml", "--no-plots", "-q").out.strip()
    (folder / "new.csv").write_text(",".join(columns) + "\n" + ",".join("0.5" for _ in columns) + "\n")
    result = call("predict", run, "new.csv")
    assert result.code == 0, result.err
    assert result.out.splitlines()[0] == "row,prediction"
    if len(columns) == 1:
        in_vain = call("predict", run, "new.csv", "--proba")
        assert (in_vain.code, in_vain.out) == (0, result.out)
        assert "--proba is for classes" in in_vain.err


def test_folds_answer_together(tmp_path: Path) -> None:
    run = trained(
        tmp_path,
        "dataset: {table: {path: people.csv, target: [age, id], drop_rows: true, categorical: [code]}}\n"
        "preset: tabular\nepochs: 2\nensemble: 2\n",
        "--cv",
        "2",
    )
    result = asked(run, csv_of(people(3)))
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == "row,prediction_age,prediction_id"


def test_quantiles_are_columns_of_their_own(tmp_path: Path) -> None:
    config = CONFIG.replace("buys, drop: [id]", "age, drop: [id], drop_rows: true") + (
        "loss: {quantile: {quantile: [0.1, 0.5, 0.9]}}\n"
    )
    run = trained(tmp_path, config)
    result = asked(run, csv_of(people(3), ["code", "town", "buys"]))
    assert result.code == 0
    names = ["quantile_0.1", "quantile_0.5", "quantile_0.9"]
    assert result.out.splitlines()[0] == ",".join(["row", "prediction", *names])
    assert all(float(row[names[0]]) <= float(row[names[1]]) <= float(row[names[2]]) for row in table(result.out))
    assert names[0] in RunFolder(run).predictions("validation")
