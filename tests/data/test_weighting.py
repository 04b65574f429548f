import numpy as np
import pytest

from npnet.data.datasets.roles import row_weights
from npnet.data.preprocessing.scaling import Scaling
from npnet.data.split_and_fit import class_weights, sample_weights
from npnet.errors import DataError
from tests.data.frames import category, number

CODES = np.array([0] * 6 + [1] * 3 + [2])


def test_balanced_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    expected = compute_class_weight("balanced", classes=np.arange(3), y=CODES)
    np.testing.assert_allclose(class_weights(CODES, "abc", "balanced"), expected, rtol=1e-15)


def test_a_class_without_rows_to_train_on_weighs_nothing():
    assert class_weights(np.array([0, 0, 2]), "abc", "balanced")[1] == 0


def test_a_mapping_names_classes_and_the_others_weigh_1():
    np.testing.assert_array_equal(class_weights(CODES, ("0", "1", "2"), {1: 2.5, "2": 0}), [1, 2.5, 0])  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("wish", "message"),
    [({"yess": 1}, '"yess" is no class'), ({"yes": -1}, "is -1"), ({"yes": float("nan")}, "is nan")],
)
def test_a_mapping_that_is_off_is_refused(wish, message):
    with pytest.raises(DataError, match=message):
        class_weights(np.array([0, 1]), ("no", "yes"), wish)


def test_a_column_gives_weights():
    np.testing.assert_array_equal(row_weights(number(0, 2.5), np.array([1, 2])), [0, 2.5])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (number(1, -2), 'row 8: the weight in column "x" is -2'),
        (number(1, np.nan), "is missing"),
        (number(1, np.inf), "is inf"),
        (category("a", "b"), "is text, not numbers"),
    ],
)
def test_weights_that_are_none_are_refused(column, message):
    with pytest.raises(DataError, match=message):
        row_weights(column, np.array([7, 8]))


@pytest.mark.parametrize("weight", [1.0, 0.7, 1e-300, 1e300])
def test_equal_weights_are_exactly_ones(weight):
    np.testing.assert_array_equal(sample_weights(np.arange(7), np.full(10, weight), np.ones(10)), 1)


def test_weights_multiply_and_have_mean_1_over_the_train_part():
    train = np.array([0, 2, 3])
    weights = sample_weights(train, np.array([1.0, 5, 2, 3]), np.array([2.0, 1, 1, 0]))
    assert weights[train].mean() == pytest.approx(1)
    np.testing.assert_allclose(weights / weights[0], [1, 2.5, 1, 0])


def test_a_train_part_without_any_weight_is_refused():
    with pytest.raises(DataError, match="has the weight 0"):
        sample_weights(np.array([0]), np.array([0.0, 1.0]))


def test_a_row_of_weight_two_counts_like_two_rows() -> None:
    x, weight = np.array([1.0, 4.0, np.nan, 9.0]), np.array([2, 1, 3, 0])
    weighted, repeated = (
        Scaling.fit(*some) for some in ((x, "standard", False, weight), (x.repeat(weight), "standard", False))
    )
    np.testing.assert_allclose([weighted.center, weighted.scale], [repeated.center, repeated.scale], rtol=1e-14)
    codes, counts = np.array([0, 0, 1]), np.array([1.0, 1.0, 4.0])
    np.testing.assert_allclose(class_weights(codes, "ab", "balanced", counts), [1.5, 0.75], rtol=1e-15)
