import inspect
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from npnet.errors import UsageError
from npnet.metrics import decide, evaluate, for_task, metrics
from npnet.metrics.metric import MOST_CLASSES

CLASS_METRICS = for_task("binary")
REGRESSION_METRICS = for_task("regression")


def probabilities(random, models, classes, samples, decimals=None):
    if classes == 2:
        given = random.random((models, 1, samples))
        return given if decimals is None else given.round(decimals)
    given = random.random((models, classes, samples))
    if decimals is not None:
        given = given.round(decimals) + 0.1
    return given / given.sum(axis=1, keepdims=True)


def assert_same(name, target, output, weight=None, tolerance=1e-12):
    metric = metrics[name]
    stacked = metric.stacked(target, output, weight)
    some = slice(None, None, max(1, len(output) // 8))  # scikit-learn takes its time
    alone = [metric.score(target, one, weight) for one in output[some]]
    assert stacked.shape == (len(output),)
    assert stacked.dtype == np.float64
    np.testing.assert_allclose(stacked[some], alone, rtol=tolerance, atol=tolerance)
    return stacked


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
        assert np.isnan(values).all() == (name == "roc_auc")


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
    assert_same(name, target, probabilities(random, 3, classes, 300).astype(np.float32), tolerance=1e-6)


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
    np.testing.assert_array_equal(metrics["roc_auc"].stacked(target, output), [1, 0, 0.5])


@pytest.mark.parametrize("output", [[[0.5, 0.5000001]], [[0.5, 0.4999999], [0.5, 0.5000001]]])
def test_a_tie_is_decided_for_the_lower_class(output):
    assert decide(np.array(output)).tolist() == [0, 1]


def test_balanced_accuracy_is_the_roc_of_hard_labels():
    random = np.random.default_rng(3)
    target, output = random.integers(0, 2, 100), random.random((2, 1, 100))
    hard = decide(output)[:, None, :].astype(float)
    np.testing.assert_allclose(
        metrics["balanced_accuracy"].stacked(target, output), metrics["roc_auc"].stacked(target, hard), rtol=1e-12
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
        weighted = metrics[name].stacked(target, output, weight.astype(float))
        np.testing.assert_allclose(weighted, metrics[name].stacked(target[twice], output[..., twice]), rtol=1e-12)


def of_scikit_learn(name, target, output, weight, binary):
    """A score as scikit-learn's documentation has it, of rows that all count; NaN where it gives none."""
    shown = np.concatenate([1 - output, output]) if binary else output
    decided, codes, named = decide(output), np.arange(len(shown)), {"sample_weight": weight, "zero_division": 0}
    average = {"labels": [1] if binary else None, "average": "macro"}
    if name == "roc_auc":
        judged = [code for code in (codes[1:] if binary else codes) if 0 < np.sum(target == code) < len(target)]
        areas = [reference.roc_auc_score(target == code, shown[code], sample_weight=weight) for code in judged]
        return np.mean(areas) if areas else np.nan
    if name == "brier":
        each = ((shown - (target == codes[:, None])) ** 2).sum(axis=0) / (2 if binary else 1)
        return np.average(each, weights=weight)
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


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_rows_of_weight_zero_are_none_for_every_metric_of_classes(data):
    classes, samples = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 10))
    target = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=samples, max_size=samples)))
    weight = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0.3, 1, 7]), min_size=samples, max_size=samples)))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    output = probabilities(random, 2, classes, samples, data.draw(st.sampled_from([None, 1])))
    rows = weight > 0
    for name in CLASS_METRICS:
        found = assert_same(name, target, output, weight.astype(float))
        kept = target[rows], output[0][:, rows], weight[rows]
        expected = of_scikit_learn(name, *kept, classes == 2) if rows.any() else np.nan
        np.testing.assert_allclose(found[0], expected, rtol=1e-12, atol=1e-12, err_msg=name)


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_rows_of_weight_zero_are_none_for_every_metric_of_values(data):
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
        assert np.isnan(found).all() == (rows.sum() < (2 if name == "r2" else 1))
        kept = target[rows], output[..., rows], weight[rows]
        np.testing.assert_array_equal(found, metrics[name].stacked(*kept))
        for one, value in zip(kept[1], found, strict=True):
            if rows.any() and not (name == "r2" and (kept[0] == kept[0][0]).all(axis=0).any()):
                function = {"r2": "r2_score", "rmse": "root_mean_squared_error", "mae": "mean_absolute_error"}[name]
                expected = getattr(reference, function)(kept[0], one.T, sample_weight=kept[2])
                assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [*CLASS_METRICS, *REGRESSION_METRICS])
