"""What the plots of a run show, from its folder alone or also from its network and data; and those of a sweep."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns import Frame
from npnet.errors import RunError
from npnet.metrics import decide
from npnet.model.predictor import SplitPredictor
from npnet.plots.importance import permutation_importance
from npnet.plots.inside.rows import inside_of, kinds_of
from npnet.plots.kinds import Material, Predictions, Recorded, Task, draw, fits_axis, usual
from npnet.plots.layout import Floats
from npnet.plots.sweeps import Curves, SweepMaterial
from npnet.rundir import names as files
from npnet.rundir.frames import has_frames
from npnet.rundir.replay import Replay
from npnet.rundir.restore import DataMetadata, experiment_of, read_weights
from npnet.rundir.run import RunFolder
from npnet.rundir.table import LABELS, MARKS, OF_TARGET, PROBABILITY, endings
from npnet.storage import disk
from npnet.text import plural

if TYPE_CHECKING:
    from npnet.sweeps.results import TrialTable

NEEDS_DATA = "needs the data"
MANY = 3  # features that have no plane
DRAWN_AS: dict[str, Task] = {
    "binary": "binary",
    "multiclass": "multiclass",
    "multilabel": "multilabel",
    "regression": "regression",
    "counts": "regression",
}


def material(run: RunFolder, predictor: SplitPredictor) -> Material:
    """Return all that the plots of a run show, from its folder, its network and its data."""
    data, crossed = predictor.data, len(predictor.folds) > 1
    judge = "test" if crossed else "validation"
    judging = [name for name in data.parts if name != "train"] or ["train"]
    outputs = {"test": predictor.out_of_fold()} if crossed else {name: predictor.predictions(name) for name in judging}
    predictions = {}
    for name, (part, output) in outputs.items():
        if data.task not in ("binary", "multiclass"):
            predictions[name] = Predictions(part.rows, part.y, output.T, marks=part.frame.marks)
            continue
        with np.errstate(all="ignore"):  # rows that are not finite are dropped below
            codes = decide(predictor.calibration.apply_threshold(output, data.task))
        chances = None if data.predicts_next else _each_class(predictor, output).T
        predictions[name] = Predictions(part.rows, part.y, codes, chances)
    found = _with_predictions(
        _recorded(run, len(predictor.folds)),
        predictions,
        task=DRAWN_AS[data.task],
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        best_epoch=predictor.best_epoch if run.info["best_epoch"] is None else run.info["best_epoch"],
        points={name: _points(part) for name, part in data.parts.items()},
        predict=partial(_predict, predictor) if data.all_numbers else None,
        threshold=predictor.calibration.threshold,
        best_epochs=_best_epochs(run.info.get("monitored", predictor.monitored)),
        rows={name: len(part.y) for name, part in data.parts.items()},
        missing=None,
        input_units=data.target_scaler.scale if data.reproduces else None,
    )
    whole = judge in found.predictions and len(found.predictions[judge].rows) == len(predictions[judge].rows)
    several = not data.predicts_next  # a text has a single column, its characters
    importance = partial(permutation_importance, predictor, judge) if whole and several else None
    found = replace(found, importance=importance)
    if not found.inside_kinds or found.judged is None:
        return found
    shown = found.predictions[found.judged]
    inside = partial(inside_of, predictor, found.judged, shown.rows, shown.target, shown.prediction)
    return replace(found, inside=inside)


def draw_usual(run: RunFolder, predictor: SplitPredictor, *others: str) -> None:
    """Draw the usual plots of a training into its folder, and those of other kinds."""
    found = material(run, predictor)
    draw(found, list(dict.fromkeys([*usual(found), *others])), run.plots)


def folder_material(run: RunFolder) -> Material:
    """Return what the folder of a run holds for its plots: no points, no other outputs."""
    dataset = run.info.get("dataset") or {}
    found = replace(
        _recorded(run, dataset.get("folds", 1)),
        task=DRAWN_AS.get(str(dataset.get("task")), "regression"),
        classes=tuple(dataset.get("classes", ())),
        features=("",) * min(dataset.get("columns", 0), MANY),
        rows=dataset.get("rows", {}),
    )
    if not run.file(files.WEIGHTS).exists():  # its metadata have the classes and the threshold
        return found
    _, data = read_weights(run)
    return _with_predictions(
        found,
        {"test" if part == files.OUT_OF_FOLD else part: _read(run, part, data) for part in run.predicted},
        task=DRAWN_AS[data.task],
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        threshold=data.calibration.threshold,
        input_units=data.target_scalers[0].scale if data.reproduces else None,
    )


def _recorded(run: RunFolder, folds: int) -> Material:
    """Return what a training has recorded: its history, its scores and those of baselines."""
    info = run.info
    scores = run.metrics() if run.file(files.METRICS).exists() else {}
    return Material(
        title=info["name"],
        subtitle=f"{run.id}, {folds} folds, test: held rows" if folds > 1 else run.id,
        task="regression",
        classes=(),
        features=(),
        targets=(),
        history=run.history(),
        best_epoch=info["best_epoch"],
        metrics={part: {**some} for part, some in scores.items()},
        predictions={},
        baselines=run.baselines(),
        best_epochs=_best_epochs(info["monitored"]) if "monitored" in info else None,
        recorded=partial(_frames, run) if has_frames(run) else None,
        inside_kinds=kinds_of(experiment_of(run)[0].layers),
        missing=NEEDS_DATA,
    )


def _frames(run: RunFolder) -> Recorded:
    """Return the recorded frames of a run; raise RunError where they are damaged."""
    replay = Replay(run)
    frames, task = replay.frames, replay.data.task
    count = max(int(frames.steps[-1]) // max(int(frames.epochs[-1]), 1), 1)  # steps of an epoch

    def predict(index: int, X: Floats) -> Floats:
        output = replay.outputs(index, Frame.of(X, replay.data.features))
        both = np.concatenate([1 - output, output]) if task == "binary" else output
        return np.where(fits_axis(both.T), both.T, np.nan)

    return Recorded(
        labels=tuple(map(frames.label, range(len(frames)))),
        steps=frames.steps,
        epochs=frames.steps / count,
        losses={name: values for name, values in frames.history.items() if name.endswith("_loss")},
        predict=predict,
    )


def _with_predictions(found: Material, predictions: Mapping[str, Predictions], **changes: Any) -> Material:
    """Return a material with its finite predictions; the subtitle counts the rows left out."""
    finite = {name: known for name, one in predictions.items() if len((known := _finite(one)).rows)}
    lost = sum(len(one.rows) for one in predictions.values()) - sum(len(one.rows) for one in finite.values())
    notes = [f"left out {lost:,} row{'s' * (lost != 1)} without a finite prediction"] if lost else []
    return replace(found, subtitle=", ".join([found.subtitle, *notes]), predictions=finite, **changes)


def _finite(found: Predictions) -> Predictions:
    """Return the rows whose targets and predictions can be drawn: finite, and not too large for an axis."""
    values = found.prediction if found.probability is None else found.probability
    each = [fits_axis(one.reshape(len(one), -1)) for one in (values, found.target)]
    rows = np.flatnonzero((each[0] & each[1]).all(axis=1))
    probability = None if found.probability is None else found.probability[rows]
    marks = {name: texts[rows] for name, texts in found.marks.items()}
    return Predictions(found.rows[rows], found.target[rows], found.prediction[rows], probability, marks)


def _points(part: Part) -> tuple[Floats, NDArray[Any]]:
    """Return the rows of a split that can be drawn: X (n, features) and y, in units of the data."""
    rows = fits_axis(part.y).reshape(len(part.y), -1).all(axis=1)
    return (part.raw, part.y) if rows.all() else (part.raw[rows], part.y[rows])


def _best_epochs(monitored: Mapping[str, Any]) -> tuple[int, int]:
    """Return the first and the last best epoch of several networks."""
    return monitored["first_epoch"], monitored["last_epoch"]


def _predict(predictor: SplitPredictor, X: Floats) -> Floats:
    """Predict rows (n, features) in units of the data; outputs that are not finite are NaN."""
    output = _each_class(predictor, predictor.outputs(Frame.of(X, predictor.data.features))).T
    return np.where(fits_axis(output), output, np.nan)


def _each_class(predictor: SplitPredictor, output: Floats) -> Floats:
    """Return probabilities of both of two classes, (2, n), from those of the second, (1, n)."""
    return np.concatenate([1 - output, output]) if predictor.data.task == "binary" else output


def _read(run: RunFolder, part: str, data: DataMetadata) -> Predictions:
    """Read the predictions of a split; raise RunError where they do not fit the run."""
    columns = run.predictions(part)
    with disk.reading(run.path / files.PREDICTIONS / f"{part}.csv"):
        try:
            if data.task == "multilabel":
                chances = _stacked(columns, "probability", endings(data.targets))
                return Predictions(columns["row"], _true_labels(columns, data), chances)
            if DRAWN_AS[data.task] == "regression":
                true, predicted = (_stacked(columns, word, endings(data.targets)) for word in LABELS)
                marks = {name: columns[name] for name in MARKS if name in columns}
                return Predictions(columns["row"], true, predicted, marks=marks)
            codes = {"": 0, **{name: code for code, name in enumerate(data.classes)}}  # "": no finite probability
            target, decided = (np.array([codes[name] for name in columns[word].tolist()]) for word in LABELS)
            kept = f"{PROBABILITY}{data.classes[0]}" in columns or OF_TARGET not in columns
            each = _stacked(columns, PROBABILITY, data.classes) if kept else None
            return Predictions(columns["row"], target, decided, each)
        except KeyError as error:
            raise ValueError(f"it does not fit the run: there is no {error}") from error


def _true_labels(columns: Mapping[str, NDArray[Any]], data: DataMetadata) -> Floats:
    """Return the labels (n, labels) of 0 and 1 that are written as such, or as the words of the file."""
    negatives = data.negatives or ("0",) * len(data.targets)
    each = zip(endings(data.targets), negatives, data.classes, strict=True)
    codes = {end: {"0": 0.0, "1": 1.0} | {negative: 0.0, positive: 1.0} for end, negative, positive in each}
    return np.array([[known[text] for text in columns[f"target{end}"].tolist()] for end, known in codes.items()]).T


def _stacked(columns: Mapping[str, NDArray[Any]], word: str, endings: tuple[str, ...]) -> Floats:
    return np.stack([columns[f"{word}{end}"] for end in endings], axis=1)


def sweep_material(run: RunFolder) -> SweepMaterial:
    """Return the data of the pictures of a sweep; raise RunError where it has no table yet."""
    from npnet.sweeps.results import read_trials  # not above: `npnet train` needs nothing of sweeps

    return trials_material(run, read_trials(run))


def trials_material(run: RunFolder, trials: "TrialTable") -> SweepMaterial:
    """Return the data of the pictures of a sweep with these trials."""
    count, failed, points = len(trials.number), int(trials.failed.sum()), len(np.unique(trials.point))
    repeats = f" of {plural(points, 'point')}" if points < count else ""
    counts = f"{count:,} trial{'s' * (count != 1)}{repeats}{f', {failed:,} failed' if failed else ''}"
    return SweepMaterial(
        title=run.info["name"],
        subtitle=f"{counts}, {run.id}",
        score=trials.goal.name,
        maximizes=trials.goal.maximizes,
        number=trials.number,
        point=trials.point,
        epochs=trials.epochs,
        values=trials.score,
        cells=trials.cells,
        means=tuple((one.point, one.mean, one.deviation) for one in trials.ranking),
        rungs=_rungs(run),
        curves=partial(_curves, run, trials.number.tolist(), f"{trials.goal.split}_{trials.goal.score}"),
    )


def _rungs(run: RunFolder) -> tuple[tuple[int, int], ...]:
    """Return the last epoch and the number of trials of each rung; nothing without halving."""
    from npnet.sweeps.plan import read_plan
    from npnet.sweeps.waves import read_wave, wave_path

    rungs: list[tuple[int, int]] = []
    while wave_path(run.path, len(rungs)).exists():
        wave = read_wave(run.path, len(rungs))
        if not rungs and not wave.goes_on:
            return ()
        rungs.append((wave.epochs or read_plan(run.path).loaded.experiment.epochs, len(wave.trials)))
    return tuple(rungs)


def _curves(run: RunFolder, numbers: list[int], score: str) -> Curves:
    """Return the score of each trial that has a history, a column of it, at each of its epochs."""
    curves = {}
    for number in numbers:
        try:
            history = RunFolder(run.file(f"{files.TRIALS}/{files.trial_name(number)}")).history()
        except RunError:
            continue
        values = history.get(score, np.empty(0))
        known = np.isfinite(values)
        if known.any():
            curves[number] = history["epoch"][known], values[known]
    return curves
