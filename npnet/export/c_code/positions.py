"""Layers at positions in C: values stand side by side, position by position."""

import math
from collections.abc import Callable

import numpy as np

from npnet.export.c_code.network import CNetwork, Weights
from npnet.export.document import LayerNode

KINDS = {"tanh": 0, "relu": 1, "gru": 2, "lstm": 3}


def positions(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write nothing: the values are in their order already."""


def flatten(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write all positions of the first feature, then all of the next."""
    network.call_into("flatten", math.prod(layer.input_positions), layer.inputs)


def last(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the last position."""
    start = (layer.input_positions[0] - 1) * layer.inputs
    network.lines.append(f"memcpy({network.y}, {network.x} + {start}, {layer.inputs} * sizeof *a);")
    network.swap()


def global_average_pool(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the mean over all positions."""
    network.call_into("position_mean", math.prod(layer.input_positions), layer.inputs)


def conv(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write a convolution."""
    tables = [network.table(layer, name, w[name]) for name in ("weight", "bias")]
    sizes = (layer.inputs, layer.outputs, layer.options["groups"])
    network.call_into("conv", *tables, _windows(network, layer), *sizes)


def pool(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the largest value of each window, or the mean."""
    network.call_into("pool", _windows(network, layer), layer.inputs, int(layer.op == "max_pool"))


def _windows(network: CNetwork, layer: LayerNode) -> str:
    """Write the windows along two axes, the first of one position for a sequence; return their address."""
    axes = layer.options["windows"]
    alone = {"size": 1, "count": 1, "kernel": 1, "stride": 1, "low": 0, "dilation": 1}
    each = [axis | {"count": count} for axis, count in zip(axes, layer.positions, strict=True)]
    both = [alone, *each] if len(each) == 1 else each
    fields = ", ".join(f"{{{both[0][name]}, {both[1][name]}}}" for name in alone)
    name = f"npnet_{network.number}_{layer.name.replace('.', '_')}_windows"
    network.tables.append(f"static const npnet_windows {name} = {{{fields}}};\n")
    return f"&{name}"


def upsample(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write each position several times along each axis."""
    factor, sizes = layer.options["factor"], layer.input_positions
    height, width, down = (1, *sizes, 1) if len(sizes) == 1 else (*sizes, factor)
    network.call_into("upsample", layer.inputs, height, width, down, factor)


def recurrent(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the states of a recurrent layer, of one direction beside the other."""
    options, kind = layer.options, KINDS[layer.options.get("activation", layer.op)]
    gates, units = {2: 3, 3: 4}.get(kind, 1), options["units"]
    for number, suffix in enumerate(("", "_reverse")[: 1 + options["bidirectional"]]):
        names = [f"{name}_l0{suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        sizes = (layer.input_positions[0], layer.inputs, units, gates, kind, number, int(options["states"] == "all"))
        weights = _weights(network, layer, names, w)
        network.call("recurrent", network.y, weights, *sizes, layer.outputs, number * units)
    network.swap()


def attention(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the attention of all positions to each other."""
    names = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
    sizes = (math.prod(layer.positions), layer.inputs, layer.options["heads"], int(layer.options["causal"]))
    network.call_into("attention", _weights(network, layer, names, w), *sizes)


def _weights(network: CNetwork, layer: LayerNode, names: list[str], w: Weights) -> str:
    """Write several tables and an array of them; return its name."""
    tables = [network.table(layer, name.replace(".", "_"), w[name]) for name in names]
    name = f"npnet_{network.number}_{layer.name.replace('.', '_')}_{names[0]}_and_others"
    network.tables.append(f"static const npnet_real *const {name}[4] = {{{', '.join(tables)}}};\n")
    return name


def positional(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write x plus values of each position: learned ones, or waves."""
    feature, place = np.arange(layer.outputs), np.arange(math.prod(layer.positions))[:, np.newaxis]
    phase = place / 10000 ** (feature // 2 * 2 / layer.outputs)
    values = w["weight"] if "weight" in w else np.where(feature % 2, np.cos(phase), np.sin(phase))
    table = network.table(layer, "values", values)
    network.lines.append(f"npnet_add({table}, {network.x}, {values.size});")


def token_embedding(network: CNetwork, layer: LayerNode, w: Weights) -> None:
    """Write the learned values of the code at each position."""
    sizes = (math.prod(layer.positions), layer.options["tokens"], layer.outputs)
    network.call_into("token_embedding", network.table(layer, "weight", w["weight"]), *sizes)


AT_POSITIONS: dict[str, Callable[[CNetwork, LayerNode, Weights], None]] = {
    "positions": positions,
    "flatten": flatten,
    "last": last,
    "global_average_pool": global_average_pool,
    **dict.fromkeys(("conv1d", "conv2d"), conv),
    **dict.fromkeys(("max_pool", "average_pool"), pool),
    "upsample": upsample,
    **dict.fromkeys(("rnn", "gru", "lstm"), recurrent),
    "attention": attention,
    "positional": positional,
    "token_embedding": token_embedding,
}
