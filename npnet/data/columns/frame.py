"""A table in memory: typed columns, numbers apart from categories and dates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

Kind = Literal["number", "category", "datetime"]
Rows = NDArray[np.int64]
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

    def take(self, rows: Rows) -> "Column":
        """The column at some rows, with the same levels; its values are copied when they are looked at."""
        return LazyColumn(self.name, self.kind, self._at, self.levels, len(rows), rows)

    def uncached(self) -> "Column":
        """The same column, without values that it can fetch again."""
        return self

    def _at(self, rows: Rows | None) -> NDArray[Any]:
        return self.values if rows is None else self.values[rows]

    @property
    def holds(self) -> str:
        """What the column holds, as a message says it."""
        return {"number": "numbers", "category": "text", "datetime": "dates"}[self.kind]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where nothing stands."""
        return np.asarray(self.values == MISSING if self.kind == "category" else np.isnan(self.values))


class LazyColumn(Column):
    """A column that fetches its values when they are first looked at, and holds them as long as it lives.

    `fetch` gives the values at some rows, or all of them for None.
    """

    _fetch: Callable[[Rows | None], NDArray[Any]]
    _length: int
    _rows: Rows | None

    def __init__(
        self,
        name: str,
        kind: Kind,
        fetch: Callable[[Rows | None], NDArray[Any]],
        levels: tuple[str, ...],
        length: int,
        rows: Rows | None = None,
    ) -> None:
        vars(self).update(name=name, kind=kind, levels=levels, _fetch=fetch, _length=length, _rows=rows)

    def __len__(self) -> int:
        return self._length

    @cached_property
    def values(self) -> NDArray[Any]:
        """The values, fetched when this is asked first."""
        return self._fetch(self._rows)

    @override
    def take(self, rows: Rows) -> Column:
        chosen = rows if self._rows is None else self._rows[rows]
        return LazyColumn(self.name, self.kind, self._fetch, self.levels, len(rows), chosen)

    @override
    def uncached(self) -> Column:
        return LazyColumn(self.name, self.kind, self._fetch, self.levels, self._length, self._rows)


class _Columns(Mapping[str, Column]):
    """Columns of which none keeps, for the next who asks, what it has fetched."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns

    def __getitem__(self, name: str) -> Column:
        return self._columns[name].uncached()

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class _Taken(Mapping[str, Column]):
    """Some rows of columns: a part of a large table costs its row numbers."""

    def __init__(self, columns: Mapping[str, Column], rows: Rows) -> None:
        self.columns, self.rows = columns, rows

    @classmethod
    def of(cls, columns: Mapping[str, Column], rows: Rows) -> "_Taken":
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
    """Columns of equal length by name, in the order of the file; `rows` numbers them from 1, below the header.

    A column that fetches its values is another one each time it is asked for: ask once, look often, let it go.
    """

    columns: Mapping[str, Column]
    rows: Rows

    def __post_init__(self) -> None:
        if isinstance(self.columns, dict):
            object.__setattr__(self, "columns", _Columns(self.columns))

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, X: NDArray[Any], names: tuple[str, ...], rows: Rows | None = None) -> "Frame":
        """A table of numbers from a matrix (samples, columns)."""
        numbered = np.arange(1, len(X) + 1) if rows is None else rows
        columns = zip(names, np.asarray(X).T, strict=True)
        return cls({name: Column(name, "number", values) for name, values in columns}, numbered)

    @property
    def matrix(self) -> NDArray[Any]:
        """The values of all columns side by side, (samples, columns), categories as codes."""
        return np.stack([column.values for column in self.columns.values()], axis=1)

    def take(self, rows: Rows) -> "Frame":
        """Some rows of the table; a column is copied only when it is looked at."""
        return Frame(_Taken.of(self.columns, rows), self.rows[rows])
