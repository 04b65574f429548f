"""What each command must give back of a finished run: the same scores, rows and epochs, not just an exit code."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import npnet
from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call
from tests.round_trip.runs import EPOCHS, ROWS, Trained

Check = Callable[[Trained, Path], None]  # a run, and an empty folder for what is changed
MORE = EPOCHS + 2


def evaluate(trained: Trained, _: Path) -> None:
    """Check that the scores are those of metrics.json, and all of them numbers."""
    scores = json.loads(_done("evaluate", trained.path, "--json"))
    expected = json.loads(trained.run.read("metrics.json"))
    assert scores.keys() == expected.keys()
    for part, known in expected.items():
        assert scores[part] == pytest.approx(known, rel=1e-6)
        assert np.isfinite(list(scores[part].values())).all()


def evaluate_data(trained: Trained, folder: Path) -> None:
    """Check that the rows of another file are scored as those of the run, test rows with the test scores."""
    held = trained.form in ("one network", "ensemble")
    rows = _columns((trained.path / "predictions" / "test.csv").read_text())["row"] if held else range(1, ROWS + 1)
    header, *lines = trained.file.read_text().splitlines(keepends=True)
    (folder / "other.csv").write_text("".join([header, *(lines[int(row) - 1] for row in rows)]))
    scores = json.loads(_done("evaluate", trained.path, "--data", folder / "other.csv", "--json"))["data"]
    known = trained.run.metrics()["test"]
    assert scores.keys() == known.keys() - {"loss"}
    assert np.isfinite(list(scores.values())).all()
    if held:
        assert scores == pytest.approx({name: known[name] for name in scores}, rel=1e-6)


def predict(trained: Trained, _: Path) -> None:
    """Each row gets the outputs of the reopened networks; without folds these are the rows of predictions/test.csv."""
    columns = answers(trained)
    assert columns["row"] == [str(row) for row in range(1, ROWS + 1)]
    outputs = values_of(trained, columns)
    fitting = reopen(trained.run)
    frame, _schema = read_frame(ReadOptions(path=str(trained.file)), trained.folder, fitting.data.schema)
    assert outputs == pytest.approx(fitting.outputs(frame)[: outputs.shape[1]].T, rel=1e-5, abs=1e-7)
    if trained.form in ("one network", "ensemble"):
        _are_those_written(trained, columns)


def plot(trained: Trained, _: Path) -> None:
    """Every kind that suits is drawn, with numbers beside it that are those of the run's other files."""
    paths = [Path(line) for line in _done("plot", trained.run.path, "--kind", "all").splitlines()]
    assert all(path.stat().st_size for path in paths)
    drawn = {path.stem: _columns(path.read_text()) for path in paths if path.suffix == ".csv"}
    kind = "predicted_against_true" if trained.has_values else "roc" if trained.task == "labels" else "confusion"
    assert drawn.keys() >= {"loss", "summary", kind}
    history = trained.run.history()
    assert _numbers(drawn["loss"]["validation_loss"]) == pytest.approx(history["validation_loss"])
    for part, scores in trained.run.metrics().items():
        shown = dict(zip(drawn["summary"]["metric"], drawn["summary"][part], strict=True))
        assert {name: float(cell) for name, cell in shown.items() if cell} == pytest.approx(scores)
    if trained.has_values:
        _draws_what_was_predicted(trained, drawn[kind])
    elif trained.task != "labels":
        assert sum(map(int, drawn["confusion"]["count"])) == _judged_rows(trained)
    if trained.is_sweep:
        tried = _columns((trained.path / "trials.csv").read_text())["validation.loss"]
        _done("plot", trained.path)
        assert _columns((trained.path / "plots" / "overview.csv").read_text())["validation.loss"] == tried


def plot_without_data(trained: Trained, folder: Path) -> None:
    """Check that the pictures drawn without the table are the same; of a trial, the curves alone."""
    copy = trained.copied(folder / "copy")
    with_data = [Path(line) for line in _done("plot", copy.run.path, "--kind", "all").splitlines()]
    drawn = {path.name: path.read_bytes() for path in with_data}
    shutil.rmtree(copy.run.plots)
    copy.file.unlink()
    result = call("plot", copy.run.path, "--kind", "all")
    assert result.code == 0
    again = {path.name: path.read_bytes() for path in copy.run.plots.iterdir()}
    left_out = {Path(name).stem for name in drawn.keys() - again.keys()}
    assert "there is no file" in result.err
    assert all(f" {name}" in result.err for name in left_out)
    if trained.is_sweep:
        assert {"loss.png", "learning_rate.png", "summary.png"} <= again.keys()
        again = {name: data for name, data in again.items() if Path(name).stem != "summary"}
    else:
        assert left_out <= {"importance"}
    assert {name: drawn[name] for name in again} == again


