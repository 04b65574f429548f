"""Every metric equals scikit-learn's within 1e-12, for one model and for a stack, also at the edges."""

import inspect
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from npnet.errors import UsageError
from npnet.metrics import decide, evaluate, for_task, metrics

CLASS_METRICS = [name for name in for_task("binary") if name in for_task("multiclass")]
REGRESSION_METRICS = for_task("regression")
OF_CLASSES = ("roc_auc", "accuracy", "balanced_accuracy", "f1", "precision", "recall", "log_loss", "brier")
OF_VALUES = {"r2": "r2_score", "rmse": "root_mean_squared_error", "mae": "mean_absolute_error"}


def probabilities(random, models, classes, samples, decimals=None):
    if classes == 2:
        given = random.random((models, 1, samples))
        return given if decimals is None else given.round(decimals)
    given = random.random((models, classes, samples))
    if decimals is not None:
        given = given.round(decimals) + 0.1
    return given / given.sum(axis=1, keepdims=True)


def assert_same(name, target, output, weight=None):
    found = metrics[name].scores(target, output, weight)
    some = slice(None, None, max(1, len(output) // 8))  # scikit-learn takes its time
    assert found.shape == (len(output),)
    assert found.dtype == np.float64
    expected = [by_scikit_learn(name, target, one, weight) for one in output[some]]
    np.testing.assert_allclose(found[some], expected, rtol=1e-12, atol=1e-12, err_msg=name)
    return found


def by_scikit_learn(name, target, output, weight=None):
    """Score one model by scikit-learn on the rows that count; NaN where it is undefined.

    A metric that is not in these tables is compared with its own score of that model alone.
    """
    weight = np.ones(len(target)) if weight is None else weight
    target, output, weight = target[weight > 0], output[:, weight > 0].astype(np.float64), weight[weight > 0]
    if not len(target) or not np.isfinite(output).all() or (name == "r2" and len(target) < 2):
        return np.nan
    if name not in (*OF_CLASSES, *OF_VALUES):
        return metrics[name].scores(target, output[np.newaxis], weight)[0]
    with np.errstate(all="ignore"):
        found = (of_classes if name in OF_CLASSES else of_values)(name, target, output, weight)
    return found if np.isfinite(found) else np.nan


def of_classes(name, target, output, weight):
    binary = len(output) == 1
    shown = np.concatenate([1 - output, output]) if binary else output
    decided, codes, named = decide(output), np.arange(len(shown)), {"sample_weight": weight, "zero_division": 0}
    average = {"labels": [1] if binary else None, "average": "macro"}
    if name == "roc_auc":
        judged = [code for code in (codes[1:] if binary else codes) if 0 < np.sum(target == code) < len(target)]
        areas = [reference.roc_auc_score(target == code, shown[code], sample_weight=weight) for code in judged]
        return np.mean(areas) if areas else np.nan
    if name == "brier":
        named = {code: shown[code] for code in (codes[1:] if binary else codes)}
        return sum(reference.brier_score_loss(target == c, p, sample_weight=weight) for c, p in named.items())
    return {
        "accuracy": lambda: reference.accuracy_score(target, decided, sample_weight=weight),
        "balanced_accuracy": lambda: reference.recall_score(
            target, decided, labels=np.unique(target), average="macro", sample_weight=weight
        ),
        "f1": lambda: reference.f1_score(target, decided, **average, **named),
        "precision": lambda: reference.precision_score(target, decided, **average, **named),
        "recall": lambda: reference.recall_score(target, decided, **average, **named),
        "log_loss": lambda: reference.log_loss(
            target, (shown / shown.sum(axis=0)).T, labels=codes, sample_weight=weight
        ),
    }[name]()


def of_values(name, target, output, weight):
    """Average over the targets, in units that are powers of two, because scikit-learn squares large values."""
    unit = 2.0 ** np.floor(np.log2(np.maximum(np.abs(target).max(axis=0), np.abs(output).max(axis=1))))
    y, given = target / unit, output.T / unit
    each = getattr(reference, OF_VALUES[name])(y, given, sample_weight=weight, multioutput="raw_values")
    if name == "r2":  # a weighted mean of equal values differs from them in its last digit
        constant = (y == y[0]).all(axis=0)
        return np.mean(np.where(constant, (y == given).all(axis=0), each))
    return np.mean(each * unit)


@pytest.mark.parametrize("name", CLASS_METRICS)
@pytest.mark.parametrize("decimals", [None, 1], ids=["distinct", "tied"])
@pytest.mark.parametrize(("models", "classes"), [(1, 2), (2, 2), (64, 2), (1, 3), (2, 5), (64, 3), (2, 32)])
def test_a_stack_of_classifiers_scores_as_scikit_learn(name, decimals, models, classes):
    random = np.random.default_rng(classes)
    target = random.integers(0, classes, 300)
    output = probabilities(random, models, classes, 300, decimals)
    assert np.isfinite(assert_same(name, target, output)).all()
    assert_same(name, target, output, random.random(300) + 0.01)


@pytest.mark.parametrize("name", REGRESSION_METRICS)
@pytest.mark.parametrize(("models", "targets"), [(1, 1), (2, 1), (64, 1), (1, 3), (64, 3)])
def test_a_stack_of_regressions_scores_as_scikit_learn(name, models, targets):
    random = np.random.default_rng(targets)
    target = random.normal(3, 2, (200, targets))
    output = target.T + random.normal(0, 1, (models, targets, 200))
    assert np.isfinite(assert_same(name, target, output)).all()
    assert_same(name, target, output, random.random(200) + 0.01)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_classes_and_scores_agree_with_scikit_learn(data):
    classes = data.draw(st.integers(2, 5))
    samples = data.draw(st.integers(1, 12))
    target = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=samples, max_size=samples)))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    output = probabilities(random, 2, classes, samples, data.draw(st.sampled_from([None, 1])))
    for name in CLASS_METRICS:
        assert_same(name, target, output)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", CLASS_METRICS)
