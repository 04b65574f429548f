"""Estimators from a config and from a run folder."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.api.configs import Config, load_config, runs_folder
from npnet.config import Experiment
from npnet.config.writer import changed_options, plain_options
from npnet.data.datasets import VALUES
from npnet.data.datasets.targets import WHOLE
from npnet.estimators.errors import InvalidSetting
from npnet.estimators.fitted import Fitted, table_of
from npnet.estimators.settings import NOT_PARAMETERS
from npnet.experiment.resolved import DEFAULT_LOSS
from npnet.nn.linear import Linear
from npnet.rundir.restore import DataMetadata, experiment_of
from npnet.rundir.run import RunFolder, best_trial_of, find
from npnet.runner.predictions.predicting import RunPredictor


def parameters_of_config(config: Config, overrides: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the parameters that a config sets; raise UsageError for a key that the estimator does not have."""
    loaded = load_config(config, overrides)
    found = {key: node.plain() for key, node in loaded.root.items.items() if key not in NOT_PARAMETERS}
    _refuse_others(found, names)
    return {"split": plain_options(loaded.experiment.split), **found}


def parameters_of_run(experiment: Experiment, data: DataMetadata, names: Collection[str]) -> dict[str, Any]:
    """Return the parameters of the config of a run that differ from their defaults."""
    given = without_defaults(experiment, data)
    found = {key: value for key, value in changed_options(given).items() if key not in NOT_PARAMETERS}
    found.pop("weights", None)  # a path from the folder of the run
    _refuse_others(found, names)
    return {**found, "split": plain_options(experiment.split)}


def without_defaults(experiment: Experiment, data: DataMetadata) -> Experiment:
    """Return a resolved experiment without what its data decided, so that other rows decide it."""
    e, changed = experiment, dict[str, Any]()
    if e.loss == DEFAULT_LOSS[data.task]:
        changed["loss"] = None
    if e.learning_rate == e.optimizer.usual_rate:
        changed["learning_rate"] = None
    if e.monitor == ("validation_loss" if e.validates else "train_loss"):
        changed["monitor"] = None
    last = max((place for place, layer in enumerate(e.layers) if isinstance(layer, Linear)), default=None)
    if last is not None:
        open_ended = e.layers[last].model_copy(update={"units": None})
        changed["layers"] = (*e.layers[:last], open_ended, *e.layers[last + 1 :])
    return e.model_copy(update={**changed, "threads": "auto"})


def _refuse_others(keys: Collection[str], names: Collection[str]) -> None:
    if other := next((key for key in keys if key not in names), None):
        classes = "NPNetClassifier" if other in ("class_weight", "threshold", "temperature") else "NPNetRegressor"
        raise InvalidSetting(f"this estimator has no parameter {other}", f"{classes} has it")


def fitted_of_run(run: Any, values: bool) -> tuple[Fitted, RunFolder]:
    """Return a run as a fitted estimator has it, and its folder; `values` says whether it predicts values.

    Raise RunError where there is no such run, and UsageError where it has another task or joined columns.
    """
    folder = best_trial_of(find(runs_folder(None), str(getattr(run, "path", run))))
    predictor = RunPredictor.of(folder)
    data = predictor.data
    if predictor.has_other_rows:
        raise InvalidSetting(f"{folder.id} has joined or aggregated columns", "npnet.load predicts such rows")
    if (data.task in VALUES) != values:
        other = "NPNetRegressor" if data.task in VALUES else "NPNetClassifier"
        raise InvalidSetting(f"the task of {folder.id} is {data.task}", f"{other}.from_run reads it")
    experiment, info = experiment_of(folder)[0], folder.info
    kept: dict[str, Any] = {str(name): info[name] for name in ("network", "parameters", "dataset") if name in info}
    table = table_of(data, None)
    best = (info["best_epoch"] or 0, info.get("monitored") or {})
    return Fitted(predictor, experiment.model_copy(update={"dataset": table}), folder.history(), *best, kept), folder


def classes_of_texts(texts: tuple[str, ...]) -> NDArray[Any]:
    """Return classes as pandas reads them from a file: whole numbers, truth values, or texts."""
    if all(map(WHOLE.fullmatch, texts)):
        return np.array([int(text) for text in texts])
    if {text.lower() for text in texts} == {"true", "false"}:
        return np.array([text.lower() == "true" for text in texts])
    return np.array(texts, object)
