"""Columns in ONNX: the values of inputs, and the parts of dates."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from npnet.data.columns.number_style import NUMBER, PLAIN, TRUTHS
from npnet.data.columns.spelling import Spellings
from npnet.data.preprocessing.steps import DAY, THURSDAY, DatePart
from npnet.export.document import Document, RawColumn
from npnet.export.onnx_code.graph import DOUBLE, OWN, STRING, OnnxGraph

READERS = ("number", "text", "date", "duration", "rank")
TEXTS = ("text", "rank")
"""Readers of columns that are inputs of text."""
DATES = (-62135596800.0, 253402300800.0)  # the years 1 to 9999
UNSEEN, MISSING = 0, 1
"""The first codes of texts; texts that training saw follow."""
OUTPUTS = ("label", "probabilities", "value", "quantiles")


def input_names(document: Document) -> dict[str, str]:
    """Return the name of the input of each column: its own, with `input_` before it where the graph uses it."""
    columns = [column.name for column in document.columns]
    return {name: _free_name(name, columns) for name in columns}


def _free_name(column: str, columns: list[str]) -> str:
    name = column
    while not name or name in OUTPUTS or name.startswith(OWN) or (name != column and name in columns):
        name = f"input_{name}"
    return name


@dataclass
class ColumnInputs:
    """The inputs of a graph: numbers, or codes of texts, of each column, (rows, 1).

    `refused` are values that are true in rows that npnet predict refuses.
    """

    graph: OnnxGraph
    document: Document
    values: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    parts: dict[tuple[str, DatePart], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Add the inputs of all columns."""
        names = input_names(self.document)
        for column in self.document.columns:
            self.graph.inputs[names[column.name]] = STRING if column.reader in TEXTS else DOUBLE
            add = self._add_text if column.reader in TEXTS else self._add_number
            add(column, names[column.name])

    def _add_number(self, column: RawColumn, x: str) -> None:
        add = self.graph.add
        odd = add("IsInf", x)
        if column.reader == "date":
            odd = add("Or", add("Less", x, DATES[0]), add("Greater", x, DATES[1]))
        self.refused.append(odd)
        x = add("Where", odd, np.nan, x)
        for text in column.missing if column.reader == "number" else ():
            if (plain := PLAIN.plain(text)) is not None:
                x = add("Where", add("Equal", x, float(plain)), np.nan, x)
        self.values[column.name], self.missing[column.name] = x, add("IsNaN", x)

    def _add_text(self, column: RawColumn, x: str) -> None:
        """Add the codes of texts: 0 unseen, 1 missing, then those that training saw; of ordered texts the ranks."""
        add, known = self.graph.add, texts_of(column)
        keys = {"": MISSING, **dict.fromkeys(column.missing, MISSING)}
        keys |= {text: code for code, text in enumerate(known, 2) if text not in keys}
        spelling = Spellings(known)
        keys |= {
            text: keys[spelling.of(text)] for text in spellings(known) if text not in keys and spelling.of(text) in keys
        }
        code = add("LabelEncoder", x, keys_strings=list(keys), values_int64s=list(keys.values()), default_int64=UNSEEN)
        missing = add("Equal", code, np.array(MISSING))
        if column.ranks is not None:
            self.refused.append(add("Equal", code, np.array(UNSEEN)))
            code = add("Gather", np.array([np.nan, np.nan, *column.ranks.values()]), code)
        self.values[column.name], self.missing[column.name] = code, missing

    def part(self, column: str, part: DatePart) -> str:
        """Return a part of dates, NaN where they are missing."""
        if (column, part) not in self.parts:
            add = self.graph.add
            seconds = add("Where", self.missing[column], 0.0, self.values[column])
            self.parts[column, part] = add("Where", self.missing[column], np.nan, self._part(seconds, part))
        return self.parts[column, part]

    def _part(self, seconds: str, part: DatePart) -> str:
        """Return a part of seconds since 1970; by the calendar of Hinnant's civil_from_days."""
        add = self.graph.add
        days = self._floor(seconds, DAY)
        if part == "hour":
            return add("Div", add("Sub", seconds, add("Mul", days, DAY)), 3600.0)
        if part == "weekday":
            shifted = add("Add", days, float(THURSDAY))
            return add("Sub", shifted, add("Mul", self._floor(shifted, 7.0), 7.0))
        year, month, day = self._calendar(days)
        if part in ("month", "day"):
            return month if part == "month" else day
        start, end = self._new_year(year), self._new_year(add("Add", year, 1.0))
        return add("Add", year, add("Div", add("Sub", seconds, start), add("Sub", end, start)))

    def _calendar(self, days: str) -> tuple[str, str, str]:
        """Return year, month and day of days since 1970."""
        add, floor = self.graph.add, self._floor
        shifted = add("Add", days, 719468.0)
        era = floor(shifted, 146097.0)
        day = add("Sub", shifted, add("Mul", era, 146097.0))
        leaps = add("Sub", add("Sub", floor(day, 36524.0), floor(day, 1460.0)), floor(day, 146096.0))
        year = floor(add("Add", day, leaps), 365.0)
        before = add("Sub", add("Add", add("Mul", year, 365.0), floor(year, 4.0)), floor(year, 100.0))
        of_year = add("Sub", day, before)
        shifted_month = floor(add("Add", add("Mul", of_year, 5.0), 2.0), 153.0)
        first = floor(add("Add", add("Mul", shifted_month, 153.0), 2.0), 5.0)
        early = add("Less", shifted_month, 10.0)  # March to December of a year that begins in March
        month = add("Add", shifted_month, add("Where", early, 3.0, -9.0))
        full = add("Add", add("Add", year, add("Mul", era, 400.0)), add("Where", early, 0.0, 1.0))
        return full, month, add("Add", add("Sub", of_year, first), 1.0)

    def _new_year(self, year: str) -> str:
        """Return the seconds since 1970 at which a year begins."""
        add, floor = self.graph.add, self._floor
        last = add("Sub", year, 1.0)
        leaps = add("Add", add("Sub", floor(last, 4.0), floor(last, 100.0)), floor(last, 400.0))
        days = add("Sub", add("Add", add("Mul", last, 365.0), leaps), 719162.0)
        return add("Mul", days, DAY)

    def _floor(self, value: str, by: float) -> str:
        return self.graph.add("Floor", self.graph.add("Div", value, by))


def texts_of(column: RawColumn) -> tuple[str, ...]:
    """Return the texts that a column of text is known to hold."""
    return column.known if column.ranks is None else tuple(column.ranks)


def spellings(known: tuple[str, ...]) -> Iterator[str]:
    """Yield other spellings of texts that are numbers or truth values: 1.0 for 1, TRUE for true."""
    for word, digit in TRUTHS.items():
        yield from (word, word.title(), word.upper(), digit, f"{digit}.0")
    for text in known:
        if NUMBER.fullmatch(text) and len(text) < 40:
            number = Decimal(text)
            yield from (f"{number.normalize():f}", f"{number.normalize():f}.0", f"{number.normalize():f}.00")