def test_rows_of_one_class_give_nan_for_the_roc_and_a_number_elsewhere_without_a_warning(name, classes):
    random = np.random.default_rng(0)
    for code in (0, 1):
        values = assert_same(name, np.full(20, code), probabilities(random, 2, classes, 20))
        assert np.isnan(values).all() == (metrics[name].lack is not None)


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_a_class_without_rows_is_left_out_of_the_mean(name):
    random = np.random.default_rng(1)
    target = random.choice([0, 2], 50)
    assert np.isfinite(assert_same(name, target, probabilities(random, 2, 4, 50))).all()


@pytest.mark.parametrize("name", CLASS_METRICS)
@pytest.mark.parametrize("classes", [2, 3])
def test_float32_probabilities_agree_too(name, classes):
    random = np.random.default_rng(2)
    target = random.integers(0, classes, 300)
    assert_same(name, target, probabilities(random, 3, classes, 300).astype(np.float32))


@pytest.mark.parametrize("name", CLASS_METRICS)
@pytest.mark.parametrize("classes", [2, 3])
def test_certain_and_wrong_probabilities_stay_finite(name, classes):
    target = np.array([0, 1, 0, 1])
    wrong = np.zeros((1, classes, 4))
    wrong[0, 1 - target, np.arange(4)] = 1
    output = wrong[:, 1:] if classes == 2 else wrong
    assert np.isfinite(assert_same(name, target, output)).all()


def test_a_perfect_ranking_has_a_roc_of_one_and_no_ranking_one_half():
    target = np.array([0, 0, 1, 1])
    output = np.array([[[0.1, 0.2, 0.3, 0.4]], [[0.4, 0.3, 0.2, 0.1]], [[0.5, 0.5, 0.5, 0.5]]])
    np.testing.assert_array_equal(metrics["roc_auc"].scores(target, output), [1, 0, 0.5])


