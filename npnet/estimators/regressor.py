"""The regressor for scikit-learn."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from npnet.data import Dataset
from npnet.estimators.base import NPNetEstimator, documented
from npnet.estimators.errors import InvalidData
from npnet.estimators.fitted import Fitted
from npnet.estimators.parameters import RegressorParameters
from npnet.estimators.rows import Features, Floats, dataset_of


@documented
class NPNetRegressor(RegressorMixin, RegressorParameters, NPNetEstimator):
    """A neural network that predicts numbers, one or several for each row.

    Every parameter is a key of a config of npnet; None leaves the key out. Without `layers` and `preset` the network is
    a small one, trained on whole batches; `preset="tabular"` is a recipe that scores well on tables.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, where X has names.
    n_iter_ : int
        Epochs of the training.
    best_epoch_ : int
        The epoch whose weights are kept.
    history_ : DataFrame
        Losses and metrics, a row for each epoch.
    run_ : Run
        The run folder, after `to_run` or `from_run`.

    See Also
    --------
    NPNetClassifier : The same for classes.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import train_test_split
    >>> from npnet import NPNetRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> regressor = NPNetRegressor(layers=["linear"], learning_rate=0.02, random_state=0).fit(X_train, y_train)
    >>> bool(regressor.score(X_test, y_test) > 0.3)
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on some more rows: one pass over them, with the optimizer where it was.

        The rows of the first call, or of `fit`, decide the columns, their scales and the scale of the targets.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        return self._partial_fit(X, y, sample_weight, first=not hasattr(self, "_fitted"))

    def predict(self, X: Any) -> Floats:
        """Return the value, or the values, of each row.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The values.
        """
        output = self._outputs(X)
        return np.ascontiguousarray(output[0] if self._is_flat else output.T)

    def _dataset(
        self, features: Features, y: NDArray[Any], names: tuple[str, ...], weight: Floats | None, known: bool
    ) -> Dataset:
        try:
            values = y.astype(np.float64)
        except (TypeError, ValueError):
            raise InvalidData("y holds something that is not a number") from None
        self._is_flat, values = values.ndim == 1, values.reshape(len(values), -1)
        if known and hasattr(self, "_fitted"):
            before = len(self._fitted.predictor.data.targets)
            if values.shape[1] != before:
                raise InvalidData(f"y has {values.shape[1]} targets, and had {before} before")
        return dataset_of(features, values, names, "regression", (), weight)

    def _describe_targets(self, fitted: Fitted) -> None:
        self._is_flat = len(fitted.predictor.data.targets) == 1

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
