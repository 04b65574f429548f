"""Pooling: what several networks say of rows that not all of them share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.datasets.table import joined

Floats = NDArray[np.float64]
SplitPredictions = tuple[Part, Floats]
"""Rows, and the outputs (outputs, samples) that were said of them."""


def pooled(said: Sequence[SplitPredictions]) -> SplitPredictions:
    """All rows that occur, in their order; a row that occurs more than once gets the mean of what is said of it."""
    if len(said) == 1:
        return said[0]
    parts, outputs = zip(*said, strict=True)
    frame, y = joined([part.frame for part in parts]), np.concatenate([part.y for part in parts])
    _, first, place, counts = np.unique(frame.rows, return_index=True, return_inverse=True, return_counts=True)
    total = np.zeros((len(counts), len(outputs[0])))
    np.add.at(total, place, np.concatenate(outputs, axis=1).T)
    no_inputs: NDArray[Any] = np.ones((len(first), 1))
    return Part(frame.take(first), no_inputs, y[first]), (total / counts[:, np.newaxis]).T