def resume(trained: Trained, folder: Path) -> None:
    """Check that a finished run is named and unchanged, and that epochs=N continues after its last epoch."""
    files = _contents(trained.path)
    assert _done("resume", trained.path) == f"{trained.path}\n"
    assert _contents(trained.path) == files
    copy = trained.copied(folder / "copy")
    if trained.is_sweep:
        assert call("resume", copy.path, f"epochs={MORE}").code == 2
    _done("resume", copy.run.path, f"epochs={MORE}", "-q")
    before, after = trained.run.history(), RunFolder(copy.run.path).history()
    assert list(after["epoch"]) == list(range(1, MORE + 1))
    assert {name: list(values[:EPOCHS]) for name, values in after.items()} == {
        name: list(values) for name, values in before.items()
    }
    evaluate(copy, folder)


def load(trained: Trained, _: Path) -> None:
    """Check that the model predicts from Python with the bits of the command, whatever holds the rows."""
    model = npnet.load(str(trained.path))
    expected = values_of(trained, answers(trained))
    frame = trained.frame
    unordered = frame[sorted(frame.columns)].assign(another=1)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for table in (frame, unordered, frame.to_dict("list"), rows):
        assert np.array_equal(model.predict(table), expected)
    assert np.array_equal(model.predict(frame.iloc[::-1]), model.predict(frame)[::-1])


OPERATIONS: dict[str, Check] = {
    "evaluate": evaluate,
    "evaluate --data": evaluate_data,
    "predict": predict,
    "plot": plot,
    "plot without data": plot_without_data,
    "resume": resume,
    "load": load,
}


def answers(trained: Trained) -> dict[str, list[str]]:
    """Return the output of `npnet predict` for the whole table, with probabilities where there are classes."""
    options = () if trained.has_values else ("--proba",)
    return _columns(_done("predict", trained.path, trained.file, *options))


def values_of(trained: Trained, columns: dict[str, list[str]]) -> NDArray[Any]:
    """Return the numbers among them, (rows, outputs): values, or probabilities, of two classes that of the second."""
    beginning = "prediction" if trained.has_values else "probability"
    names = [name for name in columns if name.startswith(beginning)]
    if trained.task == "binary":
        names = ["probability_yes"]
    return np.stack([_numbers(columns[name]) for name in names], axis=1)


def _are_those_written(trained: Trained, columns: dict[str, list[str]]) -> None:
    """Check that the predictions are those of the training, cell by cell, and the targets those of the table."""
    written = _columns((trained.path / "predictions" / "test.csv").read_text())
    rows = np.array(written["row"], int) - 1
    for name in columns.keys() - {"row"}:
        mine, theirs = np.array(columns[name])[rows], np.array(written[name])
        try:
            assert mine.astype(float) == pytest.approx(theirs.astype(float), rel=1e-5, abs=1e-7)
        except ValueError:
            assert mine.tolist() == theirs.tolist()
    ends = [f"_{name}" for name in trained.targets] if len(trained.targets) > 1 else [""]
    for name, end in zip(trained.targets, ends, strict=True):
        is_number = trained.has_values or trained.task == "labels"  # of a label 0 or 1
        true = [float(cell) if is_number else cell for cell in written[f"target{end}"]]
        assert true == trained.frame[name].iloc[rows].tolist()


def _draws_what_was_predicted(trained: Trained, drawn: dict[str, list[str]]) -> None:
    rows = np.array(drawn["row"], int) - 1
    assert len(rows) == _judged_rows(trained)
    for name in trained.targets:
        assert _numbers(drawn[f"true {name}"]) == pytest.approx(trained.frame[name].to_numpy(float)[rows])
    if trained.form in ("one network", "ensemble"):
        said = values_of(trained, answers(trained))[rows]
        for name, column in zip(trained.targets, said.T, strict=True):
            assert _numbers(drawn[f"predicted {name}"]) == pytest.approx(column, rel=1e-5, abs=1e-7)


def _judged_rows(trained: Trained) -> int:
    """How many rows the pictures judge by: those that folds held, which are all, else those of the test part."""
    return ROWS if trained.form == "cv" else ROWS // 5


def _done(*arguments: object) -> str:
    result = call(*arguments)
    assert result.code == 0, result.err
    return result.out


def _columns(text: str) -> dict[str, list[str]]:
    header, *rows = csv.reader(io.StringIO(text))
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


def _numbers(cells: list[str]) -> NDArray[np.float64]:
    return np.array([float(cell) if cell else np.nan for cell in cells])


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
