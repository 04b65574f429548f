import numpy as np
import pytest

from npnet.data.checks.inspection import ColumnSummary, inspect
from npnet.errors import DataError
from tests.data.frames import category, dates, frame, mixed, number

random = np.random.default_rng(0)
Y = number(*random.integers(0, 2, 300), name="y")
NOISE = number(*random.normal(size=300), name="noise")


def messages(*columns, targets=("y",), task=None):
    return [finding.message for finding in inspect(frame(*columns), targets, task).findings]


def test_each_column_has_its_facts():
    table = frame(
        number(1, 2, np.nan, 2, name="n"),
        category("a", None, None, "b", name="t"),
        dates("2024-01-01", "NaT", "2024-01-01", "2024-01-01", name="d"),
        number(0, 1, 1, 0, name="y"),
    )
    found = inspect(table, ["y"])
    assert found.columns == (
        ColumnSummary("n", "number", 1, 2),
        ColumnSummary("t", "category", 2, 2),
        ColumnSummary("d", "datetime", 1, 1),
        ColumnSummary("y", "number", 0, 2),
    )
    assert (found.rows, found.task, found.classes) == (4, "binary", {"y": {"0": 2, "1": 2}})


def test_a_table_in_order_has_no_findings():
    assert messages(NOISE, category(*random.choice(list("abc"), 300)), Y) == []


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (number(*[3] * 300), '"x" is the same in every row; nothing can be learned from it'),
        (number(*[3] * 299, np.nan), '"x" is the same in every row, where it is not missing'),
        (number(*[np.nan] * 300), '"x" is empty in every row; nothing can be learned from it'),
        (
            number(*range(300)),
            '"x" looks like an identifier: its whole numbers rise from row to row; drop: leaves it out',
        ),
        (number(*NOISE.values), '"x" is "noise" again, value for value'),
        (number(*np.exp(NOISE.values)), '"x" rises and falls with "noise" in every row'),
        (number(*Y.values * 2 + 5), '"x" may be the target "y" again: alone it has ROC-AUC 1.0000'),
        (number(*-Y.values), '"x" may be the target "y" again: alone it has ROC-AUC 1.0000'),
        (
            category(*np.where(Y.values, "b", "a"), name="x"),
            '"x" may be the target "y" again: alone it tells 100.0% of the classes beyond the commonest',
        ),
        (
            number(*np.where(Y.values, random.random(300).round(1), np.nan)),
            '"x" may be the target "y" again: where it is missing tells 100.0% of the classes beyond the commonest',
        ),
    ],
)
def test_what_is_odd_in_a_column_is_said_in_a_line(column, message):
    assert messages(NOISE, column, Y) == [message]


def test_codes_for_names_are_found():
    sex = random.integers(0, 2, 300)
    found = messages(category(*np.where(sex, "female", "male"), name="Sex"), number(*sex, name="SexCode"), Y, NOISE)
    assert found == ['"SexCode" is "Sex" in other words: one value for each of its values']


def test_repeated_rows_are_counted_without_identifiers():
    columns = (number(*range(40), name="id"), number(*[1, 2, 3, 4] * 10, name="a"), number(*[0, 1] * 20, name="y"))
    assert "36 rows repeat an earlier one in every column but identifiers" in messages(*columns)


def test_classes_of_few_rows_and_unbalanced_ones_are_named():
    y = category(*["a"] * 290, *["b"] * 9, "c", name="y")
    assert messages(NOISE, y) == [
        '2 of 3 classes of "y" have fewer than 10 rows: "c" 1, "b" 9',
        '96.7% of the rows are "a" in "y"; class_weight: balanced may help',
    ]


def test_rows_without_a_target_are_counted_and_do_not_judge():
    y = np.where(np.arange(300) < 20, np.nan, Y.values)
    found = messages(NOISE, number(*np.where(np.isnan(y), 0.5, y)), number(*y, name="y"))
    assert found[0] == "20 rows without a target; drop_rows: true leaves them out"
    assert '"x" may be the target "y" again: alone it has ROC-AUC 1.0000' in found


def test_the_logarithm_of_a_target_is_suspicious():
    y = random.lognormal(sigma=0.3, size=300)
    assert messages(number(*np.log(y), name="log"), NOISE, number(*y, name="y")) == [
        '"log" may be the target "y" again: its rank correlation with the target is 1.0000'
    ]


def test_every_one_of_several_targets_is_looked_at():
    other = number(*random.integers(0, 2, 300), name="z")
    columns = (number(*other.values + 3), NOISE, Y, other)
    assert messages(*columns, targets=("y", "z")) == ['"x" may be the target "z" again: alone it has ROC-AUC 1.0000']


def test_a_target_that_cannot_be_one_is_a_data_error():
    with pytest.raises(DataError, match="single class"):
        inspect(frame(NOISE, number(*[1] * 300, name="y")), ["y"])


def test_a_mixed_table_is_looked_at_whatever_the_task():
    table = mixed()
    for target, task in (("records", "binary"), ("home", "multiclass"), ("age", "regression")):
        if target == "home":
            table = table.take(np.flatnonzero(~table.columns["home"].missing))
        assert inspect(table, [target]).task == task
