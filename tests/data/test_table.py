import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from npnet.data import SourceSpec, datasets, prepare, split
from npnet.data.columns import class_codes, numbers
from npnet.data.prepare import refuse_unlearnable
from npnet.data.splits import Split
from npnet.errors import DataError

HEAD = "a,b,y\n"
GOOD = HEAD + "1,2,no\n3,4,yes\n5,6.5,no\n"


def load(tmp_path, content, **options):
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "t.csv").write_bytes(data)
    return datasets["table"](path="t.csv", **({"target": "y"} | options)).load(tmp_path, 0)


def refusal(tmp_path, content, **options):
    with pytest.raises(DataError) as caught:
        refuse_unlearnable(load(tmp_path, content, **options))
    assert caught.value.code == 4
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


def test_numbers_are_features_and_text_is_classes(tmp_path):
    table = load(tmp_path, GOOD)
    np.testing.assert_array_equal(table.X, [[1, 2], [3, 4], [5, 6.5]])
    assert table.y.tolist() == [0, 1, 0]
    assert (table.task, table.features, table.targets, table.classes) == ("binary", ("a", "b"), ("y",), ("no", "yes"))
    assert table.rows.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.rstrip("\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace(",", " , "),
        '"a","b","y"\n"1","2","no"\n3,4,"yes"\n+5e0,6.50,no\n',
    ],
    ids=["byte order mark", "CRLF", "CR", "no last newline", "blank lines", "blanks around cells", "quotes"],
)
def test_the_same_table_in_other_spellings_reads_the_same(tmp_path, content):
    table, other = load(tmp_path, GOOD), load(tmp_path, content)
    np.testing.assert_array_equal(other.X, table.X)
    assert (other.features, other.classes, other.y.tolist()) == (table.features, table.classes, table.y.tolist())


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (HEAD + "1,2,no\n" * 39 + "1,n/a,no\n", "t.csv: row 40: 'n/a' in column \"b\" is not a number", "drop:"),
        (HEAD + "1,2,no\n3,,yes\n", 't.csv: row 2: column "b" is empty', "drop:"),
        (HEAD + "1,NaN,no\n", "row 1: 'NaN' in column \"b\" is not finite", "drop:"),
        (HEAD + "1,2,no\n1,-inf,no\n", "row 2: '-inf' in column \"b\" is not finite", "drop:"),
        (HEAD + f"1,{'9' * 400},no\n", "is too large", "drop:"),
        (HEAD + "1,9007199254740993,no\n", "has more digits than float64 holds", "drop:"),
        (HEAD + "1,1_000,no\n", "'1_000' in column \"b\" is not a number", "drop:"),
        (HEAD + "1,١٢,no\n", "'١٢' in column \"b\" is not a number", "drop:"),
        (HEAD + "1,\x1b[31m,no\n", "'\\x1b[31m' in column", "drop:"),
        (HEAD + "1,2,no\n3,4,\n5,6,\n", 'the target "y" is empty in 2 rows, first in row 2', "out of the file"),
        ("", "t.csv has no rows", "first line"),
        ("\n\n", "t.csv has no rows", "first line"),
        (HEAD, "t.csv has no rows", "below"),
        ("a,b,a,y\n1,2,3,no\n", 'more than one column "a"', "own name"),
        (",b,y\n1,2,no\n", "column 1 has no name", "index=False"),
        (HEAD + "1,2,no\n3,4\n", "line 3 has 2 cells, the header has 3", "quotes"),
        (HEAD + "1,2,no\n\n3,4,no,5\n", "line 4 has 4 cells, the header has 3", "quotes"),
        (HEAD + '1,"2\n2",no\n3,4\n', "line 4 has 2 cells", "quotes"),
        (HEAD + '1,2,no\n3,"4,yes\n5,6,no\n', "line 3: unexpected end of data", "quote"),
        (HEAD + '1,"2"2,no\n', "line 2: ", "quote"),
        (HEAD + f'1,"{"x" * 200_000}",no\n', "line 2: field larger than field limit", "quote"),
        (GOOD.replace(",", ";"), 'one column only, "a;b;y"', "separated by semicolons"),
        (GOOD.replace(",", "\t"), "one column only", "separated by tabs"),
        ("y\nno\nyes\n", 'one column only, "y"', "commas"),
        (HEAD.encode() + b"1,2,caf\xe9\n", "byte 13 is not UTF-8", "Latin-1"),
        (b"\xef\xbb\xbf" + HEAD.encode() + b"\xe9", "byte 9 is not UTF-8", "Latin-1"),
        (HEAD.encode() + b"1,\0,no\n", "byte 8 is NUL", "spreadsheet"),
        (GOOD.encode("utf-16"), "t.csv is UTF-16", "UTF-8"),
        (HEAD + "1,2,no\n3,4,no\n", 'the target "y" has a single class, "no"', "two"),
        (HEAD + "1,2,no\n", "there is one row", ""),
        (HEAD + "1,2,1.5\n1,2,1.5\n", 'the target "y" is 1.5 in every row', "learn"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place(tmp_path, content, message, hint):
    said, advice = refusal(tmp_path, content)
    assert message in said
    assert hint in advice


@pytest.mark.parametrize("row", [1, 32_768, 40_000])
def test_one_bad_cell_is_found_wherever_it_stands(tmp_path, row):
    rows = ["1,2,no"] * 40_000
    rows[row - 1] = "1,?,no"
    assert f"row {row}: '?' in column \"b\"" in refusal(tmp_path, HEAD + "\n".join(rows))[0]


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"target": "Y"}, 't.csv has no column "Y"', 'did you mean "y"? The columns are: a, b, y'),
        ({"target": "label"}, 't.csv has no column "label"', "The columns are: a, b, y"),
        ({"drop": ["aa"]}, 't.csv has no column "aa"', 'did you mean "a"?'),
        ({"drop": ["y"]}, 'the target "y" is dropped', "drop:"),
        ({"drop": ["a", "b"]}, "no columns left", "all of them"),
        ({"task": "regression"}, "row 1: 'no' in column \"y\" is not a number", "task: classification"),
        ({"target": "b", "drop": ["y"], "task": "classification"}, 'row 3: the target "b" is 6.5', "task: regression"),
    ],
)
def test_options_that_do_not_fit_the_table_are_refused_with_what_does(tmp_path, options, message, hint):
    said, advice = refusal(tmp_path, GOOD, **options)
    assert message in said
    assert hint in advice


