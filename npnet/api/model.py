"""The model: add layers, train on arrays or tables whose rows are samples, predict."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from npnet.api.arguments import usage_errors
from npnet.api.configs import Folder, runs_folder
from npnet.api.data import matrix, numbers_of
from npnet.api.inspection.inspected import InspectedModel
from npnet.api.layered import PREPARING, Rows, Table, Targets
from npnet.api.options import TrainOptions
from npnet.api.plugins import Plugins, load_plugins
from npnet.api.reporting import short_traceback, warn
from npnet.data import Prepared
from npnet.data.datasets.targets import TaskOption
from npnet.data.readers.in_memory import is_table
from npnet.data.split_and_fit import plain
from npnet.diagnosis.health import Health
from npnet.diagnosis.setup_verdicts import of_data
from npnet.engine.batches import Samples
from npnet.engine.scoring import Scorer
from npnet.errors import DataError, UsageError
from npnet.experiment.resources import limited
from npnet.machine.resources import explained_memory
from npnet.model.trainer import Trainer
from npnet.nn.losses.regression import MeanSquaredError
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import best_trial_of, find
from npnet.runner.notes import remarks
from npnet.runner.predictions.predicting import RunPredictor
from npnet.text import plural

Floats = NDArray[np.float64]
FAR = 10.0  # size of an unscaled target above which, or below its inverse, a new network hardly learns it
MAX_LINES = 20  # that `verbose` prints of a training


class Model(InspectedModel):
    """A network: `add` layers, `train` on arrays or tables, `predict`. Rows are samples.

    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = np.hypot(X[:, 0], X[:, 1]) < 1
    >>> model = npnet.Model()
    >>> for layer in (npnet.Linear(2, 5), npnet.Tanh(5), npnet.Linear(5, 1), npnet.Sigmoid(1)):
    ...     _ = model.add(layer)
    >>> model.train(X, y, learning_rate=0.5, epochs=200)
    Model(Linear(2, 5), Tanh(5), Linear(5, 1), Sigmoid(1))  # 21 parameters, trained for 200 epochs
    >>> model.predict(X[:3]).shape                  # probabilities
    (3, 1)

    `loss` is the training loss after each epoch. Without other options `train` does what a first
    implementation does: gradient descent on the full batch, no scaling, no validation.

    A table is a DataFrame, a dict of columns, or a list of dicts. Columns of a table are found by name, in any order:
    a model that was trained on a table, and the model of a run, ignore columns that they do not know. Columns of an
    array are taken by position, in the order of the training.
    """

    @short_traceback
    def train(
        self,
        X_train: "Rows",
        Y_train: "Targets",
        learning_rate: float = 0.05,
        epochs: int = 1000,
        verbose: bool = False,
        *,
        validation: float = 0.0,
        task: "TaskOption | None" = None,
        **options: "Unpack[TrainOptions]",
    ) -> "Model":
        """Train on X (samples, features) and Y (samples,) or (samples, targets).

        A second call continues. Y of text, truth values or at most 20 whole numbers holds classes, other numbers a
        regression, several columns of two values labels, unless the loss or `task` decides otherwise. The best epoch
        is chosen on `validation`, a share of the rows. Options are the keys of a config: `optimizer="adam"` ...
        Columns of a table become inputs as those of a file do: text one input for each value, gaps filled and marked.
        Raises UsageError, DataError, or Diverged where the training diverges; NpnetWarning where `npnet train` warns.
        """
        given = {"learning_rate": learning_rate, "epochs": epochs, **options}
        resolved, folds, has_names = self._prepared(X_train, Y_train, validation, task, given)
        unscaled = not PREPARING & set(options) and self._defaults.get("scale") == "none"
        if unscaled and resolved.loss.scales_target:
            warn(_unscaled(folds[0][0]))
        with usage_errors(), limited(resolved.threads), explained_memory():
            self._fit(Trainer(resolved, folds), verbose, resolved.threads)
        self._has_names = self._has_names or has_names
        return self

    @short_traceback
    def predict(self, X: "Rows", tables: "Mapping[str, Table | str] | None" = None) -> "Floats":
        """Return probabilities (samples, classes), of two classes (samples, 1), or values.

        Labels are (samples, labels), values (samples, targets). Where each position has a target, positions are an axis
        behind the samples, NaN where they do not exist. X is a table, whose columns are found by name, or an
        array with the columns of the training in their order. Raises DataError for a column that is missing or of
        another kind; a value that training never saw is treated as unknown, with an NpnetWarning. `tables` are the side
        tables of a run for these rows, by name, as tables or paths; without, they are the files of its training.
        """
        if self._predictor is None:
            if tables:
                raise UsageError("a model that is not trained has no side tables", "leave out tables")
            return self._initial(numbers_of(X) if is_table(X) else matrix(X))
        predictor = self._predictor.with_tables(tables or {})
        frame = self.frame(predictor, X)
        warn(predictor.warnings(frame))
        return predictor.outputs_by_row(frame)

    def _fit(self, trainer: Trainer, verbose: bool, threads: int) -> None:
        """Train from the present parameters; the model then has those of the best epoch."""
        if self._network is not None:
            trainer.set_weights(self.parameters())
        warn([*map(str, of_data(trainer)), *remarks(trainer)])
        health = Health(trainer)
        every = max(1, trainer.experiment.epochs // MAX_LINES)
        for progress in trainer.fit():
            if "train_loss" in progress.values:
                self.loss.append(progress.mean("train_loss"))
                if verbose and (progress.epoch % every == 0 or progress.epoch == 1):
                    print(f"epoch {progress.epoch}: loss {self.loss[-1]:.6g}")
            if progress.finite.all():  # else Diverged follows
                warn(map(str, health.check(progress)))
        predictor = trainer.predictor()
        self._network, self._predictor = predictor.network, RunPredictor.of_training(predictor, threads)

    def _initial(self, rows: Floats) -> Floats:
        """Return the outputs of a network that is not trained."""
        network = self._built(rows.shape[1])
        if rows.shape[1] != network.graph.inputs:
            raise DataError(f"X has {plural(rows.shape[1], 'column')}, the network takes {network.graph.inputs}")
        targets = np.zeros((len(rows), network.graph.shapes[-1].values))
        scores = Scorer(network, MeanSquaredError(), Samples.of(rows, targets, dtype=network.dtype)).predict()
        return np.asarray(scores.mean(axis=0).T, np.float64)


@short_traceback
def load(run: str | Path, runs_dir: "Folder" = None, *, plugins: "Plugins" = (), accept_plugin: bool = False) -> Model:
    """Load the model of a run folder, an id, a prefix of an id, or `latest`.

    Of a sweep, it is the model of the best trial. It predicts from raw features, without the data of the run: a table
    by the names of its columns, or an array of numbers with the columns of the training in their order. `train`
    continues from its weights, with the loss, the number of networks and the scaling of the run unless others are
    given; scales are measured on the new rows. `plugins` are Python files that register the layers of the run, as
    `--plugin`; `accept_plugin` accepts other code than that of its training.
    """
    found = best_trial_of(find(runs_folder(runs_dir), str(run)))
    load_plugins(plugins, found, accept_plugin)
    experiment, _ = experiment_of(found)
    model = Model(*experiment.layers, seed=experiment.seed)
    model._predictor, model._has_names = RunPredictor.of(found), True
    model._network = model._predictor.predictor.network
    model._defaults = {
        "prepare": experiment.prepare or plain(experiment.scale, model._predictor.data.schema),
        **{key: getattr(experiment, key) for key in ("loss", "ensemble", "dtype", "target_transform")},
    }
    return model


def _unscaled(data: Prepared) -> Iterator[str]:
    """Yield a warning for targets of a regression, not scaled, that are far from the outputs of a new network."""
    if data.task != "regression":
        return
    for name, y in zip(data.targets, data.parts["train"].each_target.y.T, strict=True):
        mean, deviation = float(y.mean()), float(y.std())
        if not (deviation > 1 / FAR and max(abs(mean), deviation) < FAR):
            what = f"the target {name} has the mean {mean:.3g} and the deviation {deviation:.3g}, and is not scaled"
            yield f'{what}: scale="standard" scales X and Y as npnet train does'
