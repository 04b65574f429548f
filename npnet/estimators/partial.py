"""Training batch by batch: one pass over the rows of each call, with the optimizer where it was."""

from dataclasses import dataclass

import numpy as np

from npnet.api.reporting import warn
from npnet.config import Experiment, Loaded
from npnet.data import Dataset, Part, Prepared, Split
from npnet.data.preprocessing import PrepareSpec
from npnet.data.split_and_fit import class_weights, plain, prepare_parts, sample_weights
from npnet.diagnosis.health import Health
from npnet.engine.network import named
from npnet.errors import Diverged
from npnet.estimators.errors import InvalidSetting, in_python, value_errors
from npnet.estimators.fitted import Fitted
from npnet.estimators.training import fitted_of
from npnet.experiment.resolved import DataInfo, resolve
from npnet.experiment.resources import limited
from npnet.machine.resources import explained_memory
from npnet.model.train_state import Tensors
from npnet.model.trainer import Trainer
from npnet.runner.results import history_columns, history_row

HINT = "fit trains with it"


@dataclass(frozen=True, eq=False)
class PartialState:
    """Where a training batch by batch is: its network and history, calls so far, and the state of its optimizer."""

    fitted: Fitted
    calls: int
    tensors: Tensors | None


def partial_training(loaded: Loaded, dataset: Dataset, before: PartialState | None) -> PartialState:
    """Train on rows once; before the first call the columns are prepared by the statistics of its rows."""
    with value_errors():
        calls = before.calls if before else 0
        experiment = _for_calls(loaded.experiment, calls + 1)
        data = _first(experiment, dataset) if before is None else _later(experiment, dataset, before.fitted)
        resolved = resolve(experiment, DataInfo.of(data))
        with limited(resolved.threads), explained_memory():
            trainer = Trainer(resolved, [[data]])
            if before is not None and before.tensors is not None:
                trainer.resume(before.tensors, calls)
            elif before is not None:
                trainer.set_weights(before.fitted.weights)
            row = _one_epoch(trainer, calls + 1)
            state = trainer.checkpoint()
            tensors = {name: values.copy() for name, values in state.items()}
            trainer.set_weights(named(trainer.stack_trainer.network, state["theta"], state["state"]))
            history = [] if before is None else _rows(before.fitted)
            return PartialState(fitted_of(trainer, dataset, [*history, row]), calls + 1, tensors)


def _for_calls(experiment: Experiment, epochs: int) -> Experiment:
    """Return the experiment with as many epochs as calls, and nothing that chooses among epochs."""
    e = experiment
    for name in ("cv", "temperature", "target_transform"):
        if getattr(e, name):
            raise InvalidSetting(f"partial_fit trains without {name}", HINT)
    if isinstance(e.threshold, str):
        raise InvalidSetting("partial_fit has no validation set that could choose a threshold", HINT)
    off = {"split": Split(test=0.0, validation=0.0), "early_stopping": None, "monitor": None, "own_validation": False}
    return e.model_copy(update={**off, "epochs": max(e.epochs, epochs), "evaluate_every": 1})


def _first(e: Experiment, dataset: Dataset) -> Prepared:
    """Prepare the rows of the first call; columns that are constant there stay inputs."""
    spec = e.preparing
    given = spec if isinstance(spec, PrepareSpec) else plain(spec, dataset.schema)
    kept = given.model_copy(update={"constant": "keep"})
    return prepare_parts(dataset, {"train": np.arange(len(dataset))}, kept, e.class_weight, e.dtype)


def _later(e: Experiment, dataset: Dataset, fitted: Fitted) -> Prepared:
    """Prepare rows by the statistics of the first call."""
    known = fitted.predictor.data
    if len(known.preparations) > 1:
        raise InvalidSetting("partial_fit does not continue a cross-validation", "fit without cv first")
    preparation = known.preparations[0]
    factors = [] if dataset.weight is None else [dataset.weight]
    if e.class_weight is not None:
        factors.append(class_weights(dataset.y, dataset.classes, e.class_weight, dataset.weight)[dataset.y])
    weight = sample_weights(np.arange(len(dataset)), *factors) if factors else None
    part = Part(dataset.frame, preparation.with_ones(dataset.frame, dtype=e.dtype), dataset.y, weight)
    names = dataset.task, known.features, known.targets, known.classes
    return Prepared(*names, {"train": part}, preparation, known.target_scalers[0], known.schema, (), known.negatives)


def _one_epoch(trainer: Trainer, epoch: int) -> dict[str, float]:
    columns, health, row = history_columns(trainer), Health(trainer), dict[str, float]()
    for progress in trainer.stack_trainer.train(until=epoch):
        if progress.complete:
            row = history_row(progress, columns)
            if not progress.finite.all():
                raise Diverged("the training diverged in partial_fit", "try a smaller learning_rate")
            warn(map(str, health.check(progress)), in_python)
    return row


def _rows(fitted: Fitted) -> list[dict[str, float]]:
    """Return the rows of a history."""
    names, columns = fitted.history.keys(), (values.tolist() for values in fitted.history.values())
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
