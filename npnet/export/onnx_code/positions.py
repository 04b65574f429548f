"""Layers at positions in ONNX: x is (rows, positions, features), or (rows, height, width, features)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from npnet.export.document import LayerNode
from npnet.export.onnx_code.graph import INT64
from npnet.export.onnx_code.layers import NetworkNodes, Weights

Advance = Callable[[NetworkNodes, str, Any, Any, Any, LayerNode], tuple[str, Any]]


def positions(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the values of each row at positions, those of a position side by side."""
    return n.add("Reshape", x, np.array([-1, *layer.positions, layer.outputs]))


def flatten(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return all positions of the first feature, then all of the next."""
    return n.add("Reshape", first(n, x, layer), np.array([-1, layer.outputs]))


def first(n: NetworkNodes, x: str, layer: LayerNode) -> str:
    """Return x with the features before the positions."""
    axes = len(layer.input_positions)
    return n.add("Transpose", x, perm=[0, axes + 1, *range(1, axes + 1)])


def behind(n: NetworkNodes, x: str, layer: LayerNode) -> str:
    """Return x with the features after the positions again."""
    return n.add("Transpose", x, perm=[0, *range(2, len(layer.positions) + 2), 1])


def last(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the last position."""
    return n.add("Gather", x, np.array(layer.input_positions[0] - 1), axis=1)


def global_average_pool(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the mean over all positions."""
    return n.add("ReduceMean", x, axes=list(range(1, len(layer.input_positions) + 1)), keepdims=0)


def conv(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return a convolution."""
    form = {"group": layer.options["groups"], "dilations": [axis["dilation"] for axis in layer.options["windows"]]}
    y = n.add("Conv", first(n, x, layer), w["weight"], w["bias"], **form, **window(layer))
    return behind(n, y, layer)


def max_pool(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the largest value of each window."""
    return behind(n, n.add("MaxPool", first(n, x, layer), **window(layer)), layer)


def average_pool(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the mean of each window, zeros around the input included."""
    return behind(n, n.add("AveragePool", first(n, x, layer), count_include_pad=1, **window(layer)), layer)


def window(layer: LayerNode) -> dict[str, list[int]]:
    """Return the attributes of windows."""
    axes = layer.options["windows"]
    names = {"kernel_shape": "kernel", "strides": "stride"}
    pads = [axis[end] for end in ("low", "high") for axis in axes]
    return {name: [axis[own] for axis in axes] for name, own in names.items()} | {"pads": pads}


def upsample(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return each position several times along each axis."""
    for axis, size in enumerate(layer.input_positions, 1):
        x = n.add("Gather", x, np.repeat(np.arange(size), layer.options["factor"]), axis=axis)
    return x


def recurrent(advance: Advance) -> Callable[[NetworkNodes, str, LayerNode, Weights], str]:
    """Return what adds a recurrent layer, step by step."""

    def add(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
        outputs = []
        for suffix in ("", "_reverse")[: 1 + layer.options["bidirectional"]]:
            W, U, b, c = (w[f"{name}_l0{suffix}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            product = n.add("Add", n.add("MatMul", x, np.ascontiguousarray(W.T)), b)
            h: Any = np.zeros((1, U.shape[1]), n.dtype)
            memory: Any = h
            states: dict[int, str] = {}
            steps = range(layer.input_positions[0])
            for t in reversed(steps) if suffix else steps:
                u = n.add("Gemm", h, U, c, transB=1) if states else c[np.newaxis]
                h, memory = advance(n, n.add("Gather", product, np.array(t), axis=1), u, h, memory, layer)
                states[t] = h
            every = [n.add("Unsqueeze", states[t], np.array([1])) for t in steps]
            outputs.append(n.add("Concat", *every, axis=1) if layer.options["states"] == "all" else h)
        return n.add("Concat", *outputs, axis=-1)

    return add


def rnn_step(n: NetworkNodes, a: str, u: Any, h: Any, memory: Any, layer: LayerNode) -> tuple[str, Any]:
    """Return the state by the products of the input, a, and of the state before, u."""
    return n.add("Relu" if layer.options["activation"] == "relu" else "Tanh", n.add("Add", a, u)), memory


def gru_step(n: NetworkNodes, a: str, u: Any, h: Any, memory: Any, layer: LayerNode) -> tuple[str, Any]:
    """Return (1 - z) n + z h with gates r and z."""
    (ar, az, an), (ur, uz, un) = (parts(n, one, 3, layer) for one in (a, u))
    r, z = n.add("Sigmoid", n.add("Add", ar, ur)), n.add("Sigmoid", n.add("Add", az, uz))
    fresh = n.add("Tanh", n.add("Add", an, n.add("Mul", r, un)))
    return n.add("Add", fresh, n.add("Mul", z, n.add("Sub", h, fresh))), memory


def lstm_step(n: NetworkNodes, a: str, u: Any, h: Any, memory: Any, layer: LayerNode) -> tuple[str, Any]:
    """Return o tanh(c) and c = f c + i g."""
    i, f, g, o = parts(n, n.add("Add", a, u), 4, layer)
    i, f, o = (n.add("Sigmoid", one) for one in (i, f, o))
    memory = n.add("Add", n.add("Mul", f, memory), n.add("Mul", i, n.add("Tanh", g)))
    return n.add("Mul", o, n.add("Tanh", memory)), memory


def parts(n: NetworkNodes, x: Any, count: int, layer: LayerNode) -> list[str]:
    """Return the values of each gate."""
    units = layer.options["units"]
    ends = [(np.array([k * units]), np.array([(k + 1) * units])) for k in range(count)]
    return [n.graph.add("Slice", x, start, end, np.array([1])) for start, end in ends]


def positional(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return x plus values of each position: learned ones, or waves."""
    shape = (*layer.positions, layer.outputs)
    if "weight" in w:
        return n.add("Add", x, w["weight"].reshape(shape))
    feature, place = np.arange(layer.outputs), np.arange(math.prod(layer.positions))[:, np.newaxis]
    phase = place / 10000 ** (feature // 2 * 2 / layer.outputs)
    return n.add("Add", x, np.where(feature % 2, np.cos(phase), np.sin(phase)).reshape(shape).astype(n.dtype))


def attention(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the mean of the values of all positions, weighted by how their keys fit the query of a position."""
    count, heads = math.prod(layer.positions), layer.options["heads"]
    rows = n.add("Reshape", x, np.array([-1, count, layer.inputs]))
    product = n.add("Add", n.add("MatMul", rows, np.ascontiguousarray(w["in_proj_weight"].T)), w["in_proj_bias"])
    each = n.add("Reshape", product, np.array([-1, count, 3, heads, layer.inputs // heads]))
    q, k, v = (n.add("Gather", each, np.array(part), axis=2) for part in range(3))
    q, v = (n.add("Transpose", one, perm=[0, 2, 1, 3]) for one in (q, v))
    scores = n.add("MatMul", q, n.add("Transpose", k, perm=[0, 2, 3, 1]))
    scores = n.add("Mul", scores, 1 / math.sqrt(layer.inputs // heads))
    if layer.options["causal"]:
        scores = n.add("Where", np.tri(count, dtype=bool), scores, -math.inf)
    o = n.add("Transpose", n.add("MatMul", n.add("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
    flat = n.add("Reshape", o, np.array([-1, *layer.positions, layer.inputs]))
    return n.add("Add", n.add("MatMul", flat, np.ascontiguousarray(w["out_proj.weight"].T)), w["out_proj.bias"])


def token_embedding(n: NetworkNodes, x: str, layer: LayerNode, w: Weights) -> str:
    """Return the learned values of the code at each position."""
    code = n.add("Clip", n.add("Round", x), 0.0, float(layer.options["tokens"] - 1))
    values = n.add("Gather", w["weight"], n.add("Cast", code, to=INT64))
    return n.add("Reshape", values, np.array([-1, *layer.positions, layer.outputs]))


AT_POSITIONS: dict[str, Callable[[NetworkNodes, str, LayerNode, Weights], str]] = {
    "positions": positions,
    "flatten": flatten,
    "last": last,
    "global_average_pool": global_average_pool,
    "conv1d": conv,
    "conv2d": conv,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "upsample": upsample,
    "rnn": recurrent(rnn_step),
    "gru": recurrent(gru_step),
    "lstm": recurrent(lstm_step),
    "positional": positional,
    "attention": attention,
    "token_embedding": token_embedding,
}
