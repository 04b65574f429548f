"""A column while its table is read: it takes cells block by block and infers its kind."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.columns import MISSING, Column, Kind
from npnet.data.columns.schema import DURATION, WantedColumn
from npnet.data.columns.spill_file import GrowableArray, SpillFile, TranslatedCodes
from npnet.data.columns.type_rules import DOUBT, Rules, decides
from npnet.data.columns.value_parsers import (
    NO_DATE,
    NO_DURATION,
    NOT_ORDERED,
    Parser,
    date_parser,
    duration_seconds,
    rank_parser,
)

Cells = NDArray[Any]  # float64, NaN where missing; or objects: str, and None or NaN where missing


@dataclass(frozen=True)
class CellFault:
    """A cell that its column cannot hold: the row from 1, the text, and the reason.

    `share` is set where the kind of the column is in doubt: the part of its cells that are of the kind `nearly`.
    """

    column: str
    row: int
    text: str
    why: str
    nearly: Kind | None = None
    share: float = 1.0


class TextCodes(dict[str, int]):
    """The codes of texts in the order in which they come; MISSING for texts that mean missing.

    Blanks around a text are dropped.
    """

    def __init__(self, missing: Collection[str]) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._missing = missing

    def encode(self, cells: Cells) -> NDArray[np.int32]:
        """Return the code of each cell."""
        import pandas as pd

        codes, distinct = pd.factorize(cells)  # -1 where missing
        return np.array([*map(self.__getitem__, distinct.tolist()), MISSING], np.int32)[codes]

    def __missing__(self, cell: str) -> int:
        text = cell.strip()
        if text in self._missing:
            code = MISSING
        elif text in self:
            code = self[text]
        else:
            code = self[text] = len(self.texts)
            self.texts.append(text)
        self[cell] = code
        return code


@dataclass(frozen=True, eq=False)
class EncodedCells:
    """Cells as `codes` into their distinct texts; MISSING, -1, is an entry after the last text."""

    codes: NDArray[np.int32]
    texts: list[str]

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many cells have each text."""
        return np.bincount(self.codes + 1, minlength=len(self.texts) + 1)[1:]

    def count(self, flags: Iterable[bool]) -> int:
        """Count the cells whose text is flagged."""
        return int(self.counts[np.fromiter(flags, np.bool_, len(self.texts))].sum())

    def first(self, flags: Iterable[bool]) -> int | None:
        """Return the position of the first cell whose text is flagged."""
        found = np.array([*flags, False])[self.codes]
        return int(found.argmax()) if found.any() else None

    def values(self, numbers: Iterable[float | None]) -> NDArray[np.float64]:
        """Return the number of each cell, given the number of each text; NaN where missing or None."""
        return np.array([*numbers, None], np.float64)[self.codes]


