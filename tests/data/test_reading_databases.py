"""Databases of SQLite: the only table or a query, which reads and does nothing else."""

import gzip
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers import child_process, database
from npnet.data.readers.reading import read_frame
from tests.data.slow_reader import assert_read_as, slowly
from tests.data.test_reading_formats import read, refusal

CSV = "code,x,when\n007,1.5,2024-03-01\nB2,2.0,2024-03-02\n,,\nB2,-3.0,2024-03-04\n"
ROWS = [("007", 1.5, "2024-03-01"), ("B2", 2.0, "2024-03-02"), (None, None, None), ("B2", -3.0, "2024-03-04")]
TABLE = ('CREATE TABLE people (code TEXT, x REAL, "when" TEXT)', "INSERT INTO people VALUES (?, ?, ?)", ROWS)
OTHER = ("CREATE TABLE other (z)", "INSERT INTO other VALUES (?)", [(1,), (2,)])


def make(path: Path, *tables, more: tuple[str, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as base:
        for create, insert, rows in tables:
            base.execute(create)
            base.executemany(insert, rows)
        for statement in more:
            base.execute(statement)
        base.commit()


def test_the_only_table_reads_as_a_csv_file_of_the_same_cells(tmp_path):
    make(tmp_path / "t.db", TABLE)
    frame, schema = read_frame(ReadOptions(path="t.db"), tmp_path)
    assert_read_as(frame, slowly(CSV, empty_rows=True))
    assert frame.fingerprint == hashlib.sha256((tmp_path / "t.db").read_bytes()).hexdigest()
    assert schema.query == 'SELECT * FROM "people"'
    assert [path.name for path in tmp_path.iterdir()] == ["t.db"]


@pytest.mark.parametrize("name", ["t.sqlite", "t.sqlite3", "t.db3", "t.csv", "t"])
def test_a_database_is_one_whatever_its_name(tmp_path, name):
    make(tmp_path / name, TABLE)
    assert_read_as(read(tmp_path, name), slowly(CSV, empty_rows=True))


def test_a_database_may_be_packed_and_a_link_is_followed(tmp_path):
    make(tmp_path / "t.db", TABLE)
    (tmp_path / "t.db.gz").write_bytes(gzip.compress((tmp_path / "t.db").read_bytes()))
    assert_read_as(read(tmp_path, "t.db.gz"), slowly(CSV, empty_rows=True))
    (tmp_path / "link.db").symlink_to("t.db")
    assert_read_as(read(tmp_path, "link.db"), slowly(CSV, empty_rows=True))


def test_a_path_may_be_written_in_any_way(tmp_path, monkeypatch):
    make(tmp_path / "t.db", TABLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("t.db", "./t.db", f"/{tmp_path}/t.db", "~/t.db", f"{tmp_path}/../{tmp_path.name}/t.db"):
        assert_read_as(read(Path(), path), slowly(CSV, empty_rows=True))


def test_a_table_of_a_strange_name_is_read(tmp_path):
    make(
        tmp_path / "a ?#%.db", ('CREATE TABLE "a ""b"" ; DROP" (x)', 'INSERT INTO "a ""b"" ; DROP" VALUES (?)', [(1,)])
    )
    assert read(tmp_path, "a ?#%.db").columns["x"].values.tolist() == [1.0]


def test_several_tables_need_a_query_and_the_hint_is_one(tmp_path):
    make(tmp_path / "t.db", TABLE, OTHER)
    said, hint = refusal(tmp_path, "t.db")
    assert said == 't.db has 2 tables: "people", "other"'
    assert hint.startswith("write query: 'SELECT * FROM \"people\"' or query: 'SELECT")
    assert_read_as(read(tmp_path, "t.db", query=hint.split("'")[1]), slowly(CSV, empty_rows=True))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT z * 2 AS a FROM other WHERE z > 1",
        "select z * 2 as a from other where z > 1 ; \n",
        "SELECT z * 2 AS a FROM other WHERE z > 1 -- comment",
        "WITH some AS (SELECT z FROM other) SELECT z + 2 AS a FROM some ORDER BY a DESC LIMIT 1",
        "WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c WHERE a < 4) SELECT a FROM c WHERE a = 4",
        "SELECT max(abs(round(z))) * 2 AS a FROM other",
        "SELECT o.z * 2 AS a FROM other o JOIN people p ON p.x = o.z",
        "SELECT row_number() OVER (ORDER BY z) + 2 AS a FROM other LIMIT 1 OFFSET 1",
        "VALUES (4)",
    ],
)
def test_any_select_may_be_the_query(tmp_path, query):
    make(tmp_path / "t.db", TABLE, OTHER)
    column = next(iter(read(tmp_path, "t.db", query=query).columns.values()))
    assert column.values.tolist() == [4.0]


def test_values_decide_the_types(tmp_path):
    rows = [(1, 2**53 + 1, "7", 1.5), (2, 3, 7, "x"), (None, None, None, None)]
    make(tmp_path / "t.db", ("CREATE TABLE t (a, b, c, d)", "INSERT INTO t VALUES (?, ?, ?, ?)", rows))
    assert "more digits than float64 holds" in refusal(tmp_path, "t.db")[0]
    found = read(tmp_path, "t.db", drop=("b",), categorical=("d",)).columns
    np.testing.assert_array_equal(found["a"].values, [1, 2, np.nan])
    assert (found["c"].kind, found["d"].levels) == ("number", ("1.5", "x"))


def test_binary_data_is_refused_with_its_column_unless_it_is_dropped(tmp_path):
    rows = [(1, "x"), (2, b"\0\1")]
    make(tmp_path / "t.db", ("CREATE TABLE t (a, pic)", "INSERT INTO t VALUES (?, ?)", rows))
    said = ('t.db cannot be read: row 2: column "pic" holds binary data', 'drop: ["pic"] leaves it out')
    assert refusal(tmp_path, "t.db") == said
    assert list(read(tmp_path, "t.db", drop=("pic",)).columns) == ["a"]


def test_another_database_is_read_by_the_query_of_the_training(tmp_path):
    make(tmp_path / "train.db", TABLE, OTHER)
    _, schema = read_frame(ReadOptions(path="train.db", query="SELECT z FROM other"), tmp_path)
    make(tmp_path / "new.db", OTHER, TABLE)
    frame, _ = read_frame(ReadOptions(path="new.db"), tmp_path, schema)
    assert (frame.columns["z"].values.tolist(), frame.notes) == ([1.0, 2.0], ())
    make(tmp_path / "one.db", ("CREATE TABLE fresh (z)", "INSERT INTO fresh VALUES (?)", [(5,)]))
    frame, _ = read_frame(ReadOptions(path="one.db"), tmp_path, schema)
    assert frame.columns["z"].values.tolist() == [5.0]
    assert frame.notes == ('the query of the training does not fit; read "SELECT * FROM \\"fresh\\""',)


def test_changes_in_the_log_are_read_and_said(tmp_path):
    with closing(sqlite3.connect(tmp_path / "t.db")) as base:
        base.execute("PRAGMA journal_mode = wal")
        base.execute(TABLE[0])
        base.executemany(*TABLE[1:])
        base.commit()
        frame = read(tmp_path, "t.db")
        assert_read_as(frame, slowly(CSV, empty_rows=True))
        assert frame.notes == ("t.db has changes in t.db-wal, which the fingerprint of the data leaves out",)
    frame = read(tmp_path, "t.db")  # the log is part of the file by now
    assert (len(frame), frame.notes) == (4, ())


@pytest.mark.long
def test_a_database_that_somebody_writes_to_is_refused_until_it_is_done(tmp_path):
    make(tmp_path / "t.db", TABLE)
    with closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = persist")
        base.execute("BEGIN EXCLUSIVE")
        base.execute("INSERT INTO people VALUES ('late', 1, '2024-05-01')")
        said = ("t.db cannot be queried: database is locked", "wait until whoever writes it is done")
        assert refusal(tmp_path, "t.db") == said
        base.execute("COMMIT")
    assert len(read(tmp_path, "t.db")) == 5


# What is refused


@pytest.mark.parametrize(
    "query",
    [
        *("DELETE FROM people", "INSERT INTO other VALUES (1)", "UPDATE other SET z = 1", "DROP TABLE other"),
        *("CREATE TABLE x (a)", "CREATE TEMP TABLE x AS SELECT 1", "REPLACE INTO other VALUES (1)", "VACUUM"),
        *("VACUUM INTO 'made.db'", "ATTACH 'made.db' AS m", "ATTACH 'file:made.db?mode=rwc' AS m", "DETACH main"),
        *("PRAGMA journal_mode = wal", "PRAGMA writable_schema = 1", "SELECT * FROM pragma_database_list"),
        *("SELECT load_extension('/tmp/x.so')", "SELECT random() AS a", "SELECT a FROM (SELECT randomblob(9) AS a)"),
        *("BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT x", "REINDEX", "ANALYZE", "EXPLAIN SELECT 1; DROP TABLE other"),
        *(
            "SELECT 1; DROP TABLE other",
            "SELECT 1 AS a) ; DROP TABLE other; --",
            "CREATE VIRTUAL TABLE v USING fts5(a)",
        ),
        *("SELECT fts3_tokenizer('simple')", "DELETE FROM other RETURNING z", "", ";", "-- nothing", "nonsense"),
        *("SELECT * FROM nowhere", "SELECT nothing FROM other", "SELECT no_function(z) FROM other", "SELECT '\0'"),
    ],
)
def test_a_query_that_is_no_select_is_refused_and_changes_nothing(tmp_path, query):
    make(tmp_path / "t.db", TABLE, OTHER)
    content = (tmp_path / "t.db").read_bytes()
    if query:
        assert "t.db" in refusal(tmp_path, "t.db", query=query)[0]
    else:
        with pytest.raises(ValueError, match="query"):
            ReadOptions(path="t.db", query=query)
    assert (tmp_path / "t.db").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["t.db"]


def test_a_table_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    make(tmp_path / "t.db", TABLE, OTHER)
    said = ("t.db cannot be queried: no such table: nowhere", 'The tables are: "people", "other"')
    assert refusal(tmp_path, "t.db", query="SELECT * FROM nowhere") == said


@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c) SELECT a FROM c",
        "WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c) SELECT max(a) AS a FROM c",
    ],
)
def test_a_query_without_an_end_is_ended(tmp_path, monkeypatch, query):
    monkeypatch.setattr(database, "SECONDS", 1)
    make(tmp_path / "t.db", TABLE)
    said, hint = refusal(tmp_path, "t.db", query=query)
    assert said == "t.db cannot be queried: it takes more than 1 second"
    assert "LIMIT" in hint


