"""A table in memory: typed columns, numbers apart from categories and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "category", "datetime"]
MISSING = -1


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table: its values, and how missing ones are told.

    Numbers are floats, NaN where missing; dates are seconds since 1970 in float64, NaN where missing; categories
    are codes (int32) into `levels`, the texts as they stand in the file, MISSING (-1) where missing.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    levels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.int64]) -> "Column":
        """The column at some rows, with the same levels."""
        return Column(self.name, self.kind, self.values[rows], self.levels)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where nothing stands."""
        return np.asarray(self.values == MISSING if self.kind == "category" else np.isnan(self.values))


@dataclass(frozen=True, eq=False)
class Frame:
    """Columns of equal length by name, in the order of the file; `rows` numbers them from 1, below the header."""

    columns: Mapping[str, Column]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: NDArray[np.int64]) -> "Frame":
        """Some rows of the table."""
        return Frame({name: column.take(rows) for name, column in self.columns.items()}, self.rows[rows])
