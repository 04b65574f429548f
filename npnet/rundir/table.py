"""Tables in a run folder: numbers that read back exactly, text that no spreadsheet takes for a formula."""

import csv
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.text import plural

Columns = dict[str, NDArray[Any]]

FORMULA = re.compile(r"'*[=+\-@\t\r]")
QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
SPECIAL = re.compile(r'[",\r\n]')
PROBABILITY = "probability_"
OF_TARGET = f"{PROBABILITY}of_target"  # where the probabilities of all classes are not kept
LABELS = ("target", "prediction")
MARKS = ("series", "time", "file")
"""Columns of text that tell rows apart, of windows of a table."""


def line(cells: Iterable[object]) -> bytes:
    """Return one line of a table of numbers; NaN is an empty cell."""
    return (",".join(_number(cell) for cell in cells) + "\n").encode()


def mixed_line(cells: Iterable[object]) -> bytes:
    """Return one line of numbers, texts and truth values; None and NaN are empty cells."""
    return (",".join(_cell(cell) for cell in cells) + "\n").encode()


def parse_numbers(data: bytes) -> dict[str, NDArray[np.float64]]:
    """Read a table of numbers without an unfinished last line; raise ValueError that names a wrong line."""
    header, *lines = data[: max(data.rfind(b"\n"), 0)].decode().split("\n")
    names = header.split(",") if header else []
    if len(set(names)) < len(names):
        raise ValueError("a column is there twice")
    rows = np.empty((len(lines), len(names)))
    for number, text in enumerate(lines):
        rows[number] = _row(text, len(names), number + 2)
    return {name: rows[:, column].copy() for column, name in enumerate(names)}


def csv_rows(columns: Mapping[str, ArrayLike], header: bool = True) -> bytes:
    """Return columns of numbers or text as CSV, with or without a header.

    Text that looks like a formula gets a ' in front; NaN and None are empty cells.
    """
    rows = map(",".join, zip(*map(_cells, columns.values()), strict=True))
    names = [",".join(_text(name) for name in columns)] if header else []
    return "".join(f"{line}\n" for line in (*names, *rows)).encode()


def parse_mixed(data: bytes) -> dict[str, list[str]]:
    """Read a table that `mixed_line` wrote as texts by column; raise ValueError for anything else."""
    return {name: [_unguarded(cell) for cell in cells] for name, cells in _parsed(data).items()}


def endings(targets: Sequence[str]) -> tuple[str, ...]:
    """Return the endings of the columns of each target: _<target> for several targets, else none."""
    return tuple(f"_{name}" for name in targets) if len(targets) > 1 else ("",)


def parse_predictions(data: bytes) -> Columns:
    """Read a table that `csv_rows` wrote; raise ValueError for anything else.

    Rows are int64, marks are texts. With probabilities, targets and predictions are names of classes, else all other
    columns are float64.
    """
    columns = _parsed(data)
    classes = any(name.startswith(PROBABILITY) for name in columns)
    try:
        return {name: _typed(cells, name, classes) for name, cells in columns.items()}
    except OverflowError as error:
        raise ValueError(f"it is no table of predictions: {error}") from error


def _parsed(data: bytes) -> dict[str, list[str]]:
    try:
        header, *rows = list(csv.reader(StringIO(data.decode(), newline=""), strict=True)) or [[]]
    except csv.Error as error:
        raise ValueError(f"it is no table: {error}") from error
    names = [_unguarded(name) for name in header]
    if len(set(names)) < len(names) or any(len(row) != len(names) for row in rows):
        raise ValueError("its lines have not one cell for each column")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return _text(json.dumps(value))
    return _number(value) if isinstance(value, int | float | np.number) else _text(value)


def _number(value: Any) -> str:
    if isinstance(value, int | np.integer):
        return str(int(value))
    return "" if math.isnan(value) else repr(float(value))


def _row(text: str, width: int, number: int) -> list[float]:
    cells = text.split(",")
    if len(cells) != width:
        raise ValueError(f"line {number} has {plural(len(cells), 'cell')}, not {width}")
    try:
        return [float(cell) if cell else math.nan for cell in cells]
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def _cells(column: ArrayLike) -> list[str]:
    array = np.asarray(column)
    if array.dtype.kind == "U" and not isinstance(column, np.ndarray):
        array = np.array(column, object)  # strings of NumPy lose a NUL at their end
    values = array.tolist()
    if array.dtype.kind in "iu":
        return list(map(str, values))
    if array.dtype.kind == "f":
        return list(map(_number, values))
    written = {value: "" if value is None else _text(value) for value in set(values)}
    return [written[value] for value in values]


def _text(value: object) -> str:
    text = str(value)
    if FORMULA.match(text) and not NUMBER.fullmatch(text):
        text = "'" + text
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if SPECIAL.search(text) else text  # as csv.writer, which forgets \r before Python 3.13


def _unguarded(text: str) -> str:
    return text[1:] if QUOTED_FORMULA.match(text) else text


def _typed(cells: Sequence[str], name: str, classes: bool) -> NDArray[Any]:
    if name == "row":
        return np.array([int(cell) for cell in cells], np.int64)
    if name in MARKS:
        return np.array([_unguarded(cell) for cell in cells], object)
    if classes and (name in LABELS or name.startswith(tuple(f"{word}_" for word in LABELS))):
        return np.array([_unguarded(cell) for cell in cells], object)
    return np.array([float(cell) if cell else math.nan for cell in cells], np.float64)