def test_a_process_that_takes_far_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "SECONDS", 1)
    monkeypatch.setattr(child_process, "SPEED", 10**9)
    make(tmp_path / "t.db", TABLE)
    query = "WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c) SELECT max(a) AS a FROM c"
    assert refusal(tmp_path, "t.db", query=query)[0] == "t.db takes far more time than a file of its size should"


@pytest.mark.parametrize("cell", ["hex(zeroblob(60000000))", "zeroblob(900000000)"])
def test_a_query_for_a_cell_that_is_too_large_is_refused(tmp_path, cell):
    make(tmp_path / "t.db", TABLE)
    assert "too big" in refusal(tmp_path, "t.db", query=f"SELECT {cell} AS a")[0]


def test_triggers_and_views_of_a_stranger_do_nothing(tmp_path):
    trigger = "CREATE TRIGGER evil AFTER INSERT ON people BEGIN SELECT load_extension('/tmp/x.so'); END"
    view = "CREATE VIEW evil_view AS SELECT load_extension('/tmp/x.so') AS a"
    make(tmp_path / "t.db", TABLE, more=(trigger, view))
    assert_read_as(read(tmp_path, "t.db"), slowly(CSV, empty_rows=True))
    assert "load_extension" in refusal(tmp_path, "t.db", query="SELECT a FROM evil_view")[0]


