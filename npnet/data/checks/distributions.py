"""Distributions of columns: over bins, against the target, between the sets of a split, and over time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column
from npnet.data.datasets import VALUES, Dataset

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = Mapping[str, NDArray[np.int64]]

BINS = 14  # of numbers and dates
MOST_LEVELS = 10  # with a bin of their own; the last bin has the others
TAIL = 0.005  # share of the rows in each of the two bins at the ends that hold what is far out
PERIODS = 12  # over time
OTHERS = "(others)"


@dataclass(frozen=True)
class Drift:
    """How far a set is from the training set: a distance from 0 to 1, and the probability of as much by chance.

    For numbers and dates by the test of Kolmogorov and Smirnov. For categories the distance is half the sum of the
    differences between the shares of all levels, and the probability comes from Pearson's chi-squared test.
    """

    distance: float
    chance: float


@dataclass(frozen=True)
class Distribution:
    """A column over its bins: those of numbers and dates have `edges` (bins + 1,), those of categories `names`.

    `counts` are rows by set, (bins,); `missing` their rows without a value. `target` are rows of the training set by
    class, (bins, classes), or the mean of one target, (bins,), NaN without rows. `association` is the share of
    the target's variance, or of Gini's impurity, that the bins explain. `over_time` has the mean of each period, of a
    category the share of its commonest level; it is empty without times.
    """

    column: Column
    names: tuple[str, ...]
    edges: Floats
    counts: Mapping[str, Ints]
    missing: Mapping[str, int]
    target: Floats
    association: float
    drift: Mapping[str, Drift]
    over_time: Floats


def distribution(column: Column, dataset: Dataset, rows: Rows) -> Distribution:
    """Return how a column of a dataset is distributed over the sets of a split, whose rows are given."""
    column = column.loaded()
    names, edges, codes = _binned(column, rows["train"])
    size = len(names) or len(edges) - 1
    known = codes >= 0
    counts = {name: np.bincount(codes[part][known[part]], minlength=size) for name, part in rows.items()}
    missing = {name: int((~known[part]).sum()) for name, part in rows.items()}
    train = rows["train"][known[rows["train"]]]
    target, association = _against_target(codes[train], dataset, train, size, 0)
    drift = {name: _drift(column, known, rows["train"], part) for name, part in rows.items() if name != "train"}
    return Distribution(
        column, names, edges, counts, missing, target, association, drift, _over_time(column, known, dataset)
    )


def against(one: Distribution, dataset: Dataset, rows: Rows, which: int) -> Distribution:
    """Return the distribution of a column with another target of several in its bins."""
    names, edges, codes = _binned(one.column, rows["train"])
    train = rows["train"][codes[rows["train"]] >= 0]
    target, association = _against_target(codes[train], dataset, train, len(names) or len(edges) - 1, which)
    return replace(one, target=target, association=association)


def periods(dataset: Dataset) -> list[Ints]:
    """Return the rows of equally large periods, in the order of their times; none without times."""
    if dataset.times is None:
        return []
    return [part for part in np.array_split(np.argsort(dataset.times, kind="stable"), PERIODS) if len(part)]


def _binned(column: Column, train: Ints) -> tuple[tuple[str, ...], Floats, Ints]:
    """Return the names or edges of the bins, and the bin of each row, -1 where it has no value."""
    if column.kind == "category":
        return _levels(column, train)
    values = column.values
    finite = np.isfinite(values)
    inner = values[train][finite[train]]
    if not len(inner):
        return (), np.array([0.0, 1.0]), np.where(finite, 0, -1)
    low, high = np.quantile(inner, [TAIL, 1 - TAIL])
    distinct = np.unique(inner)
    if len(distinct) <= BINS:
        middles = (distinct[1:] + distinct[:-1]) / 2
        ends = (distinct[0] - 0.5, distinct[-1] + 0.5) if len(distinct) == 1 else _beyond(distinct)
        edges = np.concatenate([[ends[0]], middles, [ends[1]]])
    else:
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return (), edges, np.where(finite, codes, -1)


def _beyond(distinct: Floats) -> tuple[float, float]:
    """Return ends as far beyond the outer values as the middles to their neighbours are inside."""
    return (
        float(distinct[0] - (distinct[1] - distinct[0]) / 2),
        float(distinct[-1] + (distinct[-1] - distinct[-2]) / 2),
    )


def _levels(column: Column, train: Ints) -> tuple[tuple[str, ...], Floats, Ints]:
    codes = column.values
    counts = np.bincount(codes[train][codes[train] != MISSING], minlength=len(column.levels))
    order = np.argsort(-counts, kind="stable")
    shown = order[: MOST_LEVELS if len(order) > MOST_LEVELS + 1 else len(order)]
    names = [column.levels[level] for level in shown.tolist()]
    place = np.full(len(column.levels) + 1, len(shown))  # the last entry is for MISSING
    place[shown], place[-1] = np.arange(len(shown)), -1
    return tuple([*names, OTHERS] if len(order) > len(shown) else names), np.empty(0), place[codes]


def _against_target(codes: Ints, dataset: Dataset, train: Ints, size: int, which: int) -> tuple[Floats, float]:
    """Return a target in each bin, and the share of its variance or impurity that the bins explain."""
    y = dataset.y.reshape(len(dataset), -1)[train, which]
    counts = np.bincount(codes, minlength=size)
    rows = np.maximum(counts, 1)
    if not len(y):
        return np.full(size, np.nan), 0.0
    if dataset.task in VALUES:
        mean = np.bincount(codes, y, minlength=size) / rows
        total = float(((y - y.mean()) ** 2).sum())
        between = float((counts * (mean - y.mean()) ** 2).sum())
        return np.where(counts > 0, mean, np.nan), between / total if total else 0.0
    classes = 2 if dataset.task == "multilabel" else len(dataset.classes)
    table = np.zeros((size, classes))
    np.add.at(table, (codes, y.astype(np.int64)), 1)
    shares = table.sum(axis=0) / len(y)
    impurity = 1 - float((shares**2).sum())
    left = 1 - float((table**2 / rows[:, np.newaxis]).sum()) / len(y)
    return table, 1 - left / impurity if impurity else 0.0


def _drift(column: Column, known: NDArray[np.bool_], train: Ints, other: Ints) -> Drift:
    """Compare a set with the training set; the probabilities are those of large samples."""
    from scipy.special import chdtrc, kolmogorov

    values = column.values
    one, two = values[train][known[train]], values[other][known[other]]
    if not (len(one) and len(two)):
        return Drift(0.0, 1.0)
    if column.kind != "category":
        every = np.sort(np.concatenate([one, two]))
        below = [np.searchsorted(np.sort(part), every, side="right") / len(part) for part in (one, two)]
        distance = float(np.abs(below[0] - below[1]).max())
        return Drift(distance, float(kolmogorov(distance * np.sqrt(len(one) * len(two) / len(every)))))
    table = np.stack([np.bincount(part, minlength=len(column.levels)) for part in (one, two)])
    table = table[:, table.any(axis=0)]
    shares = table / table.sum(axis=1, keepdims=True)
    expected = table.sum(axis=0) * table.sum(axis=1, keepdims=True) / table.sum()
    chance = float(chdtrc(table.shape[1] - 1, float(((table - expected) ** 2 / expected).sum())))
    return Drift(float(np.abs(shares[0] - shares[1]).sum() / 2), chance if table.shape[1] > 1 else 1.0)


def _over_time(column: Column, known: NDArray[np.bool_], dataset: Dataset) -> Floats:
    each: list[Any] = []
    values = column.values
    if column.kind == "category":
        counts = np.bincount(values[known], minlength=len(column.levels) or 1)
        values = (values == counts.argmax()).astype(np.float64)
    for part in periods(dataset):
        rows = part[known[part]]
        each.append(values[rows].mean() if len(rows) else np.nan)
    return np.array(each, np.float64)
