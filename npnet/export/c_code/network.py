"""Layers in C: statements on two buffers, a and b; the current one holds the values of a row."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.export.c_code.library import array
from npnet.export.document import Document, LayerNode

Weights = Mapping[str, NDArray[Any]]


@dataclass
class CNetwork:
    """The statements of one model, and its weights."""

    document: Document
    number: int
    functions: "Mapping[str, Callable[[CNetwork, LayerNode, Weights], None]]"
    tables: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    x: str = "a"
    y: str = "b"

    def forward(self, layers: tuple[LayerNode, ...]) -> None:
        """Write layers, one after another."""
        weights = self.document.models[self.number].weights
        for layer in layers:
            start = f"{layer.name}."
            own = {name.removeprefix(start): values for name, values in weights.items() if name.startswith(start)}
            self.functions[layer.op](self, layer, own)

    def table(self, layer: LayerNode, name: str, values: NDArray[Any]) -> str:
        """Write weights as a table; return its name."""
        full = f"npnet_{self.number}_{layer.name.replace('.', '_')}_{name}"
        end = "f" if self.document.dtype == "float32" else ""
        numbers = np.asarray(values, self.document.dtype).ravel()
        self.tables.append(array("npnet_real", full, [f"{float(str(one))!r}{end}" for one in numbers]))
        return full

    def call(self, function: str, *arguments: object) -> None:
        """Write a function that changes the values in place."""
        self.lines.append(f"npnet_{function}({', '.join(map(str, (self.x, *arguments)))});")

    def call_each(self, layer: LayerNode, function: str, *arguments: object) -> None:
        """Write a function that changes the features of a row, or of each of its positions, in place."""
        if layer.positions:
            count = math.prod(layer.positions)
            self.lines.append(f"for (i = 0; i < {count}; i++)")
            self.lines.append(
                f"    npnet_{function}({', '.join(map(str, (f'{self.x} + i * {layer.inputs}', *arguments)))});"
            )
        else:
            self.call(function, *arguments)

    def call_into(self, function: str, *arguments: object) -> None:
        """Write a function from the current buffer into the other."""
        self.call(function, self.y, *arguments)
        self.swap()

    def swap(self) -> None:
        """Make the other buffer the current one."""
        self.x, self.y = self.y, self.x

    def function(self) -> str:
        """Return the tables and the function of the model, which writes its scores in float64."""
        self.forward(self.document.layers)
        head = f"static inline void npnet_network_{self.number}(const npnet_real *inputs, double *scores)"
        count = len(self.document.preparations[0].order)
        body = ["size_t i;", "npnet_real a[NPNET_WIDEST], b[NPNET_WIDEST];"]
        body += [f"memcpy(a, inputs, {count} * sizeof *a);", "(void)b;", *self.lines]
        body.append(f"for (i = 0; i < {self.document.scores}; i++) scores[i] = {self.x}[i];")
        return "".join([*self.tables, head, "\n{\n", *(f"    {line}\n" for line in body), "}\n"])


def widest(document: Document) -> int:
    """Return the largest number of values between two layers."""
    return max([len(document.preparations[0].order), *_widths(document.layers)])


def _widths(layers: tuple[LayerNode, ...]) -> Iterator[int]:
    for layer in layers:
        yield layer.inputs * math.prod(layer.input_positions)
        yield layer.outputs * math.prod(layer.positions)
        yield 4 * layer.options.get("units", 0) if layer.op in ("rnn", "gru", "lstm") else 0
        yield 3 * layer.inputs * math.prod(layer.positions) if layer.op == "attention" else 0
        yield from _widths(layer.layers)


def _elementwise(name: str, *options: str) -> Callable[[CNetwork, LayerNode, Weights], None]:
    """Return what writes a function of each value, with some options of the layer."""

    def write(network: CNetwork, layer: LayerNode, w: Weights) -> None:
        network.call_each(layer, name, layer.inputs, *(repr(float(layer.options[option])) for option in options))

    return write


def linear(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write W x + b."""
    tables = [network.table(layer, name, w[name]) for name in ("weight", "bias")]
    if layer.positions:
        x, y = network.x, network.y
        network.lines.append(f"for (i = 0; i < {math.prod(layer.positions)}; i++)")
        x, y = f"    npnet_linear({x} + i * {layer.inputs}", f"{y} + i * {layer.outputs}"
        network.lines.append(f"{x}, {y}, {', '.join(tables)}, {layer.inputs}, {layer.outputs});")
        network.swap()
    else:
        network.call_into("linear", *tables, layer.inputs, layer.outputs)


