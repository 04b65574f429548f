import numpy as np
import pytest

from npnet.data.datasets.targets import Target, with_target
from npnet.errors import DataError
from tests.data.frames import category, dates, frame, number

MANY = number(*range(21), *range(21), name="y")


def infer(*columns, **options):
    return Target.infer(frame(*columns), [column.name for column in columns], **options)


@pytest.mark.parametrize(
    ("column", "task", "classes"),
    [
        (category("yes", "no", "no"), "binary", ("no", "yes")),
        (category("b", "a", "c"), "multiclass", ("a", "b", "c")),
        (category("10", "9", "100"), "multiclass", ("9", "10", "100")),
        (number(1, 0, 1), "binary", ("0", "1")),
        (number(7, -2, -2), "binary", ("-2", "7")),
        (number(-0.0, 0, 1), "binary", ("0", "1")),
        (number(*[0, 1, 2] * 20), "multiclass", ("0", "1", "2")),
        (number(*[np.nan, 0, 1]), "binary", ("0", "1")),
    ],
)
def test_few_values_are_classes_in_their_order(column, task, classes):
    target = infer(column)
    assert (target.task, target.classes) == (task, (classes,))


@pytest.mark.parametrize("column", [number(0.5, 1), number(1, 2, 3), MANY, number(2**53, 0)])
def test_other_numbers_are_a_regression(column):
    assert infer(column).task == "regression"


@pytest.mark.parametrize(
    ("columns", "task"),
    [
        ((number(0, 1, 1, name="a"), number(1, 0, 0, name="b")), "multilabel"),
        ((category("n", "y", "y", name="a"), number(1, 0, 0, name="b")), "multilabel"),
        ((number(0, 1, 2, name="a"), number(1, 0, 0, name="b")), "regression"),
        ((number(0.5, 1.5, 2, name="a"), number(1, 4, 0, name="b")), "regression"),
    ],
)
def test_several_targets_are_labels_or_a_regression(columns, task):
    assert infer(*columns).task == task


def test_codes_are_those_of_the_classes():
    table = frame(category("b", "a", "c", "a", name="y"))
    np.testing.assert_array_equal(Target.infer(table, ["y"]).encode(table), [1, 0, 2, 0])
    numbers = frame(number(7, 3, 7, name="y"))
    np.testing.assert_array_equal(Target.infer(numbers, ["y"]).encode(numbers), [1, 0, 1])


def test_labels_are_0_and_1_by_target():
    table = frame(category("n", "y", "y", name="a"), number(2, 1, 1, name="b"))
    target = Target.infer(table, ["a", "b"])
    np.testing.assert_array_equal(target.encode(table), [[0, 1], [1, 0], [1, 0]])


def test_values_of_a_regression_keep_their_units():
    table = frame(number(0.5, 1.5, name="a"), number(3, 4, name="b"))
    target = Target.infer(table, ["a", "b"])
    np.testing.assert_array_equal(target.encode(table), [[0.5, 3], [1.5, 4]])


def test_counts_are_asked_for_and_checked():
    target = infer(number(0, 3, 1, name="y"), task="counts")
    assert target.task == "counts"
    for value in (-1, 0.5):
        with pytest.raises(DataError, match=f'row 2: the target "y" is {value}, which is no count'):
            target.encode(frame(number(1, value, name="y")))


@pytest.mark.parametrize("positive", ["0", 0])
def test_the_positive_class_is_class_1(positive):
    column = number(0, 1, 1)
    assert infer(column, positive_class=positive).classes == (("1", "0"),)
    assert infer(column, positive_class=1).classes == (("0", "1"),)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ([number(1, 2, 3)], {"task": "binary"}, "does not fit task: binary"),
        ([number(1, 2)], {"task": "multiclass"}, "does not fit task: multiclass"),
        ([number(0, 1), number(1, 0, name="b")], {"task": "binary"}, "there are 2 targets"),
        ([number(0, 1), number(1, 0, name="b")], {"positive_class": 1}, "positive_class: is for two classes"),
        ([number(0, 1, 2), number(1, 0, 1, name="b")], {"task": "multilabel"}, "has 3 values"),
        ([number(0.25, 1, 2)], {"task": "classification"}, "numbers such as 0.25"),
        ([number(1, 1, 1)], {}, 'a single class, "1"'),
        ([category("a", "a")], {}, 'a single class, "a"'),
        ([category(None, None)], {}, "has no value"),
        ([number(np.nan, np.nan)], {}, "has no value"),
        ([number(1.5, 1.5)], {}, "is 1.5 in every row"),
        ([category("a", "b")], {"task": "regression"}, "is text, not numbers"),
        ([category("a", "b")], {"task": "counts"}, "is text, not numbers"),
        ([dates("2024-01-01", "2024-01-02")], {}, "dates, which are no classes"),
        ([category("a", "b")], {"positive_class": "yes"}, 'positive_class: "yes" is no class'),
    ],
)
def test_a_target_that_does_not_fit_its_task_is_refused(columns, options, message):
    with pytest.raises(DataError) as caught:
        infer(*columns, **options)
    assert message in caught.value.message


def test_a_target_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(DataError, match='no column "targt"') as caught:
        Target.infer(frame(number(1, name="target")), ["targt"])
    assert 'did you mean "target"?' in caught.value.hint


def test_rows_without_a_target_are_counted_and_can_be_left_out():
    table = frame(number(1, np.nan, 0, np.nan, name="y"), category("a", "b", None, "b", name="z"))
    target = Target.infer(table, ["y"])
    with pytest.raises(DataError, match='"y" is empty in 2 rows, first in row 2') as caught:
        target.encode(table)
    assert "drop_rows" in caught.value.hint
    np.testing.assert_array_equal(with_target(table, ["y"]), [0, 2])
    np.testing.assert_array_equal(with_target(table, ["y", "z"]), [0])
    np.testing.assert_array_equal(target.encode(table.take(with_target(table, ["y"]))), [1, 0])


@pytest.mark.parametrize(
    ("column", "text"),
    [(number(0, 2), "2"), (number(0, 0.5), "0.5"), (number(0, 1e300), str(int(1e300))[:57]), (category("0", "x"), "x")],
)
def test_a_class_that_training_never_saw_is_refused(column, text):
    target = infer(number(0, 1))
    with pytest.raises(DataError, match=f'row 2: the target "x" is "{text}') as caught:
        target.encode(frame(type(column)("x", column.kind, column.values, column.levels)))
    assert "0, 1" in caught.value.hint


def test_a_target_comes_back_from_json():
    target = infer(category("b", "a", None))
    assert Target.model_validate_json(target.model_dump_json()) == target
