"""The parameters of the estimators: the keys of a config by name, nested ones, and those that exclude each other."""

import inspect

import pytest
from sklearn.base import clone

import npnet
from npnet.config import Experiment
from npnet.estimators import NPNetClassifier, NPNetRegressor
from npnet.estimators.settings import NOT_PARAMETERS, OF_CLASSES, OF_VALUES, OWN


def parameters(estimator: type) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(estimator).parameters)


@pytest.mark.parametrize(("estimator", "others"), [(NPNetClassifier, OF_VALUES), (NPNetRegressor, OF_CLASSES)])
def test_the_parameters_are_the_keys_of_a_config(estimator: type, others: tuple[str, ...]) -> None:
    found = parameters(estimator)
    assert set(found) == set(Experiment.model_fields) - set(NOT_PARAMETERS) - set(others) | set(OWN)
    assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in found.values())
    assert all(one.default is None for name, one in found.items() if name != "warm_start")


def test_the_estimators_are_in_the_package() -> None:
    assert npnet.NPNetClassifier is NPNetClassifier
    assert npnet.NPNetRegressor is NPNetRegressor


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(TypeError, match=r"NPNetClassifier.* 'learning_rte'"):
        NPNetClassifier(learning_rte=0.1)
    with pytest.raises(ValueError, match="learning_rte"):
        NPNetClassifier().set_params(learning_rte=0.1)


@pytest.mark.parametrize("key", ["layers__0__units", "layers__0__linear__units"])
def test_a_nested_key_changes_one_value(key: str) -> None:
    layers = [{"linear": 8}, "relu", "linear"]
    first = NPNetClassifier(layers=layers)
    second = clone(first).set_params(**{key: 16})
    assert second.layers[0] == {"linear": {"units": 16}}
    assert layers[0] == {"linear": 8}
    assert first.layers is layers


def test_a_nested_key_of_the_default_network_keeps_its_training(numbers) -> None:
    changed = NPNetClassifier(epochs=7).set_params(layers__0__units=16)
    assert changed.layers[0] == {"linear": {"units": 16}}
    assert (changed.epochs, changed.batch_size, changed.dtype) == (7, "all", "float64")
    same = NPNetClassifier(epochs=7).set_params(layers__0__units=32)
    X, y = numbers, numbers[:, 0] > 0
    assert (same.fit(X, y).predict_proba(X) == NPNetClassifier(epochs=7).fit(X, y).predict_proba(X)).all()


def test_a_nested_key_of_a_preset_changes_its_value() -> None:
    changed = NPNetClassifier(preset="tabular").set_params(layers__3__units=16, optimizer__beta2=0.9)
    assert changed.layers[3] == {"linear": {"units": 16}}
    assert changed.optimizer == {"adamw": {"beta2": 0.9}}


@pytest.mark.parametrize(
    ("key", "message"),
    [("layers__9__units", "layers has 5 items"), ("layers__0__unit", "unit")],
)
def test_a_wrong_nested_key_is_a_value_error(key: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NPNetClassifier().set_params(**{key: 1})
