"""The checks that scikit-learn has for every estimator, none of which is expected to fail."""

import os
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from npnet.errors import NpnetWarning
from npnet.estimators import NPNetClassifier, NPNetRegressor

QUICK = (
    "check_estimator_cloneable",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_parameters_default_constructible",
    "check_n_features_in",
    "check_estimators_unfitted",
    "check_classifiers_one_label_sample_weights",
    "check_estimator_tags_renamed",
)
"""Those that are run at every change; all are run by the long tests."""


def checks() -> Iterator[Any]:
    for estimator in (NPNetClassifier(), NPNetRegressor()):
        for number, (_, check) in enumerate(estimator_checks_generator(estimator)):
            name = check.func.__name__ if isinstance(check, partial) else check.__name__
            marks = () if name in QUICK else (pytest.mark.long,)
            yield pytest.param(estimator, check, id=f"{type(estimator).__name__}-{number}-{name}", marks=marks)


@pytest.fixture(autouse=True)
def _only_their_warnings() -> Iterator[None]:
    """Let the checks give warnings: that rows are few, which they are, and those they look for."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", NpnetWarning)
        yield


@pytest.mark.parametrize(("estimator", "check"), [*checks()])
def test_a_check_of_scikit_learn(estimator: Any, check: Any) -> None:
    name = getattr(check, "func", check).__name__
    if name == "check_array_api_input" and not os.environ.get("SCIPY_ARRAY_API"):
        pytest.skip("it needs SCIPY_ARRAY_API=1, as `make test-oldest` sets it")
    check(estimator)
