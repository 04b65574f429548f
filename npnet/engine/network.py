"""A network, or a stack of them: its parameters in one flat array, a row for each model."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.graph import Graph, LayerStep
from npnet.engine.stacking import join
from npnet.nn.layer import Array, Layers, Memory, Parameter, Statistic
from npnet.rng import stream


class Network:
    """The memory of a stack of networks: theta, grad (models, size) and state (models, statistics).

    `chains` holds the layers of every model; they agree in all but decimals and initializers.
    `seeds` gives each model its initial values and its dropout masks. Row k is model k.
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
        """A network of some of the models, as they are now; nothing is shared with this one."""
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
        self.slots = list(_slots(self.graph))
        self.statistics = list(_statistics(self.graph))
        size = sum(parameter.shape[0] * parameter.shape[1] for _, _, parameter, _ in self.slots)
        self.theta: Array = np.zeros((self.models, size), self.dtype)
        self.grad = np.zeros_like(self.theta)
        self.state = np.zeros((self.models, sum(s.size for _, s, _ in self.statistics)), self.dtype)
        self.streams: dict[str, list[np.random.Generator]] = {
            step.name: [] for step in self.graph.of_layers() if step.layer.draws
        }

    def _start(self) -> None:
        for model, layers in enumerate(self.chains):
            row = self.theta[model : model + 1]
            for number, (_, _, parameter, place) in enumerate(_slots(Graph(layers, self.graph.inputs))):
                values = row[:, place].reshape(1, *parameter.shape, copy=False)
                for part, piece in enumerate(parameter.pieces):
                    view = piece.of(values)[0]
                    view[...] = piece.init.draw(stream(self.seeds[model], "init", number, part), view.shape)
        for _, statistic, place in self.statistics:
            self.state[:, place] = statistic.start

    @property
    def size(self) -> int:
        """Number of parameters of one model."""
        return int(self.theta.shape[1])

    @property
    def outputs(self) -> int:
        """Number of raw scores of one sample."""
        return self.graph.outputs

    def memory(self, step: LayerStep) -> Memory:
        """The arrays of one layer that all passes share: parameters, gradients, statistics, streams."""
        m = Memory()
        for owner, name, parameter, place in self.slots:
            if owner is step:
                shape = (self.models, *parameter.shape)
                setattr(m, name, self.theta[:, place].reshape(shape, copy=False))
                setattr(m, f"d{name}", self.grad[:, place].reshape(shape, copy=False))
        for owner, statistic, place in self.statistics:
            if owner is step:
                setattr(m, statistic.name, self.state[:, place, np.newaxis])
        if step.layer.draws:
            m.streams = self.streams[step.name]
        return m

    def start_epoch(self, epoch: int) -> None:
        """Give every layer that draws its streams of this epoch, one for each model."""
        for number, streams in enumerate(self.streams.values()):
            streams[:] = [stream(seed, "dropout", number, epoch) for seed in self.seeds]

    def named(self, values: Array) -> dict[str, Array]:
        """Views of an array like theta by the names of a PyTorch state_dict, model axis in front."""
        return {name: view for name, view, _ in self._pieces(values)}

    def named_state(self, values: Array) -> dict[str, Array]:
        """Views of an array like state by the names of a PyTorch state_dict, model axis in front."""
        return {f"{step.name}.{s.name}": values[:, place] for step, s, place in self.statistics}

    def decaying(self) -> NDArray[Any]:
        """1 where a parameter is a weight, which decays and is penalised; 0 for biases and norms."""
        mask = np.zeros((1, self.size), self.dtype)
        for _, view, decays in self._pieces(mask):
            view[...] = float(decays)
        return mask

    def weights(self) -> Iterator[Array]:
        """Views (models, units, inputs) of the weights that decay, layer by layer."""
        return (view for _, view, decays in self._pieces(self.theta) if decays)

    def _pieces(self, values: Array) -> Iterator[tuple[str, Array, bool]]:
        for step, _, parameter, place in self.slots:
            array = values[:, place].reshape(len(values), *parameter.shape, copy=False)
            for piece in parameter.pieces:
                yield f"{step.name}.{piece.name}", piece.of(array), piece.decays


def _slots(graph: Graph) -> Iterator[tuple[LayerStep, str, Parameter, slice]]:
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
