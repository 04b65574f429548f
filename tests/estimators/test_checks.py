"""The checks that scikit-learn has for every estimator, none of which is expected to fail."""

import warnings
from collections.abc import Iterator

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from npnet.errors import NpnetWarning
from npnet.estimators import NPNetClassifier, NPNetRegressor


@pytest.fixture(autouse=True)
def _only_their_warnings() -> Iterator[None]:
    """Let the checks give warnings: that rows are few, which they are, and those they look for."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", NpnetWarning)
        yield


@pytest.mark.long
@parametrize_with_checks([NPNetClassifier(), NPNetRegressor()])
def test_a_check_of_scikit_learn(estimator, check) -> None:
    check(estimator)
