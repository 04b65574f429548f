"""Layers in ONNX: nodes from x (rows, ..., features), in the dtype of the network."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.export.document import LayerNode
from npnet.export.onnx_code.graph import INT64, OnnxGraph

Weights = Mapping[str, NDArray[Any]]


@dataclass
class NetworkNodes:
    """The nodes of one model; constants have the dtype of its weights."""

    graph: OnnxGraph
    dtype: Any
    weights: Weights
    functions: "Mapping[str, Callable[[NetworkNodes, str, LayerNode, Weights], str]]"

    def add(self, op: str, *values: Any, **attributes: Any) -> str:
        """Add a node; numbers are constants in the dtype of the network."""
        fitted = [np.array(value, self.dtype) if isinstance(value, int | float) else value for value in values]
        return self.graph.add(op, *fitted, **attributes)

    def forward(self, x: str, layers: tuple[LayerNode, ...]) -> str:
        """Return the output of layers, one after another."""
        for layer in layers:
            start = f"{layer.name}."
            own = {name.removeprefix(start): w for name, w in self.weights.items() if name.startswith(start)}
            x = self.functions[layer.op](self, x, layer, own)
        return x


def linear(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return W x + b of each row."""
    if layer.positions:
        return n.add("Add", n.add("MatMul", x, np.ascontiguousarray(w["weight"].T)), w["bias"])
    return n.add("Gemm", x, w["weight"], w["bias"], transB=1)


def relu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return max(0, x)."""
    return n.add("Relu", x)


def leaky_relu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x, or slope x below 0."""
    return n.add("Max", x, n.add("Mul", x, layer.options["slope"]))


def elu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x, or alpha (exp(x) - 1) below 0."""
    return exponential(n, x, 1.0, layer.options["alpha"])


def selu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return s x, or s a (exp(x) - 1) below 0."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return exponential(n, x, scale, scale * alpha)


def exponential(n: NetworkNodes, x: str, scale: float, below: float) -> str:
    """Return scale x, or below (exp(x) - 1) where x is below 0."""
    bend = n.add("Sub", n.add("Exp", n.add("Min", x, 0.0)), 1.0)
    return n.add("Add", n.add("Mul", n.add("Relu", x), scale), n.add("Mul", bend, below))


def tanh(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return tanh(x)."""
    return n.add("Tanh", x)


def sigmoid(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return 1 / (1 + exp(-x))."""
    return n.add("Sigmoid", x)


def softplus(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return ln(1 + exp(x))."""
    bend = n.add("Log", n.add("Add", n.add("Exp", n.add("Neg", n.add("Abs", x))), 1.0))
    return n.add("Add", n.add("Relu", x), bend)


def softmax(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return exp(x) divided by its sum over the features."""
    return n.add("Softmax", x, axis=-1)


def gelu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))); beyond 10 the tanh is 1."""
    root = math.sqrt(2 / math.pi)
    near = n.add("Clip", x, -10.0, 10.0)
    cubic = n.add("Add", n.add("Mul", n.add("Mul", near, near), 0.044715 * root), root)
    bend = n.add("Add", n.add("Tanh", n.add("Mul", cubic, near)), 1.0)
    return n.add("Mul", n.add("Mul", bend, x), 0.5)


def silu(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x times its sigmoid."""
    return n.add("Mul", x, n.add("Sigmoid", x))


def mish(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x tanh(ln(1 + exp(x))); beyond 20 the tanh is 1."""
    e = n.add("Exp", n.add("Min", x, 20.0))
    t = n.add("Mul", n.add("Add", e, 2.0), e)
    return n.add("Mul", x, n.add("Div", t, n.add("Add", t, 2.0)))


def batch_norm(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return each feature normalized by its running statistics, then scaled and shifted."""
    factor = w["weight"] / np.sqrt(w["running_var"] + w["running_var"].dtype.type(layer.options["epsilon"]))
    return n.add("Add", n.add("Mul", n.add("Sub", x, w["running_mean"]), factor), w["bias"])


def layer_norm(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return each row with mean 0 and variance 1, then scaled and shifted."""
    centered = n.add("Sub", x, n.add("ReduceMean", x, axes=[-1], keepdims=1))
    variance = n.add("ReduceMean", n.add("Mul", centered, centered), axes=[-1], keepdims=1)
    normal = n.add("Div", centered, n.add("Sqrt", n.add("Add", variance, layer.options["epsilon"])))
    return n.add("Add", n.add("Mul", normal, w["weight"]), w["bias"])


def scale(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return each feature times its factor."""
    return n.add("Mul", x, (1 + layer.options["speed"] * w["weight"]).astype(n.dtype))


def residual(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x plus the output of the layers inside."""
    return n.add("Add", x, n.forward(x, layer.layers))


def embedding(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the inputs that pass, then the learned values of each code, which are the last inputs."""
    codes = len(layer.options["codes"] or ())
    if not codes:
        return x
    values = [sliced(n, x, 0, layer.inputs - codes)] if layer.inputs > codes else []
    for number in range(codes):
        table = np.concatenate([w[f"{number}.unseen"], w[f"{number}.weight"]], axis=1).T
        code = n.add("Cast", n.add("Gather", x, np.array(layer.inputs - codes + number), axis=1), to=INT64)
        values.append(n.add("Gather", np.ascontiguousarray(table), code))
    return n.add("Concat", *values, axis=1)


def periodic(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return learned waves of each number, then the inputs."""
    if "frequency" not in w:
        return x
    numbers, k = w["frequency"].shape
    turns = (w["frequency"] * np.array(2 * np.pi, n.dtype))[:, np.newaxis]
    x_by_number = n.add("Unsqueeze", n.add("Transpose", sliced(n, x, 0, numbers), perm=[1, 0]), np.array([2]))
    phase = n.add("Mul", x_by_number, turns)
    waves = n.add("Concat", n.add("Sin", phase), n.add("Cos", phase), axis=2)
    weight = np.ascontiguousarray(w["weight"].reshape(numbers, -1, 2 * k).transpose(0, 2, 1))
    values = n.add("Transpose", n.add("MatMul", waves, weight), perm=[1, 0, 2])
    flat = n.add("Reshape", values, np.array([-1, len(w["bias"])]))
    return n.add("Concat", n.add("Relu", n.add("Add", flat, w["bias"])), x, axis=1)


def sliced(n: NetworkNodes, x: str, start: int, end: int) -> str:
    """Return some of the features."""
    return n.graph.add("Slice", x, np.array([start]), np.array([end]), np.array([1]))


OF_ROWS: dict[str, Callable[[NetworkNodes, str, LayerNode, Weights], str]] = {
    "linear": linear,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "softmax": softmax,
    "gelu": gelu,
    "silu": silu,
    "mish": mish,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "scale": scale,
    "residual": residual,
    "embedding": embedding,
    "periodic": periodic,
}
