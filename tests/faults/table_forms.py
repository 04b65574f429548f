"""Forms of the files of fuzzed tables: CSV, JSON lines, workbooks, databases, files of Arrow, and what packs them."""

import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import zstandard

from tests.faults.pathologies import Rows
from tests.tables import containers

Value = Any  # of a cell: a text, a number, a truth value, a date, a duration or None
Form = Callable[[Rows, Random], bytes]
CELLS = 32_767  # letters that a cell of a workbook holds


def csv(rows: Rows, random: Random) -> bytes:
    """Return the rows as CSV, with no quotes but those of a pathology."""
    text = "\n".join(",".join(row) for row in rows)
    return (text + "\n" if random.random() < 0.9 else text).encode()


def jsonl(rows: Rows, random: Random) -> bytes:
    names = rows[0] if rows else []
    lines = [dict(zip(names, typed(row, random), strict=False)) for row in rows[1:]]
    return "".join(f"{json.dumps(line, default=str)}\n" for line in lines).encode()


def xlsx(rows: Rows, random: Random) -> bytes:
    formats = {random.randrange(5): random.choice(("0%", "#,##0.00 €", "[h]:mm:ss", "DD.MM.YYYY", "@"))}
    return containers.xlsx(sheets(rows, random), formats if random.random() < 0.3 else None)


def ods(rows: Rows, random: Random) -> bytes:
    return containers.ods(sheets(rows, random), runs=random.random() < 0.5, around=random.random() < 0.2)


def database(rows: Rows, random: Random) -> bytes:
    """Return a database of the rows and perhaps of another table; of a text where SQLite has no such table."""
    names, lines = even(rows)
    declared = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    tables = {name: (declared, [typed(row, random, plain=True) for row in lines]) for name in two("t", random)}
    try:
        return containers.sqlite(tables)
    except (sqlite3.Error, IndexError, OverflowError, UnicodeEncodeError):
        return b"SQLite format 3\0" + csv(rows, random)


def feather(rows: Rows, random: Random) -> bytes:
    file = io.BytesIO()
    pyarrow.feather.write_feather(arrow(rows, random), file, compression=random.choice(("lz4", "zstd", "uncompressed")))
    return file.getvalue()


def parquet(rows: Rows, random: Random) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(arrow(rows, random), file)
    return file.getvalue()


def zipped(rows: Rows, random: Random) -> bytes:
    members = {f"{name}.csv": csv(rows, random) for name in two("t", random)}
    return containers.zipped(members | ({"__MACOSX/._t.csv": b"\0"} if random.random() < 0.3 else {}))


FORMS: dict[str, Form] = {
    "csv": csv,
    "jsonl": jsonl,
    "xlsx": xlsx,
    "ods": ods,
    "db": database,
    "feather": feather,
    "parquet": parquet,
    "zip": zipped,
    "csv.zst": lambda rows, random: zstandard.ZstdCompressor().compress(csv(rows, random)),
    "csv.gz": lambda rows, random: gzip.compress(csv(rows, random), mtime=0),
}


def typed(row: list[str], random: Random, *, plain: bool = False) -> list[Value]:
    """Return cells as the types of a format hold them; `plain` has numbers and texts only."""
    return [value(cell, random, plain) for cell in row]


def value(cell: str, random: Random, plain: bool) -> Value:
    """Return a cell as a number or a date where it is one, now and then as something else."""
    odd = random.random() < 0.005
    if not cell or (odd and plain):
        return None
    if odd:
        return random.choice((None, True, 1e300, -0.0, date(1900, 2, 28), datetime(9999, 12, 31), timedelta(hours=30)))
    for read in (int, float, *(() if plain else (date.fromisoformat, time.fromisoformat))):
        try:
            found: Value = read(cell)  # type: ignore[operator]
        except ValueError:
            continue
        return found if not isinstance(found, int | float) or abs(found) < 1e300 else cell
    return cell


def sheets(rows: Rows, random: Random) -> dict[str, list[list[Value]]]:
    """Return the sheets of a workbook: one or two, at times with a title above the rows."""
    above: list[list[Value]] = [["Sales", None], []] if random.random() < 0.1 else []
    cells = [[*map(printable, typed(row, random))] for row in rows]
    return {name: [*above, *cells] for name in two("Sheet", random)}


def printable(cell: Value) -> Value:
    """Return a cell of a workbook: a text without signs that XML does not hold, a date with a time."""
    if isinstance(cell, time):
        return cell.isoformat()
    if not isinstance(cell, str):
        return datetime.combine(cell, time()) if type(cell) is date else cell
    return "".join(letter for letter in cell[:CELLS] if letter.isprintable() or letter in "\t\n")


def two(name: str, random: Random) -> list[str]:
    """Return a name, at times with another one."""
    return [name, f"{name}2"] if random.random() < 0.15 else [name]


def even(rows: Rows) -> tuple[list[str], Rows]:
    """Return a header and rows that are all as long as it."""
    names = rows[0] if rows else []
    return names, [[*row, *[""] * len(names)][: len(names)] for row in rows[1:]]


def arrow(rows: Rows, random: Random) -> pa.Table:
    """Return the rows as a table of Arrow: columns of a type where all cells have it, else of text."""
    names, lines = even(rows)
    arrays = []
    for index in range(len(names)):
        cells = [value(row[index], random, plain=False) for row in lines]
        try:
            arrays.append(pa.array(cells))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            arrays.append(pa.array([None if cell is None else str(cell) for cell in cells]))
        if random.random() < 0.1 and len(cells):
            arrays[-1] = (
                arrays[-1].cast("string").dictionary_encode() if random.random() < 0.7 else pa.array([[1]] * len(cells))
            )
    return pa.table(arrays, names=names)
