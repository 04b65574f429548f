"""The dataset `table`: roles of columns, files of their own, and every table that cannot be learned from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from npnet.data import SourceSpec, Split, datasets, fingerprint, prepare
from npnet.data.datasets import refuse_unlearnable
from npnet.data.preprocessing import PrepareSpec
from npnet.data.split import divided
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


def long(rows, row, cell):
    """Return a table whose column b holds numbers, and in one row something else."""
    cells = [str(number / 8) for number in range(rows)]
    cells[row - 1] = cell
    return HEAD + "".join(f"1,{text},{'no' if number % 2 else 'yes'}\n" for number, text in enumerate(cells))


def test_numbers_are_features_and_text_is_classes(tmp_path):
    table = load(tmp_path, GOOD)
    np.testing.assert_array_equal(table.X, [[1, 2], [3, 4], [5, 6.5]])
    assert table.y.tolist() == [0, 1, 0]
    assert (table.task, table.features, table.targets, table.classes) == ("binary", ("a", "b"), ("y",), ("no", "yes"))
    assert table.frame.rows.tolist() == [1, 2, 3]
    assert [(one.name, one.kind) for one in table.schema.columns] == [
        ("a", "number"),
        ("b", "number"),
        ("y", "category"),
    ]


def test_text_is_categories_dates_are_dates_and_an_empty_cell_is_missing(tmp_path):
    table = load(tmp_path, "job,day,n,y\nclerk,2024-01-31,1,no\n,2024-02-29,,yes\nNA,,3,no\n")
    job, day, n = table.frame.columns.values()
    assert (job.kind, day.kind, n.kind) == ("category", "datetime", "number")
    assert [None if code < 0 else job.levels[code] for code in job.values] == ["clerk", None, "NA"]
    assert day.missing.tolist() == [False, False, True]
    assert n.missing.tolist() == [False, True, False]


def test_roles_take_columns_out_of_the_features(tmp_path):
    content = "a,w,g,t,y\n1,0.5,x,2024-01-02,no\n2,2,y,2024-01-01,yes\n3,1,x,2024-01-03,no\n"
    table = load(tmp_path, content, weight="w", group="g", drop=["t"])
    assert table.features == ("a",)
    assert table.weight.tolist() == [0.5, 2, 1]
    assert table.groups.tolist() == [0, 1, 0]
    table = load(tmp_path, content, time="t", drop=["w", "g"])
    assert table.features == ("a",)
    assert np.diff(table.times).tolist() == [-86400, 2 * 86400]


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("", "t.csv has no rows", "first line"),
        (HEAD, "t.csv has no rows", "below"),
        ("a,b,a,y\n1,2,3,no\n", 'more than one column "a"', "own name"),
        (HEAD + "1,2,no\n3,4\n", "line 3 has 2 cells, the header has 3", "quotes"),
        (HEAD + '1,2,no\n3,"4,yes\n5,6,no\n', "line 3", "quote"),
        (GOOD.replace(",", ";"), 'one column only, "a;b;y"', "semicolons"),
        (HEAD.encode() + b"1,2,caf\xe9\n", "byte 13 is not UTF-8", "latin-1"),
        (GOOD.encode("utf-16"), "t.csv is UTF-16", "utf-16"),
        (long(40, 40, "n/a"), 't.csv: row 40: "n/a" is not a number in column "b"', 'na_values: ["n/a"]'),
        (long(40, 1, "NaN"), 'row 1: "NaN" is not finite in column "b"', 'categorical: ["b"]'),
        (long(40, 2, "-inf"), 'row 2: "-inf" is not finite in column "b"', "na_values"),
        (long(40, 3, "9" * 400), "is too large a number", "na_values"),
        (long(40, 4, "9007199254740993"), "has more digits than float64 holds", "categorical"),
        (long(40, 5, "1_000"), '"1_000" is not a number in column "b"', "na_values"),
        (long(40, 6, "١٢"), '"١٢" is not a number in column "b"', "na_values"),
        (long(40, 7, "\x1b[31m"), '"\\u001b[31m" is not a number in column "b"', "na_values"),
        (HEAD + "1,2,no\n1,2,yes\n3,4,\n5,6,\n", 'target "y" is empty in 2 rows, first in row 3', "drop_rows: true"),
        (HEAD + "1,2,no\n3,4,no\n", 'the target "y" has a single class, "no"', "two"),
        (HEAD + "1,2,no\n", "there is one row with a target; training needs at least two", ""),
        (HEAD + "1,2,1.5\n1,2,1.5\n", 'the target "y" is 1.5 in every row', "learn"),
        (HEAD + "1,2,1.5\n", "there is one row with a target; training needs at least two", ""),
        (HEAD + "1,2,\n3,4,\n", 'the target "y"', ""),
        ("y\nno\nyes\n", '"t.csv" has no columns left to learn from', "drop:"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place(tmp_path, content, message, hint):
    said, advice = refusal(tmp_path, content)
    assert message in said
    assert hint in advice


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"target": "Y"}, 't.csv has no column "Y"', 'did you mean "y"? The columns are: "a", "b", "y"'),
        ({"target": "label"}, 't.csv has no column "label"', 'The columns are: "a", "b", "y"'),
        ({"weight": "w"}, 't.csv has no column "w"', "The columns are"),
        ({"drop": ["aa"]}, 't.csv has no column "aa"', 'did you mean "a"?'),
        ({"numeric": ["y"]}, 'row 1: "no" is not a number in column "y"', "na_values"),
        ({"drop": ["a", "b"]}, "no columns left", "all of them"),
        ({"task": "regression"}, 'the target "y" is text, not numbers as regression needs', "task: classification"),
        ({"target": "b", "task": "classification"}, 'the target "b" has numbers such as 6.5', "task: regression"),
        ({"target": "b", "task": "counts"}, 'row 3: the target "b" is 6.5, which is no count', "task: regression"),
        (
            {"positive_class": "maybe"},
            'positive_class: "maybe" is no class of "y"',
            'write positive_class: "yes", or "no"',
        ),
        ({"task": "multiclass"}, 'the target "y" has 2 classes, which does not fit task: multiclass', "task: binary"),
        ({"weight": "y", "target": "b"}, 'the weight column "y" is text', ""),
        ({"time": "y", "target": "b"}, 'the time column "y" is text', "datetime:"),
    ],
)
def test_options_that_do_not_fit_the_table_are_refused_with_what_does(tmp_path, options, message, hint):
    said, advice = refusal(tmp_path, GOOD, **options)
    assert message in said
    assert hint in advice


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
        (["1", "x", "z"], "multiclass", ("1", "x", "z")),
    ],
)
def test_few_whole_numbers_and_text_are_classes_in_their_order(tmp_path, cells, task, classes):
    content = "a,y\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    table = load(tmp_path, content)
    assert (table.task, table.classes) == (task, classes)


def test_a_target_of_nearly_all_numbers_is_numbers_with_a_mistake(tmp_path):
    content = "a,y\n" + "".join(f"{row},{row / 3}\n" for row in range(19)) + "19,n/a\n"
    message, hint = refusal(tmp_path, content)
    assert message == 't.csv: row 20: "n/a" is not a number in column "y"'
    assert 'categorical: ["y"]' in hint


def test_the_task_and_the_positive_class_can_be_given(tmp_path):
    content = "a,y\n" + "".join(f"{row},{row % 3}\n" for row in range(30))
    assert load(tmp_path, content, task="classification").classes == ("0", "1", "2")
    assert load(tmp_path, content, task="regression").task == "regression"
    assert load(tmp_path, content, task="counts").task == "counts"
    assert load(tmp_path, "a,y\n1,x\n2,1\n3,z\n", task="classification").classes == ("1", "x", "z")
    assert load(tmp_path, GOOD, positive_class="no").classes == ("yes", "no")
    assert load(tmp_path, "a,y\n1,0\n2,1\n", positive_class=0).y.tolist() == [1, 0]


def test_numbers_too_long_for_a_float_are_classes_as_text(tmp_path):
    table = load(tmp_path, "a,y\n1,9007199254740993\n2,9007199254740992\n", categorical=["y"])
    assert (table.y.tolist(), table.classes) == ([1, 0], ("9007199254740992", "9007199254740993"))


def test_several_targets_are_labels_or_a_regression(tmp_path):
    labels = load(tmp_path, "a,y,z\n1,0,1\n2,1,0\n3,0,0\n", target=["z", "y"])
    assert (labels.task, labels.features, labels.targets, labels.classes) == (
        "multilabel",
        ("a",),
        ("z", "y"),
        ("1", "1"),
    )
    np.testing.assert_array_equal(labels.y, [[1, 0], [0, 1], [0, 0]])
    values = load(tmp_path, "a,y,z\n1,0.5,1\n2,1,0\n3,0,0\n", target=["z", "y"])
    assert (values.task, values.y.dtype) == ("regression", np.float64)
    np.testing.assert_array_equal(values.y, [[1, 0.5], [0, 1], [0, 0]])


def test_rows_without_a_target_can_be_left_out_and_keep_their_numbers(tmp_path):
    content = HEAD + "1,2,no\n1,3,\n5,6,yes\n7,8,\n9,1,no\n"
    table = load(tmp_path, content, drop_rows=True)
    assert table.frame.rows.tolist() == [1, 3, 5]
    assert table.y.tolist() == [0, 1, 0]


def test_parts_can_be_files_of_their_own(tmp_path):
    (tmp_path / "v.csv").write_text("y,b,a\nyes,8,new\n,1,old\nno,9,old\n")
    (tmp_path / "s.csv").write_text("a,b,more,y\nold,3,4,yes\n")
    content = "a,b,y\nold,1,no\nold,2,yes\nolder,,no\n"
    table = load(tmp_path, content, validation="v.csv", test="s.csv", drop_rows=True)
    assert table.lengths == {"train": 3, "validation": 2, "test": 1}
    assert table.frame.rows.tolist() == [1, 2, 3, 1, 3, 1]
    prepared = prepare(table, Split(), PrepareSpec(rare=1), 0)
    assert {name: part.y.tolist() for name, part in prepared.parts.items()} == {
        "train": [0, 1, 0],
        "validation": [1, 0],
        "test": [1],
    }
    assert prepared.preparation.parse(prepared.preparation.text()) == prepared.preparation
    (tmp_path / "v.csv").write_text("a,y\nold,no\n")
    with pytest.raises(DataError, match=r'v\.csv has no column "b"'):
        load(tmp_path, content, validation="v.csv")


def test_dropped_columns_may_hold_anything(tmp_path):
    table = load(tmp_path, "name,a,y\nAda,1,no\n,2,yes\n", drop=["name"])
    assert table.features == ("a",)


def test_lists_of_a_config_become_tuples_and_are_written_back():
    adapter = TypeAdapter(SourceSpec)
    table = adapter.validate_python({"table": {"path": "t.csv", "target": ["y", "z"], "drop": ["a"]}})
    assert (table.target, table.drop) == (("y", "z"), ("a",))  # type: ignore[attr-defined]
    assert adapter.dump_python(table) == {"table": {"path": "t.csv", "target": ["y", "z"], "drop": ["a"]}}


@pytest.mark.parametrize(
    "options",
    [
        {"target": 3},
        {"target": []},
        {"target": ""},
        {"target": ["y", ""]},
        {"target": ["y", "y"]},
        {"target": "y", "drop": [1]},
        {"target": "y", "drop": "a"},
        {"target": "y", "drop": ["y"]},
        {"target": "y", "weight": "y"},
        {"target": ["y"], "task": "classification"},
        {"target": "y", "task": "labels"},
        {"target": "y", "positive_class": True},
        {"target": "y", "positive_class": 10**16},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValidationError):
        datasets["table"](path="t.csv", **options)


@settings(deadline=None, max_examples=100)
@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: abs(value) < 2**53))
def test_every_number_reads_back_as_written(tmp_path_factory, value):
    table = load(tmp_path_factory.getbasetemp(), f"a,y\n{value!r},no\n{value:e},yes\n")
    assert table.X[:, 0].tolist() == [value, float(f"{value:e}")]


def test_a_table_goes_all_the_way_to_its_parts(tmp_path):
    content = HEAD + "".join(f"{row},{row % 7},{'yes' if row % 3 else 'no'}\n" for row in range(60))
    table = load(tmp_path, content)
    prepared = prepare(table, Split(), "standard", 0)
    chosen = divided(table, Split(), 0)
    for name, part in prepared.parts.items():
        np.testing.assert_array_equal(part.rows, chosen[name] + 1)
        np.testing.assert_array_equal(part.raw[:, 0], part.rows - 1)
    assert fingerprint(table) != fingerprint(load(tmp_path, content.replace("\n7,", "\n7.5,")))
