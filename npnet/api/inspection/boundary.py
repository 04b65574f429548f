"""The picture of a model over the plane of its two features."""

from functools import partial

import numpy as np

from npnet.data.columns import Frame
from npnet.errors import UsageError
from npnet.plots.figures import painted
from npnet.plots.kinds import Material, fits_axis
from npnet.plots.layout import Figure, Floats
from npnet.runner.predictions.predicting import RunPredictor
from npnet.text import listed


def boundary_of(predictor: RunPredictor, frame: Frame, targets: Frame) -> Figure:
    """Return the decision boundary, or the fitted curve or surface, with rows on it."""
    data = predictor.data
    others = [name for name in data.features if frame.columns[name].kind != "number"]
    if others:
        raise UsageError(f"a boundary needs features that are numbers; {listed(others)} is not")
    y = data.target.encode(targets)
    X = np.stack([np.asarray(frame.columns[name].values, np.float64) for name in data.features], axis=1)
    rows = fits_axis(X).all(axis=1)
    found = Material(
        title="Model",
        subtitle=f"{len(X):,} rows",
        task="binary" if data.task == "binary" else "multiclass" if data.task == "multiclass" else "regression",
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        history={},
        best_epoch=None,
        metrics={},
        predictions={},
        points={"train": (X[rows], y[rows])},
        predict=partial(_predict, predictor),
        threshold=predictor.predictor.calibration.threshold,
    )
    return painted("boundary", found)


def _predict(predictor: RunPredictor, X: Floats) -> Floats:
    output = predictor.outputs(Frame.of(X, predictor.data.features))
    both = np.concatenate([1 - output, output]) if predictor.data.task == "binary" else output
    return np.where(fits_axis(both.T), both.T, np.nan)
