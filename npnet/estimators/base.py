"""What both estimators share: parameters, fitting, predictions, pickling."""

from collections.abc import Mapping
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from npnet.api.reporting import warn
from npnet.config import Loaded
from npnet.data import Dataset
from npnet.errors import UsageError
from npnet.estimators.callbacks import CallbackSupport, EpochCallbacks, with_callbacks
from npnet.estimators.errors import in_python, value_errors
from npnet.estimators.fitted import Fitted
from npnet.estimators.folds import Splits, left, splits_of
from npnet.estimators.parameters import Parameters
from npnet.estimators.partial import PartialState, partial_training
from npnet.estimators.rows import (
    Features,
    Floats,
    as_table,
    checked_numbers,
    features_of,
    named,
    target_table,
    weights_of_rows,
)
from npnet.estimators.saved import RunMethods
from npnet.estimators.settings import config_of, with_nested
from npnet.estimators.training import MemoryTraining

Array = NDArray[Any]
E = TypeVar("E", bound=type)
LEAST = 2  # rows of fit


class NPNetEstimator(RunMethods, CallbackSupport, BaseEstimator):
    """The base of NPNetClassifier and NPNetRegressor."""

    _partial: PartialState | None = None

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a network, from initial weights unless `warm_start` is set.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows. A DataFrame may hold numbers, texts, categories, truth values, dates, durations and gaps; an
            array holds numbers, with NaN where one is missing.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts; rows of weight 0 are left out.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        features = features_of(self, X, least=LEAST)
        array, names = target_table(y, len(features.frame), self)
        weight = weights_of_rows(sample_weight, len(array))
        rows = np.arange(len(array)) if weight is None else np.flatnonzero(weight)
        dataset = self._dataset(features.take(rows), array[rows], names, _of_rows(weight, rows), known=False)
        loaded, splits = self._settings(dataset, rows, array)
        callbacks = EpochCallbacks(self, X, y, None if weight is None else {"sample_weight": sample_weight})
        callbacks.begin(loaded.experiment.epochs)
        start = self._fitted if self.warm_start and hasattr(self, "_fitted") else None
        fitted = MemoryTraining(loaded, dataset, start, splits).run(callbacks.after)
        self._take(fitted, dataset if splits is None else None)
        self._partial = None
        callbacks.end()
        return self

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, first: bool) -> Self:
        """Train on rows once; `first` says whether the columns are those of the first call."""
        features = features_of(self, X, reset=first, schema=None if first else self._fitted.predictor.data.schema)
        array, names = target_table(y, len(features.frame), self)
        weight = weights_of_rows(sample_weight, len(array))
        rows = np.arange(len(array)) if weight is None else np.flatnonzero(weight)
        dataset = self._dataset(features.take(rows), array[rows], names, _of_rows(weight, rows), known=True)
        with value_errors():
            loaded = config_of(self._params(), dataset)
        before = None if first else self._partial or PartialState(self._fitted, 0, None)
        self._partial = partial_training(loaded, dataset, before)
        self._take(self._partial.fitted)
        return self

    def _dataset(
        self, features: Features, y: Array, names: tuple[str, ...], weight: Floats | None, known: bool
    ) -> Dataset:
        """Return rows with their targets encoded; `known` says that the estimator has the classes already."""
        raise NotImplementedError

    def set_params(self, **params: Any) -> Self:
        """Set parameters; nested keys such as `layers__0__units` change one value of a list or mapping.

        Parameters
        ----------
        **params : dict
            Parameters by name.

        Returns
        -------
        self : object
            The estimator.
        """
        own = self.get_params(deep=False)
        nested = {key: value for key, value in params.items() if key not in own and key.partition("__")[0] in own}
        super().set_params(**{key: value for key, value in params.items() if key not in nested})
        if nested:
            with value_errors():
                super().set_params(**with_nested(self.get_params(deep=False), nested))
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = not self._refuses_gaps
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in super().__getstate__().items() if name != "_rows"}
        if "_fitted" in state:
            state["_fitted"] = state["_fitted"].plain()
        if self._partial is not None:
            state["_partial"] = {"calls": self._partial.calls, "tensors": self._partial.tensors}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if isinstance(state.get("_fitted"), Mapping):
            state |= {"_fitted": Fitted.of_plain(state["_fitted"]), "_rows": None}
        if isinstance(state.get("_partial"), Mapping):
            state["_partial"] = PartialState(state["_fitted"], **state["_partial"])
        super().__setstate__(state)

    @property
    def _refuses_gaps(self) -> bool:
        prepare = getattr(self, "prepare", None)
        return isinstance(prepare, Mapping) and prepare.get("missing") == "error"

    def _settings(self, dataset: Dataset, rows: NDArray[np.intp], y: Array) -> tuple[Loaded, Splits | None]:
        """Return the config, and the splits of the rows that are left where `cv` gives those of all rows."""
        with value_errors():
            params = self._params()
            splits = splits_of(params["cv"], y)
            loaded = config_of(params if splits is None else {**params, "cv": None}, dataset)
        return loaded, None if splits is None else left(splits, rows, len(y))

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
            warn([*model.uncorrected, *model.unseen().add(frame).warnings()], in_python)
            output: Floats = model.outputs(frame)
        return output


def _of_rows(weight: Floats | None, rows: NDArray[np.intp]) -> Floats | None:
    """Return the weights of some rows, None where they are equal."""
    if weight is None or (weight[rows] == weight[rows[0]]).all():
        return None
    return weight[rows]


def documented(estimator: E) -> E:
    """Give an estimator the documentation and the name of the parameters that its base lists."""
    parameters = next(base for base in estimator.__mro__ if issubclass(base, Parameters) and "__init__" in vars(base))
    _, _, entries = (parameters.__doc__ or "").partition("\n\n")
    before, heading, after = (estimator.__doc__ or "").partition("    Attributes\n")
    parameters.__init__.__qualname__ = f"{estimator.__name__}.__init__"  # as messages about arguments call it
    estimator.__doc__ = f"{before}{entries.rstrip()}\n\n{heading}{after}"
    return estimator
