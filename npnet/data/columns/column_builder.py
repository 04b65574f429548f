"""One column while its file is read: it takes the cells block by block, and finds its kind on the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.columns.cells import Cells, Codes
from npnet.data.columns.dates import Seconds, iso_seconds
from npnet.data.columns.frame import MISSING, Column, Kind, LazyColumn
from npnet.data.columns.spill_file import GrowableArray, SpilledArray, SpillFile
from npnet.data.columns.type_rules import Rules, decides, is_number

NO_DATE = "is not a date"


@dataclass(frozen=True)
class Fault:
    """A cell that cannot stand in its column: where it is, what it says, and why not."""

    column: str
    row: int
    text: str
    why: str


@dataclass(frozen=True, eq=False)
class _Distinct:
    """Cells as `codes` into the distinct texts; MISSING, -1, finds what is put after the last of them."""

    codes: NDArray[np.int32]
    texts: list[str]

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How often each text stands there."""
        return np.bincount(self.codes + 1, minlength=len(self.texts) + 1)[1:]

    def how_many(self, which: Iterable[bool]) -> int:
        """How many cells are one of the texts of which that is said."""
        return int(self.counts[np.fromiter(which, np.bool_, len(self.texts))].sum())

    def first(self, which: Iterable[bool]) -> int | None:
        """The place of the first cell that is one of the texts of which that is said."""
        found = np.array([*which, False])[self.codes]
        return int(found.argmax()) if found.any() else None

    def values(self, numbers: Iterable[float]) -> NDArray[np.float64]:
        """The number of each cell, given that of each text."""
        return np.array([*numbers, np.nan])[self.codes]


