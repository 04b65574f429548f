"""From a run to the material of its pictures: history, scores and predictions as plain arrays."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.frame import Frame
from npnet.data.source import VALUES
from npnet.fitting import Fitting
from npnet.metrics import decide
from npnet.plots.material import Material, Predictions
from npnet.rundir import Run

Floats = NDArray[np.float64]


def material(run: Run, fitting: Fitting) -> Material:
    """All that the pictures of a run show, from its folder and from its network with the data."""
    data, info = fitting.data, run.info
    return Material(
        title=info["name"],
        subtitle=run.id,
        task=data.task,
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        history=run.history(),
        best_epoch=fitting.best_epoch if info["best_epoch"] is None else info["best_epoch"],
        metrics={part: {**scores} for part, scores in run.metrics().items()},
        predictions={name: _predictions(fitting, name, part) for name, part in data.parts.items()},
        points={name: (part.raw, part.y) for name, part in data.parts.items()},
        predict=predictor(fitting),
    )


def predictor(fitting: Fitting) -> Callable[[Floats], Floats]:
    """What the network says of rows (n, features) in units of the data: (n, classes) or (n, targets)."""

    def predict(X: Floats) -> Floats:
        return _of_every_class(fitting, fitting.predict(Frame.of(X, fitting.data.features))).T

    return predict


def _predictions(fitting: Fitting, name: str, part: Part) -> Predictions:
    output = fitting.outputs(name)
    if fitting.data.task in VALUES:
        return Predictions(part.rows, part.y, output.T)
    return Predictions(part.rows, part.y, decide(output), _of_every_class(fitting, output).T)


def _of_every_class(fitting: Fitting, output: Floats) -> Floats:
    """Probabilities of both of two classes, (2, n), where `output` (1, n) is that of the second."""
    return np.concatenate([1 - output, output]) if fitting.data.task == "binary" else output
