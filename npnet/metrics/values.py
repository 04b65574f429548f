"""Scores of values: of a regression and of counts."""

import numpy as np

from npnet.metrics.metric import REGRESSION, Array, Floats, add, by_reference, mean


def _r2_score(target: Array, output: Array, weight: Array | None = None) -> float:
    return by_reference("r2_score", np.transpose)(target, output, weight) if len(target) > 1 else float("nan")


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
    y = target.T
    left = mean(np.square(y - output), weight)
    spread = np.broadcast_to(mean(np.square(y - mean(y, weight)[:, None]), weight), left.shape)
    share = np.divide(left, spread, out=np.sign(left), where=spread > 0)
    return np.asarray((1 - share).mean(axis=-1))


@add("rmse", "minimize", REGRESSION, by_reference("root_mean_squared_error", np.transpose))
def rmse(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Root of the mean squared error, in units of the target, averaged over the targets."""
    return np.asarray(np.sqrt(mean(np.square(target.T - output), weight)).mean(axis=-1))


@add("mae", "minimize", REGRESSION, by_reference("mean_absolute_error", np.transpose))
def mae(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean absolute error, in units of the target, averaged over the targets."""
    return np.asarray(mean(np.abs(target.T - output), weight).mean(axis=-1))
