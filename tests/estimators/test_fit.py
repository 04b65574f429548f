"""What fit, partial_fit and predictions promise: weights, classes, several outputs, gaps, warm starts, callbacks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.exceptions import DataConversionWarning
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

import npnet
from npnet import NPNetClassifier, NPNetRegressor
from npnet.errors import DataError, NpnetWarning, UsageError

Numbers = NDArray[np.float64]
Classes = NDArray[Any]


@pytest.mark.parametrize("keys", [{}, {"class_weight": "balanced"}], ids=str)
def test_a_weight_stands_for_as_many_rows(keys: dict[str, Any], numbers: Numbers) -> None:
    X, y, weight = numbers[:30], np.arange(30) % 3, np.random.default_rng(0).integers(0, 4, 30)
    weighted = NPNetClassifier(epochs=20, **keys).fit(X, y, sample_weight=weight)
    repeated = NPNetClassifier(epochs=20, **keys).fit(X.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-9)


def test_rows_of_weight_0_are_left_out(classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes) -> None:
    weight = np.arange(len(classes)) % 2
    left_out = classifier.fit(table, classes, sample_weight=weight).predict_proba(table[1::2])
    alone = classifier.fit(table[1::2], classes[1::2]).predict_proba(table[1::2])
    np.testing.assert_array_equal(left_out, alone)


def test_a_table_is_read_as_it_is(classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes) -> None:
    classifier.fit(table, classes)
    kinds = classifier._fitted.predictor.schema.kinds
    assert [kinds[name] for name in table] == ["number", "category", "category", "datetime", "category", "number"]
    assert classifier.feature_names_in_.tolist() == list(table)
    with pytest.warns(NpnetWarning, match='column "colour": 1 row .*green'):
        classifier.predict(table.head(2).assign(colour=["green", "red"]))
    for form in (table.to_dict("list"), table.to_dict("records")):
        assert NPNetClassifier(layers=["linear"], epochs=1).fit(form, classes).n_features_in_ == 6


@pytest.mark.parametrize("kind", [int, float, bool, str, "category"])
def test_classes_keep_their_type(kind: Any, classifier: NPNetClassifier, numbers: Numbers) -> None:
    y = pd.Series(np.arange(len(numbers)) % 2).astype(kind)
    predicted = classifier.fit(numbers, y).predict(numbers)
    assert set(predicted) <= set(y)
    assert classifier.classes_.tolist() == sorted(set(y))


def test_a_column_of_unseen_texts_is_warned_of(
    classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes
) -> None:
    classifier.fit(table, classes)
    with pytest.warns(NpnetWarning, match='column "colour": 120 rows hold what training never saw'):
        assert len(classifier.predict(table.assign(colour="green"))) == len(table)


def test_classes_that_npnet_orders_otherwise(numbers: Numbers) -> None:
    y = np.where(numbers[:, 0] > 0, "10", "9")
    classifier = NPNetClassifier(epochs=40).fit(numbers, y)
    assert classifier.classes_.tolist() == ["10", "9"]
    assert classifier.score(numbers, y) > 0.9
    assert (classifier.predict_proba(numbers).argmax(axis=1) == (y == "9")).mean() > 0.9


def test_weights_of_classes_go_by_their_values(numbers: Numbers) -> None:
    y = (numbers[:, 1] > 0.3).astype(int)
    one, other = (NPNetClassifier(class_weight={0: 1, 1: by}, epochs=20).fit(numbers, y) for by in (0.01, 100))
    assert one.predict(numbers).mean() < y.mean() < other.predict(numbers).mean()
    with pytest.raises(ValueError, match='class_weight: "2" is no class'):
        NPNetClassifier(class_weight={2: 1.0}).fit(numbers, y)


def test_a_threshold_decides(numbers: Numbers, classes: Classes) -> None:
    found = NPNetClassifier(threshold=0.9, epochs=20).fit(numbers, classes)
    above = found.predict_proba(numbers)[:, 1] > 0.9
    np.testing.assert_array_equal(found.predict(numbers) == "yes", above)
    np.testing.assert_array_equal(found.decision_function(numbers) > 0, above)


def test_several_targets_and_labels(regressor: NPNetRegressor, classifier: NPNetClassifier, numbers: Numbers) -> None:
    assert regressor.fit(numbers, numbers[:, :2]).predict(numbers).shape == (len(numbers), 2)
    assert regressor.fit(numbers, numbers[:, :1]).predict(numbers).shape == (len(numbers), 1)
    labels = pd.DataFrame(numbers[:, :3] > 0).astype(int)
    assert classifier.fit(numbers, labels).predict(numbers).shape == (len(numbers), 3)
    assert classifier.predict_proba(numbers).shape == (len(numbers), 3)
    with pytest.warns(DataConversionWarning):
        classifier.fit(numbers, labels[[0]])


def test_partial_fit_continues(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    for _ in range(40):
        for rows in np.split(np.arange(len(numbers)), 2):
            classifier.partial_fit(numbers[rows], classes[rows], classes=["no", "yes"])
    assert classifier.score(numbers, classes) > 0.9
    assert classifier.n_iter_ == len(classifier.history_) == 80
    with pytest.raises(ValueError, match="'maybe', which is no class"):
        classifier.partial_fit(numbers[:1], ["maybe"])
    before = classifier.predict_proba(numbers)
    classifier.fit(numbers, classes)
    assert classifier.n_iter_ == 4
    assert not np.array_equal(before, classifier.predict_proba(numbers))


def test_partial_fit_of_tables_and_of_one_row(regressor: NPNetRegressor, table: pd.DataFrame) -> None:
    y = table["a"].fillna(0)
    regressor.fit(table, y)
    before = regressor.predict(table)
    regressor.partial_fit(table[:1], y[:1]).partial_fit(table[5:9], y[5:9])
    assert regressor.n_iter_ == 6
    assert 0 < np.abs(regressor.predict(table) - before).max() < 9
    with pytest.raises(ValueError, match="y has 2 targets, and had 1 before"):
        regressor.partial_fit(table[:2], np.zeros((2, 2)))


def test_a_warm_start_continues(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    first = classifier.fit(numbers, classes).history_["train_loss"]
    second = classifier.set_params(warm_start=True).fit(numbers, classes).history_["train_loss"]
    assert second.iloc[0] < first.iloc[-1] < first.iloc[0]
    with pytest.raises(npnet.errors.RunError, match="warm_start") as other:
        classifier.set_params(layers=["linear"]).fit(numbers, classes)
    assert getattr(other.value, "hint", None) == "warm_start=False starts anew"


def test_seeds(numbers: Numbers, classes: Classes) -> None:
    def predictions(**keys: Any) -> Numbers:
        return NPNetClassifier(epochs=2, **keys).fit(numbers, classes).predict_proba(numbers)

    np.testing.assert_array_equal(predictions(), predictions(seed=0))
    np.testing.assert_array_equal(predictions(random_state=3), predictions(seed=3))
    drawn = np.random.RandomState(1)
    assert not np.array_equal(predictions(random_state=drawn), predictions(random_state=drawn))
    with pytest.raises(ValueError, match="seed and random_state are both given"):
        predictions(seed=1, random_state=1)


def test_gaps_go_by_the_tags(numbers: Numbers, classes: Classes) -> None:
    X = np.where(np.abs(numbers) > 1.5, np.nan, numbers)
    assert get_tags(NPNetClassifier()).input_tags.allow_nan
    assert NPNetClassifier(epochs=20).fit(X, classes).score(X, classes) > 0.7
    strict = NPNetClassifier(prepare={"missing": "error"})
    assert not get_tags(strict).input_tags.allow_nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        strict.fit(X, classes)
    with pytest.raises(ValueError, match="is empty") as gap:
        strict.fit(pd.DataFrame(X), classes)
    assert getattr(gap.value, "hint", None) == 'write prepare={"missing": "median"}, which fills gaps'


def test_callbacks_are_called_around_epochs(numbers: Numbers, classes: Classes) -> None:
    pytest.importorskip("sklearn.callback")
    from sklearn.callback import ScoringMonitor

    class Stopping:
        """Ends a fit after two epochs."""

        calls: list[str]

        def __init__(self) -> None:
            self.calls = []

        def setup(self, estimator: Any, context: Any) -> None:
            self.calls.append("setup")

        def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
            self.calls.append(f"begin {context.task_name}")

        def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any) -> bool:
            if context.task_name == "epoch":
                assert fitted_estimator.predict(numbers).shape == classes.shape
            self.calls.append(f"end {context.task_name}")
            return self.calls.count("end epoch") == 2

        def teardown(self, estimator: Any, context: Any) -> None:
            self.calls.append("teardown")

    stopping, monitor = Stopping(), ScoringMonitor(scoring="accuracy")
    classifier = NPNetClassifier(epochs=5).set_callbacks(stopping, monitor).fit(numbers, classes)
    assert classifier.n_iter_ == 2
    epoch = ["begin epoch", "end epoch"]
    assert stopping.calls == ["setup", "begin fit", *epoch, *epoch, "end fit", "teardown"]
    assert len(monitor.get_logs(select="most_recent").data) >= 2


WRONG = {
    "layer": ({"layers": [{"liner": 8}]}, UsageError, 'did you mean "linear"'),
    "units": ({"layers": [8, "relu", "linear"]}, UsageError, 'write {"linear": 8}'),
    "rate": ({"learning_rate": -1}, UsageError, None),
    "epochs": ({"epochs": "many"}, UsageError, None),
    "preset": ({"preset": "tabluar"}, UsageError, 'did you mean "tabular"'),
    "folds": ({"cv": [1, 2]}, UsageError, "list(KFold(5).split(X))"),
    "position": ({"cv": [([0, 1], [500])]}, UsageError, "X has 120 rows"),
    "threshold": ({"threshold": "f1"}, UsageError, 'split={"validation": 0.2}'),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_parameter_is_a_value_error_of_fit(name: str, numbers: Numbers, classes: Classes) -> None:
    keys, kind, hint = WRONG[name]
    with pytest.raises(ValueError, match=r"\w") as found:
        NPNetClassifier(**keys).fit(numbers, classes)
    assert isinstance(found.value, kind)
    if hint is not None:
        assert hint in (found.value.hint or found.value.message)
    assert "yaml" not in f"{found.value} {found.value.hint}"


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0], [2.0]], ["a", "a"], "y has a single class, 'a'"),
        ([[1.0], [2.0]], ["a", None], "y"),
        ([[1.0], [np.inf]], ["a", "b"], "infinity"),
        (pd.DataFrame({"a": [1.0, np.inf]}), ["a", "b"], "inf"),
        (pd.DataFrame({"a": [[1], [2]]}), ["a", "b"], "a value of type list"),
        ([["u"], ["v"]], ["a", "b"], "u"),
        ([[1.0], [1.0]], ["a", "b"], "no column left"),
    ],
)
def test_wrong_rows_are_a_value_error(X: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as found:
        NPNetClassifier().fit(X, y)
    assert not isinstance(found.value, DataError) or "\n" not in found.value.message


def test_a_warning_is_at_the_line_that_called(
    classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes
) -> None:
    pipeline = make_pipeline(classifier)
    with pytest.warns(NpnetWarning, match='column "same" is left out') as found:
        pipeline.fit(table.assign(same=1), classes)
    assert found[0].filename == __file__


def test_the_hint_for_texts_in_an_array_is_a_table() -> None:
    with pytest.raises(ValueError, match="could not convert string") as found:
        NPNetClassifier().fit([["a"], ["b"]], [0, 1])
    assert found.value.__notes__ == ["hint: a DataFrame may hold texts, dates and gaps: pandas.DataFrame(X)"]
