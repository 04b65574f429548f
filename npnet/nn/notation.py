"""The network in a line: the widths of its layers, as people write them, 2-16-[16+]-1."""

from collections.abc import Iterator
from itertools import groupby

from npnet.nn.layer import Layers, layers
from npnet.nn.linear import Linear
from npnet.nn.residual import Residual

REPEATED = 4  # equal neighbours from this number on are counted


def network_text(network: Layers, inputs: int) -> str:
    """The inputs, then the outputs of every layer that mixes them or changes their number.

    A number alone is a linear layer, `[16+]` a residual block around one of 16, `periodic:44` another layer that gives
    44 values; `64x8` stands for eight equal ones. Layers that keep the width, such as activations, are left out.
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
    return "-".join(text for some in counted for text in some)
