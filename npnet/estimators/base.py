"""What both estimators share: parameters, fitting, predictions, pickling, history."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from npnet.api.reporting import warn
from npnet.data import Dataset
from npnet.errors import UsageError
from npnet.estimators.errors import in_python, value_errors
from npnet.estimators.fitted import Fitted
from npnet.estimators.folds import left, splits_of
from npnet.estimators.rows import (
    Features,
    Floats,
    as_table,
    checked_numbers,
    features_of,
    named,
    weights_of_rows,
)
from npnet.estimators.settings import config_of, with_nested
from npnet.estimators.training import MemoryTraining

if TYPE_CHECKING:
    import pandas as pd

Positions = NDArray[np.intp]
LEAST = 2  # rows of fit


class NPNetEstimator(BaseEstimator):
    """The base of NPNetClassifier and NPNetRegressor."""

    _fitted: Fitted

    def set_params(self, **params: Any) -> Self:
        """Set parameters; nested keys such as `layers__0__units` change one value of a list or mapping.

        Parameters
        ----------
        **params : dict
            Parameters by name.

        Returns
        -------
        self : estimator
            This estimator.
        """
        own = self.get_params(deep=False)
        nested = {key: value for key, value in params.items() if key not in own and key.partition("__")[0] in own}
        super().set_params(**{key: value for key, value in params.items() if key not in nested})
        if nested:
            with value_errors():
                super().set_params(**with_nested(self.get_params(deep=False), nested))
        return self

    @property
    def history_(self) -> "pd.DataFrame":
        """The losses and metrics of each epoch, a row for each, as history.csv of a run has them."""
        import pandas as pd

        return pd.DataFrame(self._model().history)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = not self._refuses_gaps
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "_fitted" in state:
            state["_fitted"] = state["_fitted"].plain()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if isinstance(state.get("_fitted"), Mapping):
            state["_fitted"] = Fitted.of_plain(state["_fitted"])
        super().__setstate__(state)

    @property
    def _refuses_gaps(self) -> bool:
        prepare = getattr(self, "prepare", None)
        return isinstance(prepare, Mapping) and prepare.get("missing") == "error"

    def _model(self) -> Fitted:
        check_is_fitted(self)
        return self._fitted

    def _read(self, X: Any, sample_weight: Any) -> tuple[Features, Floats | None, Positions]:
        """Check X and the weights; return them without rows of weight zero, and the positions of the others."""
        features = features_of(self, X, least=LEAST)
        weight = weights_of_rows(sample_weight, len(features.frame))
        rows = np.arange(len(features.frame)) if weight is None else np.flatnonzero(weight)
        if len(rows) == len(features.frame):
            return features, weight, rows
        return features.take(rows), None if weight is None else weight[rows], rows

    def _train(self, dataset: Dataset, rows: Positions, count: int) -> None:
        """Train on rows that are those at some positions among `count`."""
        with value_errors():
            params = self._params()
            splits = splits_of(params["cv"], count)
            loaded = config_of(params if splits is None else {**params, "cv": None}, dataset)
        start = self._fitted.weights if self.warm_start and hasattr(self, "_fitted") else None
        self._fitted = MemoryTraining(loaded, dataset, start, splits and left(splits, rows, count)).run()
        self.n_iter_ = len(self._fitted.history["epoch"])
        self.best_epoch_ = self._fitted.best_epoch

    def _params(self) -> dict[str, Any]:
        """Return the parameters, with a seed in place of a random state."""
        params: dict[str, Any] = self.get_params(deep=False)
        state = params["random_state"]
        if state is not None and params["seed"] is not None:
            raise UsageError("seed and random_state are both given", "leave one of them out")
        if isinstance(state, np.random.RandomState):
            params["random_state"] = int(state.randint(np.iinfo(np.int32).max))
        return params

    def _outputs(self, X: Any) -> Floats:
        """Return the outputs of the networks, (outputs, samples)."""
        model = self._model().predictor
        table = as_table(X)
        with value_errors():
            if table is not None:
                validate_data(self, table, reset=False, skip_check_array=True)
                frame: Any = model.read_table(named(table, self))
            else:
                frame = model.by_position(checked_numbers(self, X, reset=False))
            warn(model.warnings(frame), in_python)
            output: Floats = model.outputs(frame)
        return output
