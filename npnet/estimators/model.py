"""Networks in Python: layers added one by one, trained on arrays whose rows are samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from npnet.config import Experiment
from npnet.data import Dataset, Source, Split, prepare
from npnet.data.frame import Frame
from npnet.data.source import classification, regression
from npnet.errors import DataError, UsageError
from npnet.fitting import Fitting
from npnet.nn.batches import Samples
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear as LinearSpec
from npnet.nn.losses import losses
from npnet.nn.network import Network
from npnet.nn.regression_losses import MeanSquaredError
from npnet.nn.scoring import Scorer
from npnet.predictor import Predictor
from npnet.reopening import predictor_of
from npnet.rundir import answering, find
from npnet.weights import weights_of

Floats = NDArray[np.float64]
Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Sized:
    """A layer and the sizes that were written for it, which are checked when the network is built."""

    layer: Layer
    inputs: int | None = None
    outputs: int | None = None


def sized(spec: type[Layer]) -> Callable[..., Sized]:
    """The constructor of a layer as Python code writes it: `Linear(2, 5)`, `Linear(5)`, `ReLU(5)`, `ReLU()`.

    Two sizes are inputs and outputs; one is the size of the output. Options go by keyword.
    """

    def make(*sizes: int, **options: Any) -> Sized:
        if len(sizes) > 2:
            raise UsageError(f"{spec.__name__} takes at most two sizes, inputs and outputs", f"{sizes} were given")
        inputs, outputs = (None, *sizes)[-2:] if sizes else (None, None)
        if spec is LinearSpec and outputs is not None:
            options = {"units": outputs, **options}
        return Sized(_validated(spec, options), inputs, outputs)

    make.__name__ = make.__qualname__ = spec.__name__
    make.__doc__ = spec.__doc__
    return make


def _validated(spec: type[Any], options: Mapping[str, Any]) -> Any:
    try:
        return spec.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{spec.__name__}: {place}: {first['msg']}") from None


PUBLIC: dict[str, Callable[..., Sized]] = {spec.__name__: sized(spec) for spec in layers.values()}
"""Every registered layer as `from npnet import NAME` gives it."""


class _Arrays(Source):
    """A dataset of arrays that are already in memory."""

    dataset: Dataset

    def load(self, base: Path, seed: int) -> Dataset:
        """Give the dataset."""
        return self.dataset


class Model:
    """A network: `add` layers, `train` on arrays, `predict`. Rows of all arrays are samples.

    >>> model = Model()
    >>> model.add(Linear(2, 5)); model.add(ReLU(5)); model.add(Linear(5, 1)); model.add(Sigmoid(1))
    >>> model.train(X, Y, learning_rate=0.05, epochs=1000)
    >>> model.predict(X)                  # probabilities, (samples, 1)

    `loss` is the training loss after each epoch. Without other options `train` does what a first
    implementation does: gradient descent on the full batch, no scaling, no validation.
    """

    def __init__(self, *layers: Sized | Layer, seed: int = 0) -> None:
        self.layers: list[Sized] = []
        self.loss: list[float] = []
        self.seed = seed
        self._network: Network | None = None
        self._predictor: Predictor | None = None
        self._features: tuple[str, ...] = ()
        for layer in layers:
            self.add(layer)

    def add(self, layer: Sized | Layer) -> "Model":
        """Append a layer; a model that has been built or trained is complete and takes none (UsageError)."""
        if self._network is not None:
            raise UsageError("the model is built; add all layers before parameters, train or predict")
        self.layers.append(layer if isinstance(layer, Sized) else Sized(layer))
        return self

    def train(
        self,
        X_train: ArrayLike,
        Y_train: ArrayLike,
        learning_rate: float = 0.05,
        epochs: int = 1000,
        verbose: bool = False,
        *,
        validation: float = 0.0,
        task: Task | None = None,
        **options: Any,
    ) -> "Model":
        """Train on X (samples, features) and Y (samples,) or (samples, targets); again, from where it is.

        Y of whole numbers, truth values or text are classes, other numbers a regression, unless the loss or
        `task` say otherwise. `validation` is the share of the rows by which the best epoch is kept.
        Options are the keys of a config: `optimizer="adam"`, `batch_size=32`, `loss=`, `scale=`, `metrics=` ...
        DataError, UsageError or Diverged say what is wrong.
        """
        usual = {"optimizer": "sgd", "batch_size": "all", "scale": "none", "seed": self.seed}
        written = {**usual, "learning_rate": float(learning_rate), "epochs": epochs, **options}
        dataset = _dataset(_matrix(X_train), Y_train, _task(np.asarray(Y_train), written.get("loss"), task))
        self._check_sizes(len(dataset.features))
        written |= {
            "dataset": _Arrays(dataset=dataset),
            "layers": tuple(one.layer for one in self.layers),
            "split": Split(test=0.0, validation=validation),
        }
        experiment = _validated(Experiment, written)
        data = prepare(dataset, experiment.split, experiment.preparing, experiment.seed)
        fitting = Fitting(experiment, data)
        if self._network is not None:
            fitting.set_weights(self.parameters())
        every = max(1, epochs // 20)
        for progress in fitting.fit():
            if "train_loss" in progress.values:
                self.loss.append(float(progress.values["train_loss"][0]))
                if verbose and (progress.epoch % every == 0 or progress.epoch == 1):
                    print(f"epoch {progress.epoch}: loss {self.loss[-1]:.6g}")
        self._network, self._predictor, self._features = fitting.network, fitting.predictor, data.features
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Probabilities (samples, classes), of two classes (samples, 1), or values (samples, targets)."""
        rows = _matrix(X)
        features = self._features or tuple(f"x{number}" for number in range(1, rows.shape[1] + 1))
        network = self._built(len(features))
        if rows.shape[1] != len(features):
            raise DataError(f"X has {rows.shape[1]} columns, the network takes {len(features)}")
        if self._predictor is not None:
            return self._predictor.outputs(Frame.of(rows, features)).T
        nothing = np.zeros((len(rows), network.outputs))
        scores = Scorer(network, MeanSquaredError(), Samples.of(rows, nothing, dtype=network.dtype)).predict()
        return np.asarray(scores.mean(axis=0).T, np.float64)

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
            own[name][...] = values

    def _built(self, features: int | None) -> Network:
        """The network, built on first need: its inputs are those of the data, or written in the first layer."""
        if self._network is None:
            known = features or next((one.inputs for one in self.layers if one.inputs), None)
            if known is None:
                raise UsageError(
                    "the number of inputs is not known yet", "write it, as in Linear(2, 5), or train first"
                )
            self._check_sizes(known)
            self._network = Network([tuple(one.layer for one in self.layers)], known, seeds=[self.seed])
        return self._network

    def _check_sizes(self, features: int) -> None:
        if not self.layers:
            raise UsageError("the model has no layers", "model.add(Linear(2, 5))")
        width = features
        for number, one in enumerate(self.layers):
            if one.inputs not in (None, width):
                raise UsageError(f"layers[{number}] is written for {one.inputs} inputs and gets {width}")
            if isinstance(one.layer, LinearSpec) and one.layer.units is None:
                return  # takes its size from the target
            width = one.layer.width(width)
            if one.outputs not in (None, width):
                raise UsageError(f"layers[{number}] is written for {one.outputs} outputs and gives {width}")


