"""Workbooks of Excel and OpenDocument: one sheet, the first row with cells as its header."""

import importlib
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from npnet.data.readers.child.cells import Row, batches, clock
from npnet.data.readers.child.excel_errors import Errors, errors_of
from npnet.data.readers.child.wire import FileError, Options, named, quoted

TOP = 20  # rows in which the header is looked for: below titles, which are one cell
FIRST_NAME = slice(30, 38)  # of a zip file: the name of its first member, `mimetype` in OpenDocument
CLOCK = re.compile(r"PT(\d+)H(\d\d)M(\d\d(?:\.\d+)?)S", re.ASCII)


class SheetTable:
    """An open workbook; `sheet` of the options must be there, `usual` only may."""

    title = "workbook"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file, self._asked, self._usual = file, options["sheet"], options["usual"]
        self._columns: list[int] = []  # positions of the columns that have a name
        self._sheet: Any = None
        self._errors: Errors = {}
        self._first = self._rows = self._above = 0

    def layout(self) -> dict[str, Any]:
        """Return the names, the number of rows, the name of the sheet and those of the others."""
        calamine = importlib.import_module("python_calamine")
        try:
            book = calamine.CalamineWorkbook.from_filelike(self._file)
        except calamine.PasswordError:
            raise FileError("is protected by a password", "save it without one") from None
        kinds = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        kinds.sort(key=lambda one: one.visible != calamine.SheetVisibleEnum.Visible)
        sheets = [one.name for one in kinds]
        name = self._given(book.sheet_names)
        others = [] if name is not None else sheets
        header = self._open(book, sheets if name is None else [name])
        names = [_text(header[position]) for position in self._columns]
        return {
            "names": [(one or "").strip() for one in names],
            "rows": self._rows,
            "others": [None] * len(names),
            "sheet": self._sheet.name,
            "above": self._above,
            "unread": [one for one in others if one != self._sheet.name and _has_cells(book.get_sheet_by_name(one))],
        }

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the rows of the wanted columns; [column, whether it must be text] are positions here."""
        wanted = [(self._columns[position], as_text) for position, as_text in request]
        return batches(self._below(), wanted, _text)

    def _given(self, sheets: list[str]) -> str | None:
        """Return the name of the sheet that the options name, None where they leave the choice."""
        for asked in (self._asked, self._usual):
            if isinstance(asked, int) and asked <= len(sheets):
                return sheets[asked - 1]
            if isinstance(asked, int) and str(asked) in sheets:  # the sheet of a year
                return str(asked)
            if asked in sheets:
                return str(asked)
            if asked is not None and asked == self._asked:
                which = f"sheet {asked}" if isinstance(asked, int) else f"sheet {quoted(asked)}"
                raise FileError(f"has no {which}", f"The sheets are: {named(sheets)}")
        return None

    def _open(self, book: Any, sheets: list[str]) -> Row:
        """Load the first of some sheets that has cells, and return its header."""
        for name in sheets:
            self._sheet, self._errors = book.get_sheet_by_name(name), errors_of(self._file, name)
            rows = list(islice(filter(_filled, self._all()), TOP))
            if rows:
                most = max(map(_count, rows))
                header = next(row for row in rows if _count(row) > 1 or most == 1 or row[0] == "")
                self._measure(header)
                return header
        if len(sheets) == 1:
            raise FileError(f"has no rows in the sheet {quoted(sheets[0])}", "the first row must hold the column names")
        raise FileError("has no rows", "its sheets are empty; the first row must hold the column names")

    def _measure(self, header: Row) -> None:
        """Find the last row that has cells, and the columns that have a name or cells."""
        unnamed = {position for position, cell in enumerate(header) if cell == ""}
        last, self._first, self._above = 0, -1, 0
        for number, row in enumerate(self._all()):
            if not _filled(row):
                continue
            if self._first < 0 and row != header:
                self._above += 1
                continue
            last, self._first = number, number if self._first < 0 else self._first
            unnamed -= {position for position in unnamed if row[position] != ""}
        self._rows = last - self._first
        self._columns = [position for position in range(len(header)) if position not in unnamed]

    def _all(self) -> Iterator[Row]:
        """Yield all rows of the sheet, errors as their texts."""
        self._file.seek(0)
        is_opendocument = self._file.read(FIRST_NAME.stop)[FIRST_NAME] == b"mimetype"
        start = (self._sheet.start or (0, 0))[1]
        for number, row in enumerate(_rows_of(self._sheet)):
            for column, text in self._errors.get(number, {}).items():
                if 0 <= column - start < len(row):
                    row[column - start] = text
            yield [*map(_clock, row)] if is_opendocument else row

    def _below(self) -> Iterator[Row]:
        """Yield the rows below the header, to the last that has cells."""
        for number, row in enumerate(self._all()):
            if self._first < number <= self._first + self._rows and _filled(row):
                yield [None if cell == "" else cell for cell in row]


def _has_cells(sheet: Any) -> bool:
    return any(map(_filled, _rows_of(sheet)))


def _rows_of(sheet: Any) -> Iterator[list[Any]]:
    """Return the rows of a sheet; old versions of python-calamine end the process at an empty one."""
    return iter(()) if sheet.start is None else sheet.iter_rows()


def _count(row: Row) -> int:
    """Count the cells of a row that are not empty."""
    return len(row) - row.count("")


def _filled(row: Row) -> bool:
    return row.count("") < len(row)


def _clock(cell: Any) -> Any:
    """Return a time of OpenDocument, `PT30H02M00S`, as that of Excel is written; other cells as they are."""
    found = CLOCK.fullmatch(cell) if isinstance(cell, str) else None
    return f"{int(found[1]):02d}:{found[2]}:{found[3]}" if found else cell


def _text(value: Any) -> str | None:
    """Return the text of a cell: whole numbers without a point, dates as ISO 8601, durations as hours."""
    if value is None or value == "":
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, timedelta):
        return clock(value // timedelta(microseconds=1))
    return value.isoformat() if isinstance(value, date) or hasattr(value, "isoformat") else str(value)
