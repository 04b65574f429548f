"""Bootstrap: how far a score could have come out otherwise, had other rows of the same kind been drawn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Task
from npnet.metrics import DECIDED, measure
from npnet.model.output_transform import Calibration
from npnet.rng import stream

Floats = NDArray[np.float64]
Interval = tuple[float, float]

LEVEL = 0.95


def intervals(
    y: NDArray[Any],
    output: Floats,
    task: Task,
    calibration: Calibration,
    names: Sequence[str],
    draws: int,
    seed: int,
) -> dict[str, Interval]:
    """The interval of each metric that holds 95 % of its values over samples drawn with replacement.

    output (outputs, samples). A drawn sample is the number of times that it has each row, taken as weights; all
    metrics see the same samples. NaN where a metric is undefined on most of them. Efron (1979), percentile method.
    """
    apply_threshold = calibration.apply_threshold(output, task)
    values = np.empty((len(names), draws))
    random = stream(seed, "data", 1)
    for draw in range(draws):
        weight = np.bincount(random.integers(0, len(y), len(y)), minlength=len(y)).astype(np.float64)
        rows = np.flatnonzero(weight)
        drawn = {False: output[np.newaxis, :, rows], True: apply_threshold[np.newaxis, :, rows]}
        values[:, draw] = [measure(name, y[rows], drawn[name in DECIDED], task, weight[rows])[0] for name in names]
    return {name: _interval(row) for name, row in zip(names, values, strict=True)}


def _interval(values: Floats) -> Interval:
    known = values[np.isfinite(values)]
    if len(known) <= len(values) / 2:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
