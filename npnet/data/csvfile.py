"""The bytes of a CSV file as columns of text; every way a file can be off is a DataError that says where."""

import csv
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from npnet.data.source import quoted
from npnet.errors import DataError
from npnet.registry import nearest

Columns = dict[str, tuple[str, ...]]

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_columns(path: str, base: Path) -> Columns:
    """The cells of a comma-separated file by column name, as text without the blanks around them.

    UTF-8 with or without a byte order mark, any line ends, quotes as in RFC 4180. Lines without any character are
    skipped.
    """
    text = _decode(_read(path, base), path)
    records = _records(text, path)
    header = next(records, None)
    if header is None:
        raise DataError(f"{path} has no rows", "it is empty; its first line must hold the column names")
    names = _names(header[1], path)
    rows = [_as_wide_as(names, cells, line, path) for line, cells in records]
    if not rows:
        raise DataError(f"{path} has no rows", "there is nothing below the line of column names")
    return {name: tuple(map(str.strip, cells)) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}


def _read(path: str, base: Path) -> bytes:
    if URL.match(path):
        raise DataError(f"{path} is an address", "npnet reads files only; download it first")
    place = base / (Path(path).expanduser() if path.startswith("~/") else path)
    try:
        mode = place.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataError(f"{path} is a folder", "path: names one CSV file")
        if not stat.S_ISREG(mode):
            raise DataError(f"{path} is no regular file", "path: names one CSV file")
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise DataError(f"there is no file {path}", _near(place)) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _near(place: Path) -> str:
    if not place.parent.is_dir():
        return f"there is no folder {place.parent} either; paths start at the folder of the config"
    known = sorted(file.name for file in place.parent.iterdir()) if os.access(place.parent, os.R_OK) else []
    near = nearest(place.name, known)
    return f"did you mean {quoted(near)}?" if near else "paths start at the folder of the config"


def _decode(data: bytes, path: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path} is UTF-16", "save it as UTF-8")
    if b"\0" in data:
        raise DataError(
            f"{path}: byte {data.index(0)} is NUL, so this is no text", "compressed or a spreadsheet? Save it as CSV"
        )
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8", "save it as UTF-8; it may be Latin-1") from None


def _records(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}: line {line}: {error}", "a quote that is opened and not closed?") from None


def _names(header: list[str], path: str) -> list[str]:
    names = [name.strip() for name in header]
    if len(names) == 1:
        words = [word for sign, word in OTHER_DELIMITERS.items() if sign in names[0]]
        hint = f"are the cells separated by {words[0]}? npnet reads commas" if words else "cells end at commas"
        raise DataError(f"{path} has one column only, {quoted(names[0])}", hint)
    if "" in names:
        number = names.index("") + 1
        raise DataError(f"{path}: column {number} has no name", "an index from pandas? Write it with index=False")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{path} has more than one column {quoted(twice[0])}", "give every column its own name")
    return names


def _as_wide_as(names: list[str], cells: list[str], line: int, path: str) -> list[str]:
    if len(cells) != len(names):
        raise DataError(
            f"{path}: line {line} has {len(cells)} cells, the header has {len(names)}",
            "cells with commas in them need quotes around them",
        )
    return cells
