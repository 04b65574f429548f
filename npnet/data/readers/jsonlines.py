"""Tables of JSON lines: an object a line, whose values are read as those of a CSV file.

A string is its text, a number and `true` or `false` stand as written, `null` and a key that is not there are
missing. The columns are the keys of all lines, in the order in which they come.
"""

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import Block, table_format
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.records import BOM, LONGEST
from npnet.errors import DataError
from npnet.text import quoted

BLOCK = 1 << 20
Cells = dict[str, str | None]


@table_format("JSON lines", (".jsonl", ".ndjson"), options=("encoding", "decimal"), opening=b"{")
class JsonLines:
    """The rows of a file of JSON lines; see `npnet.data.readers.TableReader`."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        comma = schema.decimal == ","
        self._decoder = json.JSONDecoder(
            parse_int=str,
            parse_float=(lambda text: text.replace(".", ",")) if comma else str,  # as the texts of the file
            parse_constant=str,
            object_pairs_hook=tuple,
        )
        self._file, self._encoding, self.estimate = file, spec.encoding or schema.encoding, 0
        names: dict[str, None] = {}
        for rows in self._rows():
            self.estimate += len(rows)
            for row in rows:
                names.update(dict.fromkeys(row))
        self.names = tuple(names)
        if not names:
            raise DataError(f"{file.name} has no rows", "each line must hold an object with the cells of a row")

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows; raises DataError with the line of a row that is not an object."""
        for rows in self._rows():
            yield Block(len(rows), {name: np.array([row.get(name) for row in rows], object) for name in wanted})

    def _rows(self) -> Iterator[list[Cells]]:
        """Yield the rows of some whole lines at a time."""
        with self._file.utf8(self._encoding) as stream:
            rest, line, offset, more = b"", 1, 0, b"-"
            while more:
                more = stream.read(BLOCK)
                data = rest + more
                end = data.rfind(b"\n") + 1 if more else len(data)
                self._file.require_text(data[:end], offset)
                lines = data[:end].removeprefix(BOM if offset == 0 else b"").decode().split("\n")
                yield [self._row(text, number) for number, text in enumerate(lines, line) if text.strip()]
                rest, line, offset = data[end:], line + len(lines) - 1, offset + end
                if len(rest) > LONGEST:
                    raise DataError(f"{self._file.name}: line {line} has more than {LONGEST >> 20} MB")

    def _row(self, text: str, line: int) -> Cells:
        where = f"{self._file.name}: line {line}"
        try:
            found = self._decoder.decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
            raise DataError(f"{where} is no JSON: {why}", "write one object a line") from None
        if not isinstance(found, tuple):
            raise DataError(f"{where} holds no object", 'a row is written {"age": 41, "job": "fixed"}')
        cells: Cells = {}
        for name, value in found:
            if name in cells:
                raise DataError(f"{where} has the key {quoted(name)} twice", "give every column its own name")
            cells[name] = _cell(value, name, where)
        return cells


def _cell(value: object, name: str, where: str) -> str | None:
    """Return the text of a cell, None where it is null."""
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
