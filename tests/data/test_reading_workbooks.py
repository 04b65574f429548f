"""Workbooks of Excel and OpenDocument read as a CSV file of the same cells, and hostile ones do no harm."""

import importlib.util
import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers import child_process, workbook
from npnet.data.readers.reading import read_frame
from tests.data.slow_reader import assert_read_as, slowly
from tests.data.test_reading_formats import read, refusal

openpyxl = pytest.importorskip("openpyxl")
pytestmark = pytest.mark.skipif(importlib.util.find_spec("python_calamine") is None, reason="needs the extra excel")

CODES = "code,x,when\n007,1.5,2024-03-01\nB2,2,2024-03-02\n,,\nB2,-3,2024-03-04\n"
ROWS = [
    ["code", "x", "when"],
    ["007", 1.5, date(2024, 3, 1)],
    ["B2", 2, date(2024, 3, 2)],
    [],
    ["B2", -3, date(2024, 3, 4)],
]


def book(path: Path, **sheets) -> None:
    """Write a workbook of some sheets, each a list of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)


def notes(folder: Path, path: str, schema=None, **options) -> tuple[str, ...]:
    return read_frame(ReadOptions(path=path, **options), folder, schema)[0].notes


def repacked(path: Path, member: str, content: bytes | None) -> None:
    """Write a zip file again with another content of a member, or without it."""
    with zipfile.ZipFile(path) as archive:
        kept = {one.filename: archive.read(one) for one in archive.infolist() if one.filename != member}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**kept, **({} if content is None else {member: content})}.items():
            archive.writestr(name, data)


def ods(path: Path, cells: str) -> None:
    """Write an OpenDocument of one sheet by hand, from the XML of its rows."""
    head = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        table = f'<table:table table:name="Sheet1">{cells}</table:table>'
        archive.writestr("content.xml", f"{head}{table}</office:spreadsheet></office:body></office:document-content>")


def ods_row(*cells: object) -> str:
    def cell(value: object) -> str:
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    return f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>"


# What is in a sheet


def test_a_sheet_reads_as_a_csv_file_of_the_same_cells(tmp_path):
    book(tmp_path / "t.xlsx", data=ROWS)
    assert_read_as(read(tmp_path, "t.xlsx"), slowly(CODES))


def test_an_opendocument_reads_as_a_csv_file_of_the_same_cells(tmp_path):
    rows: list[list[object]] = [["code", "x", "when"], ["007", 1.5, date(2024, 3, 1)], ["B2", 2.0, date(2024, 3, 2)]]
    ods(tmp_path / "t.ods", "".join(ods_row(*row) for row in rows))
    assert_read_as(read(tmp_path, "t.ods"), slowly("code,x,when\n007,1.5,2024-03-01\nB2,2,2024-03-02\n"))


def test_every_kind_of_cell_has_its_text(tmp_path):
    rows = [
        ["flag", "day", "moment", "hour", "span", 2024, "share", "mixed"],
        [True, date(2024, 3, 1), datetime(2024, 3, 1, 12, 30, 15, 250000), time(8, 5), timedelta(hours=30), 1, 0.5, 7],
        [False, date(2024, 3, 2), datetime(2024, 3, 2, 0, 0, 1), time(9), timedelta(minutes=90), 2, 0.25, "x7"],
    ]
    book(tmp_path / "t.xlsx", data=rows)
    made = openpyxl.load_workbook(tmp_path / "t.xlsx")
    made["data"]["G2"].number_format = made["data"]["G3"].number_format = "0%"
    made.save(tmp_path / "t.xlsx")
    names = ("flag", "day", "moment", "hour", "span", "2024", "mixed")
    found = read(tmp_path, "t.xlsx", categorical=names).columns
    assert {name: found[name].levels for name in names} == {
        "flag": ("False", "True"),
        "day": ("2024-03-01", "2024-03-02"),
        "moment": ("2024-03-01T12:30:15.250000", "2024-03-02T00:00:01"),
        "hour": ("08:05:00", "09:00:00"),
        "span": ("1:30:00", "30:00:00"),
        "2024": ("1", "2"),
        "mixed": ("7", "x7"),
    }
    assert found["share"].values.tolist() == [0.5, 0.25]
    assert read(tmp_path, "t.xlsx").columns["moment"].kind == "datetime"


def test_empty_rows_above_and_below_and_empty_columns_are_left_out(tmp_path):
    book(tmp_path / "t.xlsx", data=[[], [], [None, "a", None, "b"], [None, 1, None, 2], [None, 3, None, 4]])
    made = openpyxl.load_workbook(tmp_path / "t.xlsx")
    made["data"]["H30"].number_format = "0%"
    made["data"].append([None, ""])
    made.save(tmp_path / "t.xlsx")
    assert_read_as(read(tmp_path, "t.xlsx"), slowly("a,b\n1,2\n3,4\n"))


def test_whole_numbers_are_spelled_without_a_point(tmp_path):
    book(tmp_path / "t.xlsx", data=[["a"], [7], [7.0], [0.1], [-2], [1e15]])
    assert read(tmp_path, "t.xlsx", categorical=("a",)).columns["a"].levels == ("-2", "0.1", "1000000000000000", "7")


def test_many_rows_come_in_batches_and_a_late_text_makes_the_column_text(tmp_path):
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("data")
    sheet.append(["a", "b"])
    for row in range(60_000):
        sheet.append([row, "x" if row > 50_500 else row])
    made.save(tmp_path / "t.xlsx")
    found = read(tmp_path, "t.xlsx", categorical=("b",)).columns
    np.testing.assert_array_equal(found["a"].values, np.arange(60_000))
    assert len(found["b"].levels) == 50_502
    assert "007" not in found["b"].levels


# Which sheet


def test_the_only_sheet_needs_no_note_and_the_first_with_cells_has_one(tmp_path):
    book(tmp_path / "one.xlsx", data=ROWS)
    assert notes(tmp_path, "one.xlsx") == ()
    book(tmp_path / "t.xlsx", empty=[], data=ROWS, more=[["z"], [1]], Sheet3=[])
    assert notes(tmp_path, "t.xlsx") == ('read the sheet "data", not "more"',)
    assert "z" in read(tmp_path, "t.xlsx", sheet="more").columns
    assert "z" in read(tmp_path, "t.xlsx", sheet=3).columns
    assert notes(tmp_path, "t.xlsx", sheet="more") == ()


def test_a_hidden_sheet_is_read_where_it_is_named_alone(tmp_path):
    book(tmp_path / "t.xlsx", hidden=[["z"], [1]], data=ROWS)
    made = openpyxl.load_workbook(tmp_path / "t.xlsx")
    made["hidden"].sheet_state = "hidden"
    made.active = 1
    made.save(tmp_path / "t.xlsx")
    assert "z" not in read(tmp_path, "t.xlsx").columns
    assert "z" in read(tmp_path, "t.xlsx", sheet="hidden").columns


@pytest.mark.parametrize(("sheet", "words"), [("dta", 'no sheet "dta"'), (4, "no sheet 4")])
def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path, sheet, words):
    book(tmp_path / "t.xlsx", data=ROWS, more=[])
    said, hint = refusal(tmp_path, "t.xlsx", sheet=sheet)
    assert words in said
    assert hint == 'The sheets are: "data", "more"'


def test_another_file_is_read_from_the_sheet_of_the_training_where_it_has_one(tmp_path):
    book(tmp_path / "train.xlsx", empty=[], data=[["a"], [1], [2]])
    _, schema = read_frame(ReadOptions(path="train.xlsx"), tmp_path)
    assert schema.sheet == "data"
    book(tmp_path / "new.xlsx", notes=[["a"], [9]], data=[["a"], [3]])
    frame, _ = read_frame(ReadOptions(path="new.xlsx"), tmp_path, schema)
    assert (frame.columns["a"].values.tolist(), frame.notes) == ([3.0], ())
    book(tmp_path / "other.xlsx", sheet1=[["a"], [4]])
    frame, _ = read_frame(ReadOptions(path="other.xlsx"), tmp_path, schema)
    assert frame.columns["a"].values.tolist() == [4.0]
    assert frame.notes == ('there is no sheet "data" as in training; read "sheet1"',)
    (tmp_path / "new.csv").write_text("a\n5\n")
    assert read_frame(ReadOptions(path="new.csv"), tmp_path, schema)[0].columns["a"].values.tolist() == [5.0]


# What is refused


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"data": []}, 'has no rows in the sheet "data"'),
        ({"data": [], "more": []}, "has no rows"),
        ({"data": [["a", "b"]]}, "has no rows"),
        ({"data": [["a", "a"], [1, 2]]}, 'more than one column "a"'),
        ({"data": [["Report of March"], [], ["a", "b"], [1, 2]]}, 'column 2 of the sheet "data" has no name'),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(tmp_path, sheets, words):
    book(tmp_path / "t.xlsx", **sheets)
    assert words in refusal(tmp_path, "t.xlsx")[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "t.xlsx is empty"),
        (b"a,b\n1,2\n", "t.xlsx is no workbook"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "t.xlsx is no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "t.xlsx is a damaged workbook"),
        (b"PK\3\4" + bytes(50), "t.xlsx is a damaged zip file"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, words):
    (tmp_path / "t.xlsx").write_bytes(content)
    assert words in refusal(tmp_path, "t.xlsx")[0]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_short_is_refused(tmp_path, share):
    book(tmp_path / "t.xlsx", data=[["a", "b"], *([row, f"x{row}"] for row in range(500))])
    whole = (tmp_path / "t.xlsx").read_bytes()
    (tmp_path / "t.xlsx").write_bytes(whole[: int(len(whole) * share)])
    assert "is a damaged" in refusal(tmp_path, "t.xlsx")[0]


def test_without_the_package_a_line_says_what_to_install(tmp_path, monkeypatch):
    book(tmp_path / "t.xlsx", data=ROWS)
    monkeypatch.setattr(workbook, "find_spec", lambda name: None)
    assert refusal(tmp_path, "t.xlsx") == ("t.xlsx: workbooks need python-calamine", 'pip install "npnet[excel]"')


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter + 1, b"&%c;" % letter * 10) for letter in range(ord("a"), ord("k"))
)


def laughing(workbook_xml: bytes) -> bytes:
    """Return XML with entities that unfold to billions of letters, in place of the cells."""
    start = workbook_xml.index(b"<sheetData")
    row = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&k;</t></is></c></row></sheetData></worksheet>'
    return LAUGHS + b"]>" + workbook_xml[:start].removeprefix(b'<?xml version="1.0"?>') + row


def test_entities_that_unfold_without_end_are_never_unfolded(tmp_path):
    book(tmp_path / "t.xlsx", data=ROWS)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    repacked(tmp_path / "t.xlsx", "xl/worksheets/sheet1.xml", laughing(sheet))
    said, _ = refusal(tmp_path, "t.xlsx")
    assert "t.xlsx" in said


def test_a_sheet_that_unfolds_to_far_more_than_the_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "ROOM", 200 << 20)
    book(tmp_path / "t.xlsx", data=ROWS)
    row = '<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + "x" * 10_000 + "</t></is></c></row>"
    rows = "".join(row % (number, number) for number in range(1, 25_001))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    repacked(tmp_path / "t.xlsx", "xl/worksheets/sheet1.xml", content.encode())
    assert (tmp_path / "t.xlsx").stat().st_size < 4 << 20
    assert refusal(tmp_path, "t.xlsx")[0] == "t.xlsx takes far more memory than a file of its size should"


def test_a_cell_at_the_far_corner_takes_no_memory_of_this_process(tmp_path):
    book(tmp_path / "t.xlsx", data=ROWS)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    content = f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
    repacked(tmp_path / "t.xlsx", "xl/worksheets/sheet1.xml", content.encode())
    assert refusal(tmp_path, "t.xlsx")[0] == "t.xlsx takes far more memory than a file of its size should"


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_without_a_part_is_refused_or_read_but_no_traceback(tmp_path, member):
    book(tmp_path / "t.xlsx", data=ROWS)
    repacked(tmp_path / "t.xlsx", member, None)
    try:
        assert_read_as(read(tmp_path, "t.xlsx"), slowly(CODES))
    except Exception:
        assert "t.xlsx" in refusal(tmp_path, "t.xlsx")[0]


@pytest.mark.parametrize("name", ["t.zip", "t.csv", "t", "t.xls"])
def test_a_workbook_is_one_whatever_its_name(tmp_path, name):
    book(tmp_path / "t.xlsx", data=ROWS)
    (tmp_path / "t.xlsx").rename(tmp_path / name)
    assert_read_as(read(tmp_path, name), slowly(CODES))


def test_a_workbook_in_a_zip_file_is_read(tmp_path):
    buffer = io.BytesIO()
    book(buffer, data=ROWS)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("book.xlsx", buffer.getvalue())
    assert_read_as(read(tmp_path, "t.zip"), slowly(CODES))
