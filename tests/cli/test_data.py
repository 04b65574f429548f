"""npnet data check, and npnet init --data, on a table that is new."""

import json
from pathlib import Path

import pytest

from npnet import config
from npnet.config.files import preset_text
from npnet.data.datasets.table import Table
from tests.cli.conftest import call
from tests.cli.tables import CONFIG, csv_of, people


@pytest.fixture
def table(folder: Path) -> Path:
    (folder / "people.csv").write_text(csv_of(people()))
    (folder / "people.yaml").write_text(CONFIG)
    return folder


def checked(*options: str) -> dict[str, object]:
    result = call("data", "check", "people.yaml", *options, "--json")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)  # type: ignore[no-any-return]


def test_columns_classes_and_splits_are_shown(table: Path) -> None:
    found = checked()
    assert (found["rows"], found["task"]) == (120, "binary")
    columns = {column["name"]: column for column in found["columns"]}  # type: ignore[attr-defined]
    assert [column["role"] for column in columns.values()] == ["feature"] * 3 + ["target"]
    assert [columns[name]["kind"] for name in ("code", "age", "town")] == ["category", "number", "category"]
    assert columns["age"]["missing"] == 11
    assert found["split"] == {"train": 72, "validation": 24, "test": 24}
    assert sum(found["classes"]["buys"].values()) == 120  # type: ignore[index]


def test_what_is_odd_is_a_finding_and_no_error(table: Path) -> None:
    rows = [
        row | {"same": "1", "copy": row["town"].upper(), "answer": "A" if row["buys"] == "yes" else "B"}
        for row in people()
    ]
    (table / "people.csv").write_text(csv_of(rows))
    found = checked("dataset.table.drop=[]")
    faults = {(finding["fault"], finding["columns"][0]) for finding in found["findings"]}  # type: ignore[attr-defined]
    assert faults >= {("identifier", "id"), ("constant", "same"), ("copy", "copy"), ("predictor", "answer")}
    text = call("data", "check", "people.yaml", "dataset.table.drop=[]").out
    assert "identifier" in text
    assert '! "answer" may be the target "buys" again' in text


def test_rows_without_a_target_are_counted(table: Path) -> None:
    rows = people()
    rows[3]["buys"] = ""
    (table / "people.csv").write_text(csv_of(rows))
    found = checked()
    assert found["findings"][0]["fault"] == "target"  # type: ignore[index]
    assert sum(found["split"].values()) == 119  # type: ignore[attr-defined]


def test_the_table_shows_a_line_for_each_column_and_class(table: Path) -> None:
    result = call("data", "check", "people.yaml")
    lines = result.out.splitlines()
    assert lines[0] == "120 rows, 3 features, binary target buys"
    starts = {line.split()[0] for line in lines if line}
    assert starts >= {"code", "age", "town", "buys", "rows", "no", "yes"}


def test_data_that_come_with_npnet_can_be_checked_too(folder: Path) -> None:
    found = json.loads(call("data", "check", "small.yaml", "--json").out)
    assert [column["name"] for column in found["columns"]] == ["x1", "x2", "class"]
    assert found["task"] == "binary"


@pytest.mark.parametrize(
    ("override", "code", "words"),
    [
        ("dataset.table.path=nowhere.csv", 4, "nowhere.csv"),
        ("dataset.table.target=buy", 4, 'did you mean "buys"?'),
        ("preset=tabula", 3, 'did you mean "tabular"?'),
        ("--split", 2, "no option --split"),
    ],
)
def test_data_that_cannot_be_looked_at_are_an_error(override: str, code: int, words: str, table: Path) -> None:
    result = call("data", "check", "people.yaml", override)
    assert (result.code, result.out) == (code, "")
    assert words in result.err


def test_a_table_gets_a_config_that_trains_and_predicts_with_no_edit(table: Path) -> None:
    made = call("init", "--data", "people.csv", "--target", "buys", "-o", "c.yaml")
    assert (made.code, made.out) == (0, "")
    assert "left out as identifiers: id" in made.err
    source = config.load(table / "c.yaml").experiment.dataset
    assert isinstance(source, Table)
    assert (source.path, source.target, source.drop) == ("people.csv", "buys", ("id",))
    assert call("data", "check", "c.yaml").code == 0
    assert call("train", "c.yaml", "epochs=2", "ensemble=2", "--no-plots", "-q").code == 0
    assert call("predict", "latest", "people.csv").out.count("\n") == 121


