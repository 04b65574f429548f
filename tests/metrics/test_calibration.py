import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.errors import DataError, UsageError
from npnet.metrics.calibration import RATES, choose_threshold, fit_temperature

random = np.random.default_rng(0)


def score(metric, target, decided, weight=None):
    from sklearn import metrics

    return getattr(metrics, f"{metric}_score")(target, decided, sample_weight=weight)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.3, 0.5, 0.7, 0.99, 1]), st.integers(1, 4)), min_size=2
    ),
    st.sampled_from(list(RATES)),
    st.sampled_from([np.float32, np.float64]),
)
def test_no_threshold_is_better(rows, metric, dtype):
    target, probability, weight = (np.array(values) for values in zip(*rows, strict=True))
    probability = probability.astype(dtype)
    if target.all() or not target.any():
        return
    found = choose_threshold(target.astype(int), probability, metric, weight)
    assert found.score == pytest.approx(score(metric, target, probability > found.value, weight))
    for cut in (0, *np.unique(probability)):
        assert score(metric, target, probability > cut, weight) <= found.score + 1e-12
    assert 0 <= found.value <= 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_threshold_separates_adjacent_floats(dtype):
    low = dtype(0.3)
    high = np.nextafter(low, dtype(1))
    found = choose_threshold(np.array([0, 1]), np.array([low, high]), "accuracy")
    assert found == (float(low), 1.0)
    np.testing.assert_array_equal(np.array([low, high]) > found.value, [False, True])


def test_of_equally_good_thresholds_the_nearest_to_a_half_is_taken():
    target = np.array([0, 1, 0, 1])
    assert choose_threshold(target, np.array([0.1, 0.2, 0.6, 0.7]), "accuracy").value == pytest.approx(0.65)


def test_weights_of_one_change_nothing():
    target, probability = random.integers(0, 2, 50), random.random(50)
    assert choose_threshold(target, probability, "f1") == choose_threshold(target, probability, "f1", np.ones(50))


def test_a_metric_without_a_threshold_is_refused():
    with pytest.raises(UsageError, match="roc_auc") as caught:
        choose_threshold(np.array([0, 1]), np.array([0.1, 0.2]), "roc_auc")
    assert "balanced_accuracy" in caught.value.hint


def test_one_class_cannot_choose_a_threshold():
    with pytest.raises(DataError, match="one class only"):
        choose_threshold(np.array([1, 1]), np.array([0.1, 0.2]), "f1")


def log_loss(logits, codes, temperature):
    z = logits / temperature
    z = z - z.max(axis=0)
    return float(np.mean(np.log(np.exp(z).sum(axis=0)) - z[codes, np.arange(len(codes))]))


def drawn(logits):
    p = np.exp(logits - logits.max(axis=0))
    return np.array([random.choice(len(column), p=column / column.sum()) for column in p.T])


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("classes", [3, 10])
def test_the_temperature_by_which_logits_were_scaled_is_found(true, classes):
    logits = random.normal(0, 2, (classes, 4000))
    codes = drawn(logits)
    found = fit_temperature(logits * true, codes)
    assert found == pytest.approx(true, rel=0.12)
    best = log_loss(logits * true, codes, found)
    for factor in (0.999, 1.001):
        assert log_loss(logits * true, codes, found * factor) > best


def test_a_single_logit_equals_two_logits_with_the_first_at_0():
    z = random.normal(0, 2, (1, 500))
    codes = (random.random(500) < 1 / (1 + np.exp(-z[0] / 3))).astype(int)
    two = np.concatenate([np.zeros((1, 500)), z])
    assert fit_temperature(z, codes) == fit_temperature(two, codes)


def test_labels_share_one_temperature():
    z = random.normal(0, 2, (3, 400)).astype(np.float32)
    labels = (random.random((400, 3)) < 1 / (1 + np.exp(-z.T / 2))).astype(int)
    weight = random.random(400)
    together = fit_temperature(z, labels, weight)
    assert together == pytest.approx(fit_temperature(z.reshape(1, -1), labels.T.ravel(), np.tile(weight, 3)))
    assert together == pytest.approx(2, rel=0.3)


def test_a_weight_counts_as_that_many_rows():
    z, codes, weight = random.normal(0, 1, (3, 40)), random.integers(0, 3, 40), random.integers(0, 4, 40)
    repeated = fit_temperature(np.repeat(z, weight, axis=1), np.repeat(codes, weight))
    assert fit_temperature(z, codes, weight) == pytest.approx(repeated, rel=1e-9)


@pytest.mark.parametrize(
    ("logits", "codes", "expected"),
    [
        ([[-1e-3, 1e-3]], [0, 1], 0.01),
        ([[-1.0, 1.0]], [1, 0], 100),
        ([[0.0, 0.0]], [1, 0], 1),
        ([[-1e4, 1e4, 1e4]], [0, 1, 0], 100),
    ],
)
def test_a_temperature_stays_within_its_bounds(logits, codes, expected):
    assert fit_temperature(np.array(logits), np.array(codes)) == pytest.approx(expected)
