"""Tables of JSON lines: an object a line, whose values are read as the text that a CSV file would hold.

A string is its text, a number and `true` or `false` stand as written, `null` and a key that is not there are
missing. The columns are the keys of all lines, in the order in which they come.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import numpy as np

from npnet.data.columns.cells import Block
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.encodings import as_utf8, refuse_no_text
from npnet.data.readers.records import BOM, LONGEST
from npnet.errors import DataError
from npnet.text import quoted

BLOCK = 1 << 20
Object = dict[str, str | None]


class JsonLines:
    """The rows of a file of JSON lines; see `npnet.data.columns.cells.Rows`."""

    def __init__(self, file: DataFile, encoding: str | None) -> None:
        self._file, self._encoding, self.estimate = file, encoding, 0
        names: dict[str, None] = {}
        for objects in self._objects():
            self.estimate += len(objects)
            for one in objects:
                names.update(dict.fromkeys(one))
        self.names = tuple(names)
        if not names:
            raise DataError(f"{file.name} has no rows", "each line must hold an object with the cells of a row")

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """The rows from the first to the last; DataError with the line where they are no table."""
        for objects in self._objects():
            cells = {name: np.array([one.get(name) for one in objects], object) for name in wanted}
            yield Block(len(objects), cells)

    def _objects(self) -> Iterator[list[Object]]:
        """The objects of some lines at a time."""
        with self._file.content() as content:
            for line, lines in self._lines(content):
                yield [self._object(text, number) for number, text in enumerate(lines, line) if text.strip()]

    def _lines(self, content: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Some whole lines at a time, with the number of the first one."""
        stream = as_utf8(content, self._encoding, self._file.name)
        rest, line, offset, more = b"", 1, 0, b"-"
        while more:
            more = stream.read(BLOCK)
            data = rest + more
            end = data.rfind(b"\n") + 1 if more else len(data)
            refuse_no_text(data[:end], offset, self._file.name)
            lines = data[:end].removeprefix(BOM if offset == 0 else b"").decode().split("\n")
            yield line, lines
            rest, line, offset = data[end:], line + len(lines) - 1, offset + end
            if len(rest) > LONGEST:
                raise DataError(f"{self._file.name}: line {line} has more than {LONGEST >> 20} MB")

    def _object(self, text: str, line: int) -> Object:
        where = f"{self._file.name}: line {line}"
        try:
            found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Pairs)
        except (json.JSONDecodeError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
            raise DataError(f"{where} is no JSON: {why}", "write one object a line") from None
        if not isinstance(found, _Pairs):
            raise DataError(f"{where} holds no object", 'a row is written {"age": 41, "job": "fixed"}')
        cells: Object = {}
        for name, value in found.pairs:
            if name in cells:
                raise DataError(f"{where} has the key {quoted(name)} twice", "give every column its own name")
            cells[name] = _cell(value, name, where)
        return cells


class _Pairs:
    """An object as its keys and values, as they stand there."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs


def _cell(value: object, name: str, where: str) -> str | None:
    """The text of a cell, None where it is null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return None
    if not isinstance(value, str):
        raise DataError(f"{where}: column {quoted(name)} holds a list or an object", "a cell is a number or a text")
    try:
        f"{name}{value}".encode()
    except UnicodeEncodeError:
        what = f"{where}: column {name!a} holds half of a character"
        raise DataError(what, "write the character itself") from None
    return value
