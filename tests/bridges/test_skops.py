"""Estimators in skops, which loads nothing but types that it is told to trust."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from npnet import NPNetClassifier, NPNetRegressor

pytestmark = pytest.mark.bridges


@pytest.mark.parametrize("kind", [NPNetClassifier, NPNetRegressor])
@pytest.mark.parametrize("form", ["array", "table", "partial"])
def test_an_estimator_comes_back_with_the_same_bits(kind: Any, form: str) -> None:
    from skops import io

    numbers = np.random.default_rng(0).normal(size=(60, 3))
    X: Any = numbers
    if form == "table":
        X = pd.DataFrame(numbers, columns=["a", "b", "c"]).assign(colour=np.array(["red", "blue", None] * 20, object))
    y = numbers[:, 0] > 0 if kind is NPNetClassifier else numbers[:, 0]
    estimator = kind(layers=[{"linear": 4}, "relu", "linear"], epochs=3).fit(X, y)
    if form == "partial":
        estimator.partial_fit(X, y)
    data = io.dumps(estimator)
    trusted = io.get_untrusted_types(data=data)
    assert trusted == [f"{kind.__module__}.{kind.__name__}"]
    back = io.loads(data, trusted=trusted)
    np.testing.assert_array_equal(back.predict(X), estimator.predict(X))
    np.testing.assert_array_equal(back.fit(X, y).predict(X), estimator.fit(X, y).predict(X))