class ColumnBuilder:
    """The cells of one column so far, as numbers, dates or codes of texts, or only counted.

    A column without a given kind is numeric, or else of dates, while all of its cells are. The first cell that is
    neither turns it to text; if other cells came before, the builder only counts from there on, and `finish` returns
    None if the column has to be read once more as text from its first row.
    """

    def __init__(
        self, wanted: WantedColumn, rules: Rules, dtype: DTypeLike, file: SpillFile, as_text: bool = False
    ) -> None:
        self.name, self._kind, self._file = wanted.name, wanted.kind, file
        self._rules = rules.with_missing(wanted.na_values) if wanted.na_values else rules
        if wanted.truths:
            self._rules = replace(self._rules, style=replace(rules.style, truths=True))
        self._parse, self._no_value = _parser(wanted)
        self._parses = wanted.kind == "datetime" or bool(wanted.form or wanted.ranks)
        self._rows = self._filled = self._numbers = self._dates = 0
        self._any = False  # whether any cell was filled, also with a number that means missing
        self._faults: dict[Kind, CellFault] = {}  # the first mistake if the column is of that kind
        self._before: Kind | None = None  # the kind of the cells before the first that is only counted
        self._codes = TextCodes(self._rules.missing)
        self._values = GrowableArray(dtype, file)
        self._take: Callable[[Cells], None] = self._take_numbers
        self.as_text = False  # whether the next cells must be text
        if as_text or wanted.kind == "category":
            self._begin(self._take_text, np.int32, MISSING)
        elif self._parses:
            self._begin(self._take_parsed, dtype if wanted.kind == "number" else np.float64, np.nan)

    def add(self, cells: Cells) -> None:
        """Take the cells of the next rows."""
        if cells.dtype == object:
            self._take(cells)
        else:
            absent = self._rules.missing_numbers
            listed = np.isin(cells, list(absent)) if absent else np.False_
            values = np.where(listed, np.nan, cells) if listed.any() else cells
            self._filled += int(np.count_nonzero(values == values))
            self._any = self._any or values is not cells or self._filled > 0
            self._values.extend(values)
        self._rows += len(cells)

    def finish(self) -> Column | CellFault | None:
        """Return the column, or its first mistake; None where it must be read again as text."""
        if self._take == self._count:
            kind = self._decided()
            return self._faults.get(kind) if self._before in (None, kind) else None
        stored = self._values.finish()
        if self._take == self._take_text and self._kind is None:
            cells = EncodedCells(stored[:], self._codes.texts)
            self._count_kinds(cells)
            if self._decided() != "category":
                self._note_fault(self._decided(), cells, first_row=1)
            elif (doubt := self._doubt(cells)) is not None:
                return doubt
        kind = self._kind or self._decided()
        if kind in self._faults:
            return self._faults[kind]
        if kind != "category":
            return Column(self.name, kind, stored)
        levels = sorted(self._codes.texts)
        rank = {text: code for code, text in enumerate(levels)}
        table = np.array([*(rank[text] for text in self._codes.texts), MISSING], np.int32)
        codes = table[stored] if isinstance(stored, np.ndarray) else TranslatedCodes(stored, table)
        return Column(self.name, kind, codes, tuple(levels))

    def _decided(self) -> Kind:
        if self._take == self._take_numbers or decides(self._numbers, self._filled):
            return "number"
        return "datetime" if self._take == self._take_parsed or decides(self._dates, self._filled) else "category"

    # The ways of taking the next cells of text; one is in use at a time

    def _take_numbers(self, cells: Cells) -> None:
        encoded = self._encoded(cells)
        if self._kind is None and not all(map(self._rules.is_number, encoded.texts)):
            self._turn(cells, encoded, "number")
        else:
            self._store("number", encoded, map(self._rules.value, encoded.texts))

    def _take_parsed(self, cells: Cells) -> None:
        encoded = self._encoded(cells)
        seconds = list(map(self._parse, encoded.texts))
        if self._kind is None and None in seconds:
            self._turn(cells, encoded, "datetime")
        else:
            self._store(self._kind or "datetime", encoded, seconds)

    def _take_text(self, cells: Cells) -> None:
        self._values.extend(self._codes.encode(cells))

    def _count(self, cells: Cells) -> None:
        encoded = self._encoded(cells)
        self._count_kinds(encoded)
        self._note_fault("number", encoded, self._rows + 1)
        self._note_fault("datetime", encoded, self._rows + 1)

    def _store(self, kind: Kind, encoded: EncodedCells, numbers: Iterable[float | None]) -> None:
        self._note_fault(kind, encoded, self._rows + 1)
        self._filled += self._count_filled(encoded)
        self._any = self._any or len(encoded.texts) > 0
        self._values.extend(encoded.values(numbers))

    def _turn(self, cells: Cells, encoded: EncodedCells, before: Kind) -> None:
        """Choose how to take these cells, the first that are not all of the kind before."""
        self.as_text = True
        if self._any:
            self._before = before
            self._numbers, self._dates = (self._filled, 0) if before == "number" else (0, self._filled)
            self._begin(self._count, np.float64)
        elif all(self._parse(text) is not None for text in encoded.texts):
            self._begin(self._take_parsed, np.float64, np.nan)
        elif decides(encoded.count(map(self._rules.is_number, encoded.texts)), self._count_filled(encoded)):
            self._take = self._count  # most likely numbers and a mistake: the texts are not needed
        else:
            self._begin(self._take_text, np.int32, MISSING)
        self._take(cells)

    def _begin(self, take: Callable[[Cells], None], dtype: DTypeLike, missing: float | None = None) -> None:
        self._take, self._values, self.as_text = take, GrowableArray(dtype, self._file), True
        if missing is not None and self._rows:
            self._values.extend(np.full(self._rows, missing))

    def _encoded(self, cells: Cells) -> EncodedCells:
        codes = TextCodes(self._rules.missing)
        return EncodedCells(codes.encode(cells), codes.texts)

    def _count_kinds(self, encoded: EncodedCells) -> None:
        self._filled += self._count_filled(encoded)
        rules = self._rules
        self._numbers += encoded.count(rules.is_number(text) and not rules.is_listed(text) for text in encoded.texts)
        self._dates += encoded.count(self._parse(text) is not None for text in encoded.texts)

    def _count_filled(self, encoded: EncodedCells) -> int:
        """Count the cells that have a say in the kind of the column."""
        listed = encoded.count(map(self._rules.is_listed, encoded.texts)) if self._rules.missing_numbers else 0
        return int(encoded.counts.sum()) - listed

    def _note_fault(self, kind: Kind, encoded: EncodedCells, first_row: int) -> None:
        """Remember the first cell that a column of a kind cannot hold."""
        if kind in self._faults:
            return
        fault = self._rules.number_fault if kind == "number" and not self._parses else self._parsed_fault
        position = encoded.first(fault(text) is not None for text in encoded.texts)
        if position is not None:
            text = encoded.texts[encoded.codes[position]]
            self._faults[kind] = CellFault(self.name, first_row + position, text, fault(text) or "")

    def _parsed_fault(self, text: str) -> str | None:
        return self._no_value if self._parse(text) is None else None

    def _doubt(self, cells: EncodedCells) -> CellFault | None:
        """Return the first exception of a column of texts at least half of whose cells are numbers or dates."""
        nearly: Kind = "number" if self._numbers >= self._dates else "datetime"
        count = max(self._numbers, self._dates)
        if not decides(count, self._filled, DOUBT):
            return None
        self._note_fault(nearly, cells, first_row=1)
        fault = self._faults[nearly]
        return replace(fault, nearly=nearly, share=count / self._filled)


def _parser(wanted: WantedColumn) -> tuple[Parser, str]:
    """Return the parser of the cells of a column, and what a cell is that it cannot parse."""
    if wanted.ranks is not None:
        return rank_parser(wanted.ranks), NOT_ORDERED
    if wanted.form == DURATION:
        return duration_seconds, NO_DURATION
    return date_parser(wanted.form), NO_DATE
