"""Layers in NumPy exports: functions of x (rows, ..., features), the options of a layer and its weights by name."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Options = dict[str, Any]
Weights = dict[str, NDArray[Any]]


def linear(x: Array, options: Options, w: Weights) -> Array:
    """Return W x + b of each row."""
    return x @ w["weight"].T + w["bias"]


def relu(x: Array, options: Options, w: Weights) -> Array:
    """Return max(0, x)."""
    return np.maximum(x, 0)


def leaky_relu(x: Array, options: Options, w: Weights) -> Array:
    """Return x, or slope x below 0."""
    return np.maximum(x, options["slope"] * x)


def elu(x: Array, options: Options, w: Weights) -> Array:
    """Return x, or alpha (exp(x) - 1) below 0."""
    return np.maximum(x, 0) + options["alpha"] * np.expm1(np.minimum(x, 0))


def selu(x: Array, options: Options, w: Weights) -> Array:
    """Return s x, or s a (exp(x) - 1) below 0."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.maximum(x, 0) + scale * alpha * np.expm1(np.minimum(x, 0))


def tanh(x: Array, options: Options, w: Weights) -> Array:
    """Return tanh(x)."""
    return np.tanh(x)


def sigmoid(x: Array, options: Options, w: Weights) -> Array:
    """Return 1 / (1 + exp(-x)), so written that nothing overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def softplus(x: Array, options: Options, w: Weights) -> Array:
    """Return ln(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softmax(x: Array, options: Options, w: Weights) -> Array:
    """Return exp(x) divided by its sum over the features."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gelu(x: Array, options: Options, w: Weights) -> Array:
    """Return x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))); beyond 10 the tanh is 1."""
    near = np.clip(x, -10, 10)
    return 0.5 * x * (1 + np.tanh(0.7978845608028654 * (near + 0.044715 * near**3)))


def silu(x: Array, options: Options, w: Weights) -> Array:
    """Return x times its sigmoid."""
    return x * (0.5 + 0.5 * np.tanh(0.5 * x))


def mish(x: Array, options: Options, w: Weights) -> Array:
    """Return x tanh(ln(1 + exp(x))); beyond 20 the tanh is 1."""
    e = np.exp(np.minimum(x, 20))
    return x * (e * (e + 2) / (e * (e + 2) + 2))


def batch_norm(x: Array, options: Options, w: Weights) -> Array:
    """Return each feature normalized by its running statistics, then scaled and shifted."""
    factor = w["weight"] / np.sqrt(w["running_var"] + options["epsilon"])
    return (x - w["running_mean"]) * factor + w["bias"]


def layer_norm(x: Array, options: Options, w: Weights) -> Array:
    """Return each row with mean 0 and variance 1, then scaled and shifted."""
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + options["epsilon"])
    return centered / deviation * w["weight"] + w["bias"]


def scale(x: Array, options: Options, w: Weights) -> Array:
    """Return each feature times its factor."""
    return x * (1 + options["speed"] * w["weight"])


def embedding(x: Array, options: Options, w: Weights) -> Array:
    """Return the inputs that pass, then the learned values of each code, which are the last inputs."""
    passed = x.shape[1] - len(options["codes"] or ())
    values = [x[:, :passed]]
    for number in range(x.shape[1] - passed):
        table = np.concatenate([w[f"{number}.unseen"], w[f"{number}.weight"]], axis=1)
        values.append(table.T[x[:, passed + number].astype(int)])
    return np.concatenate(values, axis=1)


def periodic(x: Array, options: Options, w: Weights) -> Array:
    """Return learned waves of each number, then the inputs."""
    if "frequency" not in w:
        return x
    numbers, k = w["frequency"].shape
    phase = x[:, :numbers, None] * (2 * np.pi * w["frequency"])
    waves = np.concatenate([np.sin(phase), np.cos(phase)], axis=2)
    weight = w["weight"].reshape(numbers, -1, 2 * k)
    values = np.einsum("rnk,nsk->rns", waves, weight).reshape(len(x), -1) + w["bias"]
    return np.concatenate([np.maximum(values, 0), x], axis=1)


LAYERS: dict[str, Callable[[Array, Options, Weights], Array]] = {
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
    "embedding": embedding,
    "periodic": periodic,
}
