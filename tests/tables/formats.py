"""How other programs write values and lines: the small formatters of the makers."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

Format = Callable[[Any], str]


def plain(value: Any) -> str:
    """Return a value as Python prints it; a gap is an empty cell."""
    return "" if value is None else str(value)


def number(decimals: int = 0, point: str = ".", group: str = "", before: str = "", after: str = "") -> Format:
    """Return a formatter of numbers; a minus stands before everything else."""

    def write(value: Any) -> str:
        if value is None:
            return ""
        digits = f"{abs(value):,.{decimals}f}".replace(",", "_").replace(".", point).replace("_", group)
        return ("-" if value < 0 else "") + before + digits + after

    return write


def date(form: str) -> Format:
    """Return a formatter of dates; %-d and %-m are written without a leading zero on every system."""

    def write(value: datetime | None) -> str:
        if value is None:
            return ""
        short = form.replace("%-d", str(value.day)).replace("%-m", str(value.month))
        return value.strftime(short.replace("%-I", str((value.hour + 11) % 12 + 1)))

    return write


def words(yes: str, no: str) -> Format:
    """Return a formatter of truth values."""
    return lambda value: "" if value is None else yes if value else no


def gap(marker: str, write: Format = plain) -> Format:
    """Return a formatter that writes a marker for a gap."""
    return lambda value: marker if value is None else write(value)


def cells(rows: Iterable[Sequence[Any]], *formats: Format) -> list[list[str]]:
    """Return rows of texts, each column by its own format."""
    return [[write(value) for write, value in zip(formats, row, strict=True)] for row in rows]


def lines(header: Sequence[str] | None, rows: Iterable[Sequence[str]], sep: str = ",", end: str = "\n") -> str:
    """Return the lines of a file without a single quote."""
    return "".join(sep.join(row) + end for row in ([header] if header else []) + [list(row) for row in rows])


def quoted(
    header: Sequence[str] | None,
    rows: Iterable[Sequence[Any]],
    sep: str = ",",
    end: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> str:
    """Return the lines of a file as the csv module writes them."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=sep, lineterminator=end, quoting=quoting)
    writer.writerows(([list(header)] if header else []) + [list(row) for row in rows])
    return file.getvalue()


def r_table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], sep: str = ",", point: str = ".", corner: str | None = '""'
) -> str:
    """Return what R's write.table writes: texts and row names quoted, numbers bare, NA for a gap.

    The cell above the row names is `corner`; without it the header is one cell short, as write.table's default is.
    """

    def cell(value: Any) -> str:
        if value is None:
            return "NA"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else f"{value:.15g}".replace(".", point)

    head = ([] if corner is None else [corner]) + [f'"{name}"' for name in names]
    body = [[f'"{place}"', *map(cell, row)] for place, row in enumerate(rows, 1)]
    return lines(head, body, sep)


def gaps(rows: Sequence[Sequence[Any]], column: int, places: Iterable[int], value: Any = None) -> list[list[Any]]:
    """Return rows with a column's values replaced at some places."""
    changed = [list(row) for row in rows]
    for place in places:
        changed[place][column] = value
    return changed
