"""Columns of data at positions: their names, and rows with the columns of a single position."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.errors import DataError
from npnet.text import quoted


def endings_at(positions: Sequence[int]) -> list[str]:
    """Return the ending of the names of columns at each position: " 1", " 2"; of images " 1 1", " 1 2" by row."""
    return ["".join(f" {index}" for index in one) for one in product(*(range(1, size + 1) for size in positions))]


def columns_at(features: Iterable[str], positions: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the columns of features at positions, all of the first position before those of the next."""
    features = tuple(features)
    return tuple(f"{name}{end}" for end in endings_at(positions) for name in features)


def features_of(frame: Frame, positions: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the features, of a frame whose columns are those of `columns_at`."""
    count, end = len(frame.columns) // prod(positions), endings_at(positions)[0]
    return tuple(name.removesuffix(end) for name in list(frame.columns)[:count])


def by_position(frame: Frame, features: Iterable[str], positions: Sequence[int], rows: slice = slice(None)) -> Frame:
    """Return a row for each position of some rows: all rows at the first position, then all at the next.

    Columns are found by name. Raise DataError for one that does not exist, or is of another kind than those before.
    """
    ends, columns = endings_at(positions), {}
    for name in features:
        each = [_column(frame, f"{name}{end}") for end in ends]
        if other := next((one for one in each if one.kind != each[0].kind), None):
            what = (
                f"column {quoted(other.name)} is {other.content}, and column {quoted(each[0].name)} {each[0].content}"
            )
            raise DataError(what, "the values of all positions are of one kind")
        levels = tuple(dict.fromkeys(level for one in each for level in one.levels))
        values = np.concatenate([_codes(one, one[rows], levels) if levels else one[rows] for one in each])
        columns[name] = Column(name, each[0].kind, values, levels)
    return Frame(columns, np.tile(frame.rows[rows], len(ends)))


def distinct_rows(frame: Frame, features: Iterable[str], positions: Sequence[int]) -> Frame | None:
    """Return the rows of the table that the windows of a frame are cut from, each once; None for other positions.

    Windows share the stored values of their columns.
    """
    ends, columns, found = endings_at(positions), {}, list[Rows]()
    for name in features:
        each = [_column(frame, f"{name}{end}") for end in ends]
        rows = [one.rows for one in each if one.rows is not None and one.stored is each[0].stored]
        if len(rows) < len(each):
            return None
        found.append(np.unique(np.stack(rows)))
        columns[name] = replace(each[0], name=name, rows=found[-1])
    return Frame(columns, found[0] + 1) if found and all(np.array_equal(rows, found[0]) for rows in found) else None


def existing(each: Frame, positions: Sequence[int]) -> NDArray[np.bool_]:
    """Return which positions of each row exist, (positions, rows): all up to the last with a value, one at least.

    `each` has a row for each position, as `by_position` returns them.
    """
    known = np.logical_or.reduce([~column.missing for column in each.columns.values()]).reshape(prod(positions), -1)
    known[0] = True
    return np.asarray(np.logical_or.accumulate(known[::-1], axis=0)[::-1])


def _column(frame: Frame, name: str) -> Column:
    if name not in frame.columns:
        raise DataError(f"there is no column {quoted(name)}")
    return frame.columns[name]


def _codes(column: Column, codes: NDArray[np.int32], levels: tuple[str, ...]) -> NDArray[np.int32]:
    """Return codes of a column as codes into the levels of all positions."""
    if column.levels == levels:
        return codes
    place = {level: code for code, level in enumerate(levels)}
    return np.array([*(place[level] for level in column.levels), MISSING], np.int32)[codes]