def test_a_model_with_an_output_that_is_not_finite_has_no_score_and_the_others_have_theirs(name, bad):
    random = np.random.default_rng(6)
    if name in CLASS_METRICS:
        target, output = random.integers(0, 3, 40), probabilities(random, 4, 3, 40)
    else:
        target, output = random.normal(size=(40, 2)), random.normal(size=(4, 2, 40))
    well = metrics[name].stacked(target, output)
    output[1, 1, 7], output[2] = bad, bad
    found = assert_same(name, target, output)
    assert np.isnan(found).tolist() == [False, True, True, False]
    np.testing.assert_array_equal(found[[0, 3]], well[[0, 3]])
    assert np.isnan(metrics[name].stacked(target, np.full_like(output, bad))).all()
    weight = np.where(np.arange(40) == 7, 0.0, 1.0)
    assert np.isnan(assert_same(name, target, output, weight)).tolist() == [False, False, True, False]


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-3, 1e160, 1e300])
@pytest.mark.parametrize("name", REGRESSION_METRICS)
def test_values_of_any_size_have_the_score_of_ordinary_ones_in_their_unit(name, size):
    random = np.random.default_rng(7)
    target = random.normal(3, 2, (200, 2))
    output = target.T + random.normal(0, 1, (3, 2, 200))
    usual = metrics[name].stacked(target, output)
    found = assert_same(name, target * size, output * size, tolerance=1e-12)
    np.testing.assert_allclose(found, usual if name == "r2" else usual * size, rtol=1e-12)
    assert metrics[name].score(target * size, output[0] * size) == pytest.approx(found[0], rel=1e-12, abs=0)


def test_a_score_that_no_float_holds_is_undefined():
    assert np.isnan(assert_same("rmse", np.full((2, 1), -1.7e308), np.full((1, 1, 2), 1.7e308))).all()


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_many_classes_score_as_few_and_in_a_fraction_of_the_room(name, monkeypatch):
    random = np.random.default_rng(8)
    target, output = random.integers(0, 60, 300), probabilities(random, 1, 60, 300)[0]
    alone = metrics[name].score(target, output)
    assert evaluate(target, output, "multiclass", [name])[name] == pytest.approx(alone, rel=1e-12)
    assert MOST_CLASSES < 60
    monkeypatch.setattr("npnet.metrics.metric.CHUNK", 1000)
    assert evaluate(target, output, "multiclass", [name])[name] == pytest.approx(alone, rel=1e-12)
    pair = np.stack([output, output[::-1]])
    chunked = metrics[name].stacked(target, pair)
    monkeypatch.undo()
    np.testing.assert_allclose(chunked, metrics[name].stacked(target, pair), rtol=1e-12)


def test_many_labels_score_as_scikit_learn_has_each_of_them():
    random = np.random.default_rng(10)
    target, output = random.integers(0, 2, (40, 60)), random.random((60, 40))
    found = evaluate(target, output, "multilabel")
    for name in CLASS_METRICS:
        each = [metrics[name].score(y, chance[None]) for y, chance in zip(target.T, output, strict=True)]
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
    assert list(figures) == [
        "roc_auc",
        "accuracy",
        "balanced_accuracy",
        "f1",
        "precision",
        "recall",
        "log_loss",
        "brier",
    ]
    assert all(type(value) is float for value in figures.values())
    assert list(evaluate(random.random((50, 1)), random.random((1, 50)), "regression", ["mae"])) == ["mae"]


@pytest.mark.parametrize("name", ["r2", "roc"])
def test_a_metric_of_another_task_is_refused_with_those_that_fit(name):
    with pytest.raises(UsageError, match="no metric of a binary task") as caught:
        evaluate(np.array([0, 1]), np.array([[0.1, 0.9]]), "binary", [name])
    assert "roc_auc" in caught.value.hint


@pytest.mark.parametrize("name", ["log_loss", "brier"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_mean_over_chunks_of_rows_is_that_over_all(
    name: str, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    target, output = random.integers(0, 3, 500), random.dirichlet(np.ones(3), 500).T
    weight = np.where(np.arange(500) < 70, 0.0, random.random(500)) if weighted else None
    whole = metrics[name].score(target, output, weight)
    monkeypatch.setattr("npnet.metrics.metric.CHUNK", 64)
    assert metrics[name].score(target, output, weight) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1", "precision", "recall"])
def test_decisions_counted_by_pairs_score_as_row_by_row(name: str) -> None:
    from sklearn import metrics as reference

    random = np.random.default_rng(0)
    target, output = random.integers(0, 3, 500), random.dirichlet(np.ones(3), 500).T
    decided = output.argmax(axis=0)
    expected = {
        "accuracy": reference.accuracy_score(target, decided),
        "balanced_accuracy": reference.balanced_accuracy_score(target, decided),
        "f1": reference.f1_score(target, decided, average="macro"),
        "precision": reference.precision_score(target, decided, average="macro"),
        "recall": reference.recall_score(target, decided, average="macro"),
    }
    assert metrics[name].score(target, output) == expected[name]


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_the_room_that_a_score_takes_grows_with_rows_times_classes_and_no_faster(name):
    random = np.random.default_rng(9)
    classes, rows = 1500, 60
    target, output = random.integers(0, classes, rows), random.random((classes, rows))
    tracemalloc.start()
    evaluate(target, output, "multiclass", [name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * output.nbytes < classes**2 * 8
