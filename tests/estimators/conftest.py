"""Small tables, and estimators that train for a moment."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from npnet import NPNetClassifier, NPNetRegressor

LAYERS = [{"linear": 8}, "relu", "linear"]
ROWS = 120


@pytest.fixture(scope="session")
def numbers() -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=(ROWS, 4))


@pytest.fixture(scope="session")
def table(numbers: NDArray[np.float64]) -> pd.DataFrame:
    """Return a table with numbers, gaps, texts, truth values, dates and durations."""
    a, b, c, d = numbers.T
    when = pd.date_range("2024-01-01", periods=ROWS, freq="31h")
    found = pd.DataFrame({"a": a, "colour": np.where(b > 0, "red", "blue"), "is_old": c > 0, "sold": when})
    found["size"] = pd.Categorical(np.where(d > 0, "L", "S"))
    found["took"] = pd.to_timedelta(np.abs(d), unit="h")
    return found.mask(np.random.default_rng(1).random(found.shape) < 0.05)


@pytest.fixture(scope="session")
def classes(numbers: NDArray[np.float64]) -> NDArray[Any]:
    return np.where(numbers[:, 0] + numbers[:, 1] > 0, "yes", "no")


@pytest.fixture
def classifier() -> NPNetClassifier:
    return NPNetClassifier(layers=LAYERS, epochs=4, learning_rate=0.02)


@pytest.fixture
def regressor() -> NPNetRegressor:
    return NPNetRegressor(layers=LAYERS, epochs=4, learning_rate=0.02)
