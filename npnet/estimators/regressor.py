"""The regressor for scikit-learn."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from npnet.estimators.base import NPNetEstimator
from npnet.estimators.errors import InvalidData
from npnet.estimators.parameters import RegressorParameters
from npnet.estimators.rows import Floats, dataset_of, target_table


class NPNetRegressor(RegressorMixin, RegressorParameters, NPNetEstimator):
    """A neural network that predicts numbers."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on rows X and their values y."""
        features, weight, rows = self._read(X, sample_weight)
        array, names = target_table(y, X, self)
        try:
            values = array.astype(np.float64)
        except (TypeError, ValueError):
            raise InvalidData("y holds something that is not a number") from None
        self._is_flat = values.ndim == 1
        values = values.reshape(len(values), -1)[rows]
        self._train(dataset_of(features, values, names, "regression", (), weight), rows, len(array))
        return self

    def predict(self, X: Any) -> Floats:
        """Return the value of each row, or its values."""
        output = self._outputs(X)
        return np.ascontiguousarray(output[0] if self._is_flat else output.T)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