class ColumnBuilder:
    """The cells of one column so far: numbers, or dates, or text, or only counted.

    A column of no given kind is of numbers, or else of dates, while all of its cells are. It turns to text with
    the first cell that is neither; where others came before, it only counts from there on, and at the end
    `finish` may ask for the column `again`: as text from its first row.
    """

    def __init__(
        self,
        name: str,
        rules: Rules,
        dtype: DTypeLike,
        place: SpillFile,
        kind: Kind | None = None,
        seconds: Seconds = iso_seconds,
    ) -> None:
        self.name, self._rules, self._kind, self._seconds = name, rules, kind, seconds
        self._place = place
        self._rows = self._filled = self._numbers = self._dates = 0
        self._any = False  # whether anything stood there, be it a number that means missing
        self._faults: dict[Kind, Fault] = {}  # the first cell that is a mistake if the column is of that kind
        self._before: Kind | None = None  # what the cells were that came before the first that is only counted
        self._codes = Codes(rules.missing)
        self._values = GrowableArray(dtype, place)
        self._take: Callable[[Cells], None] = self._take_numbers
        if kind == "category":
            self._begin(self._take_text, np.int32, MISSING)
        elif kind == "datetime":
            self._begin(self._take_dates, np.float64, np.nan)

    @property
    def as_text(self) -> bool:
        """Whether the next cells must come as text."""
        return self._take != self._take_numbers

    def add(self, cells: Cells) -> None:
        """Take the cells of the next rows."""
        if cells.dtype == object:
            self._take(cells)
        else:
            values = self._rules.without_missing(cells)
            self._filled += int(np.count_nonzero(values == values))
            self._any = self._any or values is not cells or self._filled > 0
            self._values.extend(values)
        self._rows += len(cells)

    def finish(self) -> Column | Fault | None:
        """The column, or the first cell that is a mistake in it; None where it must be read again."""
        if self._take == self._count:
            return self._finish_counted()
        if self._take == self._take_text and self._kind is None:
            distinct = _Distinct(_looked_at(self._values.done()), self._codes.texts)
            self._add_up(distinct)
            if self._decided() != "category":
                self._note(self._decided(), distinct, first_row=1)
        kind = self._kind or self._decided()
        if kind in self._faults:
            return self._faults[kind]
        return self._category() if kind == "category" else self._column(kind, self._values.done())

    def _finish_counted(self) -> Fault | None:
        kind = self._decided()
        return self._faults.get(kind) if self._before in (None, kind) else None

    def again(self) -> "ColumnBuilder":
        """The same column, to be taken as text from its first row on."""
        other = ColumnBuilder(self.name, self._rules, np.float64, self._place)
        other._begin(other._take_text, np.int32, MISSING)
        return other

    def _decided(self) -> Kind:
        if self._take == self._take_numbers or decides(self._numbers, self._filled):
            return "number"
        return "datetime" if self._take == self._take_dates or decides(self._dates, self._filled) else "category"

    def _category(self) -> Column:
        """The column with its levels in the order of their code points."""
        texts = self._codes.texts
        order = sorted(range(len(texts)), key=texts.__getitem__)
        rank = np.full(len(texts) + 1, MISSING, np.int32)
        rank[order] = np.arange(len(texts), dtype=np.int32)
        codes, levels = self._values.done(), tuple(texts[code] for code in order)
        ranked = codes.looked_up(rank) if isinstance(codes, SpilledArray) else rank[codes]
        return self._column("category", ranked, levels)

    def _column(self, kind: Kind, values: NDArray[Any] | SpilledArray, levels: tuple[str, ...] = ()) -> Column:
        if isinstance(values, SpilledArray):
            return LazyColumn(self.name, kind, values.at, levels, len(values))
        return Column(self.name, kind, values, levels)

    # What is done with the next cells of text, one way at a time

    def _take_numbers(self, cells: Cells) -> None:
        distinct = self._distinct(cells)
        if self._kind is None and not all(map(is_number, distinct.texts)):
            return self._turn(cells, distinct, "number")
        self._note("number", distinct, self._rows + 1)
        self._filled += self._counting(distinct)
        self._any = self._any or len(distinct.texts) > 0
        self._values.extend(distinct.values(map(self._rules.value, distinct.texts)))
        return None

    def _take_dates(self, cells: Cells) -> None:
        distinct = self._distinct(cells)
        seconds = list(map(self._seconds, distinct.texts))
        if self._kind is None and None in seconds:
            return self._turn(cells, distinct, "datetime")
        self._note("datetime", distinct, self._rows + 1)
        self._filled += self._counting(distinct)
        self._any = self._any or len(distinct.texts) > 0
        self._values.extend(distinct.values(np.nan if moment is None else moment for moment in seconds))
        return None

    def _take_text(self, cells: Cells) -> None:
        self._values.extend(self._codes.of(cells))

    def _count(self, cells: Cells) -> None:
        distinct = self._distinct(cells)
        self._add_up(distinct)
        self._note("number", distinct, self._rows + 1)
        self._note("datetime", distinct, self._rows + 1)

    def _turn(self, cells: Cells, distinct: _Distinct, before: Kind) -> None:
        """Go on as what these cells allow, the first that are not all of the kind before."""
        if self._any:
            self._before = before
            self._numbers, self._dates = (self._filled, 0) if before == "number" else (0, self._filled)
            self._take, self._values = self._count, GrowableArray(np.float64, self._place)
        elif all(self._seconds(text) is not None for text in distinct.texts):
            self._begin(self._take_dates, np.float64, np.nan)
        elif decides(distinct.how_many(map(is_number, distinct.texts)), self._counting(distinct)):
            self._take = self._count  # numbers and a mistake, most likely: not worth keeping as text
        else:
            self._begin(self._take_text, np.int32, MISSING)
        self._take(cells)

    def _begin(self, take: Callable[[Cells], None], dtype: DTypeLike, missing: float) -> None:
        self._take, self._values = take, GrowableArray(dtype, self._place)
        self._values.repeat(missing, self._rows)

    def _add_up(self, distinct: _Distinct) -> None:
        self._filled += self._counting(distinct)
        self._numbers += distinct.how_many(
            is_number(text) and not self._rules.is_listed(text) for text in distinct.texts
        )
        self._dates += distinct.how_many(self._seconds(text) is not None for text in distinct.texts)

    def _counting(self, distinct: _Distinct) -> int:
        """How many cells count when a share of them decides the kind."""
        listed = distinct.how_many(map(self._rules.is_listed, distinct.texts)) if self._rules.lists_numbers else 0
        return int(distinct.counts.sum()) - listed

    def _note(self, kind: Kind, distinct: _Distinct, first_row: int) -> None:
        """Remember the first cell that a column of a kind could not hold."""
        if kind in self._faults:
            return
        fault = self._rules.number_fault if kind == "number" else self._date_fault
        place = distinct.first(fault(text) is not None for text in distinct.texts)
        if place is not None:
            text = distinct.texts[distinct.codes[place]]
            self._faults[kind] = Fault(self.name, first_row + place, text, fault(text) or "")

    def _date_fault(self, text: str) -> str | None:
        return NO_DATE if self._seconds(text) is None else None

    def _distinct(self, cells: Cells) -> _Distinct:
        codes = Codes(self._rules.missing)
        return _Distinct(codes.of(cells), codes.texts)


def _looked_at(values: NDArray[Any] | SpilledArray) -> NDArray[Any]:
    return values.at(None) if isinstance(values, SpilledArray) else values
