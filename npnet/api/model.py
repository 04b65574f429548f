"""The model: add layers, train on arrays or tables whose rows are samples, predict."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.api.arguments import SizedLayer, check_sizes, config_of, option, sized_layer, usage_errors
from npnet.api.data import Arrays, matrix, numbers_of
from npnet.api.reporting import short_traceback, warn
from npnet.data import Prepared
from npnet.data.columns import Frame
from npnet.data.datasets.targets import TaskOption
from npnet.data.readers.in_memory import is_table
from npnet.data.split_and_fit import plain
from npnet.engine.batches import Samples
from npnet.engine.network import Network, weights_of
from npnet.engine.scoring import Scorer
from npnet.errors import DataError, UsageError
from npnet.experiment.resolved import prepare_folds
from npnet.experiment.resources import limited
from npnet.machine.resources import explained_memory
from npnet.model.trainer import Trainer
from npnet.nn.layer import Layer
from npnet.nn.regression_losses import MeanSquaredError
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import best_trial_of, find
from npnet.runner.notes import Health, of_data, remarks
from npnet.runner.predicting import RunPredictor
from npnet.runner.prepared_run import misplaced, resolve_checked
from npnet.text import plural

Floats = NDArray[np.float64]
Table = Any  # a DataFrame, a dict of columns, or a list of dicts, one for each row
Rows: TypeAlias = ArrayLike | Table
"""An array (samples, features), or a table."""
Targets: TypeAlias = ArrayLike | Table
"""An array (samples,) or (samples, targets), or a table of targets."""
PREPARING = {"scale", "prepare"}  # options that replace each other
FAR = 10.0  # size of an unscaled target above which, or below its inverse, a new network hardly learns it
SHOWN = 12  # layers in the text of a model
MAX_LINES = 20  # that `verbose` prints of a training


class Model:
    """A network: `add` layers, `train` on arrays or tables, `predict`. Rows are samples.

    >>> model = Model()
    >>> model.add(Linear(2, 5)); model.add(ReLU(5)); model.add(Linear(5, 1)); model.add(Sigmoid(1))
    >>> model.train(X, Y, learning_rate=0.05, epochs=1000)
    >>> model.predict(X)                  # probabilities, (samples, 1)

    `loss` is the training loss after each epoch. Without other options `train` does what a first
    implementation does: gradient descent on the full batch, no scaling, no validation.

    A table is a DataFrame, a dict of columns, or a list of dicts. Columns of a table are found by name, in any order:
    a model that was trained on a table, and the model of a run, ignore columns that they do not know. Columns of an
    array are taken by position, in the order of the training.
    """

    def __init__(self, *layers: SizedLayer | Layer, seed: int = 0) -> None:
        self.layers: list[SizedLayer] = []
        self.loss: list[float] = []
        self.seed: int = option("seed", seed)
        self._network: Network | None = None
        self._predictor: RunPredictor | None = None
        self._has_names = False
        self._defaults: dict[str, Any] = {"scale": "none"}
        for layer in layers:
            self.add(layer)

    def __repr__(self) -> str:
        """Return the layers as Python code writes them, with the number of parameters and what it is trained on."""
        size = f"{self._network.size:,} parameters" if self._network is not None else "no parameters yet"
        run = self._predictor.run if self._predictor is not None else ""
        trained = f"trained for {plural(len(self.loss), 'epoch')}" if self.loss else f"of the run {run}"
        state = trained if self._predictor is not None else "not trained"
        layers = [*map(repr, self.layers[:SHOWN]), *(["..."] if len(self.layers) > SHOWN else [])]
        return f"Model({', '.join(layers)})  # {size}, {state}"

    def add(self, layer: SizedLayer | Layer) -> "Model":
        """Append a layer; raise UsageError once the model has been built or trained."""
        if self._network is not None:
            raise UsageError("the model is built; add all layers before parameters, train or predict")
        self.layers.append(sized_layer(layer))
        return self

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
        **options: Any,
    ) -> "Model":
        """Train on X (samples, features) and Y (samples,) or (samples, targets).

        A second call continues. Y of text, truth values or at most 20 whole numbers holds classes, other numbers a
        regression, several columns of two values labels, unless the loss or `task` decides otherwise. The best epoch
        is chosen on `validation`, a share of the rows. Options are the keys of a config: `optimizer="adam"` ...
        Columns of a table become inputs as those of a file do: text one input for each value, gaps filled and marked.
        Raises UsageError, DataError, or Diverged where the training diverges; NpnetWarning where `npnet train` warns.
        """
        layers = self._layers()
        defaults = {"optimizer": "sgd", "batch_size": "all", "seed": self.seed, **self._defaults}
        given = set(options)
        if PREPARING & given:
            defaults = {key: value for key, value in defaults.items() if key not in PREPARING}
        options = {**defaults, "learning_rate": learning_rate, "epochs": epochs, **options}
        source = Arrays.of(X_train, Y_train, task, self._predictor if self._has_names else None)
        loaded = config_of(source, layers, validation, options)
        experiment = loaded.experiment
        with usage_errors():
            dataset = source.with_task(experiment.loss).load(loaded.base, experiment.seed)
            if experiment.prepare is None:
                experiment = experiment.model_copy(update={"prepare": plain(experiment.scale, None)})
            folds = prepare_folds(experiment, dataset)
            self._check_inputs(folds[0][0])
            resolved = resolve_checked(loaded, folds)
            resolved = replace(resolved, given=experiment)
        if not PREPARING & given and self._defaults.get("scale") == "none" and resolved.loss.scales_target:
            warn(_unscaled(folds[0][0]))
        with usage_errors(), limited(resolved.threads), explained_memory():
            self._fit(Trainer(resolved, folds), verbose, resolved.threads)
        self._has_names = self._has_names or source.layout is not None
        return self

    @short_traceback
    def predict(self, X: "Rows", tables: "Mapping[str, Table | str] | None" = None) -> "Floats":
        """Return probabilities (samples, classes), of two classes (samples, 1), or values.

        Labels are (samples, labels), values (samples, targets). X is a table, whose columns are found by name, or an
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
        return predictor.outputs(frame).T

    def predictor(self) -> RunPredictor:
        """Return what predicts rows of tables; raise UsageError for a model that is not trained."""
        if self._predictor is None:
            raise UsageError("the model is not trained", "model.train(X, y)")
        return self._predictor

    def parameters(self) -> "dict[str, NDArray[Any]]":
        """Return views of parameters and running statistics by their names in a state_dict.

        Assign into them (`model.parameters()["layers.0.weight"][...] = W`) or use `set_parameters`.
        """
        return weights_of(self._built(None))

    def set_parameters(self, parameters: "Mapping[str, ArrayLike]") -> None:
        """Set parameters by name; raise UsageError for an unknown name or another shape."""
        own = self.parameters()
        for name, values in parameters.items():
            if name not in own or own[name].shape != np.shape(values):
                known = f"{own[name].shape}" if name in own else f"one of {', '.join(own)}"
                raise UsageError(f"{name} of shape {np.shape(values)} does not fit; expected {known}")
        for name, values in parameters.items():
            try:
                own[name][...] = np.asarray(values, own[name].dtype)
            except (TypeError, ValueError):
                raise UsageError(f"{name} holds something that is not a number") from None

    def _fit(self, trainer: Trainer, verbose: bool, threads: int) -> None:
        """Train from the present parameters; the model then has those of the best epoch."""
        if self._network is not None:
            trainer.set_weights(self.parameters())
        warn([*of_data(trainer), *remarks(trainer)])
        health = Health(trainer)
        every = max(1, trainer.experiment.epochs // MAX_LINES)
        for progress in trainer.fit():
            if "train_loss" in progress.values:
                self.loss.append(progress.mean("train_loss"))
                if verbose and (progress.epoch % every == 0 or progress.epoch == 1):
                    print(f"epoch {progress.epoch}: loss {self.loss[-1]:.6g}")
            if progress.finite.all():  # else Diverged follows
                warn(health.check(progress))
        predictor = trainer.predictor()
        self._network, self._predictor = predictor.network, RunPredictor.of_training(predictor, threads)

    def _layers(self) -> list[Layer]:
        if not self.layers:
            raise UsageError("the model has no layers", "model.add(Linear(2, 5))")
        return [sized.layer for sized in self.layers]

    def _check_inputs(self, data: Prepared) -> None:
        """Raise UsageError or DataError where sizes or inputs are not those of the model."""
        check_sizes(self.layers, data.inputs, data.preparation.names)
        if self._network is not None and self._network.graph.inputs != data.inputs:
            what = f"X has {plural(data.inputs, 'input')}, the network takes {self._network.graph.inputs}"
            raise DataError(what, "a model trains on as many as it was built with; a new Model takes others")
        if self._predictor is not None and (difference := misplaced(self._predictor.data, data)):
            raise DataError(f"{difference} of the model", "a new Model takes other columns and classes")

    def frame(self, predictor: RunPredictor, X: Rows) -> Frame:
        """Return the rows of X by the names of the training's columns."""
        if not is_table(X):
            predictor.require_numbers()
            return predictor.by_position(matrix(X))
        if self._has_names:
            return predictor.read_table(X)
        warn(["the columns of X have names, and those of the training had none: they are taken in their order"])
        return predictor.by_position(numbers_of(X))

    def _initial(self, rows: Floats) -> Floats:
        """Return the outputs of a network that is not trained."""
        network = self._built(rows.shape[1])
        if rows.shape[1] != network.graph.inputs:
            raise DataError(f"X has {plural(rows.shape[1], 'column')}, the network takes {network.graph.inputs}")
        targets = np.zeros((len(rows), network.outputs))
        scores = Scorer(network, MeanSquaredError(), Samples.of(rows, targets, dtype=network.dtype)).predict()
        return np.asarray(scores.mean(axis=0).T, np.float64)

    def _built(self, features: int | None) -> Network:
        """Return the network, built at its first use from the inputs of the data or first layer."""
        if self._network is None:
            inputs = features or next((sized.inputs for sized in self.layers if sized.inputs), None)
            if inputs is None:
                hint = "write it, as in Linear(2, 5), or train first"
                raise UsageError("the number of inputs is not known yet", hint)
            check_sizes(self.layers, inputs)
            self._network = Network([tuple(self._layers())], inputs, seeds=[self.seed])
        return self._network


@short_traceback
def load(run: str | Path, runs_dir: str | Path = "runs") -> Model:
    """Load the model of a run folder, an id, a prefix of an id, or `latest`.

    Of a sweep, it is the model of the best trial. It predicts from raw features, without the data of the run: a table
    by the names of its columns, or an array of numbers with the columns of the training in their order. `train`
    continues from its weights, with the loss, the number of networks and the scaling of the run unless others are
    given; scales are measured on the new rows.
    """
    found = best_trial_of(find(Path(runs_dir), str(run)))
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
    for name, y in zip(data.targets, data.parts["train"].y.T, strict=True):
        mean, deviation = float(y.mean()), float(y.std())
        if not (deviation > 1 / FAR and max(abs(mean), deviation) < FAR):
            what = f"the target {name} has the mean {mean:.3g} and the deviation {deviation:.3g}, and is not scaled"
            yield f'{what}: scale="standard" scales X and Y as npnet train does'
