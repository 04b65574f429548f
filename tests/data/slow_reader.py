"""A reader as plain as the rules: Python's csv module, every cell as text, no blocks; and what compares with it."""

import csv
import io
import math
import re
from datetime import UTC, datetime

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
from npnet.errors import DataError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)


def slowly(text, missing=(), empty_rows=False):
    """Return the columns of a CSV as {name: (kind, values)}, the (row, column) of a mistake, or "no table".

    `empty_rows` keeps rows without any value, as databases do.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        first, *others = [cells for cells in reader if cells]
        header = [cell.strip() for cell in first]
        rows = [[cell.strip() for cell in cells] for cells in others if empty_rows or len(header) == 1 or any(cells)]
        rows = [row for row in rows if len(header) == 1 or row != header]
    except (ValueError, csv.Error):
        return "no table"
    if not rows or any(len(row) != len(header) for row in rows) or len(set(header)) < len(header) or "" in header:
        return "no table"
    columns = [[None if cell in {"", *missing} else cell for cell in column] for column in zip(*rows, strict=True)]
    found = [typed(column, missing) for column in columns]
    faults = [(values, name) for name, (kind, values) in zip(header, found, strict=True) if kind == "mistake"]
    return min(faults, key=lambda fault: fault[0]) if faults else dict(zip(header, found, strict=True))


def typed(cells, missing):
    sentinels = {float(text) for text in missing if NUMBER.fullmatch(text)}
    filled = [cell for cell in cells if cell and not (NUMBER.fullmatch(cell) and float(cell) in sentinels)]
    numbers = sum(bool(NUMBER.fullmatch(cell) or NOT_FINITE.fullmatch(cell)) for cell in filled)
    dates = sum(date(cell) is not None for cell in filled)
    if numbers >= 0.9 * len(filled):
        return values_of(cells, "number", lambda cell: number(cell, sentinels))
    if dates >= 0.9 * len(filled):
        return values_of(cells, "datetime", date)
    if max(numbers, dates) >= 0.5 * len(filled):  # in doubt: the first exception is a mistake
        return values_of(cells, "", date if dates > numbers else lambda cell: number(cell, sentinels))
    return "category", cells


def values_of(cells, kind, convert):
    values = [math.nan if cell is None else convert(cell) for cell in cells]
    return ("mistake", values.index(None) + 1) if None in values else (kind, values)


def number(cell, sentinels):
    if not NUMBER.fullmatch(cell):
        return None
    if float(cell) in sentinels:
        return math.nan
    too_long = re.fullmatch(r"[+-]?[0-9]+", cell) and abs(int(cell)) > 2**53
    return None if too_long or not math.isfinite(float(cell)) else float(cell)


def date(cell):
    if not DATE.fullmatch(cell):
        return None
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read(folder, content, needs=None, dtype=np.float64, **options):
    (folder / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_frame(ReadOptions(path="t.csv", **options), folder, needs=needs, dtype=dtype)[0]


def refusal(folder, content, **options):
    with pytest.raises(DataError) as caught:
        read(folder, content, **options)
    assert caught.value.code == 4
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


def assert_read_as(frame, expected):
    assert list(frame.columns) == list(expected)
    for name, (kind, values) in expected.items():
        column = frame.columns[name]
        assert column.kind == kind
        if kind == "category":
            assert [column.levels[code] if code >= 0 else None for code in column.values] == values
            assert column.levels == tuple(sorted({value for value in values if value is not None}))
        else:
            np.testing.assert_array_equal(column.values, values)
