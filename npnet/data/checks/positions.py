"""Data at positions as a table that the checks know: each position is a row."""

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.at_positions import by_position, existing, features_of
from npnet.data.datasets import Dataset

MOST = 1 << 20  # positions that are looked at


def each_position(dataset: Dataset) -> tuple[Dataset, NDArray[np.int64]]:
    """Return the positions that exist as rows of a dataset, of many rows evenly spread, and the row of each.

    Each position of a row has the target of the whole row.
    """
    count = prod(dataset.positions)
    rows = np.linspace(0, len(dataset) - 1, min(len(dataset), max(MOST // count, 2))).astype(np.int64)
    frame = dataset.frame.take(rows)
    each = by_position(frame, features_of(frame, dataset.positions), dataset.positions)
    there = existing(each, dataset.positions).ravel() if dataset.ragged else np.ones(len(each), bool)
    chosen, of_row = np.flatnonzero(there), np.tile(rows, count)[there]
    y = dataset.y[of_row]
    if dataset.steps:
        y = dataset.y[rows].T.ravel()[chosen]
        y = y[:, np.newaxis] if y.dtype.kind == "f" else y
    weight = None if dataset.weight is None else dataset.weight[of_row]
    plain = replace(dataset, positions=(), steps=False, ragged=False, groups=None, times=None)
    return replace(plain, frame=each.take(chosen), y=y, weight=weight), of_row
