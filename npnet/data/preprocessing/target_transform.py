"""Transforms of a positive, skewed target of a regression, and how predictions are turned back.

A network trained on f = g(y) predicts f with an error e = g(y) - f. The inverse of a quantile of f is that quantile of
y. The inverse of a mean is not the mean of y: Duan (1983) averages the inverse over the errors of the training rows,
mean of g^-1(f + e), which for both transforms needs only a few means of e.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.errors import DataError
from npnet.text import quoted

Floats = NDArray[np.float64]
TransformName = Literal["log", "square_root"]


@dataclass(frozen=True)
class TargetTransform:
    """A transform g of the target: its inverse, and the mean of the inverse over errors by their moments.

    `moments` are functions of the errors whose means `mean` needs, on a last axis.
    """

    forward: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]
    moments: tuple[Callable[[Floats], Floats], ...]
    mean: Callable[[Floats, Floats], Floats]


def _square(f: Floats) -> Floats:
    return np.asarray(np.square(np.maximum(f, 0.0)))


def _mean_square(f: Floats, moments: Floats) -> Floats:
    f = np.maximum(f, 0.0)
    return np.asarray(np.square(f) + 2 * f * moments[..., 0] + moments[..., 1])


TRANSFORMS: dict[TransformName, TargetTransform] = {
    "log": TargetTransform(np.log, np.exp, (np.exp,), lambda f, moments: np.exp(f) * moments[..., 0]),
    "square_root": TargetTransform(np.sqrt, _square, (np.positive, np.square), _mean_square),
}


def smearing(transform: TransformName, errors: Floats, weight: Floats | None) -> Floats:
    """Return the means (models, targets, moments) of the errors (models, targets, samples) of training rows.

    Where a mean is not finite, predictions are not corrected: those of errors that are 0.
    """
    chosen = TRANSFORMS[transform]
    found = np.stack([np.average(of(errors), axis=-1, weights=weight) for of in chosen.moments], axis=-1)
    exact = np.array([float(of(np.zeros(1))[0]) for of in chosen.moments])
    return np.where(np.isfinite(found).all(axis=-1, keepdims=True), found, exact)


def refuse_outside(transform: TransformName, y: NDArray[Any], names: tuple[str, ...], rows: NDArray[np.int64]) -> None:
    """Raise DataError for the first target (samples, targets) that the transform does not accept."""
    off = y <= 0 if transform == "log" else y < 0
    if not off.any():
        return
    row, column = np.argwhere(off)[0].tolist()
    where = f"row {rows[row]}: the target {quoted(names[column])} is {y[row, column]:g}"
    many = f", and {np.count_nonzero(off)} such values in all" if np.count_nonzero(off) > 1 else ""
    least = "above 0" if transform == "log" else "of 0 or more"
    roots = transform == "log" and bool((y >= 0).all())
    hint = "write target_transform: square_root, which accepts 0" if roots else "take target_transform out"
    error = DataError(f"{where}{many}; target_transform: {transform} needs values {least}", hint)
    error.key = "target_transform"
    raise error
