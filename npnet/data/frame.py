"""A table in memory: typed columns, numbers apart from categories and dates."""

from collections.abc import Iterator, Mapping
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
    def holds(self) -> str:
        """What the column holds, as a message says it."""
        return {"number": "numbers", "category": "text", "datetime": "dates"}[self.kind]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where nothing stands."""
        return np.asarray(self.values == MISSING if self.kind == "category" else np.isnan(self.values))


class _Taken(Mapping[str, Column]):
    """Some rows of columns, each taken when it is asked for: a part of a large table costs its row numbers."""

    def __init__(self, columns: Mapping[str, Column], rows: NDArray[np.int64]) -> None:
        self.columns, self.rows = columns, rows

    @classmethod
    def of(cls, columns: Mapping[str, Column], rows: NDArray[np.int64]) -> "_Taken":
        """Rows of columns, or of rows of columns."""
        return cls(columns.columns, columns.rows[rows]) if isinstance(columns, _Taken) else cls(columns, rows)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name].take(self.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, eq=False)
class Frame:
    """Columns of equal length by name, in the order of the file; `rows` numbers them from 1, below the header."""

    columns: Mapping[str, Column]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, X: NDArray[Any], names: tuple[str, ...], rows: NDArray[np.int64] | None = None) -> "Frame":
        """A table of numbers from a matrix (samples, columns)."""
        numbered = np.arange(1, len(X) + 1) if rows is None else rows
        columns = zip(names, np.asarray(X).T, strict=True)
        return cls({name: Column(name, "number", values) for name, values in columns}, numbered)

    @property
    def matrix(self) -> NDArray[Any]:
        """The values of all columns side by side, (samples, columns), categories as codes."""
        return np.stack([column.values for column in self.columns.values()], axis=1)

    def take(self, rows: NDArray[np.int64]) -> "Frame":
        """Some rows of the table; a column is copied only when it is looked at."""
        return Frame(_Taken.of(self.columns, rows), self.rows[rows])