def test_a_missing_file_is_named_with_the_nearest_one(tmp_path):
    (tmp_path / "wine.csv").write_text(GOOD)
    with pytest.raises(DataError, match=r"there is no file vine\.csv") as caught:
        datasets["table"](path="vine.csv", target="y").load(tmp_path, 0)
    assert caught.value.hint == 'did you mean "wine.csv"?'


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("https://example.org/t.csv", "is an address"),
        ("s3://bucket/t.csv", "is an address"),
        ("folder", "is a folder"),
        ("pipe", "is no regular file"),
        ("/dev/zero", "is no regular file"),
        ("nowhere/t.csv", "there is no file"),
        ("a.csv/t.csv", "there is no file"),
        ("nul\0.csv", "there is no file"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path, path, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=message):
        datasets["table"](path=path, target="y").load(tmp_path, 0)


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t.csv").write_text(GOOD)
    assert len(datasets["table"](path="~/t.csv", target="y").load(Path("/"), 0).X) == 3


@pytest.mark.parametrize(
    ("cells", "task", "classes"),
    [
        (["0", "1"] * 3, "binary", ("0", "1")),
        (["10", "9", "9.0", "10"], "binary", ("9", "10")),
        (["-1", "+1"] * 2, "binary", ("-1", "1")),
        (["2", "10", "1"] * 20, "multiclass", ("1", "2", "10")),
        ([str(i) for i in range(20)] * 20, "multiclass", tuple(str(i) for i in range(20))),
        ([str(i) for i in range(21)] * 20, "regression", ()),
        (["1", "2", "3"] * 19, "regression", ()),
        (["0.5", "1.5"] * 30, "regression", ()),
        (["NA", "nan", "null", "None"], "multiclass", ("NA", "None", "nan", "null")),
        (["b", "Z", "ä", "a"], "multiclass", ("Z", "a", "b", "ä")),
        (["1", "x"], "binary", ("1", "x")),
    ],
)
def test_few_whole_numbers_and_text_are_classes_in_their_order(tmp_path, cells, task, classes):
    content = "a,y\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    table = load(tmp_path, content)
    assert (table.task, table.classes) == (task, classes)