def test_a_virtual_table_is_refused(tmp_path):
    more = ("CREATE VIRTUAL TABLE notes USING fts5(a)", "INSERT INTO notes VALUES ('hello')")
    make(tmp_path / "t.db", TABLE, more=more)
    assert_read_as(read(tmp_path, "t.db"), slowly(CSV, empty_rows=True))  # beside an index of its texts
    message, hint = refusal(tmp_path, "t.db", query="SELECT a FROM notes")
    assert '"notes" is a virtual table, which is not opened' in message
    query = 'SELECT * FROM "notes_content"'
    assert f"write query: '{query}'" in hint
    assert read(tmp_path, "t.db", query=query).columns["c0"].levels == ("hello",)
    with closing(sqlite3.connect(tmp_path / "t.db")) as base:
        base.execute("PRAGMA writable_schema = 1")
        base.execute("UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE notes USING evil(a)' WHERE name = 'notes'")
        base.commit()
    assert "no such module: evil" in refusal(tmp_path, "t.db", query="SELECT a FROM notes")[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "t.db is empty"),
        (b"a,b\n1,2\n" * 100, "t.db is a damaged SQLite database"),
        (b"SQLite format 3\0", "t.db is a damaged SQLite database"),
        (b"SQLite format 3\0" + b"x" * 5000, "t.db is a damaged SQLite database"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path, content, words):
    (tmp_path / "t.db").write_bytes(content)
    assert words in refusal(tmp_path, "t.db")[0]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_database_that_is_cut_short_is_refused(tmp_path, share):
    rows = [(row, f"x{row}") for row in range(3000)]
    make(tmp_path / "t.db", ("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (?, ?)", rows))
    whole = (tmp_path / "t.db").read_bytes()
    (tmp_path / "t.db").write_bytes(whole[: int(len(whole) * share)])
    assert "is a damaged SQLite database" in refusal(tmp_path, "t.db")[0]


def test_a_database_without_tables_or_rows_is_refused(tmp_path):
    make(tmp_path / "t.db", ("CREATE TABLE t (a)", "INSERT INTO t VALUES (?)", []))
    assert refusal(tmp_path, "t.db")[0] == "t.db has no rows"
    make(tmp_path / "none.db", more=("PRAGMA user_version = 7",))
    assert refusal(tmp_path, "none.db")[0] == "none.db has no tables"


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    make(tmp_path / "t.db", more=("CREATE TABLE t (a)", "INSERT INTO t VALUES (CAST(x'ff61' AS TEXT))"))
    assert "UTF-8" in refusal(tmp_path, "t.db")[0]
