"""What is a number, a date, a category, missing, or no table at all: example by example."""

import math
import re
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers import delimited
from npnet.data.readers.reading import read_frame
from npnet.errors import DataError
from tests.data.slow_reader import assert_read_as, read, refusal, slowly

HEAD = "a,b,y\n"
GOOD = HEAD + "1,2,no\n3,4,yes\n5,6.5,no\n"


def kinds(frame):
    return {name: column.kind for name, column in frame.columns.items()}


def rows_of(cells):
    return "a,x\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells, 1))


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.rstrip("\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace(",", " , "),
        '"a","b","y"\n"1","2","no"\n3, 4, "yes"\n+5e0,6.50,no\n',
    ],
    ids=["byte order mark", "CRLF", "CR", "no last newline", "blank lines", "blanks around cells", "quotes"],
)
def test_the_same_table_in_other_spellings_reads_the_same(tmp_path, content):
    assert_read_as(read(tmp_path, content), slowly(GOOD))


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("", "t.csv has no rows", "first line"),
        ("\n\n", "t.csv has no rows", "first line"),
        (HEAD, "t.csv has no rows", "below"),
        ("a,b,a,y\n1,2,3,no\n", 'more than one column "a"', "own name"),
        (",b,y\n1,2,no\n", "column 1 has no name", 'drop: [""]'),
        (HEAD + "1,2,no\n3,4\n", "line 3 has 2 cells, the header has 3", "quotes"),
        (HEAD + "1,2,no\n3,4\n5,6,no,7\n", "line 3 has 2 cells, the header has 3", "quotes"),
        (HEAD + "1,2,no,\n3,4,no,\n", "column 4 has no name", 'drop: [""]'),
        (HEAD + "1,2,no,,\n3,4\n", "line 2 has 5 cells, the header has 3", "quotes"),
        (HEAD + "1,2,no\n\n3,4,no,5\n", "line 4 has 4 cells, the header has 3", "quotes"),
        (HEAD + '1,"2\n2",no\n3,4\n', "line 4 has 2 cells", "quotes"),
        (HEAD + '1,2,no\n3,"4,yes\n5,6,no\n', "line 3: unexpected end of data", "quote"),
        (HEAD + '1,"2"2,no\n', "line 2: ", "quote"),
        (GOOD.replace(",", ";"), 'one column only, "a;b;y"', 'separated by semicolons? Then write delimiter: ";"'),
        (GOOD.replace(",", "\t"), "one column only", "separated by tabs"),
        (HEAD.encode() + b"1,2,caf\xe9\n", "byte 13 is not UTF-8", "encoding: latin-1"),
        (b"\xef\xbb\xbf" + HEAD.encode() + b"\xe9", "byte 9 is not UTF-8", "latin-1"),
        (HEAD.encode() + b"1,\0,no\n", "byte 8 is NUL", "spreadsheet"),
        (GOOD.encode("utf-16"), "t.csv is UTF-16", "encoding: utf-16"),
        (b"PK\x03\x04" + bytes(40), "t.csv is a damaged zip file", "again"),
        (b"\x1f\x8b" + bytes(40), "t.csv is a damaged gzip file", "again"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line_or_byte(tmp_path, content, message, hint):
    said, advice = refusal(tmp_path, content)
    assert message in said
    assert hint in advice


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("n/a", "is not a number"),
        ("1_000", "is not a number"),
        ("0x1F", "is not a number"),
        ("١٢", "is not a number"),
        ("True", "is not a number"),
        ("nan", "is not finite"),
        ("-inf", "is not finite"),
        ("Infinity", "is not finite"),
        ("1e400", "is too large a number"),
        ("9" * 400, "is too large a number"),
        ("9007199254740993", "has more digits than float64 holds"),
        ("-9" + "0" * 30, "has more digits than float64 holds"),
    ],
)
@pytest.mark.parametrize("row", [1, 777, 2000])
def test_a_mistake_in_a_column_of_numbers_is_named_by_row_and_column(tmp_path, cell, why, row):
    cells = [f"{number / 8}" for number in range(2000)]
    cells[row - 1] = cell
    said, advice = refusal(tmp_path, rows_of(cells))
    assert said.startswith(f't.csv: row {row}: "{cell[:57]}')
    assert said.endswith(f'{why} in column "x"')
    assert "na_values" in advice
    assert 'categorical: ["x"]' in advice
    assert kinds(read(tmp_path, rows_of(cells), categorical=("x",))) == {"a": "number", "x": "category"}
    assert np.isnan(read(tmp_path, rows_of(cells), na_values=(cell,)).columns["x"].values[row - 1])


@pytest.mark.parametrize("row", [1, 32_768, 40_000])
def test_one_bad_cell_is_found_wherever_it_stands(tmp_path, row):
    rows = ["1,2,no"] * 40_000
    rows[row - 1] = "1,?,no"
    assert f'row {row}: "?" is not a number in column "b"' in refusal(tmp_path, HEAD + "\n".join(rows))[0]


