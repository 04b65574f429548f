"""Records of delimited text by the csv module, and a proof that pandas finds the same.

Records are those of RFC 4180 with any line ends: a cell may stand in quotes, blanks may stand before them, and empty
lines are skipped. That is `csv.reader(strict=True, skipinitialspace=True)`.
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
    """The whole records at the start of a text, each with the line on which it begins.

    `end` counts the bytes of UTF-8 taken so far, `line` is the line on which the next record begins. An unfinished
    record ends the iteration if more text follows. Raises DataError for text that is not a record.
    """

    def __init__(self, text: str, delimiter: str, quote: str, line: int, last: bool, name: str) -> None:
        self.end, self.line = 0, line
        self._text, self._delimiter, self._quote, self._last, self._name = text, delimiter, quote, last, name
        self._taken = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        first, blanks = self.line, self._delimiter != " "
        reader = csv.reader(
            self._lines(), strict=True, delimiter=self._delimiter, quotechar=self._quote, skipinitialspace=blanks
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
    """Return where the last whole line ends; a final carriage return may be half a line end."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


@dataclass(frozen=True)
class Regular:
    """Records that pandas reads as the csv module does: end in bytes, number, and lines."""

    end: int
    rows: int
    lines: int


def regular(data: bytes, width: int, delimiter: bytes) -> Regular | None:
    """Find the whole records at the start of `data`; None unless each plainly has `width` cells."""
    quoted = b'"' in data
    bare = _outside_quotes(data, delimiter) if quoted else data[: data.rfind(b"\n") + 1]
    end = len(bare)
    if not end or data.startswith(BOM) or not _plain_line_ends(data, end, one_column=width == 1):
        return None
    signs = bare.translate(None, bytes(set(range(256)) - set(delimiter + b"\n")))  # the bytes that end cells
    rows, rest = divmod(len(signs), width)
    if rest or signs != (delimiter * (width - 1) + b"\n") * rows:
        return None
    return Regular(end, rows, data.count(b"\n", 0, end) if quoted else rows)


def _outside_quotes(data: bytes, delimiter: bytes) -> bytes:
    """Return the bytes of the whole records, quoted ones masked; none if a quote is irregular."""
    bytes_ = np.frombuffer(data, np.uint8)
    inside = np.cumsum(bytes_ == QUOTE, dtype=np.uint8) & 1
    bare = np.where(inside, np.uint8(QUOTE), bytes_)
    end = len(bare) - int((bare[::-1] == NEWLINE).argmax())
    whole = bare[end - 1] == NEWLINE and _quotes_around_cells(bytes_[:end], delimiter)
    return bare[:end].tobytes() if whole else b""


def _quotes_around_cells(bytes_: Bytes, delimiter: bytes) -> bool:
    """Return whether each quote begins or ends a cell, or is part of a pair."""
    quotes = np.flatnonzero(bytes_ == QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    around = bytes_[np.concatenate([opening[opening > 0] - 1, closing + 1])]
    return bool(np.isin(around, np.frombuffer(delimiter + b'"\n\r', np.uint8)).all())


def _plain_line_ends(data: bytes, end: int, one_column: bool) -> bool:
    """Return whether lines end in LF or CR LF alone, and none of a single column is empty."""
    if b"\r" in data and data.count(b"\r", 0, end) != data.count(b"\r\n", 0, end):
        return False
    if not one_column:
        return True
    return not data.startswith((b"\n", b"\r\n")) and data.find(b"\n\n", 0, end) < 0 and data.find(b"\n\r\n", 0, end) < 0
