"""MemoryTraining in memory: the rows of `fit` through the trainer of npnet, without files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from npnet.api.reporting import warn
from npnet.config import Loaded
from npnet.config.experiment import conflicts
from npnet.data import Dataset
from npnet.engine.loop import Progress
from npnet.estimators.errors import in_python, value_errors
from npnet.estimators.fitted import Fitted, table_of
from npnet.estimators.folds import Splits, prepare_splits
from npnet.experiment.resolved import prepare_folds
from npnet.experiment.resources import limited
from npnet.machine.resources import explained_memory
from npnet.model.predictor import SplitPredictor
from npnet.model.train_state import Tensors
from npnet.model.trainer import Trainer
from npnet.runner.notes import Health, of_data
from npnet.runner.predicting import RunPredictor
from npnet.runner.prepared_run import resolve_checked, start_from
from npnet.runner.results import history_columns, history_row


@dataclass(frozen=True, eq=False)
class MemoryTraining:
    """The config and the rows of a training.

    `start` are the weights that it starts from, if not from initial values; `splits` the folds, if they are given.
    """

    loaded: Loaded
    dataset: Dataset
    start: Tensors | None = None
    splits: Splits | None = None

    def run(self, each: Callable[[Progress], bool] = lambda _: False) -> Fitted:
        """Train; `each` is called after each epoch, and ends the training where it returns true."""
        with value_errors():
            loaded, experiment = self.loaded, self.loaded.experiment
            loaded.raise_for(conflicts(experiment))
            if self.splits is None:
                folds = prepare_folds(experiment, self.dataset)
            else:
                folds = prepare_splits(experiment, self.dataset, self.splits)
            resolved = resolve_checked(loaded, folds)
            with limited(resolved.threads), explained_memory():
                trainer = Trainer(resolved, folds)
                start_from(trainer, Path(), Path("runs"))
                if self.start is not None:
                    trainer.set_weights(self.start)
                history = self._fit(trainer, each)
                return _fitted(trainer, trainer.predictor(), history)

    def _fit(self, trainer: Trainer, each: Callable[[Progress], bool]) -> list[dict[str, float]]:
        warn(of_data(trainer), in_python)
        health, columns, rows = Health(trainer), history_columns(trainer), []
        for progress in trainer.fit():
            if not progress.complete:
                continue
            rows.append(history_row(progress, columns))
            if progress.finite.all():  # else Diverged follows
                warn(health.check(progress), in_python)
            if each(progress):
                break
        return rows


def _fitted(trainer: Trainer, predictor: SplitPredictor, rows: Sequence[dict[str, float]]) -> Fitted:
    names = ["epoch", *history_columns(trainer), "learning_rate"]
    history = {name: np.array([row[name] for row in rows], np.float64) for name in names}
    found = RunPredictor.of_training(predictor, trainer.resolved.threads)
    weight = "sample_weight" if any(part.weight is not None for part in trainer.data.parts.values()) else None
    table = table_of(found.data, weight)
    experiment = trainer.experiment.model_copy(update={"dataset": table})
    return Fitted(found, experiment, history, predictor.best_epoch, predictor.monitored)
