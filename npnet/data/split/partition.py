"""Parts of a table by group, by time or by file: by integers, the same on every machine."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import Column
from npnet.data.split.splits import Split
from npnet.errors import DataError
from npnet.rng import stream
from npnet.text import quoted

Codes = NDArray[np.int64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Parts = dict[str, Rows]


def by_group(groups: Codes, spec: Split, seed: int) -> Parts:
    """Parts that share no group, each about its share of the rows.

    In random order each group goes to test, then validation, where it still fits, else to train; one group more goes
    where that comes nearer. No part is without a group: DataError where there are too few.
    """
    return group_parts(groups, {"test": spec.test, "validation": spec.validation}, words(len(groups), seed))


def group_parts(groups: Codes, shares: Mapping[str, float], order: Words) -> Parts:
    """Parts of whole groups, taken in the order of their words; what is left is "train"."""
    sizes = np.bincount(groups)
    free = sorted(np.flatnonzero(sizes).tolist(), key=order.__getitem__)
    wanted = {name: half_up(len(groups), share) for name, share in shares.items() if share}
    if len(free) <= len(wanted):
        count = f"{len(free)} group{'s are' if len(free) > 1 else ' is'}"
        raise DataError(f"{count} too few for {len(wanted) + 1} parts that share none")
    parts, rest = {}, np.ones(len(groups), bool)
    for place, (name, rows) in enumerate(wanted.items()):
        chosen = _filling(free, sizes, rows, len(free) - len(wanted) + place)
        free = [group for group in free if group not in chosen]
        inside = np.isin(groups, list(chosen))
        parts[name], rest = np.flatnonzero(inside), rest & ~inside
    return {"train": np.flatnonzero(rest), **parts}


def by_time(times: Floats, spec: Split) -> Parts:
    """The latest rows test, those before them validate; rows of one time stay together.

    The borders are those between two times that are nearest to the shares. DataError for too few different times.
    """
    order = np.argsort(times, kind="stable")
    edges = time_edges(times[order])
    wanted = bool(spec.test) + bool(spec.validation)
    if len(edges) < wanted:
        raise DataError(f"{len(edges) + 1} different times are too few for {wanted + 1} parts one after the other")
    test = validation = len(times)
    if spec.test:
        test = nearest_edge(edges[int(wanted == 2) :], test - half_up(len(times), spec.test))
        validation = test
    if spec.validation:
        validation = nearest_edge(edges[edges < test], test - half_up(len(times), spec.validation))
    parts = {"train": order[:validation], "validation": order[validation:test], "test": order[test:]}
    return {name: np.sort(rows) for name, rows in parts.items() if len(rows)}


def given(lengths: Mapping[str, int]) -> Parts:
    """The parts of files that were read one after the other, as many rows as each has."""
    ends = np.cumsum(list(lengths.values())).tolist()
    return {name: np.arange(end - lengths[name], end) for name, end in zip(lengths, ends, strict=True)}


def group_codes(column: Column, rows: Rows) -> Codes:
    """The groups that a column names, as codes from 0; DataError where one is missing."""
    _refuse_missing(column, rows, "group")
    return np.asarray(np.unique(column.values, return_inverse=True)[1], np.int64)


def times(column: Column, rows: Rows) -> Floats:
    """The times that a column holds; DataError for text, and where one is missing."""
    if column.kind == "category":
        raise DataError(
            f"the time column {quoted(column.name)} is text", f"write datetime: [{column.name}] under dataset.table"
        )
    _refuse_missing(column, rows, "time")
    return column.values.astype(np.float64)


def words(count: int, seed: int, *key: int) -> Words:
    """Random words of 64 bits by which rows or groups are ordered."""
    return np.asarray(stream(seed, "split", *key).bit_generator.random_raw(count))


def half_up(rows: int, share: float) -> int:
    """The share, as the decimal that it is written as, of some rows, rounded."""
    return int(rows * Fraction(repr(share)) + Fraction(1, 2))


def time_edges(ordered: Floats) -> Rows:
    """Where among ascending times another begins."""
    return np.flatnonzero(ordered[1:] != ordered[:-1]) + 1


def nearest_edge(edges: Rows, wanted: int) -> int:
    """The border nearest to a wanted one; of two the earlier."""
    return int(edges[np.argmin(np.abs(edges - wanted))])


def _filling(free: list[int], sizes: Codes, wanted: int, most: int) -> set[int]:
    """One to `most` free groups that together have about the wanted number of rows."""
    chosen: set[int] = set()
    for group in free:
        if sizes[group] <= wanted and len(chosen) < most:
            chosen.add(group)
            wanted -= int(sizes[group])
    others = [group for group in free if group not in chosen]
    if len(chosen) < most:
        nearest = min(others, key=lambda group: abs(int(sizes[group]) - wanted))
        if not chosen or abs(int(sizes[nearest]) - wanted) < wanted:
            chosen.add(nearest)
    return chosen


def _refuse_missing(column: Column, rows: Rows, role: str) -> None:
    gaps = np.flatnonzero(column.missing)
    if len(gaps):
        what = f"row {rows[gaps[0]]}: the {role} column {quoted(column.name)} is empty"
        raise DataError(
            f"{what}{f', and in {len(gaps) - 1} more' if len(gaps) > 1 else ''}", f"every row needs a {role}"
        )
