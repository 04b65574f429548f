"""Tables of delimited text, read in blocks, by pandas' C parser where it can be trusted.

That parser fills up short rows and drops cells of long ones without an error. So each block is first checked to be
regular (records.py): then it finds the cells that Python's csv module finds, which reads all other blocks.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from npnet.data.columns.column_builder import Cells
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.columns.type_rules import needs_text
from npnet.data.readers import Block, refuse_repeated, table_format, with_names
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.records import BOM, LONGEST, Records, end_of_lines, regular
from npnet.errors import DataError
from npnet.text import listed, quoted

TABS = (".tsv", ".tab")
FIRST, BLOCK = 1 << 16, 1 << 22  # bytes; the first block is small, as it is parsed twice where columns are text
WIDE, LARGEST = 64, 4  # a block grows with the columns, for tables of thousands of columns
SEPARATOR = re.compile(rb'"?sep=([,;|\t])"?\r?\n', re.IGNORECASE)
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}


@dataclass
class _Position:
    """The start of the next record in the text: its line from 1, its byte from 0."""

    line: int
    offset: int


@table_format(
    "csv", (".csv", ".txt", *TABS), options=("encoding", "delimiter", "quote", "header", "comment", "footer", "decimal")
)
class Delimited:
    """The rows of delimited text below its header; see `npnet.data.readers.TableReader`.

    A first line `sep=;` names the delimiter, as spreadsheets write it. Rows of one cell more than the header have row
    names before them, as R writes them, or a delimiter behind them: the column is then called "". Rows that repeat the
    header are left out, with a note.
    """

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        self._file, self._layout, self._missing = file, schema, schema.na_values
        self._delimiter = spec.delimiter or ("\t" if file.suffix in TABS else schema.delimiter or ",")
        self._quote, self._decimal = schema.quote or '"', schema.number_style.decimal
        self._heading, self._left_out = b"", Counter[str]()
        names, self._below = self._top(spec.delimiter is not None)
        self.names = self._checked(names)
        self.estimate = file.lines() - 1
        sign = self._delimiter.encode()
        self._empty = re.compile(rb'[ "%s]*+\r?\n' % re.escape(sign))  # or one of odd quotes
        self._empty_below = re.compile(b"\n" + self._empty.pattern)
        starts = [quote + text.encode() for text in schema.footer for quote in (b"", b'"', *{sign * n for n in (1, 2)})]
        self._marks = [b"\n" + start for start in starts] + ([self._heading] if self._heading else [])

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows; raises DataError with the line of a row of another width."""
        position = _Position(self._below.line, self._below.offset)
        self._left_out.clear()
        with self._file.utf8(self._layout.encoding) as stream:
            rest, size, last = _after(stream, position.offset), FIRST, False
            while not last:
                more = stream.read(max(size, len(rest)))
                last = not more
                data = rest + more if more or not rest or rest.endswith(b"\n") else rest + b"\n"
                block, end = self._block(data, last, position, wanted, as_text)
                if block.rows:
                    yield block
                rest, size = data[end:], BLOCK * max(1, min(LARGEST, len(self.names) // WIDE))
                self._refuse_endless(rest, position)
        for why, count in self._left_out.items():
            verb = why.replace("{}", "s" * (count == 1), 1)
            self._file.note(f"left out {count} row{'s' * (count != 1)} {verb}")

    def _block(
        self, data: bytes, last: bool, position: _Position, wanted: Sequence[str], as_text: Callable[[str], bool]
    ) -> tuple[Block, int]:
        """Return the whole rows at the start of the data and their bytes; moves the position."""
        found = None if self._is_special(data) else regular(data, len(self.names), self._delimiter.encode())
        if found is not None:
            block = data[: found.end]
            self._file.require_text(block, position.offset)
            cells = self._by_pandas(block, found.rows, wanted, as_text) if wanted else {}
            if cells is not None:
                position.line, position.offset = position.line + found.lines, position.offset + found.end
                return Block(found.rows, cells), found.end
        return self._by_csv(data, last, position, wanted)

    def _by_pandas(
        self, block: bytes, rows: int, wanted: Sequence[str], as_text: Callable[[str], bool]
    ) -> dict[str, Cells] | None:
        """Return the cells of a regular block, as text where needed; None if the parser disagrees."""
        texts = {name for name in wanted if as_text(name)}
        table = self._parsed(block, wanted, texts)
        if table is None or len(next(iter(table.values()))) != rows:
            return None
        numbers = [name for name in wanted if name not in texts]
        doubts = [name for name in numbers if table[name].dtype == object or needs_text(table[name])]
        again = self._parsed(block, doubts, set(doubts)) if doubts else {}
        return None if again is None else table | again

    def _parsed(self, block: bytes, wanted: Sequence[str], texts: set[str]) -> dict[str, Cells] | None:
        import pandas as pd

        options: dict[str, Any] = {}
        if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
            options["float_precision"] = "round_trip"  # from 3.1 on numbers are rounded correctly by default
        try:
            frame = pd.read_csv(
                io.BytesIO(block),
                sep=self._delimiter,
                decimal=self._decimal,
                header=None,
                names=list(self.names),
                usecols=None if len(wanted) == len(self.names) else list(wanted),
                dtype=dict.fromkeys(texts, object),
                index_col=False,
                keep_default_na=False,
                na_values=["", *(text for text in self._missing if not _is_float(text))],
                skip_blank_lines=False,
                low_memory=False,
                engine="c",
                **options,
            )
        except pd.errors.ParserError:
            return None
        kinds = {name: frame[name].dtype.kind for name in wanted}
        return {name: frame[name].to_numpy(np.float64 if kinds[name] in "iuf" else object) for name in wanted}

    def _by_csv(self, data: bytes, last: bool, position: _Position, wanted: Sequence[str]) -> tuple[Block, int]:
        records = self._records(data, last, position)
        rows = [self._as_wide(line, cells) for line, cells in records if self._is_row(cells)]
        position.line, position.offset = records.line, position.offset + records.end
        columns = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        cells: dict[str, Cells] = {name: np.array(columns[name], object) for name in wanted} if rows else {}
        return Block(len(rows), cells), records.end

    def _records(self, data: bytes, last: bool, position: _Position) -> Records:
        whole = data if last else data[: end_of_lines(data)]
        self._file.require_text(whole, position.offset)
        return Records(whole.decode(), self._delimiter, self._quote, position.line, last, self._file.name)

    def _is_special(self, data: bytes) -> bool:
        """Return whether rows may have to be left out, or quotes are other than usual."""
        if self._quote != '"' or any(mark in data for mark in self._marks):
            return True
        return len(self.names) > 1 and bool(self._empty.match(data) or self._empty_below.search(data))

    def _is_row(self, cells: list[str]) -> bool:
        """Return whether cells are a row of the table; counts what is none."""
        why = ""
        if len(self.names) > 1:
            if not any(cells):
                why = "without any value"
            elif self._heading and [cell.lstrip("\ufeff").strip() for cell in cells] == self._header:
                why = "that repeat{} the line of column names"
        comment = self._layout.comment
        if comment and len(cells) != len(self.names) and cells[0].startswith(comment):
            why = f"that begin{{}} with {quoted(comment)}"
        if self._layout.footer and next(filter(None, map(str.strip, cells)), "").startswith(self._layout.footer):
            why = f"that begin{{}} with {listed(map(quoted, self._layout.footer))}"
        self._left_out.update([why] if why else [])
        return not why

    def _as_wide(self, line: int, cells: list[str]) -> list[str]:
        if len(cells) == len(self.names):
            return cells
        count = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
        hint = f"cells with {SIGNS.get(self._delimiter, quoted(self._delimiter))} in them need quotes around them"
        raise DataError(f"{self._file.name}: line {line} has {count}, the header has {len(self.names)}", hint)

    def _refuse_endless(self, rest: bytes, position: _Position) -> None:
        if len(rest) > LONGEST:
            what = f"{self._file.name}: line {position.line}: a record of more than {LONGEST >> 20} MB"
            raise DataError(what, "a quote that is opened and not closed?")

    def _top(self, given: bool) -> tuple[list[str], _Position]:
        """Return the names of the columns, and where the rows below them begin; `given` keeps the delimiter."""
        with self._file.utf8(self._layout.encoding) as stream:
            data, last = b"", False
            while not last:
                more = stream.read(max(FIRST, len(data)))
                data, last = data + more, not more
                start = self._start(data, given)
                records = self._records(data[start.offset :], last, start)
                found = []
                for _, cells in records:
                    found.append((cells, _Position(records.line, start.offset + records.end)))
                    if len(found) == 2:
                        break
                if len(found) == 2 or (found and (last or len(data) > BLOCK)):
                    return self._named(found, start, data)
                self._refuse_endless(data, start)
        raise DataError(f"{self._file.name} has no rows", "it is empty; its first line must hold the column names")

    def _start(self, data: bytes, given: bool) -> _Position:
        """Return where the first record begins: below a line `sep=`, comments, and the lines that `header` skips."""
        start = _Position(1, len(BOM) if data.startswith(BOM) else 0)
        if declared := SEPARATOR.match(data, start.offset):
            start = _Position(2, declared.end())
            self._delimiter = self._delimiter if given else declared[1].decode()
        comment = (self._layout.comment or "").encode()
        header = self._layout.header
        skip = header if isinstance(header, int) and not isinstance(header, bool) else 0
        while start.line < skip or (comment and data.startswith(comment, start.offset)):
            end = data.find(b"\n", start.offset) + 1
            if not end:
                break
            start = _Position(start.line + 1, end)
        return start

    def _named(
        self, found: list[tuple[list[str], _Position]], start: _Position, data: bytes
    ) -> tuple[list[str], _Position]:
        """Return the names of the columns by the first two records, and where the rows begin."""
        first, below = found[0]
        if self._layout.header is False:
            return [f"column_{number}" for number in range(1, len(first) + 1)], start
        names = [name.strip() for name in first]
        heading = data[start.offset : below.offset].strip()
        if len(found) == 2 and len(found[1][0]) == len(names) + 1:
            names = [*names, ""] if not found[1][0][-1].strip() else ["", *names]
        elif len(names) > 1:
            self._heading, self._header = heading, names
        return [*with_names(names)], below

    def _checked(self, names: list[str]) -> tuple[str, ...]:
        name = self._file.name
        others = [sign for sign in SIGNS if sign in names[0] and sign != self._delimiter]
        if len(names) == 1 and others and others != [" "]:
            hint = f"are its cells separated by {SIGNS[others[0]]}? Then write delimiter: {quoted(others[0])}"
            raise DataError(f"{name} has one column only, {quoted(names[0])}", hint)
        refuse_repeated(names, name)
        return tuple(names)


def _after(stream: BinaryIO, offset: int) -> bytes:
    """Skip bytes of a stream; returns those that were read beyond the offset."""
    data = b""
    while len(data) < offset:
        data += stream.read(offset - len(data))
    return data[offset:]


def _is_float(text: str) -> bool:
    """Return whether pandas would drop every number that equals the text, not only the text."""
    try:
        float(text)
    except ValueError:
        return False
    return True
