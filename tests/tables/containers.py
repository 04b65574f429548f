"""Write spreadsheets, databases and archives into bytes that are the same each time."""

import datetime
import io
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

Sheets = Mapping[str, Sequence[Any]]  # rows of cells, by name of a sheet
ODS = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def zipped(members: Mapping[str, bytes], stored: Sequence[str] = ()) -> bytes:
    """Return a zip file of members that all date from 1980."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name in stored or name.endswith("/") else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()


def xlsx(sheets: Sheets, formats: Mapping[int, str] | None = None, first: int = 2) -> bytes:
    """Return a workbook of openpyxl; `formats` are number formats by position of a column, from row `first` on."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for column, form in (formats or {}).items():
            for (cell,) in sheet.iter_rows(min_row=first, min_col=column + 1, max_col=column + 1):
                cell.number_format = form
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    members[core] = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2024-01-01T00:00:00Z", members[core])
    return zipped(members)


class Percent(float):
    """A number that a spreadsheet shows in percent."""


class Money(float):
    """A number that a spreadsheet shows as an amount of money."""


def ods_cell(value: Any, repeat: int = 1) -> str:
    """Return a cell of an OpenDocument table; its text is what a German program would show."""
    times = f' table:number-columns-repeated="{repeat}"' if repeat > 1 else ""
    if value is None:
        return f"<table:table-cell{times}/>"
    if isinstance(value, bool):
        kind, shown = f'boolean" office:boolean-value="{str(value).lower()}', "WAHR" if value else "FALSCH"
    elif isinstance(value, Percent):
        kind, shown = f'percentage" office:value="{float(value)!r}', f"{value * 100:.2f} %".replace(".", ",")
    elif isinstance(value, Money):
        kind, shown = (
            f'currency" office:currency="EUR" office:value="{float(value)!r}',
            f"{value:.2f} €".replace(".", ","),
        )
    elif isinstance(value, int | float):
        kind, shown = f'float" office:value="{value!r}', f"{value:.1f}".replace(".", ",")
    elif isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        clock = (seconds // 3600, seconds // 60 % 60, seconds % 60)
        kind, shown = (
            'time" office:time-value="PT{:02d}H{:02d}M{:02d}S'.format(*clock),
            "{:02d}:{:02d}:{:02d}".format(*clock),
        )
    elif isinstance(value, datetime.datetime):
        stamp = value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
        kind, shown = f'date" office:date-value="{stamp}', value.strftime("%d.%m.%y")
    else:
        kind, shown = "string", value
    lines = "".join(f"<text:p>{escape(line).replace('  ', ' <text:s/>')}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell office:value-type="{kind}"{times}>{lines}</table:table-cell>'


def ods_row(row: Sequence[Any], repeat: int = 1, runs: bool = False) -> str:
    """Return a row; with `runs`, neighbours of the same value are one repeated cell, as LibreOffice writes them."""
    parts: list[list[Any]] = []
    for value in row:
        if runs and parts and parts[-1][0] == value and type(parts[-1][0]) is type(value):
            parts[-1][1] += 1
        else:
            parts.append([value, 1])
    times = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
    return f"<table:table-row{times}>{''.join(ods_cell(value, count) for value, count in parts)}</table:table-row>"


def ods(sheets: Sheets, *, runs: bool = False, around: bool = False) -> bytes:
    """Return an OpenDocument spreadsheet; `around` adds the empty cells to the sheet's end that LibreOffice writes."""
    tables = []
    for name, rows in sheets.items():
        lines, place = [], 0
        while place < len(rows):
            same = 1
            while runs and place + same < len(rows) and list(rows[place + same]) == list(rows[place]):
                same += 1
            line = ods_row(rows[place], same, runs)
            lines.append(
                line.replace("</table:table-row>", ods_cell(None, 1018) + "</table:table-row>") if around else line
            )
            place += same
        if around:
            lines.append(ods_row([None], 1048000).replace("<table:table-cell/>", ods_cell(None, 1024)))
        tables.append(f'<table:table table:name="{escape(name)}">{"".join(lines)}</table:table>')
    spaces = " ".join(f'xmlns:{short}="{long}"' for short, long in SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body>'
        + (f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>")
    )
    entries = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>' + (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    )
    manifest = '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" ' + (
        f'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entries}</manifest:manifest>'
    )
    members = {"mimetype": ODS.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    return zipped(members, stored=["mimetype"])


def sqlite(tables: Mapping[str, tuple[str, Sequence[Sequence[Any]]]], *further: str) -> bytes:
    """Return a database of tables, each with the declaration of its columns and its rows, after further statements."""
    base = sqlite3.connect(":memory:")
    for name, (declared, rows) in tables.items():
        base.execute(f'create table "{name}" ({declared})')
        base.executemany(f'insert into "{name}" values ({", ".join("?" * len(rows[0]))})', rows)
    for statement in further:
        base.execute(statement)
    base.commit()
    content = base.serialize()
    base.close()
    return content
