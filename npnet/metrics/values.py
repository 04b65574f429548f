"""Scores of values: of a regression and of counts.

Values whose squares no float holds, or that are so small that theirs are 0, are taken in another unit, a power of two:
that changes no digit.
"""

import numpy as np
from numpy.typing import NDArray

from npnet.metrics.metric import REGRESSION, Array, Floats, Score, add, mean

LARGE = 1e150


def _by_reference(function: str, in_units: bool) -> Score:
    """The score of one model by a function of scikit-learn, the mean over the targets; `in_units` of the target."""

    def score(target: Array, output: Array, weight: Array | None = None) -> float:
        from sklearn import metrics as reference

        unit = _units(target.T, output)
        scaled = (target.T / unit).T, (output / unit).T
        each = getattr(reference, function)(*scaled, sample_weight=weight, multioutput="raw_values")
        return float(np.mean(each * unit[:, 0] if in_units else each))

    return score


def _r2_score(target: Array, output: Array, weight: Array | None = None) -> float:
    if len(target) < 2:
        return np.nan
    if not _constant(target.T).any():
        return _by_reference("r2_score", in_units=False)(target, output, weight)
    # A weighted mean of equal values is another one in its last digit, and their variance then not 0.
    each = [
        float((y == given).all()) if (y == y[0]).all() else _r2_score(y[:, np.newaxis], given[np.newaxis], weight)
        for y, given in zip(target.T, output, strict=True)
    ]
    return float(np.mean(each))


def _constant(target: Array) -> NDArray[np.bool_]:
    """Which targets (targets, samples) have the same value in every row."""
    return np.asarray((target == target[:, :1]).all(axis=-1))


def _one_row(target: Array) -> str | None:
    return None if len(target) > 1 else "two rows"


@add("r2", "maximize", REGRESSION, _r2_score, _one_row)
def r2(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the target's variance that is explained, averaged over the targets.

    1 - sum (y - output)^2 / sum (y - mean y)^2; for a target that never varies 1 if it is met exactly, else 0.
    Undefined for a single row. Wright, 1921.
    """
    if len(target) < 2:
        return np.full(len(output), np.nan)
    unit = _units(target.T, output)
    y = target.T / unit
    left = mean(np.square(y - output / unit), weight)
    spread = np.where(_constant(target.T), 0, mean(np.square(y - mean(y, weight)[..., None]), weight))
    share = np.divide(left, spread, out=np.sign(left), where=spread > 0)
    return np.asarray((1 - share).mean(axis=-1))


@add("rmse", "minimize", REGRESSION, _by_reference("root_mean_squared_error", in_units=True))
def rmse(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Root of the mean squared error, in units of the target, averaged over the targets."""
    unit = _units(target.T, output)
    return np.asarray((np.sqrt(mean(np.square(target.T / unit - output / unit), weight)) * unit[..., 0]).mean(axis=-1))


@add("mae", "minimize", REGRESSION, _by_reference("mean_absolute_error", in_units=True))
def mae(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean absolute error, in units of the target, averaged over the targets."""
    unit = _units(target.T, output)
    return np.asarray((mean(np.abs(target.T / unit - output / unit), weight) * unit[..., 0]).mean(axis=-1))


def _units(target: Array, output: Array) -> Floats:
    """What to divide the values of each target by, (..., targets, 1): 1 unless they are huge or tiny."""
    largest = np.maximum(np.abs(target).max(axis=-1), np.abs(output).max(axis=-1)).astype(np.float64)
    extreme = (largest > LARGE) | ((largest < 1 / LARGE) & (largest > 0))
    power = np.ldexp(1.0, np.frexp(largest)[1] - 1)
    return np.where(extreme, power, 1.0)[..., np.newaxis]
