from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from npnet.data import Split, datasets, fingerprint, prepare
from npnet.data.columns import Frame
from npnet.data.columns.schema import Schema
from npnet.data.datasets import classification, regression
from npnet.data.preprocessing import PrepareSpec
from npnet.data.preprocessing.scaling import Scaler
from npnet.errors import DataError


def numbers(X, y):
    X, y = np.asarray(X, float), np.asarray(y, float)
    return regression(X, y, tuple(f"x{i}" for i in range(1, X.shape[1] + 1)), ("y",))


def holding(dataset, X):
    return replace(dataset, frame=Frame.of(X, dataset.features))


def test_all_parts_are_scaled_by_what_the_train_part_says():
    wine = datasets["wine"]().load(Path(), 0)
    prepared = prepare(wine, Split(), "standard", 0)
    train = prepared.parts["train"]
    np.testing.assert_allclose(train.X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(train.X.std(axis=0), 1, rtol=1e-12)
    for part in prepared.parts.values():
        np.testing.assert_array_equal(part.raw, wine.X[part.rows - 1])
        np.testing.assert_array_equal(part.y, wine.y[part.rows - 1])
        scaled = (part.raw - train.raw.mean(axis=0)) / train.raw.std(axis=0)
        np.testing.assert_allclose(part.X, scaled, rtol=1e-10, atol=1e-13)
    assert abs(prepared.parts["test"].X.mean(axis=0)).max() > 0.01


def test_without_a_scale_the_numbers_stay_as_they_are():
    prepared = prepare(datasets["diabetes"]().load(Path(), 0), Split(), "none", 0)
    for part in prepared.parts.values():
        np.testing.assert_array_equal(part.X, part.raw)
    np.testing.assert_array_equal(prepared.target_scaler.transform(part.y), part.y)


def test_the_target_of_a_regression_keeps_its_units_and_has_a_scaler():
    diabetes = datasets["diabetes"]().load(Path(), 0)
    prepared = prepare(diabetes, Split(), "standard", 0)
    y = prepared.parts["train"].y
    np.testing.assert_array_equal(y, diabetes.y[prepared.parts["train"].rows - 1])
    scaled = prepared.target_scaler.transform(y)
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-12)
    np.testing.assert_allclose(prepared.target_scaler.inverse(scaled), y, rtol=1e-12)


def test_scaling_is_that_of_scikit_learn():
    from sklearn.preprocessing import StandardScaler

    X = np.random.default_rng(0).normal(5, 3, (50, 4))
    np.testing.assert_allclose(Scaler.fit(X).transform(X), StandardScaler().fit_transform(X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("value", [0.1, 1e308, -1e-310, 0.0])
def test_a_constant_column_of_arrays_becomes_zero_and_that_of_a_table_is_left_out_with_a_note(value):
    X = np.stack([np.full(20, value), np.random.default_rng(0).normal(size=20)], axis=1)
    arrays = numbers(X, np.arange(20))
    kept = prepare(arrays, Split(), "standard", 0)
    assert (kept.parts["train"].X[:, 0] == 0).all()
    assert (kept.inputs, kept.notes) == (2, ())
    for read, spec in ((replace(arrays, schema=Schema(columns=())), "standard"), (arrays, PrepareSpec())):
        prepared = prepare(read, Split(), spec, 0)
        assert prepared.inputs == 1
        assert prepared.notes == ('column "x1" is left out: it is the same in every row',)


def test_gaps_are_filled_in_a_table_that_was_read_alone():
    X = np.random.default_rng(0).normal(size=(20, 2))
    X[3, 0] = np.nan
    arrays = numbers(X, np.arange(20))
    with pytest.raises(DataError, match=r'row 4: nan in column "x1" is not finite'):
        prepare(arrays, Split(), "standard", 0)
    read = replace(arrays, schema=Schema(columns=()))
    prepared = prepare(read, Split(), "standard", 0)
    assert prepared.preparation.names == ("x1", "x2", "x1 is missing")
    assert all(np.isfinite(part.X).all() for part in prepared.parts.values())
    with pytest.raises(DataError, match=r'row 4: column "x1" is empty'):
        prepare(read, Split(), PrepareSpec(missing="error"), 0)


def test_a_share_of_zero_leaves_a_part_out():
    prepared = prepare(datasets["iris"]().load(Path(), 0), Split(test=0, validation=0), "standard", 0)
    assert list(prepared.parts) == ["train"]


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (numbers([[1.0]], [1]), "there is one row"),
        (numbers(np.zeros((0, 1)), []), "there is no row"),
        (numbers([[1.0], [2.0]], [3, 3]), 'the target "y" is 3 in every row'),
        (numbers([[1.0, 2.0], [2.0, np.nan]], [3, 4]), 'row 2: nan in column "x2" is not finite'),
        (numbers([[1.0], [2.0]], [3, -np.inf]), 'row 2: -inf in column "y" is not finite'),
        (classification(np.eye(2), np.array([0, 0]), ("a", "b"), "y", ("no",)), 'a single class, "no"'),
        (classification(np.eye(2), np.array([0, 2]), ("a", "b"), "y", ("u", "v", "w")), 'the class "v" has no rows'),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(dataset, message):
    with pytest.raises(DataError) as caught:
        prepare(dataset, Split(), "standard", 0)
    assert message in caught.value.message
    assert caught.value.code == 4


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e-170, 1e-163, 1e-3, 1e155, 1e300, 8e307])
def test_targets_of_any_size_are_scaled_as_ordinary_ones(size):
    values = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    usual, scaler = Scaler.fit(values), Scaler.fit(values * size)
    tolerance = 1e-2 if size < 1e-310 else 1e-12  # such numbers have a few digits only
    z = scaler.transform(values * size)
    np.testing.assert_allclose(z, usual.transform(values), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(scaler.inverse(z), values * size, rtol=tolerance, atol=tolerance * size)


def test_targets_of_unlike_sizes_are_scaled_each_in_its_own():
    values = np.random.default_rng(0).normal(3, 2, (50, 1)) * [[1e-200, 1.0, 1e200]]
    z = Scaler.fit(values).transform(values)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)


def test_a_deviation_that_is_no_float_is_the_range():
    smallest = 5e-324
    scaler = Scaler.fit(np.array([[0.0]] * 99 + [[smallest]]))
    assert scaler.scale.tolist() == [smallest]
    assert scaler.transform(np.array([[smallest]])).tolist() == [[1.0]]


def test_a_fingerprint_tells_any_change_of_values_or_names():
    iris = datasets["iris"]().load(Path(), 0)
    other = iris.X.copy()
    other[149, 3] += 1e-9
    codes = iris.y.copy()
    codes[0] = 1
    changed = [
        holding(iris, other),
        replace(iris, y=codes),
        replace(iris, frame=Frame.of(iris.X, ("a", *iris.features[1:]))),
        replace(iris, classes=("a", *iris.classes[1:])),
        holding(iris, iris.X[::-1]),
        replace(iris, frame=Frame.of(iris.X.reshape(75, 8), tuple("abcdefgh"))),
    ]
    assert fingerprint(iris) == fingerprint(datasets["iris"]().load(Path(), 1))
    assert len({fingerprint(dataset) for dataset in (iris, *changed)}) == 7
    assert fingerprint(holding(iris, np.asfortranarray(iris.X))) == fingerprint(iris)
