"""`target: inputs`: networks that reproduce their inputs, from training to predictions."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import call

CONFIG = """\
dataset: {table: {path: t.csv}}
target: inputs
layers: [{linear: 12}, tanh, {linear: 3}, tanh, {linear: 12}, tanh, linear]
learning_rate: 0.02
epochs: 30
batch_size: 16
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a table whose numbers go together, and a config that names no target."""
    rng = np.random.default_rng(0)
    lines = ["size,weight,colour,kind"]
    for number in range(160):
        size, colour = rng.normal(), "rgb"[number % 3]
        weight = "" if number % 20 == 7 else f"{100 * size + 20 * (number % 3):.2f}"
        lines.append(f"{size:.3f},{weight},{colour},{number % 2}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(*settings: str) -> Path:
    result = call("train", "c.yaml", *settings, "--run-dir", "run", "--no-plots", "-q")
    assert (result.code, result.err) == (0, "")
    return Path("run")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_a_table_without_a_target_is_reproduced_and_odd_rows_stand_out(folder: Path) -> None:
    run = train()
    (folder / "new.csv").write_text("weight,size,colour,kind\n100,1,r,0\n120,1,g,1\n-200,2,b,1\n")
    first, second, odd = rows_of(call("predict", "run", "new.csv").out)
    assert float(odd["reproduction_error"]) > 10 * float(first["reproduction_error"])
    assert float(first["prediction_weight"]) == pytest.approx(100, abs=40)
    assert float(second["prediction_colour = g"]) > 0.5
    assert {name for name in first if name.startswith("prediction_weight")} == {
        "prediction_weight",
        "prediction_weight is missing",
    }
    scores, tested = json.loads((run / "metrics.json").read_text()), (run / "predictions" / "test.csv").read_text()
    errors = [float(row["reproduction_error"]) for row in rows_of(tested)]
    assert np.mean(errors) == pytest.approx(scores["test"]["loss"], rel=1e-5)
    assert scores["test"]["r2"] > 0.5


@pytest.mark.long
def test_what_a_run_reproduces_is_scored_exported_and_reported(folder: Path) -> None:
    train("cv=2", "ensemble=2", "epochs=3")
    scores = call("evaluate", "run", "--data", "t.csv")
    assert (scores.code, [line.split()[0] for line in scores.out.splitlines()[2:]]) == (0, ["r2", "rmse", "mae"])
    assert call("evaluate", "run").code == 0
    assert call("export", "run", "--to", "json", "-o", "run.json").code == 0
    assert call("report", "run", "-o", "page.html").code == 0
    assert call("data", "check", "c.yaml").code == 0


def test_a_named_target_is_no_input_and_is_not_needed(folder: Path) -> None:
    train("dataset.table.target=kind", "epochs=1")
    (folder / "new.csv").write_text("size,weight,colour\n1,100,r\n")
    (row,) = rows_of(call("predict", "run", "new.csv").out)
    assert not [name for name in row if "kind" in name]


@pytest.mark.long
def test_windows_of_a_table_are_reproduced_and_scored(folder: Path) -> None:
    rows = [f"{time},{np.sin(time / 3):.4f}" for time in range(60)]
    (folder / "w.csv").write_text("\n".join(["time,wave", *rows]) + "\n")
    train(
        "dataset={windows: {path: w.csv, target: wave, time: time, window: 6}}",
        "layers=[flatten, {linear: 3}, linear]",
        "epochs=1",
    )
    first = rows_of(call("predict", "run", "w.csv").out)[0]
    assert {"time", "reproduction_error", "prediction_wave 1", "prediction_wave 6"} <= first.keys()
    assert call("evaluate", "run", "--data", "w.csv").code == 0
    assert call("plot", "run", "--kind", "reproductions", "-q").code == 0


REFUSED = {
    ("target=null",): (
        3,
        'dataset.table needs the key "target"',
        "write target: COLUMN under dataset.table, or target: inputs beside dataset, to reproduce the inputs",
    ),
    ("class_weight=balanced",): (3, "class_weight is for the target of the data", "take class_weight out, or target"),
    ("dataset.table.task=counts",): (3, "task is for a target, and none is named", "write target: COLUMN"),
    ("prepare={embed_above: 2}",): (4, "1 column of categories became codes", "write prepare: {embed_above: 4}"),
    ("loss=cross_entropy",): (3, "cross_entropy does not fit the task, a regression", "write loss=mean_squared_error"),
}


@pytest.mark.parametrize("settings", REFUSED, ids=" ".join)
def test_what_does_not_go_with_reproduced_inputs_is_refused(settings: tuple[str, ...], folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    result = call("train", "c.yaml", *settings, "--run-dir", "run")
    code, message, hint = REFUSED[settings]
    assert result.code == code
    assert message in result.err
    assert hint in result.err
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        (("play", "c.yaml"), 2, "the page predicts one target, and the config names none"),
        (("data", "report", "c.yaml", "-o", "d.html"), 4, "the data card shows columns against a target"),
    ],
)
def test_pages_that_need_a_target_are_refused(command: tuple[str, ...], code: int, message: str, folder: Path) -> None:
    result = call(*command)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
