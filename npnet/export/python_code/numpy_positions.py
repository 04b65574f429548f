"""Layers at positions in NumPy exports: x is (rows, positions, features), or (rows, height, width, features)."""

from collections.abc import Callable, Iterator

import numpy as np

from npnet.export.python_code.numpy_layers import Array, Options, Weights

Advance = Callable[[Array, Array, Array, Array, Options], tuple[Array, Array]]


def positions(x: Array, options: Options, w: Weights) -> Array:
    """Return the values of each row at positions, those of a position side by side."""
    size = options["size"]
    return x.reshape(len(x), *(size if isinstance(size, list) else [size]), -1)


def flatten(x: Array, options: Options, w: Weights) -> Array:
    """Return all positions of the first feature, then all of the next."""
    return np.moveaxis(x, -1, 1).reshape(len(x), -1)


def last(x: Array, options: Options, w: Weights) -> Array:
    """Return the last position."""
    return x[:, -1]


def global_average_pool(x: Array, options: Options, w: Weights) -> Array:
    """Return the mean over all positions."""
    return x.mean(axis=tuple(range(1, x.ndim - 1)))


def conv(x: Array, options: Options, w: Weights) -> Array:
    """Return the sum of the windows' values times their weights."""
    groups, y = options["groups"], w["bias"]
    for place, part in windows_of(x, options["windows"], 0.0):
        kernels = np.split(np.moveaxis(w["weight"], (0, 1), (-2, -1))[place], groups)
        parts = zip(np.split(part, groups, axis=-1), kernels, strict=True)
        y = y + np.concatenate([one @ kernel.T for one, kernel in parts], axis=-1)
    return y


def max_pool(x: Array, options: Options, w: Weights) -> Array:
    """Return the largest value of each window."""
    return np.max([part for _, part in windows_of(x, options["windows"], -np.inf)], axis=0)


def average_pool(x: Array, options: Options, w: Weights) -> Array:
    """Return the mean of each window, zeros around the input included."""
    return np.mean([part for _, part in windows_of(x, options["windows"], 0.0)], axis=0)


def windows_of(x: Array, axes: list[Options], around: float) -> Iterator[tuple[tuple[int, ...], Array]]:
    """Yield each place in a window, and the values of all windows there."""
    x = np.pad(x, [(0, 0), *((axis["low"], axis["high"]) for axis in axes), (0, 0)], constant_values=around)
    for place in np.ndindex(*(axis["kernel"] for axis in axes)):
        slices = []
        for k, size, axis in zip(place, x.shape[1:], axes, strict=False):
            reach = (axis["kernel"] - 1) * axis["dilation"] + 1
            end = (size - reach) // axis["stride"] * axis["stride"] + 1
            slices.append(slice(k * axis["dilation"], k * axis["dilation"] + end, axis["stride"]))
        yield place, x[(slice(None), *slices)]


def upsample(x: Array, options: Options, w: Weights) -> Array:
    """Return each position several times along each axis."""
    for axis in range(1, x.ndim - 1):
        x = x.repeat(options["factor"], axis=axis)
    return x


def rnn(x: Array, options: Options, w: Weights) -> Array:
    """Return the states of a recurrent layer."""
    return recurrent(x, options, w, rnn_step)


def gru(x: Array, options: Options, w: Weights) -> Array:
    """Return the states of gated recurrent units."""
    return recurrent(x, options, w, gru_step)


def lstm(x: Array, options: Options, w: Weights) -> Array:
    """Return the states of a layer with long short-term memory."""
    return recurrent(x, options, w, lstm_step)


