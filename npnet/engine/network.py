"""The parameters of a stack of networks: one flat array with a row for each model."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
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
    `seeds` determines the initial values and dropout masks of each model. Row k is model k. Without `draw` all values
    are zero.
    """

    def __init__(
        self,
        chains: Sequence[Layers],
        inputs: int,
        *,
        seeds: Sequence[int] = (0,),
        dtype: Any = np.float32,
        draw: bool = True,
    ) -> None:
        if len(chains) != len(seeds) or len({len(layers) for layers in chains}) != 1:
            raise ValueError("the models of a stack differ in their layers")
        self.chains, self.seeds, self.dtype, self.models = tuple(chains), tuple(seeds), np.dtype(dtype), len(chains)
        self.graph = Graph(tuple(join(column) for column in zip(*chains, strict=True)), inputs)
        self.outputs = self.graph.outputs
        self.layout = list(_layout(self.graph))
        self.size = sum(prod(parameter.shape) for _, _, parameter, _ in self.layout)
        self.theta: Array = np.zeros((self.models, self.size), self.dtype)
        self.grad = np.zeros_like(self.theta)
        self.statistics: list[tuple[LayerStep, Statistic, slice]] = []
        width = 0
        for step in self.graph.layer_steps:
            for statistic in step.layer.state(step.inputs):
                self.statistics.append((step, statistic, slice(width, width + statistic.size)))
                width += statistic.size
        self.state = np.zeros((self.models, width), self.dtype)
        self.streams: dict[str, list[np.random.Generator]] = {
            step.name: [] for step in self.graph.layer_steps if draws(step.layer)
        }
        if draw:
            self._draw()

    def _draw(self) -> None:
        for model, layers in enumerate(self.chains):
            for number, (_, _, parameter, columns) in enumerate(_layout(Graph(layers, self.graph.inputs))):
                values = self.theta[model, columns].reshape(parameter.shape, copy=False)
                for part, piece in enumerate(parameter.pieces):
                    view = values[piece.at]
                    view[...] = piece.init.draw(stream(self.seeds[model], "init", number, part), view.shape)
        for _, statistic, columns in self.statistics:
            self.state[:, columns] = statistic.start

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> "Network":
        """Copy some of the models into a network of their own."""
        chains, seeds = [self.chains[k] for k in rows], [self.seeds[k] for k in rows]
        other = Network(chains, self.graph.inputs, seeds=seeds, dtype=self.dtype, draw=False)
        other.theta[...], other.state[...] = self.theta[rows], self.state[rows]
        return other

    def memory(self, step: LayerStep) -> Memory:
        """Return the arrays of a layer that all passes share: parameters, gradients, statistics."""
        m = Memory()
        for owner, name, parameter, columns in self.layout:
            if owner is step:
                shape = (self.models, *parameter.shape)
                setattr(m, name, self.theta[:, columns].reshape(shape, copy=False))
                setattr(m, f"d{name}", self.grad[:, columns].reshape(shape, copy=False))
            if owner.name == step.owner and name == "W":
                m.tied = self.theta[:, columns].reshape(self.models, *parameter.shape, copy=False)
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
        return {name: view for name, view, _ in self.pieces(values)}

    def decaying(self) -> NDArray[Any]:
        """Return a mask (1, size): 1 for weights that decay, 0 for biases and norms."""
        mask = np.zeros((1, self.size), self.dtype)
        for _, view, decays in self.pieces(mask):
            view[...] = float(decays)
        return mask

    def pieces(self, values: Array) -> Iterator[tuple[str, Array, bool]]:
        """Iterate over views of an array like theta: name, view (models, units, ...), whether it decays."""
        for step, _, parameter, columns in self.layout:
            array = values[:, columns].reshape(len(values), *parameter.shape, copy=False)
            for piece in parameter.pieces:
                yield f"{step.name}.{piece.name}", piece.view(array), piece.decays


def _layout(graph: Graph) -> Iterator[tuple[LayerStep, str, Parameter, slice]]:
    start = 0
    for step in graph.layer_steps:
        for name, parameter in step.layer.parameters(step.inputs).items():
            end = start + prod(parameter.shape)
            yield step, name, parameter, slice(start, end)
            start = end


def join(specs: Sequence[S], trailing: int = 2) -> S:
    """Join the specs of a stack: decimals that differ become columns (models, 1, ...).

    For use inside the engine: a joined spec is never compared, hashed or dumped.
    Raise ValueError where specs differ in more than decimals.
    """
    first, joined = specs[0], dict[str, Any]()
    if any(type(spec) is not type(first) for spec in specs):
        raise ValueError(f"a stack cannot mix {sorted({type(spec).__name__ for spec in specs})}")
    for name in type(first).model_fields:
        values = [getattr(spec, name) for spec in specs]
        if isinstance(values[0], tuple) and values[0] and isinstance(values[0][0], Spec):
            joined[name] = tuple(join(column, trailing) for column in zip(*values, strict=True))
        elif isinstance(values[0], Spec) or all(value == values[0] for value in values):
            continue  # an initializer may differ: values are drawn model by model, each from its own spec
        elif all(isinstance(value, float) for value in values):
            joined[name] = np.array(values).reshape(-1, *[1] * trailing)
        else:
            raise ValueError(f"models of one stack differ in {name}: {values[0]} and others")
    return first.model_copy(update=joined) if joined else first


def weights_of(network: Network, models: slice = ALL) -> dict[str, NDArray[Any]]:
    """Return views of parameters and statistics by name; a single model has no model axis."""
    return named(network, network.theta[models], network.state[models])


def named(network: Network, theta: NDArray[Any], state: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return views of arrays like theta and state by name; a single model has no model axis."""
    whole = network.named(theta) | {f"{step.name}.{s.name}": state[:, at] for step, s, at in network.statistics}
    return {name: values[0] if len(theta) == 1 else values for name, values in whole.items()}


def check_weights(network: Network, weights: Mapping[str, NDArray[Any]], models: slice = ALL) -> None:
    """Raise RunError where the names or shapes of values differ from a network's."""
    own = weights_of(network, models)
    expected, given = ({name: tuple(a.shape) for name, a in arrays.items()} for arrays in (own, weights))
    differences = [
        f"{name}: {given.get(name, 'nothing')} instead of {expected.get(name, 'nothing')}"
        for name in expected | given
        if given.get(name) != expected.get(name)
    ]
    if differences:
        raise RunError(
            f"the weights are of another network: {'; '.join(differences[:5])}",
            "layers, columns, ensemble and cv must be those that the weights were trained with",
        )


def set_weights(network: Network, weights: Mapping[str, NDArray[Any]], models: slice = ALL) -> None:
    """Copy values by name into a network; raise RunError where names or shapes differ."""
    check_weights(network, weights, models)
    for name, values in weights_of(network, models).items():
        values[...] = weights[name]
