"""What the scripts of the player take: arrays as text, and the layers, losses and optimizers that their engine has."""

import base64
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Json = dict[str, Any]

_NETWORK = (
    "elements",
    "rows",
    "model",
    "analysis",
    "training",
    "forms",
    "controls",
    "pointer",
    "editor",
    "status",
    "player",
)
_PICTURES = (
    *(
        "maps",
        "curves",
        "edges",
        "diagram",
        "points",
        "boundary",
        "recorded",
        "unit",
        "lane",
        "legend",
        "print",
        "comparison",
    ),
)
SCRIPTS = (
    "engine",
    *(f"network/{part}" for part in _NETWORK[:-1]),
    *(f"pictures/{part}" for part in _PICTURES),
    f"network/{_NETWORK[-1]}",
)
STYLES = ("network/player",)
TRACE = ("trace/numbers", "trace/exercise", "trace/trace")
"""Scripts that show every number of a step on a row, after the others."""
INSIDE = ("inside/fields", "inside/layouts", "inside/inside")
"""Scripts that show what layers with positions compute for some rows, after the others."""
KNOWN: dict[str, frozenset[str]] = {
    "layers": frozenset(
        (
            *("linear", "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "softplus", "softmax", "gelu", "silu"),
            *("mish", "dropout", "batch_norm", "layer_norm", "scale", "residual", "embedding", "periodic"),
        )
    ),
    "losses": frozenset(
        (
            *("binary_cross_entropy", "cross_entropy", "hinge", "mean_squared_error", "mean_absolute_error"),
            *("huber", "log_cosh", "quantile", "poisson"),
        )
    ),
    "optimizers": frozenset(
        ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam", "lion"),
    ),
    "features": frozenset(("square", "product", "sine")),
}
"""What the page computes, by registry."""


def array(values: NDArray[Any], dtype: DTypeLike = np.float32) -> Json:
    """Return an array as the page reads it: its type, its shape and its little-endian bytes in base64."""
    kind = np.dtype(dtype).newbyteorder("<")
    data = np.ascontiguousarray(values, kind)
    return {"dtype": np.dtype(dtype).name, "shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def rounded(values: NDArray[np.float32]) -> Json:
    """Return an array in half the bytes, as bfloat16: the upper halves of float32, with three digits of any size."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return {**array((bits + 0x8000) >> 16, np.uint16), "dtype": "bfloat16"}
