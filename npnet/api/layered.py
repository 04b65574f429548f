"""The layers of a model, its parameters, and how it reads rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.api.arguments import SizedLayer, check_sizes, config_of, option, sized_layer, usage_errors
from npnet.api.data import Arrays, matrix, numbers_of
from npnet.api.plain import PlainLayer
from npnet.api.reporting import warn
from npnet.data import Prepared
from npnet.data.columns import Frame
from npnet.data.datasets.targets import TaskOption
from npnet.data.readers.in_memory import is_table
from npnet.data.split_and_fit import plain
from npnet.engine.network import Network, weights_of
from npnet.errors import DataError, UsageError
from npnet.experiment.resolved import ResolvedExperiment, prepare_folds
from npnet.nn.layer import Layer, Layers
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.prepared_run import SUGGESTIONS, misplaced, oddities_of, resolve_checked
from npnet.text import plural

Floats = NDArray[np.float64]
Table = Any  # a DataFrame, a dict of columns, or a list of dicts, one for each row
Rows: TypeAlias = ArrayLike | Table
"""An array (samples, features), or a table."""
Targets: TypeAlias = ArrayLike | Table
"""An array (samples,) or (samples, targets), or a table of targets."""
PREPARING = frozenset({"scale", "prepare"})  # options that replace each other
AnyLayer: TypeAlias = SizedLayer | PlainLayer | Layer
"""What a model is made of."""
SHOWN = 12  # layers in the text of a model


class LayeredModel:
    """Layers in order, and the network that is built of them."""

    def __init__(self, *layers: "AnyLayer", seed: int = 0) -> None:
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
        layers = [*map(repr, self.layers[:SHOWN]), *(["..."] if len(self.layers) > SHOWN else [])]
        return f"Model({', '.join(layers)})  # {size}, {self._state()}"

    def _state(self) -> str:
        if self._predictor is None:
            return "not trained"
        return f"trained for {plural(len(self.loss), 'epoch')}" if self.loss else f"of the run {self._predictor.run}"

    def add(self, layer: "AnyLayer") -> Self:
        """Append a layer; raise UsageError once the model has been built or trained."""
        if self._network is not None:
            raise UsageError("the model is built; add all layers before parameters, train or predict")
        self.layers.append(sized_layer(layer))
        return self

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

    def frame(self, predictor: RunPredictor, X: Rows) -> Frame:
        """Return the rows of X by the names of the training's columns."""
        if not is_table(X):
            predictor.require_numbers()
            return predictor.by_position(matrix(X))
        if self._has_names:
            return predictor.read_table(X)
        warn(["the columns of X have names, and those of the training had none: they are taken in their order"])
        return predictor.by_position(numbers_of(X))

    def _layers(self) -> list[Layer]:
        if not self.layers:
            raise UsageError("the model has no layers", "model.add(Linear(2, 5))")
        return [sized.layer for sized in self.layers]

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

    def _chain(self) -> Layers:
        """Return the layers as they are built: with all sizes, once they are known."""
        layers = tuple(self._layers())
        built = () if self._network is None else self._network.chains[0]  # without an activation that the loss contains
        return (*built, *layers[len(built) :])

    def _prepared(
        self, X: Rows, Y: Targets, validation: float, task: TaskOption | None, options: Mapping[str, Any]
    ) -> tuple[ResolvedExperiment, list[list[Prepared]], bool]:
        """Return what trains on X and Y: the experiment, its data, and whether the columns of X have names."""
        defaults = {"optimizer": "sgd", "batch_size": "all", "seed": self.seed, **self._defaults}
        if PREPARING & set(options):
            defaults = {key: value for key, value in defaults.items() if key not in PREPARING}
        layers = self._layers()
        source = Arrays.of(X, Y, task, self._predictor if self._has_names else None)
        loaded = config_of(source, layers, validation, {**defaults, **options})
        experiment = loaded.experiment
        with usage_errors():
            dataset = source.with_task(experiment.loss).load(loaded.base, experiment.seed)
            if experiment.prepare is None:
                experiment = experiment.model_copy(update={"prepare": plain(experiment.scale, None)})
            folds = prepare_folds(experiment, dataset)
            self._check_inputs(folds[0][0])
            if source.layout is not None:  # a table, whose columns may be odd
                odd = [one.message for one in oddities_of(experiment, dataset) if one.fault not in SUGGESTIONS]
                folds[0][0] = replace(folds[0][0], notes=(*folds[0][0].notes, *odd))
            resolved = replace(resolve_checked(loaded, folds), given=experiment)
        return resolved, folds, source.layout is not None

    def _check_inputs(self, data: Prepared) -> None:
        """Raise UsageError or DataError where sizes or inputs are not those of the model."""
        check_sizes(self.layers, data.inputs, data.preparation.names)
        if self._network is not None and self._network.graph.inputs != data.inputs:
            what = f"X has {plural(data.inputs, 'input')}, the network takes {self._network.graph.inputs}"
            raise DataError(what, "a model trains on as many as it was built with; a new Model takes others")
        if self._predictor is not None and (difference := misplaced(self._predictor.data, data)):
            raise DataError(f"{difference} of the model", "a new Model takes other columns and classes")