def _matrix(X: ArrayLike) -> Floats:
    try:
        rows = np.asarray(X, np.float64)
    except (TypeError, ValueError):
        raise DataError("X holds something that is not a number") from None
    if rows.ndim != 2:
        raise DataError(f"X has the shape {rows.shape}; it takes rows and columns, (samples, features)")
    return rows


def _task(y: NDArray[Any], loss: object, task: Task | None) -> Task:
    if task is not None:
        return task
    labels = np.unique(y)
    name = loss if isinstance(loss, str) else next(iter(loss), None) if isinstance(loss, dict) else None
    tasks = losses.find(name).tasks if isinstance(name, str) else ("regression", "binary", "multiclass")
    counts = np.issubdtype(y.dtype, np.number) and not np.isin(labels, (0, 1)).all()
    if "regression" in tasks and (name is not None or (counts and y.dtype.kind == "f")):
        return "regression"
    return "binary" if len(labels) <= 2 else "multiclass"


def _dataset(X: Floats, Y: ArrayLike, task: Task) -> Dataset:
    y = np.asarray(Y)
    if len(y) != len(X):
        raise DataError(f"X has {len(X)} rows, Y has {len(y)}")
    features = tuple(f"x{number}" for number in range(1, X.shape[1] + 1))
    if task == "regression":
        values = y.reshape(len(y), -1)
        return regression(X, values, features, tuple(f"y{number}" for number in range(1, values.shape[1] + 1)))
    classes, codes = np.unique(y.reshape(len(y)), return_inverse=True)
    return classification(X, codes, features, "y", tuple(str(name) for name in classes.tolist()))


def load(run: str | Path, runs_dir: str | Path = "runs") -> Model:
    """The trained model of a run folder, an id, a unique prefix of one, or `latest`; of a sweep that of its best trial.

    It predicts from raw features, in the order of the training's columns; its data are not needed.
    """
    predictor, features, experiment = predictor_of(answering(find(Path(runs_dir), str(run))))
    model = Model(*experiment.layers, seed=experiment.seed)
    model._network, model._predictor, model._features = predictor.network, predictor, features
    return model
