"""Estimators from configs and runs, and as runs; the record of their training."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from npnet.api.reporting import warn
from npnet.api.run import history_table
from npnet.data import Dataset
from npnet.estimators.errors import value_errors
from npnet.estimators.fitted import Fitted
from npnet.estimators.reading import fitted_of_run, parameters_of_config, parameters_of_run
from npnet.estimators.rows import default_names
from npnet.estimators.runs import write_run

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

    from npnet.api import Run
    from npnet.api.configs import Config


class RunMethods:
    """The methods of an estimator that read and write configs and runs."""

    n_features_in_: int
    feature_names_in_: NDArray[Any]
    _fitted: Fitted
    _rows: Dataset | None
    _run_path: str | None

    @classmethod
    def from_config(cls, config: "Config", **overrides: Any) -> Self:
        """Return an estimator with the keys of a config, which is not fitted; its dataset is ignored.

        Fitted on the rows of that dataset, it has the weights that `npnet train` gives, bit for bit: the split of the
        config is kept too, so that the rows of its test set do not train.

        Parameters
        ----------
        config : path, YAML text or dict
            A config, as `npnet train` has it.
        **overrides : dict
            Keys that replace those of the config.

        Returns
        -------
        estimator : object
            The estimator.
        """
        with value_errors():
            return cls(**parameters_of_config(config, overrides, _names(cls)))

    @classmethod
    def from_run(cls, run: "Run | str | PathLike[str]") -> Self:
        """Return a fitted estimator with the network of a run.

        Parameters
        ----------
        run : Run, path or str
            A run, its folder, its id, or `latest`; of a sweep the best trial.

        Returns
        -------
        estimator : object
            The fitted estimator.
        """
        with value_errors():
            fitted, folder = fitted_of_run(run, values=is_regressor(cls()))
            estimator = cls(**parameters_of_run(fitted.experiment, fitted.predictor.data, _names(cls)))
        features = fitted.predictor.data.features
        estimator.n_features_in_ = len(features)
        if list(features) != default_names(len(features)):
            estimator.feature_names_in_ = np.array(features, object)
        estimator._describe_targets(fitted)
        estimator._take(fitted)
        estimator._run_path = str(folder.path)
        return estimator

    def to_run(self, folder: "str | PathLike[str]") -> "Run":
        """Write the network into a run folder, which `npnet predict`, `evaluate`, `plot` and `report` take.

        The folder holds the rows of `fit` as data.csv, so `npnet train FOLDER/resolved.yaml` repeats the training. An
        estimator that was pickled, or trained by `partial_fit`, no longer has them: its run predicts other rows, and
        has no scores of its own.

        Parameters
        ----------
        folder : path
            A new or empty folder.

        Returns
        -------
        run : Run
            The run, as `npnet.Run(folder)` opens it.
        """
        fitted = self._model()
        with value_errors():
            run, why = write_run(fitted, self._rows, Path(folder))
        if why is not None:
            warn([f"the run holds no rows of the estimator, and no scores: {why}"])
        self._run_path = str(run.path)
        return self.run_

    @property
    def run_(self) -> "Run":
        """The run that `to_run` wrote or `from_run` read."""
        from npnet.api import Run

        self._model()
        if self._run_path is None:
            raise AttributeError("the estimator has no run folder yet; to_run(FOLDER) writes one")
        return Run(self._run_path)

    @property
    def history_(self) -> "pd.DataFrame":
        """The losses and metrics of each epoch, a row for each."""
        return history_table(self._model().history)

    def plot_history(self) -> "matplotlib.figure.Figure":
        """Draw the losses by epoch, with the best epoch marked.

        Returns
        -------
        figure : matplotlib.figure.Figure
            A figure, which a notebook shows.
        """
        from npnet.plots.kinds import Material, plots

        fitted = self._model()
        name, network = type(self).__name__, str(fitted.info.get("network", ""))
        shown = Material(name, network, "regression", (), (), (), fitted.history, fitted.best_epoch, {}, {})
        figure: matplotlib.figure.Figure = plots["loss"](shown).figure
        return figure

    def _model(self) -> Fitted:
        check_is_fitted(self)
        return self._fitted

    def _take(self, fitted: Fitted, rows: Dataset | None = None) -> None:
        """Take over a network, the attributes of its training, and the rows that it was trained on."""
        self._fitted, self._rows, self._run_path = fitted, rows, None
        self.n_iter_ = len(fitted.history.get("epoch", ()))
        self.best_epoch_ = fitted.best_epoch

    def _describe_targets(self, fitted: Fitted) -> None:
        """Set what predictions need of the targets of a run."""
        raise NotImplementedError


def _names(estimator: Any) -> list[str]:
    names: list[str] = estimator._get_param_names()
    return names
