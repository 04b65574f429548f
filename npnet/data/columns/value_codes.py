"""Columns as codes that rise with their values: what inspecting a table counts on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import MISSING, Column

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Levels:
    """A column's distinct values in order.

    `codes` (rows,) from 0, MISSING where nothing stands; `counts` (levels,) of the rows of each.
    """

    column: Column
    codes: Codes
    counts: Codes

    @classmethod
    def of(cls, column: Column) -> "Levels":
        """The levels that occur in a column: texts by code point, numbers and dates by size."""
        codes = np.full(len(column), MISSING, np.int64)
        known = ~column.missing
        if column.kind == "category":
            place = np.empty(len(column.levels), np.int64)
            place[sorted(range(len(column.levels)), key=column.levels.__getitem__)] = np.arange(len(place))
            used, found = _dense(place[column.values[known]], len(place))
        else:
            used, found = np.unique(column.values[known], return_inverse=True)
        codes[known] = found
        return cls(column, codes, np.bincount(found, minlength=len(used)))

    @property
    def missing(self) -> int:
        """How many rows have nothing there."""
        return len(self.codes) - int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """How many values there are, missing apart."""
        return len(self.counts)

    @property
    def ranks(self) -> Floats:
        """The rank of each level among all rows that have one, from 1; ties share the mean."""
        return np.cumsum(self.counts) - (self.counts - 1) / 2


def _dense(codes: Codes, count: int) -> tuple[Codes, Codes]:
    """The codes that occur, ascending, and each row's place among them."""
    used = np.flatnonzero(np.bincount(codes, minlength=count))
    place = np.zeros(count, np.int64)
    place[used] = np.arange(len(used))
    return used, place[codes]