@pytest.mark.parametrize("output", [[[0.5, 0.5000001]], [[0.5, 0.4999999], [0.5, 0.5000001]]])
def test_a_tie_is_decided_for_the_lower_class(output):
    assert decide(np.array(output)).tolist() == [0, 1]


def test_balanced_accuracy_equals_the_roc_of_hard_labels():
    random = np.random.default_rng(3)
    target, output = random.integers(0, 2, 100), random.random((2, 1, 100))
    hard = decide(output)[:, None, :].astype(float)
    np.testing.assert_allclose(
        metrics["balanced_accuracy"].scores(target, output), metrics["roc_auc"].scores(target, hard), rtol=1e-12
    )


@pytest.mark.parametrize(("guess", "share"), [(7.0, 1.0), (6.0, 0.0)])
def test_r2_of_a_target_that_never_varies_is_one_or_zero(guess, share):
    assert assert_same("r2", np.full((5, 1), 7.0), np.full((2, 1, 5), guess)).tolist() == [share, share]


def test_r2_of_a_single_row_is_nan():
    assert np.isnan(assert_same("r2", np.array([[1.0]]), np.array([[[2.0]]]))).all()


def test_weights_of_two_count_as_rows_given_twice():
    random = np.random.default_rng(4)
    target, output = random.integers(0, 3, 60), probabilities(random, 2, 3, 60, 1)
    weight = random.integers(1, 3, 60)
    twice = np.repeat(np.arange(60), weight)
    for name in CLASS_METRICS:
        weighted = metrics[name].scores(target, output, weight.astype(float))
        np.testing.assert_allclose(weighted, metrics[name].scores(target[twice], output[..., twice]), rtol=1e-12)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_rows_of_weight_zero_are_ignored_by_metrics_of_classes(data):
    classes, samples = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 10))
    target = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=samples, max_size=samples)))
    weight = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0.3, 1, 7]), min_size=samples, max_size=samples)))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    output = probabilities(random, 2, classes, samples, data.draw(st.sampled_from([None, 1])))
    rows = weight > 0
    for name in CLASS_METRICS:
        found = assert_same(name, target, output, weight.astype(float))
        alone = metrics[name].scores(target[rows], output[..., rows], weight[rows].astype(float))
        np.testing.assert_allclose(found, alone, rtol=1e-12, atol=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_rows_of_weight_zero_are_ignored_by_metrics_of_values(data):
    targets, samples = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 8))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    target = random.choice([0.1, 0.7, 3.0], (samples, targets))
    output = np.stack([target.T, target.T + random.choice([0, 0.5], (targets, samples))])
    weight = np.array(
        data.draw(st.lists(st.sampled_from([0, 0, 0.3, 1, 7]), min_size=samples, max_size=samples)), float
    )
    rows = weight > 0
    for name in REGRESSION_METRICS:
        found = assert_same(name, target, output, weight)
        assert np.isnan(found).all() == (rows.sum() < (2 if metrics[name].lack else 1))
        kept = target[rows], output[..., rows], weight[rows]
        np.testing.assert_array_equal(found, metrics[name].scores(*kept))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [*CLASS_METRICS, *REGRESSION_METRICS])