@pytest.mark.parametrize("cell", ["9007199254740993", "-9" + "0" * 30, "18446744073709551615", "9" * 300])
@pytest.mark.parametrize("others", [1, 2000])
def test_lossy_takes_the_float_that_is_nearest_to_a_large_whole_number(tmp_path, cell, others):
    cells = [*map(str, range(others)), cell]
    assert "lossy: true to round it" in refusal(tmp_path, rows_of(cells))[1]
    column = read(tmp_path, rows_of(cells), lossy=True).columns["x"]
    assert (column.kind, column.values[-1]) == ("number", float(int(cell)))


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "nan", "1e400", "9" * 400])
def test_lossy_takes_nothing_that_no_float_is_near_to(tmp_path, cell):
    said, advice = refusal(tmp_path, rows_of(["1", "2", *"3456789", cell]), lossy=True)
    assert said.endswith('in column "x"')
    assert "lossy" not in advice


def test_other_tables_are_as_lossy_as_the_one_whose_schema_they_have(tmp_path):
    (tmp_path / "t.csv").write_text(rows_of(["1", "9007199254740993"]))
    _, lossy = read_frame(ReadOptions(path="t.csv", lossy=True), tmp_path)
    frame, _ = read_frame(ReadOptions(path="t.csv"), tmp_path, schema=lossy)
    assert frame.columns["x"].values.tolist() == [1.0, 9007199254740992.0]


def test_rows_are_counted_below_the_header_whatever_the_lines(tmp_path):
    content = 'a,"b\nb"\n\n1,"x\ny"\n\n' + "".join(f'{row},"x\n\ny"\n' for row in range(2, 20)) + 'oops,"x"\n'
    assert 'row 20: "oops" is not a number in column "a"' in refusal(tmp_path, content)[0]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1"] * 9 + ["x"], "mistake"),
        (["1"] * 8 + ["x"] * 2, "doubt"),
        (["1"] * 89 + ["x"] * 11, "doubt"),
        (["x"] * 11 + ["1"] * 89, "doubt"),
        (["1"] * 5 + ["x"] * 5, "doubt"),
        (["1"] * 49 + ["x"] * 51, "category"),
        (["nan"] * 9 + ["1"], "mistake"),
        (["inf"] * 8 + ["a", "b"], "doubt"),
        ([""] * 5 + ["1"], "number"),
        ([""] * 5, "number"),
        (["true", "false"], "category"),
        (["NA", "null", "None", "nan"], "category"),
        (["2024-03-01"] * 9 + ["2024-03-01T12:30:00+01:00"], "datetime"),
        (["2024-03-01"] * 9 + ["soon"], "mistake"),
        (["2024-03-01"] * 8 + ["soon"] * 2, "doubt"),
        (["01/03/2024"] * 10, "category"),
        (["2024-13-01"] * 10, "category"),
        (["20240301"] * 10, "number"),
    ],
)
def test_nine_tenths_of_the_cells_decide_the_kind_of_a_column(tmp_path, cells, kind):
    if kind == "mistake":
        assert 'in column "x"' in refusal(tmp_path, rows_of(cells))[0]
    elif kind == "doubt":
        message, hint = refusal(tmp_path, rows_of(cells))
        assert re.search(r'column "x" is \d\d% (numbers|dates), but row \d+ has "(x|inf|soon)"', message)
        assert 'categorical: ["x"] to keep it as text' in hint
        assert kinds(read(tmp_path, rows_of(cells), categorical=("x",)))["x"] == "category"
    else:
        assert kinds(read(tmp_path, rows_of(cells)))["x"] == kind


def test_text_after_many_numbers_is_categories_with_the_text_of_all_of_them(tmp_path):
    cells = [f"{number:07d}" for number in range(30_000)] + ["x"] * 31_000
    column = read(tmp_path, rows_of(cells)).columns["x"]
    assert [column.levels[code] for code in column.values] == cells


def test_only_an_empty_cell_and_what_is_listed_is_missing(tmp_path):
    frame = read(tmp_path, "a,b\nNA,1\n?,-999\n  ,-999.0\n,3\nnull,\n", na_values=("?", -999))
    assert frame.columns["a"].levels == ("NA", "null")
    assert frame.columns["a"].missing.tolist() == [False, True, True, True, False]
    assert frame.columns["b"].missing.tolist() == [False, True, True, False, True]


def test_categories_keep_their_text_also_where_it_is_numbers(tmp_path):
    column = read(tmp_path, rows_of(["007", "7", "7.0", " 007 "]), categorical=("x",)).columns["x"]
    assert [column.levels[code] for code in column.values] == ["007", "7", "7.0", "007"]


def test_dates_are_seconds_since_1970_and_utc_where_no_zone_stands(tmp_path):
    cells = [
        "1970-01-02",
        "1970-01-01T00:01",
        "1970-01-01 00:00:01.5",
        "1970-01-01T01:00:00+01:00",
        "1969-12-31T23:59:59Z",
    ]
    assert read(tmp_path, rows_of(cells)).columns["x"].values.tolist() == [86400, 60, 1.5, 0, -1]


