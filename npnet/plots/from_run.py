"""From a run to the material of its pictures: history, scores and predictions as plain arrays."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns.frame import Frame
from npnet.metrics import decide
from npnet.model.averaging import SplitPredictions
from npnet.model.cross_validation import out_of_fold
from npnet.model.fitting import Fitting
from npnet.plots.from_folder import DRAWN_AS, best_epochs, left_out, recorded
from npnet.plots.material import Material, Predictions, drawable
from npnet.plots.runs.shuffling import shuffled
from npnet.rundir import Run

Floats = NDArray[np.float64]


def material(run: Run, fitting: Fitting) -> Material:
    """All that the pictures of a run show, from its folder and from its network with the data."""
    data, crossed = fitting.data, len(fitting.folds) > 1
    judge = "test" if crossed else "validation"
    judging = [name for name in data.parts if name != "train"] or ["train"]
    said = {"test": out_of_fold(fitting)} if crossed else {name: fitting.said(name) for name in judging}
    held = {name: finite for name, found in said.items() if len((finite := _finite(found))[0].y)}
    lost = sum(len(part.y) for part, _ in said.values()) - sum(len(part.y) for part, _ in held.values())
    seen = recorded(run, len(fitting.folds))
    return replace(
        seen,
        subtitle=", ".join([seen.subtitle, *left_out(lost)]),
        task=DRAWN_AS[data.task],
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        best_epoch=fitting.best_epoch if run.info["best_epoch"] is None else run.info["best_epoch"],
        predictions={name: _predictions(fitting, part, output) for name, (part, output) in held.items()},
        points={name: _points(part) for name, part in data.parts.items()},
        predict=predictor(fitting) if data.all_numbers else None,
        threshold=fitting.calibration.threshold,
        best_epochs=best_epochs(run.info.get("monitored", fitting.monitored)),
        importance=partial(shuffled, fitting, judge) if judge in held and held[judge] is said[judge] else None,
        rows={name: len(part.y) for name, part in data.parts.items()},
        missing=None,
    )


def _finite(said: SplitPredictions) -> SplitPredictions:
    """The rows that can be drawn: what the network says of them, and what is true, is finite and not too large."""
    part, output = said
    rows = np.flatnonzero(drawable(output).all(axis=0) & drawable(part.y).reshape(len(part.y), -1).all(axis=1))
    return said if len(rows) == len(part.y) else (part.take(rows), output[:, rows])


def _points(part: Part) -> tuple[Floats, NDArray[Any]]:
    """The rows of a part that can be drawn: X (n, features) and y, in units of the data."""
    rows = drawable(part.y).reshape(len(part.y), -1).all(axis=1)
    return (part.raw, part.y) if rows.all() else (part.raw[rows], part.y[rows])


def predictor(fitting: Fitting) -> Callable[[Floats], Floats]:
    """What it says of rows (n, features) in units of the data, (n, classes) or (n, targets); NaN where not finite."""

    def predict(X: Floats) -> Floats:
        output = _of_every_class(fitting, fitting.predict(Frame.of(X, fitting.data.features))).T
        return np.where(drawable(output), output, np.nan)

    return predict


def _predictions(fitting: Fitting, part: Part, output: Floats) -> Predictions:
    if DRAWN_AS[fitting.data.task] == "regression":
        return Predictions(part.rows, part.y, output.T)
    return Predictions(
        part.rows,
        part.y,
        decide(fitting.calibration.apply_threshold(output, fitting.data.task)),
        _of_every_class(fitting, output).T,
    )


def _of_every_class(fitting: Fitting, output: Floats) -> Floats:
    """Probabilities of both of two classes, (2, n), where `output` (1, n) is that of the second."""
    return np.concatenate([1 - output, output]) if fitting.data.task == "binary" else output
