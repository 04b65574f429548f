"""Training in memory: the rows of `fit` through the trainer of npnet, without files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from npnet.api.reporting import warn
from npnet.config import Loaded
from npnet.config.experiment import conflicts
from npnet.data import Dataset
from npnet.diagnosis.health import Health
from npnet.diagnosis.setup_verdicts import of_data
from npnet.engine.loop import Progress
from npnet.errors import RunError
from npnet.estimators.errors import in_python, value_errors
from npnet.estimators.fitted import Fitted, table_of
from npnet.estimators.folds import Splits, prepare_splits
from npnet.estimators.rows import WEIGHT, unlike
from npnet.experiment.resolved import prepare_folds
from npnet.experiment.resources import limited
from npnet.machine.resources import explained_memory
from npnet.model.trainer import Trainer
from npnet.rundir.names import RUNS_DIR
from npnet.rundir.restore import DataMetadata, rebuilt
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.prepared_run import misplaced, resolve_checked, start_from, training_info
from npnet.runner.results import history_columns, history_row

COLD = "warm_start=False starts anew"
Epoch = Callable[[Trainer, Progress, Callable[[], Fitted]], bool]
"""Called after an epoch, with what returns the network so far; ends the training where it returns true."""


@dataclass(frozen=True, eq=False)
class MemoryTraining:
    """The config and the rows of a training.

    `start` is the network whose weights it starts from, if not from initial values; `splits` the folds, if they are
    given.
    """

    loaded: Loaded
    dataset: Dataset
    start: Fitted | None = None
    splits: Splits | None = None

    def run(self, each: Epoch) -> Fitted:
        """Train, and return the network of the best epoch."""
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
                start_from(trainer, Path(), Path(RUNS_DIR))
                if self.start is not None:
                    self._continue(trainer, self.start)
                return fitted_of(trainer, self.dataset, self._fit(trainer, each))

    def _continue(self, trainer: Trainer, start: Fitted) -> None:
        """Take over weights; raise RunError where they are of another network or of other columns."""
        if what := misplaced(start.predictor.data, trainer.data):
            raise RunError(f"{what} of the fit before", COLD)
        try:
            trainer.set_weights(start.weights)
        except RunError as error:
            raise RunError(f"warm_start: {error.message}", COLD) from None

    def _fit(self, trainer: Trainer, each: Epoch) -> list[dict[str, float]]:
        warn(map(str, of_data(trainer)), in_python)
        health, columns = Health(trainer), history_columns(trainer)
        rows: list[dict[str, float]] = []
        for progress in trainer.fit():
            if not progress.complete:
                continue
            rows.append(history_row(progress, columns))
            if progress.finite.all():  # else Diverged follows
                warn(map(str, health.check(progress)), in_python)
            if each(trainer, progress, lambda: so_far(trainer, self.dataset, rows)):
                break
        return rows


def fitted_of(trainer: Trainer, dataset: Dataset, rows: Sequence[Mapping[str, float]]) -> Fitted:
    """Return the network of a trainer that has ended, and the history of its training."""
    predictor = trainer.predictor()
    return _record(trainer, dataset, rows, RunPredictor.of_training(predictor, trainer.resolved.threads))


def so_far(trainer: Trainer, dataset: Dataset, rows: Sequence[Mapping[str, float]]) -> Fitted:
    """Return the network of the best epoch so far, while the training continues."""
    data = DataMetadata.of(trainer.folds, trainer.calibration)
    predictor = rebuilt(trainer.experiment, trainer.best_weights(), data, "the estimator")
    return _record(trainer, dataset, rows, RunPredictor(predictor, data, trainer.resolved.threads))


def _record(trainer: Trainer, dataset: Dataset, rows: Sequence[Mapping[str, float]], predictor: RunPredictor) -> Fitted:
    names = ["epoch", *history_columns(trainer), "learning_rate"]
    history = {name: np.array([row.get(name, np.nan) for row in rows], np.float64) for name in names}
    taken = {*dataset.features, *dataset.targets}
    table = table_of(predictor.data, None if dataset.weight is None else unlike(WEIGHT, taken))
    experiment = trainer.experiment.model_copy(update={"dataset": table})
    return Fitted(predictor, experiment, history, trainer.best_epoch, trainer.monitored, training_info(trainer))
