"""Tables of delimited text: csv, tsv and the like, read in blocks, by pandas' C parser where it can be trusted.

That parser fills up short rows and forgets cells of long ones without a word. So each block is first seen to be
regular (tokens.py): then it finds the very cells that Python's csv module finds, which reads all other blocks.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from npnet.data.columns.cells import Block, Cells
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.encodings import Stream, as_utf8, refuse_no_text
from npnet.data.readers.pandas_csv import parsed
from npnet.data.readers.records import BOM, LONGEST, Records, end_of_lines, regular
from npnet.errors import DataError
from npnet.text import quoted

FIRST, BLOCK = 1 << 16, 1 << 22  # bytes; the first block is small, as it is parsed twice where columns are text
WIDE, LARGEST = 64, 4  # a block grows with the columns, for the sake of those that have thousands
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}


@dataclass
class _Place:
    """Where in the text the next record begins: its line from 1, its byte from 0."""

    line: int
    offset: int


class Delimited:
    """The rows of delimited text below its line of column names; see `npnet.data.columns.cells.Rows`.

    `missing` are the texts that `na_values` lists, of which the parser leaves out those that are no numbers.
    """

    def __init__(self, file: DataFile, delimiter: str, encoding: str | None, missing: Sequence[str]) -> None:
        self._file, self._delimiter, self._encoding, self._missing = file, delimiter, encoding, missing
        header = self._header()
        self.names = self._checked([name.strip() for name in header])
        self.estimate = file.lines() - 1

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """The rows from the first to the last; DataError with the line where they are no table."""
        place = _Place(self._below.line, self._below.offset)
        with self._file.content() as content:
            stream = as_utf8(content, self._encoding, self._file.name)
            rest, size, last = _after(stream, place.offset), FIRST, False
            usual = BLOCK * max(1, min(LARGEST, len(self.names) // WIDE))
            while not last:
                more = stream.read(max(size, len(rest)))
                last = not more
                data = rest + more if more else _ended(rest)
                block, end = self._block(data, last, place, wanted, as_text)
                if block.rows:
                    yield block
                rest, size = data[end:], usual
                self._refuse_endless(rest, place)

    def _block(
        self, data: bytes, last: bool, place: _Place, wanted: Sequence[str], as_text: Callable[[str], bool]
    ) -> tuple[Block, int]:
        """The whole rows at the start of the data, and how many bytes they take."""
        width = len(self.names)
        found = regular(data, width, self._delimiter.encode(), exactly=len(wanted) < width)
        if found is not None:
            block = data[: found.end]
            refuse_no_text(block, place.offset, self._file.name)
            cells = (
                {}
                if not wanted
                else parsed(block, found.rows, self._delimiter, self._missing, self.names, wanted, as_text)
            )
            if cells is not None:
                place.line, place.offset = place.line + found.lines, place.offset + found.end
                return Block(found.rows, cells), found.end
        return self._by_csv(data, last, place, wanted)

    def _by_csv(self, data: bytes, last: bool, place: _Place, wanted: Sequence[str]) -> tuple[Block, int]:
        records = self._records(data, last, place)
        rows = [self._as_wide(line, cells) for line, cells in records]
        place.line, place.offset = records.line, place.offset + records.end
        columns = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        cells: dict[str, Cells] = {name: np.array(columns[name], object) for name in wanted} if rows else {}
        return Block(len(rows), cells), records.end

    def _records(self, data: bytes, last: bool, place: _Place) -> Records:
        whole = data if last else data[: end_of_lines(data)]
        refuse_no_text(whole, place.offset, self._file.name)
        return Records(whole.decode(), self._delimiter, place.line, last, self._file.name)

    def _as_wide(self, line: int, cells: list[str]) -> list[str]:
        if len(cells) == len(self.names):
            return cells
        count = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
        sign = SIGNS.get(self._delimiter, quoted(self._delimiter))
        hint = f"cells with {sign} in them need quotes around them"
        raise DataError(f"{self._file.name}: line {line} has {count}, the header has {len(self.names)}", hint)

    def _refuse_endless(self, rest: bytes, place: _Place) -> None:
        if len(rest) > LONGEST:
            what = f"{self._file.name}: line {place.line}: a record of more than {LONGEST >> 20} MB"
            raise DataError(what, "a quote that is opened and not closed?")

    # The header

    def _header(self) -> list[str]:
        """The first record; sets where the rows `_below` it begin."""
        with self._file.content() as content:
            stream = as_utf8(content, self._encoding, self._file.name)
            data, last = b"", False
            while not last:
                more = stream.read(max(FIRST, len(data)))
                data, last = data + more, not more
                place = _Place(1, len(BOM) if data.startswith(BOM) else 0)
                records = self._records(data[place.offset :], last, place)
                for _, header in records:
                    self._below = _Place(records.line, place.offset + records.end)
                    return header
                self._refuse_endless(data, place)
        raise DataError(f"{self._file.name} has no rows", "it is empty; its first line must hold the column names")

    def _checked(self, names: list[str]) -> tuple[str, ...]:
        name = self._file.name
        others = [sign for sign in SIGNS if sign in names[0] and sign != self._delimiter]
        if len(names) == 1 and others and others != [" "]:
            hint = f"are its cells separated by {SIGNS[others[0]]}? Then write delimiter: {quoted(others[0])}"
            raise DataError(f"{name} has one column only, {quoted(names[0])}", hint)
        if "" in names:
            number = names.index("") + 1
            raise DataError(f"{name}: column {number} has no name", "an index from pandas? Write it with index=False")
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise DataError(f"{name} has more than one column {quoted(twice[0])}", "give every column its own name")
        return tuple(names)


def _after(stream: Stream, offset: int) -> bytes:
    """What was read too much when the stream was read up to some byte."""
    data = b""
    while len(data) < offset:
        data += stream.read(offset - len(data))
    return data[offset:]


def _ended(data: bytes) -> bytes:
    """The last bytes of a text with an end of line."""
    return data if data.endswith(b"\n") or not data else data + b"\n"
