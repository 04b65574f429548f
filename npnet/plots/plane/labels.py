"""One of several labels, drawn as two classes: with it, or without."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from npnet.plots.kinds import Material, Predictions
from npnet.plots.layout import Floats

EVEN = 0.5  # a label is predicted above this probability


def of_label(material: Material, index: int) -> Material:
    """Return the material of one label of several, as that of two classes; any other material is returned as it is."""
    if material.task != "multilabel":
        return material
    name = material.targets[index]
    return replace(
        material,
        task="binary",
        classes=(f"not {name}", name),
        targets=(name,),
        threshold=EVEN,
        predictions={split: _predictions(one, index) for split, one in material.predictions.items()},
        points={split: (X, _column(y, index)) for split, (X, y) in material.points.items()},
        predict=None if material.predict is None else partial(_outputs, material.predict, index),
    )


def _predictions(found: Predictions, index: int) -> Predictions:
    chance = found.prediction.reshape(len(found.rows), -1)[:, index]
    probability = np.stack([1 - chance, chance], axis=1).astype(np.float64)
    return Predictions(found.rows, _column(found.target, index), (chance > EVEN).astype(np.int64), probability)


def _column(target: np.ndarray, index: int) -> np.ndarray:
    return (target.reshape(len(target), -1)[:, index] > EVEN).astype(np.int64)


def _outputs(predict: Callable[[Floats], Floats], index: int, X: Floats) -> Floats:
    """Return the probabilities without and with the label, (rows, 2)."""
    chance = predict(X)[:, index]
    return np.stack([1 - chance, chance], axis=1)
