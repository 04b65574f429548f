"""The model: layers added one by one, trained on arrays or tables whose rows are samples, asked for predictions."""

import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.api.data import Arrays, matrix, numbers_of
from npnet.api.layers import Sized, as_sized, check_sizes, require_layers
from npnet.api.options import arguments, in_python, loaded_of, option
from npnet.data import Prepared
from npnet.data.columns.frame import Frame
from npnet.data.datasets.targets import Wish
from npnet.data.readers.in_memory import is_table
from npnet.data.split_and_fit import plain
from npnet.engine.batches import Samples
from npnet.engine.loop import Progress
from npnet.engine.network import Network, weights_of
from npnet.engine.scoring import Scorer
from npnet.errors import DataError, NpnetWarning, UsageError
from npnet.experiment.data_info import prepare_folds
from npnet.experiment.threads import limited
from npnet.machine.refusals import explained_memory
from npnet.model.fitting import Fitting
from npnet.nn.layer import Layer
from npnet.nn.regression_losses import MeanSquaredError
from npnet.rundir import best_trial_of, find
from npnet.rundir.restore import experiment_of
from npnet.runner.health import Health
from npnet.runner.notes import filled, of_data, whole_batches
from npnet.runner.predicting import RunPredictor
from npnet.runner.prepared_run import resolve_checked
from npnet.runner.starting import misplaced

Floats = NDArray[np.float64]
Table = Any  # a DataFrame, a dict of columns, or a list of dicts, one for each row
PREPARING = {"scale", "prepare"}  # options of which one stands for the other
LINES = 20  # that `verbose` prints of a training, at most