def elu(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write x, or alpha (exp(x) - 1) below 0."""
    network.call_each(layer, "exponential", layer.inputs, 1.0, float(layer.options["alpha"]))


def selu(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write s x, or s a (exp(x) - 1) below 0."""
    network.call_each(layer, "exponential", layer.inputs, 1.0507009873554805, 1.0507009873554805 * 1.6732632423543772)


def batch_norm(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write each feature normalized by its running statistics, then scaled and shifted."""
    factor = w["weight"] / np.sqrt(w["running_var"] + w["running_var"].dtype.type(layer.options["epsilon"]))
    named = {"mean": w["running_mean"], "factor": factor, "bias": w["bias"]}
    network.call_each(
        layer, "batch_norm", layer.inputs, *(network.table(layer, name, one) for name, one in named.items())
    )


def layer_norm(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write mean 0 and variance 1 over the features, then scaled and shifted."""
    tables = [network.table(layer, name, w[name]) for name in ("weight", "bias")]
    network.call_each(layer, "layer_norm", layer.inputs, *tables, float(layer.options["epsilon"]))


def scale(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write each feature times its factor."""
    factor = (1 + layer.options["speed"] * w["weight"]).astype(network.document.dtype)
    network.call_each(layer, "scale", layer.inputs, network.table(layer, "factor", factor))


def residual(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write x plus the output of the layers inside."""
    kept = f"kept_{layer.name.replace('.', '_')}"
    count = layer.inputs * math.prod(layer.positions)
    size = f"{count} * sizeof *a"
    network.lines += [f"npnet_real {kept}[{count}];", f"memcpy({kept}, {network.x}, {size});"]
    network.forward(layer.layers)
    network.lines.append(f"npnet_add({kept}, {network.x}, {count});")


def embedding(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the inputs that pass, then the learned values of each code, which are the last inputs."""
    codes, size = len(layer.options["codes"] or ()), layer.options["size"]
    passed, x, y = layer.inputs - codes, network.x, network.y
    network.lines.append(f"memcpy({y}, {x}, {passed} * sizeof *a);")
    for number in range(codes):
        values = np.concatenate([w[f"{number}.unseen"], w[f"{number}.weight"]], axis=1).T
        table, start = network.table(layer, f"{number}_table", values), passed + number * size
        code = f"{table} + (size_t){x}[{passed + number}] * {size}"
        network.lines.append(f"memcpy({y} + {start}, {code}, {size} * sizeof *a);")
    network.swap()


def periodic(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write learned waves of each number, then the inputs."""
    if "frequency" not in w:
        return
    turns = w["frequency"] * np.array(2 * np.pi, w["frequency"].dtype)
    named = {"frequency": turns, "weight": w["weight"], "bias": w["bias"]}
    tables = [network.table(layer, name, values) for name, values in named.items()]
    numbers, frequencies = turns.shape
    network.call_into("periodic", *tables, layer.inputs, numbers, frequencies, layer.options["size"])


OF_ROWS: dict[str, Callable[[CNetwork, LayerNode, Weights], None]] = {
    **{name: _elementwise(name) for name in ("relu", "tanh", "sigmoid", "softplus", "softmax", "gelu", "silu", "mish")},
    "leaky_relu": _elementwise("leaky_relu", "slope"),
    "linear": linear,
    "elu": elu,
    "selu": selu,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "scale": scale,
    "residual": residual,
    "embedding": embedding,
    "periodic": periodic,
}
