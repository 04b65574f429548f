"""How much each row counts: by its class, by a column, or both; on average 1."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import Column
from npnet.errors import DataError
from npnet.registry import nearest
from npnet.text import listed, quoted

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Rows = NDArray[np.int64]
ClassWeight = Literal["balanced"] | Mapping[str, float]


def class_weights(codes: Codes, classes: Sequence[str], wish: ClassWeight) -> Floats:
    """The weight of each class, (classes,); `codes` are those of the train part.

    balanced: rows / (classes * rows of the class), so that all classes weigh the same; a class without rows in the
    train part gets 0. A mapping names classes; those it leaves out weigh 1. DataError for a name that is no class,
    and for a weight that is negative or not finite.
    """
    if not isinstance(wish, Mapping):
        counts = np.bincount(codes, minlength=len(classes))
        return np.where(counts > 0, len(codes) / (len(classes) * np.maximum(counts, 1)), 0.0)
    named = {str(name): float(weight) for name, weight in wish.items()}
    for name, weight in named.items():
        if name not in classes:
            near = nearest(name, list(classes))
            hint = f"did you mean {quoted(near)}?" if near else f"the classes are: {listed(classes)}"
            raise DataError(f"class_weight: {quoted(name)} is no class", hint)
        if not (np.isfinite(weight) and weight >= 0):
            raise DataError(f"class_weight: the weight of {quoted(name)} is {weight:g}", "weights are 0 or more")
    return np.array([named.get(name, 1.0) for name in classes])


def column_weights(column: Column, rows: Rows) -> Floats:
    """The weights that a column holds; DataError at one that is missing or negative."""
    if column.kind != "number":
        raise DataError(f"the weight column {quoted(column.name)} is {column.holds}, not numbers")
    weights = column.values.astype(np.float64)
    off = ~(np.isfinite(weights) & (weights >= 0))
    if off.any():
        first = int(np.argmax(off))
        value = "missing" if np.isnan(weights[first]) else f"{weights[first]:g}"
        hint = "weights are 0 or more; one of 0 leaves a row out"
        raise DataError(f"row {rows[first]}: the weight in column {quoted(column.name)} is {value}", hint)
    return weights


def sample_weights(train: Rows, *factors: Floats) -> Floats:
    """The product of weights of all rows, with mean 1 over the positions `train`.

    Equal ones become exactly 1. DataError where no row of the train part has a weight.
    """
    product = np.prod(np.stack(factors), axis=0)
    largest = product[train].max()
    if largest == 0:
        raise DataError("every row to train on has the weight 0", "give rows of the train part a weight above 0")
    product = product / largest  # so that the mean of huge weights is finite
    return np.asarray(product / product[train].mean())