class Model:
    """A network: `add` layers, `train` on arrays or tables, `predict`. Rows are samples.

    >>> model = Model()
    >>> model.add(Linear(2, 5)); model.add(ReLU(5)); model.add(Linear(5, 1)); model.add(Sigmoid(1))
    >>> model.train(X, Y, learning_rate=0.05, epochs=1000)
    >>> model.predict(X)                  # probabilities, (samples, 1)

    `loss` is the training loss after each epoch. Without other options `train` does what a first
    implementation does: gradient descent on the full batch, no scaling, no validation.

    A table is a DataFrame, a dict of columns, or a list of dicts. Its columns go by name, in any order: a model that
    was trained on a table, and that of a run, find the columns that they know, and leave others aside. The columns of
    an array go by position, in the order of the training's.
    """

    def __init__(self, *layers: Sized | Layer, seed: int = 0) -> None:
        self.layers: list[Sized] = []
        self.loss: list[float] = []
        self.seed: int = option("seed", seed)
        self._network: Network | None = None
        self._oracle: RunPredictor | None = None
        self._has_names = False
        self._usual: dict[str, Any] = {"scale": "none"}
        for layer in layers:
            self.add(layer)

    def add(self, layer: Sized | Layer) -> "Model":
        """Append a layer; a model that has been built or trained is complete and takes none (UsageError)."""
        if self._network is not None:
            raise UsageError("the model is built; add all layers before parameters, train or predict")
        self.layers.append(as_sized(layer))
        return self

    def train(
        self,
        X_train: ArrayLike | Table,
        Y_train: ArrayLike | Table,
        learning_rate: float = 0.05,
        epochs: int = 1000,
        verbose: bool = False,
        *,
        validation: float = 0.0,
        task: Wish | None = None,
        **options: Any,
    ) -> "Model":
        """Train on X (samples, features) and Y (samples,) or (samples, targets); again, from where it is.

        Y of whole numbers, truth values or text are classes, other numbers a regression, several columns of two
        values labels, unless the loss or `task` say otherwise. `validation` is the share of the rows by which the best
        epoch is kept. Options are the keys of a config: `optimizer="adam"`, `batch_size=32`, `loss=`, `scale=` ...
        Columns of a table become inputs as those of a file do: text one input for each value, gaps filled and marked.

        UsageError says what is wrong with an argument, DataError with the data, Diverged with the numbers of the
        training; NpnetWarning warns of what `npnet train` warns of.
        """
        usual = {"optimizer": "sgd", "batch_size": "all", "seed": self.seed, **self._usual}
        if PREPARING & options.keys():
            usual = {key: value for key, value in usual.items() if key not in PREPARING}
        written = {**usual, "learning_rate": learning_rate, "epochs": epochs, **options}
        require_layers(self.layers)
        source = Arrays.of(X_train, Y_train, task, self._oracle if self._has_names else None)
        loaded = loaded_of(source, [one.layer for one in self.layers], validation, written)
        experiment = loaded.experiment
        with arguments():
            dataset = source.suited(experiment.loss).load(loaded.base, experiment.seed)
            if experiment.prepare is None:
                experiment = experiment.model_copy(update={"prepare": plain(experiment.scale, None)})
            folds = prepare_folds(experiment, dataset)
            self._check_inputs(folds[0][0])
            resolved = resolve_checked(loaded, folds)
            resolved = replace(resolved, given=experiment)
        with arguments(), limited(resolved.threads), explained_memory():
            self._fit(Fitting(resolved, folds), verbose, resolved.threads)
        self._has_names = self._has_names or source.layout is not None
        return self

    def predict(self, X: ArrayLike | Table) -> Floats:
        """Probabilities (samples, classes), of two classes (samples, 1), of labels (samples, labels), or values.

        Values are (samples, targets). X is a table, whose columns go by name, or an array, whose columns are those of
        the training in their order. DataError for a column that is missing or holds other things than it did; a value
        that training never saw is taken as unknown, with an NpnetWarning.
        """
        if self._oracle is None:
            return self._initial(numbers_of(X) if is_table(X) else matrix(X))
        frame = self._frame(self._oracle, X)
        _warn(self._oracle.warnings(frame))
        return self._oracle.outputs(frame).T

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Views of the parameters, and running statistics, by the names of a PyTorch state_dict.

        Assign into them (`model.parameters()["layers.0.weight"][...] = W`) or use `set_parameters`.
        """
        return weights_of(self._built(None))

    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Set parameters by name; UsageError for a name or a shape that is not the network's."""
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

    def _fit(self, fitting: Fitting, verbose: bool, threads: int) -> None:
        """Train the networks, from where the model is; it then has those of the best epoch."""
        if self._network is not None:
            fitting.set_weights(self.parameters())
        _warn([*of_data(fitting), *filter(None, (filled(fitting), whole_batches(fitting)))])
        health = Health(fitting)
        every = max(1, fitting.experiment.epochs // LINES)
        for progress in fitting.fit():
            self._note(progress, every if verbose else 0)
            if progress.finite.all():  # else Diverged says it
                _warn(health.look(progress))
        self._network, self._oracle = fitting.network, RunPredictor.of_fitting(fitting, threads)

    def _note(self, progress: Progress, every: int) -> None:
        if "train_loss" not in progress.values:
            return
        self.loss.append(progress.mean("train_loss"))
        if every and (progress.epoch % every == 0 or progress.epoch == 1):
            print(f"epoch {progress.epoch}: loss {self.loss[-1]:.6g}")

    def _check_inputs(self, data: Prepared) -> None:
        """UsageError where a written size is not that of the data, DataError for inputs that a trained one lacks."""
        check_sizes(self.layers, data.inputs, data.preparation.names)
        if self._network is not None and self._network.graph.inputs != data.inputs:
            what = f"X has {data.inputs} inputs, the network takes {self._network.graph.inputs}"
            raise DataError(what, "a model trains on as many as it was built with; a new Model takes others")
        if self._oracle is not None and (apply_threshold := misplaced(self._oracle.data, data)):
            raise DataError(f"{apply_threshold} of the model", "a new Model takes other columns and classes")

    def _frame(self, oracle: RunPredictor, X: ArrayLike | Table) -> Frame:
        """The rows of X as the networks take them."""
        if not is_table(X):
            oracle.require_numbers()
            return oracle.by_position(matrix(X))
        if self._has_names:
            return oracle.read_table(X)
        _warn(["the columns of X have names, and those of the training had none: they are taken in their order"])
        return oracle.by_position(numbers_of(X))

    def _initial(self, rows: Floats) -> Floats:
        """What the network says before it is trained."""
        network = self._built(rows.shape[1])
        if rows.shape[1] != network.graph.inputs:
            raise DataError(f"X has {rows.shape[1]} columns, the network takes {network.graph.inputs}")
        nothing = np.zeros((len(rows), network.outputs))
        scores = Scorer(network, MeanSquaredError(), Samples.of(rows, nothing, dtype=network.dtype)).predict()
        return np.asarray(scores.mean(axis=0).T, np.float64)

    def _built(self, features: int | None) -> Network:
        """The network, built on first need: its inputs are those of the data, or written in the first layer."""
        if self._network is None:
            known = features or next((one.inputs for one in self.layers if one.inputs), None)
            if known is None:
                raise UsageError(
                    "the number of inputs is not known yet", "write it, as in Linear(2, 5), or train first"
                )
            check_sizes(self.layers, known)
            self._network = Network([tuple(one.layer for one in self.layers)], known, seeds=[self.seed])
        return self._network


def load(run: str | Path, runs_dir: str | Path = "runs") -> Model:
    """The trained model of a run folder, an id, a unique prefix of one, or `latest`; of a sweep that of its best trial.

    It predicts from raw features: a table by the names of its columns, or an array of numbers whose columns are those
    of the training in their order. Its data are not needed. `train` goes on from its weights, with the loss, the number
    of networks and the way of scaling that the run had unless others are given; scales are measured on the new rows.
    """
    found = best_trial_of(find(Path(runs_dir), str(run)))
    experiment, _ = experiment_of(found)
    model = Model(*experiment.layers, seed=experiment.seed)
    model._oracle, model._has_names = RunPredictor.of(found), True
    model._network = model._oracle.predictor.network
    model._usual = {
        "prepare": experiment.prepare or plain(experiment.scale, model._oracle.data.schema),
        **{key: getattr(experiment, key) for key in ("loss", "ensemble", "dtype")},
    }
    return model


def _warn(texts: Iterable[str]) -> None:
    """Warn at the line that called npnet."""
    for text in texts:
        warnings.warn(in_python(text), NpnetWarning, stacklevel=_outside())


def _outside() -> int:
    """How many frames above `_warn`, itself the first, the code of others begins."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("npnet."):
        frame, level = frame.f_back, level + 1
    return level
