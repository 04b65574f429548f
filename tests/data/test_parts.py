"""Parts of a dataset: whatever divides the rows, each part that is asked for has some, or an error says how."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.config.nodes import parse_scalar
from npnet.data import Split
from npnet.data.columns import Frame
from npnet.data.datasets import Dataset
from npnet.data.split import LEAST, parts_of
from npnet.data.split.folds import Folds, folds_of
from npnet.data.split_and_fit import prepare_members, prepare_parts
from npnet.errors import DataError

SHARES = st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.2, 0.49, 0.5, 0.9, 0.99, 0.999])
DIVIDED = st.sampled_from(["class", "group", "time"])


def dataset(rows, classes=0, **divided):
    """Rows of one feature; of so many classes in turn, or of values."""
    y = np.arange(rows) % classes if classes else np.arange(rows, dtype=float).reshape(-1, 1)
    task = ("regression", "regression", "binary")[classes] if classes < 3 else "multiclass"
    names = tuple(f"c{code}" for code in range(classes))
    return Dataset(Frame.of(np.arange(rows).reshape(-1, 1), ("x",)), y, task, ("y",), names, **divided)


def drawn(rows, classes, kind, values, seed):
    several = np.random.default_rng(seed).integers(0, values, rows)
    codes = np.unique(several, return_inverse=True)[1]
    return dataset(
        rows, classes, **{"class": {}, "group": {"groups": codes}, "time": {"times": several.astype(float)}}[kind]
    )


def read(hint, key):
    """Return the options that a hint suggests: `write split: {test: 0.2, validation: 0}`."""
    start = f"write {key}: {{"
    assert hint.startswith(start)
    pairs = (pair.split(": ") for pair in hint.removeprefix(start).removesuffix("}").split(", "))
    values = {name: parse_scalar(text) for name, text in pairs}
    return {name: float(value) if name in ("test", "validation") else value for name, value in values.items()}


def attempted(divide, spec, key):
    """Return what a split gives; where it is refused, what its hint gives, None where no other split works."""
    try:
        return divide(spec), spec
    except DataError as error:
        if error.hint == "take cv out":
            return None, None
        other = type(spec)(**read(error.hint, key))
        return divide(other), other


def check(parts, wanted):
    assert set(parts) == {"train", *wanted}
    assert all(len(rows) for rows in parts.values())
    assert len(parts["train"]) >= LEAST


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 40), st.integers(0, 4), DIVIDED, st.integers(1, 12), SHARES, SHARES, st.integers(0, 99))
def test_every_split_has_rows_in_every_part_or_says_which_one_has(rows, classes, kind, values, test, validation, seed):
    if test + validation >= 1:
        return
    data = drawn(rows, classes, kind, values, seed)
    parts, spec = attempted(lambda spec: parts_of(data, spec, seed), Split(test=test, validation=validation), "split")
    check(parts, [name for name, share in spec if share])


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 40), st.integers(0, 4), DIVIDED, st.integers(1, 12), st.integers(2, 9), SHARES, st.integers(1, 2))
def test_every_fold_has_rows_in_every_part_or_an_error_says_which_would(
    rows, classes, kind, values, folds, validation, repeats
):
    data = drawn(rows, classes, kind, values, rows)
    wished = Folds(folds=folds, validation=validation, repeats=repeats)
    found, spec = attempted(lambda spec: folds_of(data, spec, 0), wished, "cv")
    for parts in found or ():
        check(parts, ["test", *(["validation"] if spec.validation else [])])


@pytest.mark.parametrize(
    ("rows", "classes", "spec", "message", "hint"),
    [
        (60, 0, Split(test=0.001), "the test part gets none of 60 rows", "{test: 0.2, validation: 0.2}"),
        (60, 2, Split(validation=0.001), "the validation part gets none of 60 rows", "{test: 0.2, validation: 0.2}"),
        (60, 0, Split(test=0.5, validation=0.49), "the train part gets one of 60 rows", "{test: 0.2, validation: 0.2}"),
        (2, 0, Split(), "the test part gets none of 2 rows", "{test: 0, validation: 0}"),
        (3, 0, Split(), "the train part gets one of 3 rows", "{test: 0, validation: 0.2}"),
        (9, 9, Split(), "the test part gets none of 9 rows", "{test: 0, validation: 0}"),
    ],
)
def test_an_empty_part_is_refused_with_a_split_that_works(rows, classes, spec, message, hint):
    with pytest.raises(DataError, match=message) as caught:
        parts_of(dataset(rows, classes), spec, 0)
    assert caught.value.hint == f"write split: {hint}"


@pytest.mark.parametrize(
    ("rows", "spec", "message", "hint"),
    [
        (
            60,
            Folds(folds=2, validation=0.99),
            "the train part of a fold gets none of 60",
            "{folds: 2, validation: 0.2}",
        ),
        (60, Folds(validation=0.001), "the validation part of a fold gets none", "{folds: 5, validation: 0.2}"),
        (60, Folds(folds=61), "60 rows are too few for 61 folds", "{folds: 5, validation: 0.2}"),
        (4, Folds(folds=2, repeats=3), "the validation part of a fold", "{folds: 2, repeats: 3, validation: 0}"),
    ],
)
def test_folds_with_an_empty_part_are_refused_with_folds_that_work(rows, spec, message, hint):
    with pytest.raises(DataError, match=message) as caught:
        folds_of(dataset(rows), spec, 0)
    assert caught.value.hint == f"write cv: {hint}"


def test_where_no_folds_would_work_the_hint_is_to_do_without():
    with pytest.raises(DataError, match="the train part of a fold gets one of 3 rows") as caught:
        folds_of(dataset(3), Folds(folds=2), 0)
    assert caught.value.hint == "take cv out"


def test_folds_may_hold_one_row_each():
    assert [len(parts["test"]) for parts in folds_of(dataset(8), Folds(folds=8), 0)] == [1] * 8


@pytest.mark.parametrize(("groups", "hint"), [(1, "{test: 0, validation: 0}"), (2, "{test: 0, validation: 0.2}")])
def test_too_few_groups_or_times_are_refused_with_a_split_that_works(groups, hint):
    codes = np.arange(20) % groups
    for divided in ({"groups": codes}, {"times": codes.astype(float)}):
        with pytest.raises(DataError, match="too few for 3 parts") as caught:
            parts_of(dataset(20, **divided), Split(), 0)
        assert caught.value.hint == f"write split: {hint}"


@pytest.mark.parametrize(("lengths", "part"), [({"train": 2, "validation": 0}, "validation"), ({"train": 1}, "train")])
def test_a_file_without_a_row_that_has_a_target_is_refused(lengths, part):
    with pytest.raises(DataError, match=f"the {part} part gets"):
        parts_of(dataset(sum(lengths.values()), lengths=lengths), Split(), 0)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_part_whose_rows_all_weigh_nothing_is_refused(part):
    data = dataset(20, 2)
    parts = parts_of(data, Split(), 0)
    weight = np.ones(20)
    weight[parts[part]] = 0
    with pytest.raises(DataError, match=f"every row {'to train on' if part == 'train' else f'of the {part} part'} has"):
        prepare_parts(replace(data, weight=weight), parts, "standard")


def test_a_part_of_classes_that_do_not_train_weighs_nothing_when_classes_are_balanced():
    data = dataset(20, 2)
    parts = {"train": np.arange(0, 10, 2), "validation": np.arange(1, 10, 2)}
    with pytest.raises(DataError, match="every row of the validation part has the weight 0") as caught:
        prepare_parts(data, parts, "standard", "balanced")
    assert caught.value.hint == "take class_weight out"


def test_a_validation_part_of_a_members_own_that_weighs_nothing_is_refused():
    weight = np.zeros(20)
    weight[:3] = 1
    data = dataset(20, weight=weight)
    parts = {"train": np.r_[0, 3:20], "validation": np.arange(1, 3)}
    with pytest.raises(DataError, match="every row of the validation part has the weight 0") as caught:
        prepare_members(data, parts, range(20), "standard")
    assert caught.value.hint == "take weight out"
