"""The graph of a network: layers between numbered nodes, residual blocks flattened; and the cost of training it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from math import prod

from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.linear import Linear
from npnet.nn.residual import Residual
from npnet.nn.shape import Shape

REPEATED = 4
"""Number of equal neighbours from which `network_text` counts them."""
CACHE = 2 << 20
"""Bytes up to which a larger stack is faster per model; beyond, cache misses outweigh the gain."""
LARGE_CACHE = 32 << 20
FEW, MANY = 8, 256
CHUNK, FEWEST_ROWS = 1024, 32
"""Rows of an inference pass, and the fewest of a network with positions."""
FLOAT64 = 8


@dataclass(frozen=True)
class LayerStep:
    """One layer from node x to node y, by the name that its parameters have in a state_dict.

    `owner` is the name of the layer whose weights it uses too, if they are tied.
    """

    layer: Layer
    name: str
    inputs: Shape
    x: int
    y: int
    owner: str | None = None


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


class Graph:
    """Steps in forward order, the shape of every node, and which nodes need a gradient."""

    def __init__(self, layers: Layers, inputs: int) -> None:
        self.inputs = inputs
        self.steps: list[LayerStep | Fork | Sum] = []
        self.shapes, self.needs_gradient = [Shape(inputs)], [False]
        self._append(layers, 0, "layers")
        self.layer_steps = [step for step in self.steps if isinstance(step, LayerStep)]
        self.outputs = self.shapes[-1].features

    @property
    def chunk(self) -> int:
        """The rows of an inference pass: fewer where each has many positions."""
        positions = max(shape.count for shape in self.shapes)
        return CHUNK if positions == 1 else max(CHUNK * 8 // positions, FEWEST_ROWS)

    def _append(self, chain: Layers, x: int, prefix: str) -> int:
        """Append the steps of layers that read node x, and return the node of their output."""
        for number, layer in enumerate(chain):
            name, inputs, start, last = f"{prefix}.{number}", self.shapes[x], len(self.steps), x
            if isinstance(layer, Residual):
                last = self._append(layer.layers, x, f"{name}.layers")
            y = len(self.shapes)
            self.shapes.append(layer.shape(inputs))
            self.needs_gradient.append(self.needs_gradient[last] or bool(layer.parameters(inputs)))
            if isinstance(layer, Residual):
                self.steps.insert(start, Fork(name, x, y))
                self.steps.append(Sum(name, last, x, y))
            else:
                self.steps.append(LayerStep(layer, name, inputs, x, y, self._owner(layer, inputs)))
            x = y
        return x

    def _owner(self, layer: Layer, inputs: Shape) -> str | None:
        """Return the name of the layer that owns tied weights; AdvisedError where they do not fit."""
        if layer.tied is None:
            return None
        before = [step for step in self.steps if isinstance(step, LayerStep)]
        owner = next((step for step in reversed(before) if layers.name_of(step.layer) == layer.tied), None)
        layer.require_tied(inputs, owner.layer if owner else None)
        return owner.name if owner else None

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


class Cost:
    """The cost of training one model, known before anything is allocated: parameters, bytes, products, size of stacks.

    `by_layer` counts the parameters of each layer, residual blocks flattened, and `parameters` all of them.
    `largest_product` is the multiply-adds of the largest matrix product in a step. `weights_bytes` has parameters and
    running statistics; `checkpoint_bytes` has them twice, current and best, and the optimizer's slots.
    """

    def __init__(self, graph: Graph, batch_rows: int, slots: int, itemsize: int) -> None:
        self.graph, self.batch_rows, self.slots, self.itemsize = graph, batch_rows, slots, itemsize
        steps = graph.layer_steps
        sizes = [[prod(p.shape) for p in step.layer.parameters(step.inputs).values()] for step in steps]
        self.by_layer = [sum(of_layer) for of_layer in sizes]
        self.parameters = sum(self.by_layer)
        products = [max(size, default=0) * step.inputs.count for size, step in zip(sizes, steps, strict=True)]
        self.largest_product = max(products, default=0) * batch_rows
        statistics = sum(s.size for step in steps for s in step.layer.state(step.inputs))
        self.weights_bytes = itemsize * (self.parameters + statistics)
        self.checkpoint_bytes = 2 * self.weights_bytes + slots * itemsize * self.parameters

    @property
    def models_per_stack(self) -> int:
        """Models that train fastest as one stack: as many as fit into the cache, or a few.

        A step reads or writes parameters, gradient, slots, two work arrays, and the buffers of a batch.
        """
        each = self.itemsize * (self.parameters * (3 + self.slots) + self.buffers(self.batch_rows))
        return min(MANY, max(CACHE // each, min(FEW, LARGE_CACHE // each), 1))

    def buffers(self, rows: int) -> int:
        """Count the values in the buffers of a pass: outputs with ones, gradients, scratch."""
        nodes = sum((2 * shape.features + 1) * shape.count for shape in self.graph.shapes)
        scratch = [step.layer.scratch(step.inputs, rows * step.inputs.count) for step in self.graph.layer_steps]
        return nodes * rows + sum(prod(shape) for arrays in scratch for shape, _ in arrays.values())

    def training_bytes(self, rows: Mapping[str, int], targets: int, models: int) -> int:
        """Estimate the bytes to train some models: arrays like theta, buffers, data."""
        arrays = 6 + self.slots  # theta, gradient, mask, two work arrays, the best, and the slots
        passes = [self.batch_rows, rows["train"] % self.batch_rows, min(self.graph.chunk, max(rows.values()))]
        # For each row: inputs and a one, encoded targets and scores, and the target with its index, position and order.
        row = (self.graph.inputs + 1) * self.itemsize
        row += self.graph.outputs * self.graph.shapes[-1].count * (2 * self.itemsize + FLOAT64)
        row += (targets + 3) * FLOAT64
        values = self.parameters * arrays + sum(self.buffers(size) for size in passes)
        return models * self.itemsize * values + sum(rows.values()) * row


def network_text(network: Layers, inputs: int) -> str:
    """Return the shapes of a network in one line, such as 2-16-[16+]-1.

    The first number is the inputs. A number is a linear layer, `[16+]` a residual block around a linear layer of 16,
    `periodic:44` another layer with 44 outputs, `conv2d:16x8x8` one with 16 at each of 8 x 8 positions; `64x8` is eight
    layers of 64. Layers that keep the shape, such as activations, are left out.
    """
    return _text(network, Shape(inputs), [str(inputs)])


def _text(network: Layers, shape: Shape, pieces: list[str]) -> str:
    for layer in network:
        before, shape = shape, layer.shape(shape)
        if isinstance(layer, Residual):
            pieces.append(f"[{_text(layer.layers, before, [])}+]")
        elif isinstance(layer, Linear):
            pieces.append(str(shape.features))
        elif shape != before:
            pieces.append(f"{layers.name_of(layer)}:{shape.text('x')}")
    runs = [(piece, len(list(equal))) for piece, equal in groupby(pieces)]
    counted = [[f"{piece}x{count}"] if count >= REPEATED else [piece] * count for piece, count in runs]
    return "-".join(text for run in counted for text in run)