def recurrent(x: Array, options: Options, w: Weights, step: Advance) -> Array:
    """Return the state after each step, or after the last, of one direction beside the other."""
    outputs = []
    for suffix in ("", "_reverse")[: 1 + options["bidirectional"]]:
        W, U, b, c = (w[f"{name}_l0{suffix}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        h = memory = np.zeros((len(x), U.shape[1]), x.dtype)
        states = []
        for t in reversed(range(x.shape[1])) if suffix else range(x.shape[1]):
            h, memory = step(x[:, t] @ W.T + b, h @ U.T + c, h, memory, options)
            states.append(h)
        every = np.stack(states[::-1] if suffix else states, axis=1)
        outputs.append(every if options["states"] == "all" else h)
    return np.concatenate(outputs, axis=-1)


def rnn_step(a: Array, u: Array, h: Array, memory: Array, options: Options) -> tuple[Array, Array]:
    """Return the state by the products of the input, a, and of the state before, u."""
    return (np.maximum(a + u, 0) if options["activation"] == "relu" else np.tanh(a + u)), memory


def gru_step(a: Array, u: Array, h: Array, memory: Array, options: Options) -> tuple[Array, Array]:
    """Return (1 - z) n + z h with gates r and z."""
    (ar, az, an), (ur, uz, un) = np.split(a, 3, axis=1), np.split(u, 3, axis=1)
    r, z = 0.5 + 0.5 * np.tanh(0.5 * (ar + ur)), 0.5 + 0.5 * np.tanh(0.5 * (az + uz))
    n = np.tanh(an + r * un)
    return n + z * (h - n), memory


def lstm_step(a: Array, u: Array, h: Array, memory: Array, options: Options) -> tuple[Array, Array]:
    """Return o tanh(c) and c = f c + i g."""
    i, f, g, o = np.split(a + u, 4, axis=1)
    i, f, o = (0.5 + 0.5 * np.tanh(0.5 * one) for one in (i, f, o))
    memory = f * memory + i * np.tanh(g)
    return o * np.tanh(memory), memory


def positional(x: Array, options: Options, w: Weights) -> Array:
    """Return x plus values of each position: learned ones, or waves."""
    if "weight" in w:
        return x + w["weight"].reshape(x.shape[1:])
    feature, place = np.arange(x.shape[-1]), np.arange(x[0, ..., 0].size)[:, None]
    phase = place / 10000 ** (feature // 2 * 2 / x.shape[-1])
    return x + np.where(feature % 2, np.cos(phase), np.sin(phase)).reshape(x.shape[1:]).astype(x.dtype)


def attention(x: Array, options: Options, w: Weights) -> Array:
    """Return the mean of the values of all positions, weighted by how their keys fit the query of a position."""
    rows, heads = x.reshape(len(x), -1, x.shape[-1]), options["heads"]
    q, k, v = (
        part.reshape(*rows.shape[:2], heads, -1).swapaxes(1, 2)
        for part in np.split(rows @ w["in_proj_weight"].T + w["in_proj_bias"], 3, axis=-1)
    )
    scores = q @ k.swapaxes(2, 3) * x.dtype.type(1 / np.sqrt(q.shape[-1]))
    if options["causal"]:
        scores = np.where(np.tri(rows.shape[1], dtype=bool), scores, -np.inf)
    a = np.exp(scores - scores.max(axis=-1, keepdims=True))
    o = (a / a.sum(axis=-1, keepdims=True)) @ v
    return (o.swapaxes(1, 2).reshape(rows.shape) @ w["out_proj.weight"].T + w["out_proj.bias"]).reshape(x.shape)


def token_embedding(x: Array, options: Options, w: Weights) -> Array:
    """Return the learned values of the code at each position."""
    return w["weight"][np.clip(np.rint(x[..., 0]), 0, options["tokens"] - 1).astype(int)]


POSITIONS: dict[str, Callable[[Array, Options, Weights], Array]] = {
    "positions": positions,
    "flatten": flatten,
    "last": last,
    "global_average_pool": global_average_pool,
    "conv1d": conv,
    "conv2d": conv,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "upsample": upsample,
    "rnn": rnn,
    "gru": gru,
    "lstm": lstm,
    "positional": positional,
    "attention": attention,
    "token_embedding": token_embedding,
}
