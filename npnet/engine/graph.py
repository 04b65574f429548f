"""The graph of a network: layers between numbered nodes, residual blocks flattened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.linear import Linear
from npnet.nn.residual import Residual

REPEATED = 4
"""Number of equal neighbours from which `network_text` counts them."""


@dataclass(frozen=True)
class LayerStep:
    """One layer from node x to node y, by the name that its parameters have in a state_dict."""

    layer: Layer
    name: str
    inputs: int
    x: int
    y: int


@dataclass(frozen=True)
class Fork:
    """The start of a residual block: backward, node x also gets the gradient of node y."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Sum:
    """The end of a residual block: node y is node x, the output of its layers, plus node skip."""

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

    def _chain(self, chain: Layers, x: int, prefix: str) -> int:
        for number, layer in enumerate(chain):
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
        start = len(self.steps)
        inside = self._chain(block.layers, x, f"{name}.layers")
        y = self._node(
            block.width(self.widths[x]), needs_gradient=self.needs_gradient[x] or self.needs_gradient[inside]
        )
        self.steps.insert(start, Fork(name, x, y))
        self.steps.append(Sum(name, inside, x, y))
        return y

    def of_layers(self) -> Iterator[LayerStep]:
        """Iterate over the steps that are layers."""
        return (step for step in self.steps if isinstance(step, LayerStep))

    def overwritten(self, node: int) -> int | None:
        """Return the node that a node may overwrite: its input if nothing else reads it, or None."""
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


def network_text(network: Layers, inputs: int) -> str:
    """Return the widths of a network in one line, such as 2-16-[16+]-1.

    The first number is the inputs. A number is a linear layer, `[16+]` a residual block around a linear layer of 16,
    `periodic:44` another layer with 44 outputs; `64x8` is eight layers of 64. Layers that keep the width, such as
    activations, are left out.
    """
    return _joined([str(inputs), *_pieces(network, inputs)])


def _pieces(network: Layers, width: int) -> Iterator[str]:
    for layer in network:
        before, width = width, layer.width(width)
        if isinstance(layer, Residual):
            yield f"[{_joined(list(_pieces(layer.layers, before)))}+]"
        elif isinstance(layer, Linear):
            yield str(width)
        elif width != before:
            yield f"{layers.name_of(layer)}:{width}"


def _joined(pieces: list[str]) -> str:
    runs = [(piece, len(list(equal))) for piece, equal in groupby(pieces)]
    counted = [[f"{piece}x{count}"] if count >= REPEATED else [piece] * count for piece, count in runs]
    return "-".join(text for group in counted for text in group)
