"""A target whose cells hold several labels, such as `rock;jazz`, from the file to its predictions."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import npnet
from tests.cli.conftest import call

CONFIG = (
    'dataset: {table: {path: t.csv, target: genre, label_delimiter: ";"}}\n'
    "layers: [{linear: 8}, relu, linear]\nepochs: 30\nlearning_rate: 0.03\n"
)
ROWS = 120


def lines(delimiter: str = ";", none: str = ";") -> list[str]:
    """Return rows whose labels are the signs of x and z, some with blanks, doubled or in another order."""
    random, found = np.random.default_rng(3), []
    for number in range(ROWS):
        x, z = random.normal(size=2).round(3)
        labels = [name for name, has in (("rock", x > 0), ("jazz", z > 0)) if has]
        cell = f" {delimiter} ".join(labels[:: -1 if number % 2 else 1]) or none
        found.append(f"{x},{z},{cell}{delimiter if number % 7 == 0 and labels else ''}")
    return found


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("\n".join(["x,z,genre", *lines()]) + "\n")
    Path("new.csv").write_text("x,z\n2,2\n2,-2\n-2,2\n-2,-2\n")
    Path("c.yaml").write_text(CONFIG)
    return tmp_path


def trained(*more: str) -> str:
    result = call("train", "c.yaml", "--no-plots", "-q", *more)
    assert result.code == 0, result.err
    return result.out.strip()


@pytest.mark.long
def test_labels_have_boundaries_and_curves_and_no_residuals(table: Path) -> None:
    run = trained("epochs=1", "record=8")
    drawn = call("plot", run, "--kind", "all", "--format", "svg")
    names = {Path(line).stem for line in drawn.out.splitlines()}
    assert {"boundary", "roc", "precision_recall"} <= names
    assert not {"residuals", "predicted_against_true", "confusion"} & names
    picture = Path(run, "plots", "boundary.svg").read_text()
    assert "Decision boundary of each label" in picture
    header = Path(run, "plots", "boundary.csv").read_text().splitlines()[0]
    assert header == "part,x: x,y: z,target_jazz,probability_jazz,target_rock,probability_rock"
    result = call("plot", run, "--kind", "residuals")
    assert (result.code, "it needs values as target; this one has labels" in result.err) == (2, True)
    page = Path(call("report", run).out.strip()).read_text()
    assert "jazz: decision boundary" in page
    assert "<h3>Fitted surface" not in page
    assert call("plot", run, "--kind", "animation", "--format", "gif").code == 0


def test_labels_that_share_a_cell_are_learned_and_predicted_as_they_are_written(table: Path) -> None:
    run = trained()
    assert json.loads(Path(run, "run.json").read_text())["dataset"]["targets"] == ["jazz", "rock"]
    header, *rows = csv.reader(Path(run, "predictions/test.csv").read_text().splitlines())
    assert header[:5] == ["row", "target_jazz", "target_rock", "prediction_jazz", "prediction_rock"]
    assert len(rows) == ROWS // 5
    predicted = call("predict", run, "new.csv", "--proba").out.splitlines()
    assert predicted[0] == "row,prediction,probability_jazz,probability_rock"
    assert [line.split(",")[1] for line in predicted[1:]] == ["jazz;rock", "rock", "jazz", ""]
    rows = json.loads(call("predict", run, "new.csv", "--json").out)["predictions"]
    assert [row["prediction"] for row in rows] == ["jazz;rock", "rock", "jazz", ""]
    own = json.loads(call("evaluate", run, "--json").out)
    other = json.loads(call("evaluate", run, "--data", "t.csv", "--json").out)
    assert own["test"]["accuracy"] > 0.9
    assert other["data"]["accuracy"] > 0.9


def test_labels_survive_formats_folds_files_and_further_epochs(table: Path) -> None:
    run = trained("epochs=2", "--cv", "2")
    assert call("predict", run, "new.csv", "-o", "p.parquet").code == 0
    assert pd.read_parquet("p.parquet")["prediction"].map(type).eq(str).all()
    Path("v.csv").write_text("x,z,genre\n.5,.5,rock;jazz\n-.5,.5,jazz\n.5,-.5,rock\n")
    Path("w.csv").write_text("x,z,genre\n.6,.5,rock;jazz\n-.6,.5,jazz\n.6,-.5,rock\n")
    run = trained("epochs=2", "validation=v.csv", "test=w.csv")
    assert call("resume", run, "epochs=30", "--no-plots", "-q").code == 0
    frame = pd.DataFrame({"z": [2.0, -2.0], "x": [-2.0, 2.0]})
    assert np.round(npnet.load(run).predict(frame)).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("overrides", "code", "what", "hint"),
    [
        (["label_delimiter=|"], 4, 'no cell of the target "genre" holds "|"', "take label_delimiter out"),
        (["target=[genre, x]"], 3, "label_delimiter divides the cells of one target", "name one target"),
        (["task=regression"], 3, "which task: regression does not fit", "take task out"),
        (["positive_class=rock"], 3, "positive_class is for two classes", "take positive_class out"),
        (["numeric=[genre]"], 4, '"genre"', "categorical"),
        (['label_delimiter=""'], 3, "label_delimiter", ""),
    ],
)
def test_settings_that_do_not_fit_labels_are_refused(
    table: Path, overrides: list[str], code: int, what: str, hint: str
) -> None:
    result = call("train", "c.yaml", *overrides)
    assert result.code == code, result.err
    assert what in result.err
    assert hint in result.err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("cells", "what", "hint"),
    [
        (["b;c", "b", "", "c"] * 9, 'the target "genre" is empty in 9 rows, first in row 3', "drop_rows: true"),
        (["a;b", "b", "a"] * 9, '"a" is a label of the target "genre", and the name of a column', 'drop: ["a"]'),
        (["b;c", "b", "b;d"] * 9, 'every row of the target "genre" has the label "b"', "take this label out"),
        (["b;", ";"] * 9, 'the target "genre" has 1 label, and needs two or more', "take label_delimiter out"),
        (["b|c", "b", "c|b", "c"] * 9, 'no cell of the target "genre" holds ";"', 'write label_delimiter: "|"'),
    ],
)
def test_cells_that_are_not_labels_are_refused(table: Path, cells: list[str], what: str, hint: str) -> None:
    Path("t.csv").write_text("a,genre\n" + "".join(f"{n % 5}.5,{cell}\n" for n, cell in enumerate(cells)))
    result = call("train", "c.yaml")
    assert result.code == 4
    assert what in result.err
    assert hint in result.err
    assert not Path("runs").exists()


def test_a_label_that_training_never_saw_is_an_error(table: Path) -> None:
    run = trained("epochs=1")
    Path("other.csv").write_text("x,z,genre\n1,1,jazz\n1,1,rock;metal\n")
    result = call("evaluate", run, "--data", "other.csv")
    assert result.code == 4
    assert 'row 2: the target "genre" has the label "metal", which training never saw' in result.err
    assert "the labels are: jazz, rock" in result.err


def test_init_writes_the_delimiter_of_labels(table: Path) -> None:
    rows = [row.rstrip("|") for row in lines("|", "")]
    Path("t.csv").write_text("\n".join(["x,z,genre", *rows]) + "\n")
    result = call("init", "--data", "t.csv", "--target", "genre", "-o", "c.yaml", "-f")
    assert result.code == 0, result.err
    assert "label_delimiter: '|'   (2 labels: jazz " in result.err
    assert "label_delimiter: '|'   # 2 labels: jazz " in Path("c.yaml").read_text()
    checked = call("data", "check", "c.yaml")
    assert checked.code == 0, checked.err
    assert "multilabel target jazz, rock" in checked.out
    assert trained("epochs=1", "ensemble=1")


@pytest.mark.long
def test_the_predictions_of_a_run_have_the_words_of_label_columns_and_are_drawn(table: Path) -> None:
    rows = [f"{line.rpartition(',')[0]},{'no' if n % 3 else 'yes'},{n % 2}" for n, line in enumerate(lines())]
    Path("t.csv").write_text("\n".join(["x,z,rock,jazz", *rows]) + "\n")
    run = trained("dataset={table: {path: t.csv, target: [rock, jazz]}}")
    columns = pd.read_csv(Path(run, "predictions/test.csv"), dtype=str)
    assert set(columns["target_rock"]) == {"no", "yes"}
    assert set(columns["prediction_rock"]) <= {"no", "yes"}
    assert set(columns["target_jazz"]) == {"0", "1"}
    drawn = call("plot", run, "--kind", "summary")
    assert drawn.code == 0, drawn.err
    page = call("report", run, "-o", "-").out
    assert "Each label" in page
    assert "Residuals" not in page
    file = Path(run, "predictions/test.csv")
    file.write_text(file.read_text().replace("yes", "maybe"))
    refused = call("plot", run, "--kind", "summary")
    assert (refused.code, "it does not fit the run: there is no 'maybe'" in refused.err) == (5, True)
