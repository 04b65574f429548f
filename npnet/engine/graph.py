"""The order of a network's work: layers between numbered nodes, residual blocks laid flat."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from npnet.nn.layer import Layer, Layers
from npnet.nn.residual import Residual


@dataclass(frozen=True)
class LayerStep:
    """One layer, from node x to node y, under the name that its parameters have outside."""

    layer: Layer
    name: str
    inputs: int
    x: int
    y: int


@dataclass(frozen=True)
class Fork:
    """Where a residual block begins: on the way back, node x also gets the gradient of node y."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Sum:
    """Where a residual block ends: node y is node x (the inside's output) plus node skip."""

    name: str
    x: int
    skip: int
    y: int


@dataclass
class Graph:
    """Steps in forward order, the width of every node, and which nodes need a gradient."""

    layers: Layers
    inputs: int
    steps: list[LayerStep | Fork | Sum] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    needs_gradient: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chain(self.layers, self._node(self.inputs, needs_gradient=False), "layers")

    def _node(self, width: int, *, needs_gradient: bool) -> int:
        self.widths.append(width)
        self.needs_gradient.append(needs_gradient)
        return len(self.widths) - 1

    def _chain(self, layers: Layers, x: int, prefix: str) -> int:
        for number, layer in enumerate(layers):
            name = f"{prefix}.{number}"
            x = self._residual(layer, x, name) if isinstance(layer, Residual) else self._layer(layer, x, name)
        return x

    def _layer(self, layer: Layer, x: int, name: str) -> int:
        inputs = self.widths[x]
        learns = self.needs_gradient[x] or bool(layer.parameters(inputs))
        y = self._node(layer.width(inputs), needs_gradient=learns)
        self.steps.append(LayerStep(layer, name, inputs, x, y))
        return y

    def _residual(self, block: Residual, x: int, name: str) -> int:
        place = len(self.steps)
        inside = self._chain(block.layers, x, f"{name}.layers")
        y = self._node(
            block.width(self.widths[x]), needs_gradient=self.needs_gradient[x] or self.needs_gradient[inside]
        )
        self.steps.insert(place, Fork(name, x, y))
        self.steps.append(Sum(name, inside, x, y))
        return y

    def of_layers(self) -> Iterator[LayerStep]:
        """The steps that are layers."""
        return (step for step in self.steps if isinstance(step, LayerStep))

    def overwritten(self, node: int) -> int | None:
        """The node whose arrays a node may take over: its layer's input, if nothing else needs that; or None."""
        made = {step.y: step for step in self.steps if not isinstance(step, Fork)}
        step = made[node]
        if not isinstance(step, LayerStep) or not step.layer.overwrites or step.x == 0:
            return None
        readers = sum(
            step.x in ((other.x, other.skip) if isinstance(other, Sum) else (other.x,)) for other in self.steps
        )
        source = made[step.x]
        return step.x if readers == 1 and not (isinstance(source, LayerStep) and source.layer.reads_output) else None

    @property
    def outputs(self) -> int:
        """Width of the last node."""
        return self.widths[-1]
