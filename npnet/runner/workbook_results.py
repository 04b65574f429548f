"""Predictions as a workbook of Excel, row by row."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from npnet.errors import UsageError

PIECE = 1 << 20
MOST = (1 << 20, 1 << 14)  # rows and columns of a sheet
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # letters that XML cannot hold


def workbook(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the bytes of a workbook with one sheet of rows below their names; texts are never formulas.

    Needs openpyxl, which keeps the rows in a temporary file. Raise UsageError where a sheet cannot hold all of them.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("predictions")
    try:
        _fill(sheet, iter(rows))
    except BaseException:
        sheet.close()  # what openpyxl has written it removes at the end of the process
        raise
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(PIECE), b"")


def _fill(sheet: Any, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows, {})
    for number, cells in enumerate(chain([list(first), first.values()], (row.values() for row in rows)), 1):
        if number > MOST[0] or len(cells) > MOST[1]:
            what = f"a sheet of a workbook has at most {MOST[0]} rows and {MOST[1]} columns"
            raise UsageError(f"the predictions are more: {what}", "-o FILE.csv holds any number")
        sheet.append([_text(cell, sheet) if isinstance(cell, str) else cell for cell in cells])


def _text(value: str, sheet: Any) -> Any:
    """Return a cell that is text whatever it begins with; control characters are written as Excel escapes them."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", value))
    cell.data_type = "s"
    return cell
