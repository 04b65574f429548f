"""What of scikit-learn the estimators work in."""

import pickle
from io import BytesIO
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from npnet import NPNetClassifier, NPNetRegressor
from tests.estimators.conftest import LAYERS

Numbers = NDArray[np.float64]
Classes = NDArray[Any]


def test_pipeline(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    found = make_pipeline(StandardScaler(), classifier).fit(numbers, classes)
    assert found.predict_proba(numbers).shape == (len(numbers), 2)


def test_column_transformer_that_gives_a_table(
    classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes
) -> None:
    columns = ColumnTransformer([("n", StandardScaler(), ["a"]), ("t", "passthrough", ["colour", "sold"])])
    found = make_pipeline(columns.set_output(transform="pandas"), classifier).fit(table, classes)
    assert found[-1].feature_names_in_.tolist() == ["n__a", "t__colour", "t__sold"]
    assert found.predict(table).shape == classes.shape


def test_grid_search_of_nested_keys_and_whole_lists(
    classifier: NPNetClassifier, numbers: Numbers, classes: Classes
) -> None:
    pipeline = make_pipeline(StandardScaler(), classifier)
    grid = {
        "npnetclassifier__layers": [LAYERS, [{"linear": 4}, "tanh", "linear"]],
        "npnetclassifier__layers__0__units": [2, 3],
    }
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(numbers, classes)
    assert search.cv_results_["mean_test_score"].shape == (4,)
    assert search.best_estimator_[-1].layers[0]["linear"]["units"] in (2, 3)


@pytest.mark.long
def test_randomized_search(regressor: NPNetRegressor, numbers: Numbers) -> None:
    grid = {"optimizer": ["adam", {"momentum": 0.9}], "epochs": [2, 3], "split__validation": [0.0, 0.3]}
    search = RandomizedSearchCV(regressor, grid, n_iter=2, cv=2, random_state=0, error_score="raise")
    assert search.fit(numbers, numbers[:, 0]).best_params_.keys() == grid.keys()


@pytest.mark.long
def test_cross_validation(classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes) -> None:
    assert np.isfinite(cross_val_score(classifier, table, classes, cv=2, scoring="roc_auc")).all()
    assert cross_val_predict(classifier, table, classes, cv=2, method="predict_proba").shape == (len(table), 2)


@pytest.mark.long
def test_two_processes_give_the_same_as_one(classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes) -> None:
    alone, together = (cross_val_score(classifier, table, classes, cv=2, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone, together)


@pytest.mark.long
def test_calibration_and_thresholds(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    for found in (
        CalibratedClassifierCV(classifier, cv=2),
        TunedThresholdClassifierCV(classifier, cv=2),
        FixedThresholdClassifier(classifier, threshold=0.3, pos_label="yes"),
    ):
        assert set(found.fit(numbers, classes).predict(numbers)) <= {"yes", "no"}


@pytest.mark.long
def test_inspection(classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes) -> None:
    classifier.fit(table, classes)
    assert permutation_importance(classifier, table, classes, n_repeats=1).importances.shape == (6, 1)
    display = PartialDependenceDisplay.from_estimator(classifier, table, ["a"], grid_resolution=3)
    assert display.axes_.size == 1


@pytest.mark.parametrize("name", ["pickle", "joblib", "clone"])
def test_copies_predict_the_same_bits(
    name: str, classifier: NPNetClassifier, table: pd.DataFrame, classes: Classes
) -> None:
    classifier.fit(table, classes)
    if name == "pickle":
        copy = pickle.loads(pickle.dumps(classifier))  # noqa: S301 - made here
    elif name == "joblib":
        file = BytesIO()
        joblib.dump(classifier, file)
        file.seek(0)
        copy = joblib.load(file)
    else:
        copy = clone(classifier).fit(table, classes)
    np.testing.assert_array_equal(copy.predict_proba(table), classifier.predict_proba(table))
    pd.testing.assert_frame_equal(copy.history_, classifier.history_)


@pytest.mark.long
def test_ensembles_of_classifiers(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    both = [("network", classifier), ("line", LogisticRegression())]
    for found in (
        StackingClassifier(both, cv=2),
        VotingClassifier(both, voting="soft"),
        BaggingClassifier(classifier, n_estimators=2),
        AdaBoostClassifier(classifier, n_estimators=2),
        OneVsRestClassifier(classifier),
    ):
        assert found.fit(numbers, classes).predict(numbers).shape == classes.shape


@pytest.mark.long
def test_ensembles_of_regressors(regressor: NPNetRegressor, numbers: Numbers) -> None:
    both = [("network", regressor), ("line", LinearRegression())]
    for found in (StackingRegressor(both, cv=2), VotingRegressor(both), BaggingRegressor(regressor, n_estimators=2)):
        assert np.isfinite(found.fit(numbers, numbers[:, 0]).score(numbers, numbers[:, 0]))


@pytest.mark.long
def test_several_outputs(
    classifier: NPNetClassifier, regressor: NPNetRegressor, numbers: Numbers, classes: Classes
) -> None:
    labels = np.c_[classes == "yes", numbers[:, 2] > 0].astype(int)
    for found in (MultiOutputClassifier(classifier), ClassifierChain(classifier), MultiOutputRegressor(regressor)):
        assert found.fit(numbers, labels).predict(numbers).shape == labels.shape


@pytest.mark.long
def test_curves(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    sizes = [0.5, 1.0]
    for more in ({}, {"exploit_incremental_learning": True}):
        assert learning_curve(classifier, numbers, classes, cv=2, train_sizes=sizes, shuffle=True, **more)[1].shape == (
            2,
            2,
        )
    curve = validation_curve(classifier, numbers, classes, param_name="layers__0__units", param_range=[2, 4], cv=2)
    assert curve[1].shape == (2, 2)


def test_metadata_routing(classifier: NPNetClassifier, numbers: Numbers, classes: Classes) -> None:
    weight = np.r_[np.zeros(20), np.ones(len(classes) - 20)]
    with sklearn.config_context(enable_metadata_routing=True):
        classifier.set_fit_request(sample_weight=True)
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), classifier)
        found = cross_validate(
            pipeline,
            numbers,
            classes,
            cv=KFold(2),
            scoring=scorer,
            params={"sample_weight": weight},
            return_estimator=True,
        )
    alone = clone(pipeline).fit(numbers[60:], classes[60:])
    np.testing.assert_array_equal(found["estimator"][0].predict_proba(numbers), alone.predict_proba(numbers))
