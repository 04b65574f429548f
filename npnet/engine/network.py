"""The parameters of a stack of networks: one flat array with a row for each model."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.engine.graph import Graph, LayerStep
from npnet.errors import RunError
from npnet.nn.layer import Array, Layers, Memory, Parameter, Statistic, draws
from npnet.rng import stream
from npnet.spec import Spec

S = TypeVar("S", bound=Spec)
ALL = slice(None)


class Network:
    """The arrays of a stack: theta and grad (models, size), state (models, statistics).

    `chains` holds the layers of every model, which may differ in decimals and initializers only (ValueError).
    `seeds` determines the initial values and dropout masks of each model. Row k is model k.
    """

    def __init__(
        self,
        chains: Sequence[Layers],
        inputs: int,
        *,
        seeds: Sequence[int] = (0,),
        dtype: type[np.floating[Any]] = np.float32,
    ) -> None:
        self._allocate(chains, inputs, seeds, dtype)
        self._start()

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> "Network":
        """Copy some of the models into a network of their own."""
        other = Network.__new__(Network)
        other._allocate([self.chains[k] for k in rows], self.graph.inputs, [self.seeds[k] for k in rows], self.dtype)
        other.theta[...], other.state[...] = self.theta[rows], self.state[rows]
        return other

    def _allocate(self, chains: Sequence[Layers], inputs: int, seeds: Sequence[int], dtype: Any) -> None:
        if len(chains) != len(seeds) or len({len(layers) for layers in chains}) != 1:
            raise ValueError("the models of a stack differ in their layers")
        self.chains, self.seeds, self.dtype, self.models = tuple(chains), tuple(seeds), np.dtype(dtype), len(chains)
        joined = tuple(join(column) for column in zip(*chains, strict=True))
        self.graph = Graph(joined, inputs)
        self.layout = list(_layout(self.graph))
        self.statistics = list(_statistics(self.graph))
        size = sum(parameter.shape[0] * parameter.shape[1] for _, _, parameter, _ in self.layout)
        self.theta: Array = np.zeros((self.models, size), self.dtype)
        self.grad = np.zeros_like(self.theta)
        self.state = np.zeros((self.models, sum(s.size for _, s, _ in self.statistics)), self.dtype)
        self.streams: dict[str, list[np.random.Generator]] = {
            step.name: [] for step in self.graph.of_layers() if draws(step.layer)
        }

    def _start(self) -> None:
        for model, layers in enumerate(self.chains):
            row = self.theta[model : model + 1]
            for number, (_, _, parameter, columns) in enumerate(_layout(Graph(layers, self.graph.inputs))):
                values = row[:, columns].reshape(1, *parameter.shape, copy=False)
                for part, piece in enumerate(parameter.pieces):
                    view = piece.of(values)[0]
                    view[...] = piece.init.draw(stream(self.seeds[model], "init", number, part), view.shape)
        for _, statistic, columns in self.statistics:
            self.state[:, columns] = statistic.start

    @property
    def size(self) -> int:
        """Number of parameters of one model."""
        return int(self.theta.shape[1])

    @property
    def outputs(self) -> int:
        """Number of raw scores of one sample."""
        return self.graph.outputs

    def memory(self, step: LayerStep) -> Memory:
        """Return the arrays of a layer that all passes share: parameters, gradients, statistics."""
        m = Memory()
        for owner, name, parameter, columns in self.layout:
            if owner is step:
                shape = (self.models, *parameter.shape)
                setattr(m, name, self.theta[:, columns].reshape(shape, copy=False))
                setattr(m, f"d{name}", self.grad[:, columns].reshape(shape, copy=False))
        for owner, statistic, columns in self.statistics:
            if owner is step:
                setattr(m, statistic.name, self.state[:, columns, np.newaxis])
        if draws(step.layer):
            m.streams = self.streams[step.name]
        return m

    def start_epoch(self, epoch: int) -> None:
        """Set the random streams of this epoch, one for each model and layer that draws."""
        for number, streams in enumerate(self.streams.values()):
            streams[:] = [stream(seed, "dropout", number, epoch) for seed in self.seeds]

    def named(self, values: Array) -> dict[str, Array]:
        """Return views of an array like theta by the names of a PyTorch state_dict."""
        return {name: view for name, view, _ in self._pieces(values)}

    def named_state(self, values: Array) -> dict[str, Array]:
        """Return views of an array like state by the names of a PyTorch state_dict."""
        return {f"{step.name}.{s.name}": values[:, columns] for step, s, columns in self.statistics}

    def decaying(self) -> NDArray[Any]:
        """Return a mask (1, size): 1 for weights that decay, 0 for biases and norms."""
        mask = np.zeros((1, self.size), self.dtype)
        for _, view, decays in self._pieces(mask):
            view[...] = float(decays)
        return mask

    def weights(self) -> Iterator[Array]:
        """Iterate over views (models, units, inputs) of the weights that decay, layer by layer."""
        return (view for _, view, decays in self._pieces(self.theta) if decays)

    def _pieces(self, values: Array) -> Iterator[tuple[str, Array, bool]]:
        for step, _, parameter, columns in self.layout:
            array = values[:, columns].reshape(len(values), *parameter.shape, copy=False)
            for piece in parameter.pieces:
                yield f"{step.name}.{piece.name}", piece.of(array), piece.decays


def _layout(graph: Graph) -> Iterator[tuple[LayerStep, str, Parameter, slice]]:
    start = 0
    for step in graph.of_layers():
        for name, parameter in step.layer.parameters(step.inputs).items():
            end = start + parameter.shape[0] * parameter.shape[1]
            yield step, name, parameter, slice(start, end)
            start = end


def _statistics(graph: Graph) -> Iterator[tuple[LayerStep, Statistic, slice]]:
    start = 0
    for step in graph.of_layers():
        for statistic in step.layer.state(step.inputs):
            yield step, statistic, slice(start, start + statistic.size)
            start += statistic.size


def join(specs: Sequence[S], trailing: int = 2) -> S:
    """Join the specs of a stack: decimals that differ become columns (models, 1, ...).

    For use inside the engine: a joined spec is never compared, hashed or dumped.
    Raise ValueError where specs differ in more than decimals.
    """
    first = specs[0]
    if any(type(spec) is not type(first) for spec in specs):
        raise ValueError(f"a stack cannot mix {sorted({type(spec).__name__ for spec in specs})}")
    changed = {}
    for name in type(first).model_fields:
        values = [getattr(spec, name) for spec in specs]
        joined = _join_values(name, values, trailing)
        if joined is not values[0]:
            changed[name] = joined
    return first.model_copy(update=changed) if changed else first


def _join_values(name: str, values: list[Any], trailing: int) -> Any:
    first = values[0]
    if isinstance(first, tuple) and first and isinstance(first[0], Spec):
        return tuple(join(column, trailing) for column in zip(*values, strict=True))
    if isinstance(first, Spec):
        # Initial values are drawn model by model, each from its own spec.
        return first
    if all(value == first for value in values):
        return first
    if all(isinstance(value, float) for value in values):
        return np.array(values).reshape(-1, *[1] * trailing)
    raise ValueError(f"models of one stack differ in {name}: {values[0]} and others")


def weights_of(network: Network, models: slice = ALL) -> dict[str, NDArray[Any]]:
    """Return views of parameters and statistics by name; a single model has no model axis."""
    return named(network, network.theta[models], network.state[models])


def named(network: Network, theta: NDArray[Any], state: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return views of arrays like theta and state by name; a single model has no model axis."""
    whole = {**network.named(theta), **network.named_state(state)}
    return {name: values[0] if len(theta) == 1 else values for name, values in whole.items()}


def set_weights(network: Network, weights: Mapping[str, NDArray[Any]], models: slice = ALL) -> None:
    """Copy values by name into a network; raise RunError where names or shapes differ."""
    own = weights_of(network, models)
    differences = [
        f"{name}: {_shape(weights.get(name))} instead of {_shape(own.get(name))}"
        for name in {**own, **weights}
        if _shape(weights.get(name)) != _shape(own.get(name))
    ]
    if differences:
        raise RunError(
            f"the weights are of another network: {'; '.join(differences[:5])}",
            "layers, columns, ensemble and cv must be those that the weights were trained with",
        )
    for name, values in own.items():
        values[...] = weights[name]


def _shape(values: NDArray[Any] | None) -> str:
    return "nothing" if values is None else str(tuple(values.shape))
