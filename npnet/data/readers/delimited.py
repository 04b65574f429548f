"""Tables of delimited text, read in blocks, by pandas' C parser where it can be trusted.

That parser fills up short rows and drops cells of long ones without an error. So each block is first checked to be
regular (records.py): then it finds the cells that Python's csv module finds, which reads all other blocks.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from npnet.data.columns.column_builder import Cells
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.columns.type_rules import needs_text
from npnet.data.readers import Block, refuse_repeated, table_format
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.records import BOM, LONGEST, Records, end_of_lines, regular
from npnet.errors import DataError
from npnet.text import quoted

TABS = (".tsv", ".tab")
FIRST, BLOCK = 1 << 16, 1 << 22  # bytes; the first block is small, as it is parsed twice where columns are text
WIDE, LARGEST = 64, 4  # a block grows with the columns, for tables of thousands of columns
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}


@dataclass
class _Position:
    """The start of the next record in the text: its line from 1, its byte from 0."""

    line: int
    offset: int


@table_format("csv", (".csv", *TABS), options=("encoding", "delimiter"))
class Delimited:
    """The rows of delimited text below its header; see `npnet.data.readers.TableReader`."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        self._file, self._encoding, self._missing = file, spec.encoding or schema.encoding, schema.na_values
        self._delimiter = spec.delimiter or ("\t" if file.suffix in TABS else schema.delimiter or ",")
        header, self._below = self._header()
        self.names = self._checked([name.strip() for name in header])
        self.estimate = file.lines() - 1

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows; raises DataError with the line of a row of another width."""
        position = _Position(self._below.line, self._below.offset)
        with self._file.utf8(self._encoding) as stream:
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

    def _block(
        self, data: bytes, last: bool, position: _Position, wanted: Sequence[str], as_text: Callable[[str], bool]
    ) -> tuple[Block, int]:
        """Return the whole rows at the start of the data and their bytes; moves the position."""
        found = regular(data, len(self.names), self._delimiter.encode())
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
        rows = [self._as_wide(line, cells) for line, cells in records]
        position.line, position.offset = records.line, position.offset + records.end
        columns = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        cells: dict[str, Cells] = {name: np.array(columns[name], object) for name in wanted} if rows else {}
        return Block(len(rows), cells), records.end

    def _records(self, data: bytes, last: bool, position: _Position) -> Records:
        whole = data if last else data[: end_of_lines(data)]
        self._file.require_text(whole, position.offset)
        return Records(whole.decode(), self._delimiter, position.line, last, self._file.name)

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

    def _header(self) -> tuple[list[str], _Position]:
        """Return the first record, and where the rows below it begin."""
        with self._file.utf8(self._encoding) as stream:
            data, last = b"", False
            while not last:
                more = stream.read(max(FIRST, len(data)))
                data, last = data + more, not more
                position = _Position(1, len(BOM) if data.startswith(BOM) else 0)
                records = self._records(data[position.offset :], last, position)
                for _, header in records:
                    return header, _Position(records.line, position.offset + records.end)
                self._refuse_endless(data, position)
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