def test_a_target_of_nearly_all_numbers_is_numbers_with_a_mistake(tmp_path):
    content = "a,y\n" + "".join(f"{row},{row / 3}\n" for row in range(19)) + "19,n/a\n"
    message, hint = refusal(tmp_path, content)
    assert message == "t.csv: row 20: 'n/a' in column \"y\" is not a number"
    assert "task: classification" in hint


def test_the_task_can_be_given(tmp_path):
    content = "a,y\n" + "".join(f"{row},{row % 3}\n" for row in range(30))
    assert load(tmp_path, content, task="classification").classes == ("0", "1", "2")
    assert load(tmp_path, content, task="regression").task == "regression"
    assert load(tmp_path, "a,y\n1,x\n2,1\n3,2\n", task="classification").classes == ("1", "2", "x")


def test_numbers_too_long_for_a_float_are_classes_as_text():
    codes, classes = class_codes(["9007199254740993", "9007199254740992"], "y", "t.csv")
    assert (codes.tolist(), classes) == ([1, 0], ("9007199254740992", "9007199254740993"))


def test_several_targets_are_a_regression(tmp_path):
    table = load(tmp_path, "a,y,z\n1,0,1\n2,1,0\n3,0,0\n", target=["z", "y"])
    assert (table.task, table.features, table.targets) == ("regression", ("a",), ("z", "y"))
    np.testing.assert_array_equal(table.y, [[1, 0], [0, 1], [0, 0]])


def test_dropped_columns_may_hold_anything(tmp_path):
    table = load(tmp_path, "name,a,y\nAda,1,no\n,2,yes\n", drop=["name"])
    assert table.features == ("a",)


def test_lists_of_a_config_become_tuples_and_are_written_back():
    adapter = TypeAdapter(SourceSpec)
    table = adapter.validate_python({"table": {"path": "t.csv", "target": ["y", "z"], "drop": ["a"]}})
    assert (table.target, table.drop) == (("y", "z"), ("a",))
    assert adapter.dump_python(table) == {"table": {"path": "t.csv", "target": ["y", "z"], "drop": ["a"]}}


@pytest.mark.parametrize(
    "options",
    [
        {"target": 3},
        {"target": []},
        {"target": ""},
        {"target": "y", "drop": [1]},
        {"target": "y", "drop": "a"},
        {"target": ["y"], "task": "classification"},
        {"target": "y", "task": "binary"},
    ],
)
def test_options_of_the_wrong_type_are_refused(options):
    with pytest.raises(ValidationError):
        datasets["table"](path="t.csv", **options)


@settings(deadline=None, max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back_as_written(value):
    read = numbers([repr(value), f"{value:e}"], "a", "t.csv", "")
    assert read.tolist() == [value, float(f"{value:e}")]


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_data_error(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    with suppress(DataError):
        table = load(folder, HEAD.encode() + content)
        refuse_unlearnable(table)
        assert np.isfinite(table.X).all()


def test_a_table_goes_all_the_way_to_its_parts(tmp_path):
    content = HEAD + "".join(f"{row},{row % 7},{'yes' if row % 3 else 'no'}\n" for row in range(60))
    table = load(tmp_path, content)
    prepared = prepare(table, Split(), "standard", 0)
    chosen = split(table, Split(), 0)
    for name, part in prepared.parts.items():
        np.testing.assert_array_equal(part.rows, chosen[name] + 1)
        np.testing.assert_array_equal(part.raw[:, 0], part.rows - 1)
