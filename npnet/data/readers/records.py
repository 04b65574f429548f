"""Records of delimited text: by Python's csv module, and a quick proof that pandas' parser would find the same.

Records are those of RFC 4180 with any line ends: a cell may stand in quotes, blanks may stand before them, and
lines without any character are skipped. That is `csv.reader(strict=True, skipinitialspace=True)`.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.errors import DataError

LONGEST = 1 << 26  # bytes of one record: with a quote that is never closed, the rest of the file would be one
BOM = b"\xef\xbb\xbf"
QUOTE, NEWLINE = b'"\n'

Bytes = NDArray[np.uint8]


class Records:
    """The whole records at the start of some text, with the line of the file on which each begins.

    `end` is how many bytes of UTF-8 they took so far, `line` the line on which the next one begins. What is no
    record is a DataError; where the text is not the `last` one, an unfinished record ends the iteration.
    """

    def __init__(self, text: str, delimiter: str, line: int, last: bool, name: str) -> None:
        self.end, self.line = 0, line
        self._text, self._delimiter, self._last, self._name = text, delimiter, last, name
        self._taken = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        first = self.line
        reader = csv.reader(
            self._lines(), strict=True, delimiter=self._delimiter, skipinitialspace=self._delimiter != " "
        )
        limit = csv.field_size_limit(LONGEST)
        try:
            for cells in reader:
                line, self.line, self.end = self.line, first + reader.line_num, self._taken
                if cells:
                    yield line, cells
        except csv.Error as error:
            if self._last or "unexpected end" not in str(error):
                hint = "a quote that is opened and not closed?"
                raise DataError(f"{self._name}: line {self.line}: {error}", hint) from None
        finally:
            csv.field_size_limit(limit)

    def _lines(self) -> Iterator[str]:
        for line in io.StringIO(self._text, newline=""):
            self._taken += len(line.encode())
            yield line


def end_of_lines(data: bytes) -> int:
    """Where the last whole line of some bytes ends; a carriage return at the very end may be half of a line end."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


@dataclass(frozen=True, eq=False)
class Regular:
    """Records that pandas' parser reads as Python's does: where they end, how many they are, on how many lines."""

    end: int
    rows: int
    lines: int


def regular(data: bytes, width: int, delimiter: bytes, exactly: bool) -> Regular | None:
    """The whole records of `width` cells that some bytes begin with; None where that is not easily seen.

    pandas refuses a row of more cells than the first one, if it reads all columns, and fills up shorter ones: so
    the first row and the number of delimiters prove the rest. `exactly` looks at each row instead.
    """
    quoted = b'"' in data
    bare = _outside_quotes(data, delimiter) if quoted else np.frombuffer(data, np.uint8)[: data.rfind(b"\n") + 1]
    end, sign = len(bare), ord(delimiter)
    if not end or data.startswith(BOM) or not _plain_line_ends(data, end, one_column=width == 1):
        return None
    rows = int(np.count_nonzero(bare == NEWLINE))
    if np.count_nonzero(bare == sign) != (width - 1) * rows:
        return None
    if _delimiters_of_first_row(bare, sign) != width - 1:
        return None
    if exactly:
        ends = bare[(bare == NEWLINE) | (bare == sign)] == NEWLINE
        if not ends.reshape(rows, width)[:, -1].all():
            return None
    return Regular(end, rows, data.count(b"\n", 0, end) if quoted else rows)


def _delimiters_of_first_row(bare: Bytes, sign: int) -> int:
    size = 1 << 12
    while NEWLINE not in bare[:size]:
        size *= 2
    return int(np.count_nonzero(bare[: (bare[:size] == NEWLINE).argmax()] == sign))


def _outside_quotes(data: bytes, delimiter: bytes) -> Bytes:
    """The bytes up to the end of the last whole record, those in quotes replaced by quotes.

    There are none where there is no whole record, or where a quote stands in the midst of a cell.
    """
    bytes_ = np.frombuffer(data, np.uint8)
    inside = np.cumsum(bytes_ == QUOTE, dtype=np.uint8) & 1
    bare = np.where(inside, np.uint8(QUOTE), bytes_)
    end = len(bare) - int((bare[::-1] == NEWLINE).argmax())
    whole = bare[end - 1] == NEWLINE and _quotes_around_cells(bytes_[:end], delimiter)
    return bare[:end] if whole else bare[:0]


def _quotes_around_cells(bytes_: Bytes, delimiter: bytes) -> bool:
    """Whether each quote begins or ends a cell, or is one of two in a quoted cell that stand for one."""
    places = np.flatnonzero(bytes_ == QUOTE)
    opening, closing = places[0::2], places[1::2]
    around = bytes_[np.concatenate([opening[opening > 0] - 1, closing + 1])]
    return bool(np.isin(around, np.frombuffer(delimiter + b'"\n\r', np.uint8)).all())


def _plain_line_ends(data: bytes, end: int, one_column: bool) -> bool:
    """Whether lines end in LF or CR LF alone; blank ones are seen by their delimiters, but not in one column."""
    if b"\r" in data and data.count(b"\r", 0, end) != data.count(b"\r\n", 0, end):
        return False
    if not one_column:
        return True
    return not data.startswith((b"\n", b"\r\n")) and data.find(b"\n\n", 0, end) < 0 and data.find(b"\n\r\n", 0, end) < 0
