"""The docstrings of the estimators: their examples run, and they list every parameter."""

import doctest
import inspect

import pytest

from npnet import NPNetClassifier, NPNetRegressor
from npnet.estimators import classifier, regressor


@pytest.mark.long
@pytest.mark.parametrize("module", [classifier, regressor])
def test_the_examples_run(module) -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 4) == (0, True)


@pytest.mark.parametrize("estimator", [NPNetClassifier, NPNetRegressor])
def test_every_parameter_is_documented_in_order(estimator) -> None:
    lines = inspect.getdoc(estimator).splitlines()
    entries = [line.partition(" : ")[0] for line in lines[: lines.index("Attributes")] if " : " in line[:40]]
    assert entries == list(inspect.signature(estimator).parameters)
