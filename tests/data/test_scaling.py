import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npnet.data.preprocessing.scaling import Scaling, normal_scores, quantiles_of, scaled, smooth_clip

random = np.random.default_rng(0)
X = np.concatenate([random.lognormal(2, 1.5, 300), [1e4, -1e4]])


def scale(scaling: Scaling, values: np.ndarray) -> np.ndarray:
    return scaled(values[np.newaxis], [scaling])[0]


@pytest.mark.parametrize(
    ("method", "scaler", "options"),
    [
        ("standard", "StandardScaler", {}),
        ("robust", "RobustScaler", {}),
        ("min_max", "MinMaxScaler", {}),
        ("quantile", "QuantileTransformer", {"n_quantiles": 10, "output_distribution": "normal"}),
    ],
)
@pytest.mark.parametrize("gaps", [False, True])
def test_scaling_is_that_of_scikit_learn(method, scaler, options, gaps):
    from sklearn import preprocessing

    train = X.copy()
    if gaps:
        train[::7] = np.nan
    expected = getattr(preprocessing, scaler)(**options).fit(train[:, None]).transform(X[:, None])[:, 0]
    np.testing.assert_allclose(scale(Scaling.fit(train, method, clip=False), X), expected, rtol=1e-9, atol=1e-12)


def test_a_value_that_fills_several_quantiles_gets_their_middle():
    train = np.array([0.0] * 50 + list(range(1, 51)))
    assert scale(Scaling.fit(train, "quantile", clip=False), np.array([0.0]))[0] == pytest.approx(-0.7, abs=0.1)


def test_gaps_get_the_median_of_the_train_part():
    scaling = Scaling.fit(np.array([1.0, np.nan, 2.0, 10.0]), "standard", clip=False)
    assert scaling.fill == 2
    assert scale(scaling, np.array([np.nan]))[0] == scale(scaling, np.array([2.0]))[0]


def test_robust_numbers_fall_back_to_half_the_range_where_the_quartiles_coincide():
    scaling = Scaling.fit(np.array([0.0] * 9 + [8.0]), "robust", clip=False)
    assert (scaling.center, scaling.scale) == (0, 4)


@pytest.mark.parametrize("method", ["standard", "robust", "min_max", "quantile"])
@pytest.mark.parametrize("train", [[3.0, 3.0, np.nan], [np.nan, np.nan], [1e308], [-0.0, 0.0]])
def test_what_never_varied_in_the_train_part_is_zero_everywhere(method, train):
    scaling = Scaling.fit(np.array(train), method, clip=True)
    np.testing.assert_array_equal(scale(scaling, np.array([3.0, np.nan, -1e308, 1e308])), 0)


def test_none_leaves_numbers_as_they_are():
    np.testing.assert_array_equal(scale(Scaling.fit(X, "none", clip=True), X), X)


def test_clipping_is_smooth_odd_and_ends_at_3():
    z = np.array([0.0, 1e-9, 1.0, 3.0, 1e300, np.inf])
    expected = [0, 1e-9, 1 / np.sqrt(1 + 1 / 9), 3 / np.sqrt(2), 3, 3]
    np.testing.assert_allclose(smooth_clip(z), expected, rtol=1e-15)
    np.testing.assert_array_equal(smooth_clip(-z), -smooth_clip(z))


def test_normal_scores_end_where_scikit_learn_ends_them():
    scores = normal_scores(np.array([-5.0, 5.0]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(scores, [-5.199337582, 5.199337582], atol=1e-8)


@pytest.mark.parametrize("method", ["robust", "min_max"])
def test_a_spread_that_no_float_holds_is_an_overflow(method):
    with pytest.raises(OverflowError):
        Scaling.fit(np.array([-1.7e308, 1.7e308, 0.0, 1.6e308, -1.6e308]), method, clip=True)


@pytest.mark.parametrize("method", ["standard", "robust", "min_max", "quantile"])
def test_the_smallest_spreads_that_there_are_can_be_scaled(method):
    z = scale(Scaling.fit(np.array([0.0, 5e-324, 5e-324]), method, clip=False), np.array([0.0, 5e-324]))
    assert np.isfinite(z).all()
    assert z[0] < z[1]


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e155, 1e300])
@pytest.mark.parametrize("method", ["standard", "robust", "min_max", "quantile"])
def test_numbers_of_any_size_are_scaled_as_ordinary_ones(method, size):
    values = X / 1e4
    for clip in (False, True):
        found = scale(Scaling.fit(values * size, method, clip), values * size)
        np.testing.assert_allclose(found, scale(Scaling.fit(values, method, clip), values), rtol=1e-9, atol=1e-12)


def test_standard_numbers_of_both_ends_of_the_floats_are_scaled():
    ends = np.array([1.7e308, -1.7e308] * 10)
    np.testing.assert_allclose(scale(Scaling.fit(ends, "standard", clip=False), ends), [1, -1] * 10, rtol=1e-12)


def test_normal_scores_of_tiny_numbers_are_those_of_ordinary_ones() -> None:
    x, quantiles = np.array([0.0, 1.0, 1.5, 2.0, 1e300]), np.array([0.0, 1.0, 2.0])
    assert np.array_equal(normal_scores(x[:4] * 2.0**-1040, quantiles * 2.0**-1040), normal_scores(x[:4], quantiles))
    assert normal_scores(x, quantiles * 2.0**-1040)[-1] == normal_scores(x, quantiles)[-1]


@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=1), st.booleans()
)
def test_quantiles_of_ordered_numbers_have_the_bits_of_numpys(values: list[float], shares: list[float], f4: bool):
    numbers = np.array(values, np.float64) + 0.0  # which of two zeros NumPy finds in the middle is left to chance
    with np.errstate(over="ignore"):
        ordered = np.sort(numbers.astype(np.float32) if f4 else numbers)
    ordered = ordered[np.isfinite(ordered)]
    if len(ordered):
        expected = np.quantile(ordered.astype(np.float64)[::-1], shares)
        assert (quantiles_of(ordered, np.array(shares)) + 0.0).tobytes() == (expected + 0.0).tobytes()
