"""Reading cells in exports: from the texts of a CSV file to numbers, texts and dates in seconds."""

import csv
import math
from collections.abc import Callable, Iterable
from typing import Any

from npnet.data.columns.number_style import PLAIN, NumberStyle
from npnet.data.columns.spelling import Spellings
from npnet.data.columns.type_rules import EXACT, too_long
from npnet.data.columns.value_parsers import date_parser, duration_seconds, rank_parser

Row = dict[str, str]
Column = dict[str, Any]
Cells = dict[str, list[Any]]


def rows_of(path: str, writing: Column) -> list[Row]:
    """Return the rows of a CSV file as texts by column; its first line has the names."""
    form = {"delimiter": writing["delimiter"], "quotechar": writing["quote"], "skipinitialspace": True}
    with open(path, encoding=writing["encoding"], newline="") as file:  # noqa: PTH123 - as short as it can be
        names, *lines = [[cell.strip() for cell in line] for line in csv.reader(file, **form) if any(line)] or [[]]
    for line in lines:
        if len(line) < len(names) or any(line[len(names) :]):
            raise ValueError(f"a row has {len(line)} cells, not {len(names)}: {line}")
    return [dict(zip(names, line, strict=False)) for line in lines]


def cells_of(rows: list[Row], columns: Iterable[Column], writing: Column) -> Cells:
    """Return the values of each column: numbers, NaN where missing, or texts, empty where missing.

    Dates are seconds since 1970. Raise ValueError for the first cell that its column cannot hold.
    """
    cells: Cells = {}
    for column in columns:
        if any(column["name"] not in row for row in rows):
            raise ValueError(f'there is no column "{column["name"]}"')
        value_of, values = READERS[column["reader"]](column, writing), []
        for number, row in enumerate(rows, 1):
            text = row[column["name"]].strip()
            try:
                values.append(value_of("" if text in column["missing"] else text))
            except ValueError as error:
                raise ValueError(f'row {number}: "{text}" {error} in column "{column["name"]}"') from None
        cells[column["name"]] = values
    return cells


def text_reader(column: Column, writing: Column) -> Callable[[str], str]:
    """Return the function that spells texts as training saw them."""
    return Spellings(column["known"]).of


def rank_reader(column: Column, writing: Column) -> Callable[[str], float]:
    """Return the function that reads ordered texts."""
    return parsed_reader(rank_parser(column["ranks"]), "is not an ordered text")


def duration_reader(column: Column, writing: Column) -> Callable[[str], float]:
    """Return the function that reads durations, in seconds."""
    return parsed_reader(duration_seconds, "is not a duration")


def date_reader(column: Column, writing: Column) -> Callable[[str], float]:
    """Return the function that reads dates, in seconds since 1970."""
    return parsed_reader(date_parser(column["form"]), "is not a date")


def parsed_reader(parse: Callable[[str], float | None], fault: str) -> Callable[[str], float]:
    """Return the function that reads dates, durations or ordered texts; NaN where missing."""

    def read(text: str) -> float:
        value = parse(text) if text else math.nan
        if value is None:
            raise ValueError(fault)
        return value

    return read


def number_reader(column: Column, writing: Column) -> Callable[[str], float]:
    """Return the function that reads numbers as they were written in training; NaN where missing."""
    style = NumberStyle(
        writing["decimal"], writing["thousands"], tuple(writing["units"]), writing["percent"], column["truths"]
    )
    plain = [PLAIN.plain(text) for text in column["missing"]]
    absent = {float(text) for text in plain if text is not None}

    def read(text: str) -> float:
        written = style.plain(text)
        if not text or (written is not None and float(written) in absent):
            return math.nan
        if written is None or not math.isfinite(float(written)):
            raise ValueError("is not a number")
        if abs(float(written)) >= EXACT and not writing["lossy"] and too_long(written):
            raise ValueError("has more digits than a double holds")
        return float(written)

    return read


READERS: dict[str, Callable[[Column, Column], Callable[[str], Any]]] = {
    "number": number_reader,
    "text": text_reader,
    "date": date_reader,
    "duration": duration_reader,
    "rank": rank_reader,
}