def test_only_models_with_outputs_that_are_not_finite_lack_a_score(name, bad):
    random = np.random.default_rng(6)
    if name in CLASS_METRICS:
        target, output = random.integers(0, 3, 40), probabilities(random, 4, 3, 40)
    else:
        target, output = random.normal(size=(40, 2)), random.normal(size=(4, 2, 40))  # type: ignore[assignment]
    well = metrics[name].scores(target, output)
    output[1, 1, 7], output[2] = bad, bad
    found = assert_same(name, target, output)
    assert np.isnan(found).tolist() == [False, True, True, False]
    np.testing.assert_array_equal(found[[0, 3]], well[[0, 3]])
    assert np.isnan(metrics[name].scores(target, np.full_like(output, bad))).all()
    weight = np.where(np.arange(40) == 7, 0.0, 1.0)
    assert np.isnan(assert_same(name, target, output, weight)).tolist() == [False, False, True, False]


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-3, 1e160, 1e300])
@pytest.mark.parametrize("name", OF_VALUES)
def test_values_of_any_size_have_scores_in_proportion(name, size):
    random = np.random.default_rng(7)
    target = random.normal(3, 2, (200, 2))
    output = target.T + random.normal(0, 1, (3, 2, 200))
    usual = metrics[name].scores(target, output)
    found = assert_same(name, target * size, output * size)
    np.testing.assert_allclose(found, usual if name == "r2" else usual * size, rtol=1e-12)


def test_a_score_that_no_float_holds_is_undefined():
    assert np.isnan(assert_same("rmse", np.full((2, 1), -1.7e308), np.full((1, 1, 2), 1.7e308))).all()


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_many_classes_score_alike_in_chunks(name, monkeypatch):
    random = np.random.default_rng(8)
    target, pair = random.integers(0, 60, 300), probabilities(random, 2, 60, 300)
    whole = assert_same(name, target, pair)
    monkeypatch.setattr("npnet.metrics.metric.CHUNK", 1000)
    np.testing.assert_allclose(metrics[name].scores(target, pair), whole, rtol=1e-12)


def test_many_labels_score_as_the_mean_of_scikit_learn():
    random = np.random.default_rng(10)
    target, output = random.integers(0, 2, (40, 60)), random.random((60, 40))
    found = evaluate(target, output, "multilabel")
    for name in CLASS_METRICS:
        each = [by_scikit_learn(name, y, chance[None]) for y, chance in zip(target.T, output, strict=True)]
        assert found[name] == pytest.approx(np.mean(each), rel=1e-12)


def test_every_metric_has_a_goal_a_task_and_a_first_line():
    for name, metric in metrics.items():
        assert metric.name == name
        assert metric.goal in ("maximize", "minimize")
        assert metric.tasks
        assert len(inspect.getdoc(metric).splitlines()[0]) <= 100


def test_the_final_figures_are_all_metrics_of_the_task():
    random = np.random.default_rng(5)
    figures = evaluate(random.integers(0, 2, 50), random.random((1, 50)), "binary")
    assert tuple(figures)[: len(OF_CLASSES)] == OF_CLASSES
    assert list(figures) == for_task("binary")
    assert all(type(value) is float for value in figures.values())
    assert list(evaluate(random.random((50, 1)), random.random((1, 50)), "regression", ["mae"])) == ["mae"]


@pytest.mark.parametrize("name", ["r2", "roc"])
def test_a_metric_of_another_task_is_refused_with_those_that_fit(name):
    with pytest.raises(UsageError, match="no metric of a binary task") as caught:
        evaluate(np.array([0, 1]), np.array([[0.1, 0.9]]), "binary", [name])
    assert "roc_auc" in caught.value.hint


@pytest.mark.parametrize("weighted", [False, True])
def test_a_mean_over_chunks_of_rows_is_that_over_all(weighted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    target, output = random.integers(0, 3, 500), random.dirichlet(np.ones(3), 500).T
    weight = np.where(np.arange(500) < 70, 0.0, random.random(500)) if weighted else None
    whole = evaluate(target, output, "multiclass", weight=weight)
    monkeypatch.setattr("npnet.metrics.metric.CHUNK", 64)
    assert evaluate(target, output, "multiclass", weight=weight) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_the_memory_of_a_score_grows_no_faster_than_rows_times_classes(name):
    random = np.random.default_rng(9)
    classes, rows = 1500, 60
    target, output = random.integers(0, classes, rows), random.random((classes, rows))
    tracemalloc.start()
    evaluate(target, output, "multiclass", [name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * output.nbytes < classes**2 * 8
