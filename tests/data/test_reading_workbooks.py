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
    rows: list[list[object]] = [["code", "x", "when"], ["A7", 1.5, date(2024, 3, 1)], ["B2", 2.0, date(2024, 3, 2)]]
    ods(tmp_path / "t.ods", "".join(ods_row(*row) for row in rows))
    assert_read_as(read(tmp_path, "t.ods"), slowly("code,x,when\nA7,1.5,2024-03-01\nB2,2,2024-03-02\n"))


def ods_cell(kind: str, attribute: str, value: str) -> str:
    value = f'office:value-type="{kind}" office:{attribute}="{value}"'
    return f"<table:table-cell {value}><text:p>shown</text:p></table:table-cell>"


def test_cells_of_an_opendocument_count_as_what_they_hold(tmp_path):
    cells = (
        ods_cell("percentage", "value", "0.5"),
        ods_cell("currency", "value", "12.5"),
        ods_cell("boolean", "boolean-value", "true"),
        ods_cell("time", "time-value", "PT30H02M00S"),
        ods_cell("date", "date-value", "2024-03-01T12:30:00"),
        '<table:table-cell office:value-type="string"><text:p>#DIV/0!</text:p></table:table-cell>',
        '<table:table-cell table:number-columns-repeated="1000"/>',
    )
    row = f"<table:table-row>{''.join(cells)}</table:table-row>"
    empty = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    ods(tmp_path / "t.ods", ods_row("share", "price", "flag", "span", "moment", "error") + row + empty)
    found = read(tmp_path, "t.ods", categorical=("flag", "span", "moment", "error")).columns
    assert (found["share"].values.tolist(), found["price"].values.tolist()) == ([0.5], [12.5])
    texts = [found[name].levels for name in ("flag", "span", "moment", "error")]
    assert texts == [("True",), ("30:02:00",), ("2024-03-01T12:30:00",), ("#DIV/0!",)]


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
        "span": ("01:30:00", "30:00:00"),
        "2024": ("1", "2"),
        "mixed": ("7", "x7"),
    }
    assert found["share"].values.tolist() == [0.5, 0.25]
    assert read(tmp_path, "t.xlsx", categorical=("mixed",)).columns["moment"].kind == "datetime"


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


def test_an_error_is_its_text_and_no_gap(tmp_path):
    rows = [
        [],
        [None, None, "a", "b", "c"],
        [None, None, "p", "#N/A", 't="e" <c'],
        [None, None, "q", 3, "#REF!"],
        [],
        [],
    ]
    book(tmp_path / "t.xlsx", **{"first": [["z"], ["#N/A"]], "A & <B> ä": [*rows, [None, None, "#DIV/0!"]]})
    options = {"sheet": "A & <B> ä", "na_values": ("#N/A",), "categorical": ("a", "c")}
    found = read(tmp_path, "t.xlsx", **options).columns
    texts = {name: [*found[name].levels, None] for name in "ac"}
    assert [texts["a"][code] for code in found["a"].values] == ["p", "q", "#DIV/0!"]
    assert [texts["c"][code] for code in found["c"].values] == ['t="e" <c', "#REF!", None]
    np.testing.assert_array_equal(found["b"].values, [np.nan, 3, np.nan])
    assert refusal(tmp_path, "t.xlsx", sheet=2, numeric=("b",), drop=("a",)) == (
        't.xlsx: row 1: "#N/A" is not a number in column "b"',
        'write na_values: ["#N/A"], or categorical: ["b"] to keep it as text, in the place of its numeric',
    )


@pytest.mark.long
def test_errors_are_found_wherever_the_blocks_of_the_sheet_end(tmp_path):
    rows = [[row, "#NAME?" if row % 97 == 0 else "x" * (row % 50)] for row in range(1, 30_000)]
    book(tmp_path / "t.xlsx", data=[["a", "b"], *rows])
    column = read(tmp_path, "t.xlsx", categorical=("b",)).columns["b"]
    found = np.flatnonzero(column.values == column.levels.index("#NAME?"))
    np.testing.assert_array_equal(found + 1, np.arange(97, 30_000, 97))


@pytest.mark.long
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
    assert notes(tmp_path, "t.xlsx") == ('read the sheet "data", not "more"; sheet: names another',)
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


def test_entities_of_an_opendocument_are_never_unfolded(tmp_path):
    ods(tmp_path / "t.ods", ods_row("a", "b") + ods_row("LAUGHS", "x"))
    with zipfile.ZipFile(tmp_path / "t.ods") as archive:
        content = archive.read("content.xml").replace(b"LAUGHS", b"&k;")
    repacked(tmp_path / "t.ods", "content.xml", content.replace(b"?>", b"?>" + LAUGHS + b"]>", 1))
    assert "t.ods is a damaged workbook" in refusal(tmp_path, "t.ods")[0]


@pytest.mark.long
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


def test_titles_above_the_column_names_are_left_out_with_a_note(tmp_path):
    book(tmp_path / "t.xlsx", data=[["Report of March"], [], ["a", "b"], [1, 2], [3, 4]])
    found = read(tmp_path, "t.xlsx")
    assert {name: column.values.tolist() for name, column in found.columns.items()} == {"a": [1, 3], "b": [2, 4]}
    assert found.notes == ("left out 1 row above the column names",)


def test_a_column_of_row_numbers_without_a_name_is_left_out_by_its_empty_name(tmp_path):
    book(tmp_path / "t.xlsx", data=[[None, "a"], [0, 5], [1, 7]])
    assert refusal(tmp_path, "t.xlsx") == ("t.xlsx: column 1 has no name", 'an index? Then write drop: [""]')
    assert list(read(tmp_path, "t.xlsx", drop=("",)).columns) == ["a"]


def test_a_sheet_that_is_named_by_a_number_is_found_by_it(tmp_path):
    book(tmp_path / "t.xlsx", **{"2023": [["a"], [1]], "2024": [["a"], [2]]})
    assert read(tmp_path, "t.xlsx", sheet=2024).columns["a"].values.tolist() == [2]
    assert read(tmp_path, "t.xlsx", sheet=1).columns["a"].values.tolist() == [1]


def test_a_binary_workbook_reads_as_a_csv_file_of_the_same_cells():
    """Read table.xlsb, which pyxlsbwriter 0.1.0 wrote."""
    frame, schema = read_frame(ReadOptions(path="table.xlsb"), Path(__file__).parent)
    cells = "code,x,when,ok\n007,1.5,2024-03-01,True\nB2,,2024-03-02,False\nB2,-3.25,2024-03-04,True\n"
    assert_read_as(frame, slowly(cells))
    assert schema.sheet == "Data"
