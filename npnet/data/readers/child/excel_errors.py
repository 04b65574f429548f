"""Cells of an .xlsx file with an error, such as #N/A: calamine reads them as empty, so that a gap could hide one."""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO

BLOCK, LARGEST = 1 << 20, 1 << 24  # bytes of a sheet read at a time, and of the parts that list the sheets
RELATIONS = "xl/_rels/workbook.xml.rels"
MARK, CELL = b't="e"', b"<c "
PLACE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
VALUE = re.compile(rb"<v>(#[A-Z0-9/!?_]{1,30})</v>")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')

Errors = dict[int, dict[int, str]]  # the text by row and column, both from 0


def errors_of(file: io.BufferedReader, sheet: str) -> Errors:
    """Return the errors in a sheet of an .xlsx file; none of files of other formats."""
    found: Errors = {}
    if not zipfile.is_zipfile(file):
        return found
    with zipfile.ZipFile(file) as archive:
        part = _part(archive, sheet)
        if part in archive.namelist():
            with archive.open(part) as stream:
                for row, column, text in _errors(stream):
                    found.setdefault(row, {})[column] = text
    return found


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the member with a sheet; empty if there is none."""
    sheets, links = _tags(archive, "xl/workbook.xml", "sheet"), _tags(archive, RELATIONS, "Relationship")
    wanted = next((one.get("id") for one in sheets if one.get("name") == sheet), None)
    target = next((one.get("Target") for one in links if wanted and one.get("Id") == wanted), None)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""


def _tags(archive: zipfile.ZipFile, member: str, tag: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of a name in a small part, without their prefixes."""
    if member not in archive.namelist():
        return []
    with archive.open(member) as stream:
        text = stream.read(LARGEST).decode("utf-8", "replace")
    tags = re.findall(rf"<{tag} ([^<>]*)>", text)
    return [{name.rpartition(":")[2]: html.unescape(value) for name, value in ATTRIBUTE.findall(one)} for one in tags]


def _errors(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    """Yield row, column and text of each error, from pieces of the XML that end before a cell."""
    rest, more = b"", b"-"
    while more:
        more = stream.read(BLOCK)
        data = rest + more
        end = max(data.rfind(CELL), 0) if more else len(data)
        rest = data[end:] if len(data) - end < LARGEST else b""  # no cell of Excel is as large
        at = data.find(MARK, 0, end)
        while at >= 0:
            cell = data[data.rfind(CELL, 0, at) : data.find(b"</c>", at)]
            place, value = PLACE.search(cell), VALUE.search(cell)
            if place and value and MARK in cell.partition(b">")[0]:
                yield int(place[2]) - 1, _column(place[1]), value[1].decode()
            at = data.find(MARK, at + 1, end)


def _column(letters: bytes) -> int:
    """Return the number of a column from 0.

    >>> _column(b"A"), _column(b"Z"), _column(b"AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