def test_the_recipe_is_written_in_full(table: Path) -> None:
    text = call("init", "--data", "people.csv", "--target", "buys", "-o", "-").out
    assert text.endswith(preset_text("tabular").partition("\n")[2])
    written, named = table / "written.yaml", table / "named.yaml"
    written.write_text(text)
    named.write_text(
        "dataset: {table: {path: people.csv, target: buys, drop: [id], categorical: [code]}}\npreset: tabular\n"
    )
    same = {"preset": None}
    one, other = (config.load(file).experiment.model_copy(update=same) for file in (written, named))
    assert one == other


def test_the_path_starts_at_the_folder_of_the_config(table: Path) -> None:
    (table / "configs").mkdir()
    assert call("init", "--data", "people.csv", "--target", "buys", "-o", "configs/c.yaml").code == 0
    assert "path: ../people.csv" in (table / "configs" / "c.yaml").read_text()
    assert call("config", "check", "configs/c.yaml").code == 0


def test_odd_names_come_back_as_they_are(folder: Path) -> None:
    names = {"id": "no: 1", "code": "a b # c", "age": "true", "town": "-x", "buys": "gekauft?"}
    rows = [{names[key]: value for key, value in row.items()} for row in people()]
    (folder / "odd name.csv").write_text(csv_of(rows))
    assert call("init", "--data", "odd name.csv", "--target", "gekauft?", "-o", "c.yaml").code == 0
    source = config.load(folder / "c.yaml").experiment.dataset
    assert isinstance(source, Table)
    assert (source.path, source.target) == ("odd name.csv", "gekauft?")


def test_a_column_that_is_the_target_again_is_named_and_left_to_the_user(table: Path) -> None:
    rows = [row | {"answer": "A" if row["buys"] == "yes" else "B"} for row in people()]
    rows[5]["buys"] = ""
    (table / "people.csv").write_text(csv_of(rows))
    made = call("init", "--data", "people.csv", "--target", "buys", "-o", "-")
    assert 'warning: "answer" may be the target "buys" again' in made.err
    assert '# "answer" may be the target "buys" again' in made.out
    assert "drop: [id]" in made.out
    assert "drop_rows: true" in made.out


def test_of_many_findings_of_a_kind_the_first_are_shown(table: Path) -> None:
    rows = [row | {"kind": f"k{number % 40}", "id": f"i{number}"} for number, row in enumerate(people())]
    (table / "people.csv").write_text(csv_of(rows))
    made = call("init", "--data", "people.csv", "--target", "kind", "-o", "kind.yaml")
    assert made.code == 0
    checked = call("data", "check", "kind.yaml")
    for text in ((table / "kind.yaml").read_text(), checked.out):
        said = " ".join(text.partition("fewer than 10 rows")[2].split()).partition(" and 30 more")[0]
        assert said.count('" 3') == 10
    (finding,) = json.loads(call("data", "check", "kind.yaml", "--json").out)["findings"]
    assert "40 of 40 classes" in finding["message"]


def test_several_targets_are_a_list(table: Path) -> None:
    made = call("init", "--data", "people.csv", "--target", "age", "--target", "id", "-o", "-")
    assert "target: [age, id]" in made.out


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--data", "people.csv"), 2, "--target COLUMN"),
        (("--target", "buys"), 2, "--data FILE"),
        (("iris", "--data", "people.csv", "--target", "buys"), 2, "do not go together"),
        (("--data", "people.csv", "--target", "buy"), 4, 'did you mean "buys"?'),
        (("--data", "people.csv", "--target", "buys", "--target", "buys"), 2, "each once"),
        (("--data", "people.csv", "--target", ""), 2, "each once"),
        (("--data", "nowhere.csv", "--target", "buys"), 4, "no file nowhere.csv"),
        (("--data", "people.csv", "--target", "buys", "-o", "people.yaml"), 2, "exists already"),
    ],
)
def test_a_config_that_cannot_be_made_is_an_error(options: tuple[str, ...], code: int, words: str, table: Path) -> None:
    result = call("init", *options, *(() if "-o" in options else ("-o", "new.yaml")))
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert "Traceback" not in result.err


def test_json_says_what_was_written(table: Path) -> None:
    found = json.loads(call("init", "--data", "people.csv", "--target", "buys", "-o", "c.yaml", "--json").out)
    assert found == {"data": "people.csv", "dropped": ["id"], "file": "c.yaml"}