@pytest.mark.parametrize(
    "cell", ["1970/01/02", "1970.01.02", "19700102", "2 Jan 1970", "Jan 2, 1970", "02-Jan-1970 00:00"]
)
def test_a_named_column_of_dates_may_hold_any_form_that_is_clear(tmp_path, cell):
    content = f'a,x\n1,"{cell}"\n2,1970-01-02\n'
    assert read(tmp_path, content, datetime=("x",)).columns["x"].values.tolist() == [86400, 86400]


def test_the_form_of_dates_can_be_said(tmp_path):
    options = {"datetime": {"x": "%d/%m/%Y"}}
    assert read(tmp_path, rows_of(["02/01/1970"]), **options).columns["x"].values.tolist() == [86400]
    said, _ = refusal(tmp_path, rows_of(["02/01/1970", "01/13/1970"]), **options)
    assert said == 't.csv: row 2: "01/13/1970" is not a date in column "x"'
    assert "is not a date" in refusal(tmp_path, rows_of(["02/01/1970"]), datetime=("x",))[0]


def test_a_forced_column_of_numbers_refuses_text_however_much_there_is(tmp_path):
    said, _ = refusal(tmp_path, rows_of(["1", "x", "y"]), numeric=("x",))
    assert said == 't.csv: row 2: "x" is not a number in column "x"'


def test_numbers_can_be_of_half_the_size(tmp_path):
    frame = read(tmp_path, rows_of(["0.1", "2024-03-01"][:1] * 3), dtype=np.float32)
    assert frame.columns["x"].values.tolist() == [np.float32(0.1)] * 3
    (tmp_path / "t.csv").write_text(rows_of(["1", "1e39"]))
    with pytest.raises(DataError, match='row 2: "1e39" is too large a number'):
        read_frame(ReadOptions(path="t.csv"), tmp_path, dtype=np.float32)


def test_dropped_columns_may_hold_anything_and_needed_ones_are_all_that_is_read(tmp_path):
    content = "a,b,x\n1,2,oops\n" + "3,4,5\n" * 20
    assert list(read(tmp_path, content, drop=("x",)).columns) == ["a", "b"]
    assert list(read(tmp_path, content, needs={"b"}).columns) == ["b"]
    assert len(read(tmp_path, content, needs=())) == 21
    assert "line 3 has 2 cells" in refusal(tmp_path, "a,b,x\n1,2,3\n1,2\n1,2,3,\n", drop=("x",))[0]


@pytest.mark.parametrize("option", ["drop", "numeric", "categorical", "datetime"])
def test_a_named_column_that_is_not_there_is_refused_with_the_nearest(tmp_path, option):
    said, advice = refusal(tmp_path, "age,pay\n1,2\n", **{option: ("agee",)})
    assert said == 't.csv has no column "agee"'
    assert advice == 'did you mean "age"? The columns are: "age", "pay"'


@pytest.mark.parametrize(
    "options",
    [
        {"path": ""},
        {"drop": "a"},
        {"drop": ("a",), "numeric": ("a",)},
        {"na_values": (True,)},
        {"na_values": (math.nan,)},
        {"encoding": "latin-99"},
        {"encoding": "rot13"},
        {"delimiter": ""},
        {"delimiter": "\\n"},
        {"delimiter": '"'},
        {"delimiter": "0"},
        {"delimiter": "ä"},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValidationError):
        ReadOptions(**({"path": "t.csv"} | options))


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " ", ":"])
def test_any_sign_may_stand_between_cells(tmp_path, delimiter):
    content = GOOD.replace(",", delimiter).replace("yes", f'"y{delimiter}s"')
    assert read(tmp_path, content, delimiter=delimiter).columns["y"].levels == ("no", f"y{delimiter}s")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-8-sig", "utf-8"])
def test_text_in_other_encodings_reads_the_same(tmp_path, encoding):
    content = "name,a\n" + "Käse,1\n" * 5
    column = read(tmp_path, content.encode(encoding), encoding=encoding).columns["name"]
    assert column.levels == ("Käse",)


def test_bytes_that_are_not_of_the_encoding_are_refused(tmp_path):
    assert "byte 4 is not ascii" in refusal(tmp_path, b"a\n12\xe4\n", encoding="ascii")[0]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-16", GOOD.encode()),
        ("utf-32", GOOD.encode()),
        ("unicode_escape", b"a\n\\ud800\n"),
        ("utf-7", b"a\n+2AA-\n"),
    ],
)
def test_text_whose_encoding_python_refuses_without_naming_a_byte_is_refused(tmp_path, encoding, content):
    assert f"is not {encoding}" in refusal(tmp_path, content, encoding=encoding)[0]


def test_a_record_without_an_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "LONGEST", 1 << 16)
    monkeypatch.setattr(delimited, "BLOCK", 1 << 12)
    content = HEAD + '1,2,"no\n' + "1,2,no\n" * 100_000
    assert "line 2: a record of more than" in refusal(tmp_path, content)[0]


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_data_error(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    with suppress(DataError):
        assert len(read(folder, HEAD.encode() + content)) > 0


def test_plain_numbers_below_half_of_a_column_leave_it_categories_whatever_the_other_texts(tmp_path):
    assert kinds(read(tmp_path, rows_of(["0", "", "-", "-"])))["x"] == "category"
