"""Data at positions: one preparation for all positions, and a target for each."""

import numpy as np
import pytest

from npnet.data import Dataset, Split, prepare
from npnet.data.checks.positions import each_position
from npnet.data.columns import Column, Frame
from npnet.data.columns.at_positions import by_position, columns_at
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.errors import DataError

STANDARD = PrepareSpec(numbers="standard", clip=False, constant="keep")


def drawn(rows=40, positions=(5,), **options):
    random = np.random.default_rng(0)
    X = random.normal([3.0, -1.0], [2.0, 0.1], (rows, np.prod(positions), 2))
    frame = Frame.of(X.reshape(rows, -1), columns_at(("a", "b"), positions))
    y = options.pop("y", random.normal(size=(rows, 1)))
    task, classes = options.pop("task", "regression"), options.pop("classes", ())
    return X, Dataset(frame, y, task, ("y",), classes, positions=positions, **options)


def test_columns_are_named_by_feature_and_position():
    assert columns_at(("a", "b"), (2,)) == ("a 1", "b 1", "a 2", "b 2")
    assert columns_at(("r",), (2, 2)) == ("r 1 1", "r 1 2", "r 2 1", "r 2 2")
    assert columns_at(("y",), ()) == ("y",)


@pytest.mark.parametrize("positions", [(5,), (2, 3)])
def test_a_feature_has_one_scaling_at_all_positions_of_the_training_set(positions):
    X, dataset = drawn(positions=positions)
    data = prepare(dataset, Split(), "standard", seed=0)
    train = data.parts["train"]
    values = train.X.reshape(len(train.X), -1, 2)
    np.testing.assert_allclose(values.mean(axis=(0, 1)), 0, atol=1e-9)
    np.testing.assert_allclose(values.std(axis=(0, 1)), 1, atol=1e-9)
    raw = X[train.rows - 1]
    np.testing.assert_allclose(values, (raw - raw.mean(axis=(0, 1))) / raw.std(axis=(0, 1)), atol=1e-9)
    assert data.preparation.names == dataset.features
    assert len(data.preparation.steps) == 2
    assert Preparation.parse(data.preparation.text()) == data.preparation


def test_no_column_is_left_out_for_being_constant():
    X, dataset = drawn()
    X[:, 2] = 7.0
    X[:, :, 1] = 4.0
    frame = Frame.of(X.reshape(len(X), -1), dataset.features)
    data = prepare(Dataset(frame, dataset.y, "regression", ("y",), (), positions=(5,)), Split(), "standard", seed=0)
    assert data.inputs == 10
    assert (data.parts["train"].X[:, 1::2] == 0).all()


def test_positions_of_ragged_rows_that_do_not_exist_stay_missing_and_are_not_measured():
    X, dataset = drawn()
    X[::2, 3:] = np.nan
    frame = Frame.of(X.reshape(len(X), -1), dataset.features)
    ragged = Dataset(frame, dataset.y, "regression", ("y",), (), positions=(5,), ragged=True)
    data = prepare(ragged, Split(), "standard", seed=0)
    assert data.inputs == 10
    for part in data.parts.values():
        np.testing.assert_array_equal(np.isnan(part.X), np.isnan(part.raw))
        assert data.preparation.existing(part.frame).sum() == (~np.isnan(part.raw[:, ::2])).sum()
    raw = data.parts["train"].raw[:, ::2]
    np.testing.assert_allclose(data.preparation.steps[0].scaling.center, np.nanmean(raw))


def test_categories_at_positions_are_one_hot_at_each():
    levels = ("low", "high", "mid")
    codes = np.random.default_rng(0).integers(0, 3, (30, 4)).astype(np.int32)
    columns = [Column(f"c {place}", "category", values, levels) for place, values in enumerate(codes.T, 1)]
    frame = Frame({column.name: column for column in columns}, np.arange(1, 31))
    dataset = Dataset(frame, np.random.default_rng(1).normal(size=(30, 1)), "regression", ("y",), (), positions=(4,))
    train = prepare(dataset, Split(test=0, validation=0), "standard", seed=0).parts["train"]
    place = np.array([sorted(levels).index(level) for level in levels])
    np.testing.assert_array_equal(train.X.reshape(30, 4, 3), np.eye(3)[place[codes]])


def test_levels_that_columns_have_in_another_order_are_the_same():
    first = Column("c 1", "category", np.array([0, 1], np.int32), ("a", "b"))
    second = Column("c 2", "category", np.array([0, -1], np.int32), ("b", "z"))
    found = by_position(Frame({"c 1": first, "c 2": second}, np.array([1, 2])), ["c"], (2,)).columns["c"]
    assert [found.levels[code] if code >= 0 else None for code in found.values] == ["a", "b", "b", None]


def test_a_missing_column_and_a_column_of_another_kind_are_named():
    text = Column("a 2", "category", np.array([0], np.int32), ("x",))
    number = Column("a 1", "number", np.array([0.5]))
    with pytest.raises(DataError, match='there is no column "a 2"'):
        by_position(Frame({"a 1": number}, np.array([1])), ["a"], (2,))
    with pytest.raises(DataError, match='column "a 2" is text, and column "a 1" numbers'):
        by_position(Frame({"a 1": number, "a 2": text}, np.array([1])), ["a"], (2,))


@pytest.mark.parametrize("codes", [True, False])
def test_targets_at_positions_are_rows_and_positions_for_scores(codes):
    y = np.random.default_rng(2).integers(0, 3, (40, 5)) if codes else np.random.default_rng(2).normal(size=(40, 5))
    y[3, 4:] = -1 if codes else np.nan
    options = {"task": "multiclass", "classes": ("a", "b", "c")} if codes else {}
    _, dataset = drawn(y=y, steps=True, ragged=True, **options)
    data = prepare(dataset, Split(test=0, validation=0), "standard", seed=0)
    part = data.parts["train"]
    each = part.each_target
    assert len(each.y) == 199
    np.testing.assert_array_equal(each.y.ravel(), np.delete(y.ravel(), 19))
    assert each.rows[[0, 18, 19]].tolist() == [1, 4, 5]
    assert each.position[[0, 18, 19]].tolist() == [1, 4, 1]
    outputs = np.arange(200.0)[np.newaxis]
    np.testing.assert_array_equal(part.of_targets(outputs)[0], np.delete(outputs[0], 19))
    assert part.every_y.shape == ((200,) if codes else (200, 1))
    if not codes:
        np.testing.assert_allclose(data.target_scaler.mean, [np.nanmean(y)])
        np.testing.assert_allclose(data.target_scaler.scale, [np.nanstd(y)])


def test_positions_are_rows_for_the_checks_and_a_target_of_a_row_is_that_of_each():
    X, dataset = drawn()
    each, of_row = each_position(dataset)
    assert each.features == ("a", "b")
    np.testing.assert_array_equal(each.X, X.swapaxes(0, 1).reshape(-1, 2))
    np.testing.assert_array_equal(each.y, dataset.y[of_row])
    y = np.arange(200.0).reshape(40, 5)
    stepped, _ = each_position(drawn(y=y, steps=True)[1])
    np.testing.assert_array_equal(stepped.y[:, 0], y.T.ravel())
