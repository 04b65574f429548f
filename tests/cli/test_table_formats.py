"""Workbooks and databases on the command line: trained on, predicted from, and written."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from npnet.errors import UsageError
from npnet.runner import results
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

CONFIG = (
    "dataset: {table: {path: PATH, target: buys, drop: [id], categorical: [code], MORE}}\n"
    "layers: [{linear: 3}, tanh, linear]\nepochs: 2\n"
)


def sheet_of(book: Any, name: str, rows: list[dict[str, str]]) -> None:
    sheet = book.create_sheet(name)
    for row in (list(rows[0]), *(list(row.values()) for row in rows)):
        sheet.append([cell if cell != "" else None for cell in row])


def book_of(path: str, **sheets: list[dict[str, str]]) -> None:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet_of(book, name, rows)
    book.save(path)


def base_of(path: str, **tables: list[dict[str, str]]) -> None:
    with closing(sqlite3.connect(path)) as base:
        for name, rows in tables.items():
            base.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
            marks = ", ".join("?" * len(rows[0]))
            base.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row.values()) for row in rows])
        base.commit()


def trained(path: str, more: str = "") -> Path:
    Path("c.yaml").write_text(CONFIG.replace("PATH", path).replace(", MORE", f", {more}" if more else ""))
    result = call("train", "c.yaml", "--no-plots", "-q")
    assert result.code == 0, result.err
    return Path(result.out.strip())


def cells(path: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)["predictions"].values)


@pytest.fixture
def tables(folder: Path) -> Path:
    """Write the same table as text, as a workbook and as a database, and new rows."""
    for name, rows in (("t", people(60)), ("new", people(7))):
        Path(f"{name}.csv").write_text(csv_of(rows))
        book_of(f"{name}.xlsx", notes=[{"read me": "first"}], people=rows)
        base_of(f"{name}.db", notes=[{"a": "b"}], people=rows)
    return folder


@pytest.mark.long
def test_a_run_answers_the_same_whatever_format_its_table_and_the_new_rows_have(tables: Path) -> None:
    runs = [trained("t.csv"), trained("t.xlsx", "sheet: people"), trained("t.db", "query: SELECT * FROM people")]
    for run, files in zip(runs, (["new.csv"], ["new.csv", "new.xlsx"], ["new.csv", "new.db"]), strict=True):
        answers = [call("predict", run, file, "--proba") for file in files]
        assert {(answer.code, answer.out) for answer in answers} == {(0, answers[0].out)}
        assert answers[0].out.count("\n") == 8
    said = {call("predict", run, "new.csv", "--proba").out for run in runs}
    assert len(said) == 1
    assert call("evaluate", runs[1], "--data", "t.xlsx").code == 0
    assert call("evaluate", runs[2], "--data", "t.db").code == 0


def test_the_sheet_that_was_read_and_those_that_were_not_are_said(tables: Path) -> None:
    Path("c.yaml").write_text(CONFIG.replace("PATH", "t.xlsx").replace(", MORE", ""))
    result = call("train", "c.yaml")
    assert (result.code, result.out) == (4, "")
    assert "has no column" in result.err
    assert 'read the sheet "notes", not "people"; sheet: names another' in result.err
    book_of("t.xlsx", people=people(60), more=[{"a": "b"}])
    run = trained("t.xlsx")
    result = call("train", "c.yaml", "--no-plots", "--runs-dir", "others")
    assert 'read the sheet "people", not "more"' in result.err
    book_of("other.xlsx", fresh=people(7))
    result = call("predict", run, "other.xlsx")
    assert result.code == 0
    assert 'there is no sheet "people" as in training; read "fresh"' in result.err


def test_a_query_for_several_tables_is_asked_for_with_one_that_works(tables: Path) -> None:
    Path("c.yaml").write_text(CONFIG.replace("PATH", "t.db").replace(", MORE", ""))
    result = call("train", "c.yaml")
    assert result.code == 4
    assert 't.db has 2 tables: "notes", "people"' in result.err
    assert 'SELECT * FROM "notes"' in result.err


def test_predictions_are_written_as_a_workbook_and_read_back(tables: Path) -> None:
    run = trained("t.csv")
    assert call("predict", run, "new.csv", "--proba", "-o", "a.csv").code == 0
    assert call("predict", run, "new.csv", "--proba", "-o", "a.xlsx").code == 0
    assert call("predict", run, "new.csv", "--proba", "-o", "a", "--format", "xlsx").code == 0
    header, *rows = cells("a.xlsx")
    text = Path("a.csv").read_text().splitlines()
    assert ",".join(map(str, header)) == text[0]
    for row, line in zip(rows, text[1:], strict=True):
        expected = line.split(",")
        assert (str(row[0]), row[1]) == (expected[0], expected[1])
        assert row[2:] == pytest.approx([float(cell) for cell in expected[2:]], abs=1e-9)
    assert len(rows) == 7


def test_texts_in_a_workbook_are_never_formulas(folder: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@a", "#N/A", "\tx", "a\x07b", "ä🎉", "007", " x "]
    rows = [{"=head": text, "n": 1.5, "gap": None, "on": True} for text in texts]
    Path("t.xlsx").write_bytes(b"".join(results.workbook(rows)))
    sheet = openpyxl.load_workbook("t.xlsx")["predictions"]
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * 11
    assert [cell.value for cell in sheet["A"]] == ["=head", *(text.replace("\x07", "_x0007_") for text in texts)]
    assert [cell.value for cell in sheet[2]] == ["=1+1", 1.5, None, True]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "SHEET", (3, 2))
    assert list(results.workbook([{"a": 1, "b": 2}] * 2))
    for rows in ([{"a": 1}] * 3, [{"a": 1, "b": 2, "c": 3}]):
        with pytest.raises(UsageError, match="at most 3 rows and 2 columns"):
            list(results.workbook(rows))


def test_a_workbook_is_written_to_a_file_alone_and_needs_openpyxl(
    tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained("t.csv")
    result = call("predict", run, "new.csv", "--format", "xlsx")
    assert result.code == 2
    assert "a workbook is not written to standard output" in result.err
    assert "hint: -o FILE.xlsx writes it" in result.err
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    result = call("predict", run, "new.csv", "-o", "a.xlsx")
    assert (result.code, result.out) == (6, "")
    assert result.err.startswith("npnet: error: workbooks need openpyxl")
    assert 'hint: pip install "npnet[excel]"' in result.err
    assert not Path("a.xlsx").exists()


def test_the_keys_are_part_of_what_the_run_keeps(tables: Path) -> None:
    run = trained("t.xlsx", "sheet: people")
    assert "sheet: people" in (run / "resolved.yaml").read_text()
    assert call("predict", run, "t.xlsx").code == 0
