"""Databases of SQLite: the rows of one query, which can only read."""

import io
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from npnet.data.readers.child.cells import Row, batches
from npnet.data.readers.child.wire import FileError, Options, named, quoted

DENIED = {"load_extension", "fts3_tokenizer", "random", "randomblob", "readfile", "writefile", "edit", "eval"}
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
LONGEST = 1 << 26  # bytes of a cell
WAIT = 5  # seconds for another program that writes
STEPS = 10_000  # steps of SQLite between looks at the clock
TABLES = (
    "SELECT name, sql LIKE 'CREATE VIRTUAL TABLE%' FROM sqlite_master "
    "WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
)
SHADOWS = ("data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node", "parent", "rowid")
UNOPENED = "vtable constructor failed: "
ABSENT = "no such table"
SELECT = "a query is one SELECT, which only reads: no PRAGMA, no ATTACH, no random()"
SHOWN = 3  # tables that a hint has a query for


class QueryTable:
    """An open database; `query` of the options must fit it, `usual` only may."""

    title = "SQLite database"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._descriptor, self._path, self._seconds = options["descriptor"], options["path"], options["seconds"]
        self._asked, self._usual = options["query"], options["usual"]
        self._names: list[str] = []
        self._tables: list[str] = []
        self._shadows: list[str] = []
        self._query = ""
        self._until = 0.0
        self._base: Any = None

    def layout(self) -> dict[str, Any]:
        """Return the names of the columns, the number of rows, and the query."""
        self._connect()
        self._tables, self._shadows = _own_tables(self._run(TABLES).fetchall())
        self._tables = self._tables or [name for name in self._shadows if name.endswith("_content")]
        self._base.set_authorizer(authorized)
        self._base.set_progress_handler(lambda: time.monotonic() > self._until, STEPS)
        self._query = self._chosen()
        cursor = self._run(self._query)
        self._names = [name for name, *_ in cursor.description or ()]
        if not self._names:
            raise FileError("cannot be queried: the query has no columns", SELECT)
        rows = self._run(f"SELECT count(*) FROM (\n{self._query}\n)").fetchone()[0]
        others = [None] * len(self._names)
        return {"names": self._names, "rows": rows, "others": others, "query": self._query}

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the rows of the wanted columns."""
        try:
            yield from batches(self._rows([position for position, _ in request]), [*map(tuple, request)], _text)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _connect(self) -> None:
        """Open the file for reading; without a log beside it nothing else is read."""
        if not os.path.samestat(Path(self._path).stat(), os.fstat(self._descriptor)):
            raise FileError("changed while it was read", "wait until whoever writes it is done")
        logs = any(Path(self._path + end).exists() for end in ("-wal", "-journal"))
        address = f"file://{quote(self._path)}?mode=ro{'' if logs else '&immutable=1'}"
        self._base = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT)
        self._base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            self._base.execute(f"PRAGMA {pragma}")
        self._base.execute("BEGIN")  # one state of the database, however often it is read

    def _chosen(self) -> str:
        """Return the query of the options, or that for the only table."""
        tables = self._tables
        only = _all_of(tables[0]) if len(tables) == 1 else None
        if self._asked is not None:
            asked = str(self._asked).strip().rstrip("; \t\r\n")
            if asked in tables:
                raise FileError(f"cannot be queried: {quoted(asked)} is a table", f"write query: '{_all_of(asked)}'")
            return asked
        if self._usual is not None and (only is None or self._fits(self._usual)):
            return str(self._usual)
        if only is None:
            what = f"has {len(tables)} tables: {named(tables)}" if tables else "has no tables"
            queries = " or ".join(f"query: '{_all_of(name)}'" for name in tables[:SHOWN])
            raise FileError(what, f"write {queries}" if tables else "is it the right file?")
        return only

    def _fits(self, query: str) -> bool:
        """Return whether a database has the tables of a query."""
        try:
            self._base.execute(query)
        except sqlite3.Error as error:
            return ABSENT not in str(error)
        return True

    def _run(self, query: str) -> sqlite3.Cursor:
        self._until = time.monotonic() + self._seconds
        try:
            cursor: sqlite3.Cursor = self._base.execute(query)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._error(error) from None
        return cursor

    def _rows(self, positions: list[int]) -> Iterator[Row]:
        for number, row in enumerate(self._run(self._query), 1):
            for position in positions:
                if isinstance(row[position], bytes):
                    name = quoted(self._names[position])
                    what = f"cannot be read: row {number}: column {name} holds binary data"
                    raise FileError(what, f"drop: [{name}] leaves it out")
            yield row

    def _unopened(self, name: str) -> FileError:
        """Return the error of a virtual table, whose code would run on what a stranger's file holds."""
        content = f"{name}_content"
        full_text = f"write query: '{_all_of(content)}', which has the texts of a full-text table"
        other = "copy its rows into a table: CREATE TABLE name AS SELECT ..."
        return FileError(
            f"cannot be queried: {quoted(name)} is a virtual table, which is not opened",
            full_text if content in self._shadows else other,
        )

    def _error(self, error: Exception) -> FileError:
        why = " ".join(str(error).split())
        if why == "interrupted":
            span = f"{self._seconds} second{'s' * (self._seconds != 1)}"
            return FileError(f"cannot be queried: it takes more than {span}", "does it end? LIMIT bounds it")
        if (
            isinstance(error, sqlite3.DatabaseError)
            and type(error) is sqlite3.DatabaseError
            and "authorized" not in why
        ):
            return FileError(f"is a damaged {self.title}: {why}")
        if UNOPENED in why:
            return self._unopened(why.partition(UNOPENED)[2])
        hints = {
            ABSENT: f"The tables are: {named(self._tables)}",
            "decode to UTF-8": "leave the column out of the query",
            "is locked": "wait until whoever writes it is done",
        }
        hint = next((hint for words, hint in hints.items() if words in why), SELECT)
        return FileError(f"cannot be queried: {why}", hint)


def _own_tables(found: list[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """Return the tables of a database without virtual ones, and those in which virtual ones keep their rows."""
    shadows = {f"{name}_{end}" for name, is_virtual in found if is_virtual for end in SHADOWS}
    names = [name for name, is_virtual in found if not is_virtual]
    return [name for name in names if name not in shadows], [name for name in names if name in shadows]


def authorized(action: int, _: str | None, name: str | None, *__: object) -> int:
    """Allow what reads, and functions that neither leave the database nor return something else each time."""
    allowed = action in ALLOWED or (action == sqlite3.SQLITE_FUNCTION and str(name).lower() not in DENIED)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _all_of(table: str) -> str:
    name = table.replace('"', '""')
    return f'SELECT * FROM "{name}"'


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
