import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.data.checks.leakage import errors_removed, roc_area, suspicion, variance_removed
from npnet.data.checks.levels import Levels
from tests.data.frames import category, number

random = np.random.default_rng(0)
N = 400


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=40))
def test_the_area_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import roc_auc_score

    codes, positive = (np.array(values) for values in zip(*pairs, strict=True))
    expected = roc_auc_score(positive, codes) if 0 < positive.sum() < len(positive) else 0.5
    assert roc_area(codes, positive) == pytest.approx(expected)


def test_ranks_are_those_of_scipy():
    from scipy.stats import rankdata

    values = random.integers(0, 30, 100).astype(float)
    levels = Levels.of(number(*values, np.nan))
    np.testing.assert_array_equal(levels.ranks[levels.codes[:100]], rankdata(values))
    assert (levels.missing, levels.codes[100]) == (1, -1)


def test_levels_of_text_are_ordered_by_code_point_and_only_those_that_occur():
    levels = Levels.of(category("c", "a", None, "b").take(np.array([0, 1, 2])))
    assert levels.codes.tolist() == [1, 0, -1]
    assert levels.distinct == 2


def test_levels_of_one_row_prove_nothing():
    codes = np.arange(N)
    assert errors_removed(codes, codes % 2) == 0
    assert variance_removed(codes, codes.astype(float)) == 0


def test_noise_removes_about_nothing_and_the_class_itself_all():
    y = random.integers(0, 3, N)
    assert abs(errors_removed(random.integers(0, 5, N), y)) < 0.15
    assert errors_removed(y, y) == 1
    assert abs(variance_removed(random.integers(0, 5, N), random.normal(size=N))) < 0.1
    assert variance_removed(y, y.astype(float)) == 1


STRIPES = np.sort(random.normal(size=N))
THREE = np.repeat([2, 0, 1], [150, 100, 150])


@pytest.mark.parametrize(
    ("column", "y", "classes"),
    [
        (number(*STRIPES), np.arange(N) // 200, 2),
        (number(*STRIPES), STRIPES**3, 0),
        (number(*-STRIPES), STRIPES**3, 0),
        (number(*STRIPES), THREE, 3),
        (category(*(f"c{code}" for code in THREE)), THREE, 3),
        (category(*(f"c{code}" for code in THREE)), THREE * 10.0, 0),
    ],
)
def test_the_target_in_other_words_is_suspicious(column, y, classes):
    assert suspicion(Levels.of(column), y, classes)


@pytest.mark.parametrize(
    ("column", "y", "classes"),
    [
        (number(*STRIPES + random.normal(0, 0.5, N)), np.arange(N) // 200, 2),
        (number(*STRIPES + random.normal(0, 0.5, N)), STRIPES, 0),
        (number(*STRIPES + random.normal(0, 0.5, N)), THREE, 3),
        (category(*(f"c{i}" for i in range(N))), THREE, 3),
        (category(*(f"c{i}" for i in range(N))), STRIPES, 0),
        (number(*STRIPES[:10], *[np.nan] * (N - 10)), np.arange(N) // 5 % 2, 2),
        (category(*["a"] * (N - 4), *["b"] * 4), np.repeat([0, 1, 0], [N - 8, 4, 4]), 2),
    ],
)
def test_an_honest_predictor_is_not(column, y, classes):
    assert suspicion(Levels.of(column), y, classes) is None
