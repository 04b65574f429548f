"""Typed columns of numbers, categories or dates, in memory or in a file, and their frames."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "category", "datetime"]
Rows = NDArray[np.int64]
MISSING = -1
FEWEST_NAMED = 20  # rows: with fewer, values that are all distinct mean little
NEARLY = 0.95
NAMED = re.compile(r"(^|[\W_])(?i:id|index|key|number|row|rownames?|uuid)$|[a-z](ID|Id|Key)$")
NUMERIC = re.compile(r"[+\-\u2212]?[\d.,'\u00a0\u202f ]*\d[\d.,]*(e[+-]?\d+)?|na|n/a|nan|", re.IGNORECASE)
CONTENT: dict[Kind, str] = {"number": "numbers", "category": "text", "datetime": "dates"}


@runtime_checkable
class Stored(Protocol):
    """Values that are read when they are indexed, by row numbers or a slice, such as an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table: `stored` values, at the positions `rows` or all of them for None.

    Numbers are floats, NaN where missing; dates are seconds since 1970 in float64, NaN where missing; categories
    are codes (int32) into `levels`, the texts as they stand in the file, MISSING (-1) where missing.

    Each access to `values` and `missing` reads the values anew, from a file if the table is large; functions that need
    them more than once keep the array, or the column that `loaded` returns.
    """

    name: str
    kind: Kind
    stored: Stored
    levels: tuple[str, ...] = ()
    rows: Rows | None = None

    def __len__(self) -> int:
        return len(self.stored) if self.rows is None else len(self.rows)

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        """Return the values at row numbers or in a slice."""
        return self.stored[rows if self.rows is None else self.rows[rows]]

    @property
    def values(self) -> NDArray[Any]:
        """The values of all rows, (rows,)."""
        return self[:]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """A mask of the rows without a value, (rows,)."""
        return np.asarray(self.values == MISSING if self.kind == "category" else np.isnan(self.values))

    @property
    def content(self) -> str:
        """What the column holds, as messages call it."""
        return CONTENT[self.kind]

    def take(self, rows: Rows) -> "Column":
        """Return the column at row numbers, with the same levels; no value is read."""
        return replace(self, rows=rows if self.rows is None else self.rows[rows])

    def loaded(self) -> "Column":
        """Return the column with its values in memory, side by side."""
        return replace(self, stored=np.ascontiguousarray(self.values), rows=None)

    def level_counts(self) -> Counter[str]:
        """Count the rows of each level of a category column; levels without rows are left out."""
        codes = self.values
        counts = np.bincount(codes[codes != MISSING], minlength=len(self.levels))
        return Counter({level: count for level, count in zip(self.levels, counts.tolist(), strict=True) if count})


@dataclass(frozen=True, eq=False)
class Frame:
    """Columns of equal length by name; `rows` are the row numbers in the file, from 1.

    `marks` are texts that tell rows apart beside their numbers, such as times; they stand beside predictions.
    """

    columns: Mapping[str, Column]
    rows: Rows
    marks: Mapping[str, NDArray[Any]] = field(default_factory=dict, kw_only=True)

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, X: NDArray[Any], names: tuple[str, ...], rows: Rows | None = None) -> "Frame":
        """Return a frame of numbers from a matrix (samples, columns)."""
        numbered = np.arange(1, len(X) + 1) if rows is None else rows
        columns = zip(names, np.asarray(X).T, strict=True)
        return cls({name: Column(name, "number", values) for name, values in columns}, numbered)

    @property
    def matrix(self) -> NDArray[Any]:
        """The values of all columns side by side, (samples, columns), categories as codes."""
        return np.stack([column.values for column in self.columns.values()], axis=1)

    def take(self, rows: Rows) -> "Frame":
        """Return the frame at positions of its rows; no value is read."""
        if np.array_equal(rows, np.arange(len(self))):
            return self
        composed: dict[int, Rows] = {}
        taken = {}
        for name, column in self.columns.items():
            key = id(column.rows)
            if key not in composed:
                composed[key] = rows if column.rows is None else column.rows[rows]
            taken[name] = replace(column, rows=composed[key])
        return Frame(taken, self.rows[rows], marks={name: texts[rows] for name, texts in self.marks.items()})


def looks_like_identifier(column: Column) -> str | None:
    """Return why a column looks like an identifier, None where it does not.

    Texts do where nearly every row has its own. Whole numbers do where they are all distinct and also rise from row to
    row, or are all those from the first to the last, or the column's name says so ("id", "rownames").
    """
    if len(column) < FEWEST_NAMED or column.kind == "datetime":
        return None
    values = column.values
    if column.kind == "category":
        counts, filled = column.level_counts(), int(np.count_nonzero(values != MISSING))
        few = filled < FEWEST_NAMED or len(counts) < NEARLY * filled
        return None if few else "nearly every row has a text of its own"
    if values[0] != np.floor(values[0]) or (values != np.floor(values)).any():  # or missing: NaN differs from itself
        return None
    if (values[1:] > values[:-1]).all():
        return "its whole numbers rise from row to row"
    if values.max() - values.min() < len(values) - 1:  # too few whole numbers for all rows to differ
        return None
    ordered = np.sort(values)
    steps = np.diff(ordered)
    if (steps == 0).any():
        return None
    if (steps == 1).all():
        return f"its whole numbers are those from {ordered[0]:.0f} to {ordered[-1]:.0f}, each once"
    return "its whole numbers are all distinct, and so says its name" if NAMED.search(column.name) else None


def looks_like_data(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first of some rows is data: numbers above numbers, or texts that come again below.

    Numbers that are all distinct and evenly spaced, such as years, are names.
    """
    if len(rows) < 3:
        return False
    first, columns = rows[0], list(zip(*(row for row in rows[1:] if len(row) == len(rows[0])), strict=True))
    shares = [sum(bool(NUMERIC.fullmatch(cell.strip())) for cell in cells) / len(cells) for cells in columns]
    numeric = [place for place, share in enumerate(shares) if share >= 0.9 and any(map(str.strip, columns[place]))]
    if numeric:
        heads = [first[place].strip() for place in numeric]
        if not all(head and NUMERIC.fullmatch(head) for head in heads):
            return False
        return not _are_even(heads)
    again = [cells.count(first[place]) > 0 for place, cells in enumerate(columns) if first[place].strip()]
    return len(set(first)) == len(first) and bool(again) and sum(again) > len(again) / 2


def _are_even(heads: Sequence[str]) -> bool:
    """Return whether texts are whole numbers in even steps."""
    if len(heads) < 2 or not all(re.fullmatch(r"\d+", head) for head in heads):
        return False
    numbers = list(map(int, heads))
    steps = {after - before for before, after in pairwise(numbers)}
    return len(steps) == 1 and steps != {0}
