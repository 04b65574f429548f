"""JAX with optax beside the layers of sequences and images: one jitted call a step, parameters and state donated.

Parameters are dicts of arrays; a network is a function that draws them, and one from them and a batch to raw scores.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

CLASSES = 10
Parameters = dict[str, jax.Array]
Scores = Callable[[Parameters, jax.Array], jax.Array]
Shapes = dict[str, tuple[int, ...]]


def lstm(steps: int, units: int) -> tuple[Shapes, Scores]:
    """Return an LSTM whose last state is classified: the input products of all steps are one product."""

    def scores(p: Parameters, x: jax.Array) -> jax.Array:
        inputs = x.reshape(len(x), steps, units).swapaxes(0, 1) @ p["W"] + p["b"] + p["c"]

        def step(state: tuple[jax.Array, jax.Array], z: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
            h, c = state
            i, f, g, o = jnp.split(z + h @ p["U"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zeros = jnp.zeros((len(x), units))
        return lax.scan(step, (zeros, zeros), inputs)[0][0] @ p["V"] + p["d"]

    rows = 4 * units
    return {"W": (units, rows), "U": (units, rows), "b": (rows,), "c": (rows,), **_head(units)}, scores


def gru(steps: int, units: int) -> tuple[Shapes, Scores]:
    """Return a GRU in PyTorch's form, whose last state is classified."""

    def scores(p: Parameters, x: jax.Array) -> jax.Array:
        inputs = x.reshape(len(x), steps, units).swapaxes(0, 1) @ p["W"] + p["b"]

        def step(h: jax.Array, z: jax.Array) -> tuple[jax.Array, None]:
            (xr, xz, xn), (hr, hz, hn) = jnp.split(z, 3, axis=-1), jnp.split(h @ p["U"] + p["c"], 3, axis=-1)
            update = jax.nn.sigmoid(xz + hz)
            new = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
            return new + update * (h - new), None

        return lax.scan(step, jnp.zeros((len(x), units)), inputs)[0] @ p["V"] + p["d"]

    rows = 3 * units
    return {"W": (units, rows), "U": (units, rows), "b": (rows,), "c": (rows,), **_head(units)}, scores


def attention(positions: int, size: int, heads: int) -> tuple[Shapes, Scores]:
    """Return a residual block of attention, whose mean over the positions is classified."""

    def scores(p: Parameters, x: jax.Array) -> jax.Array:
        x = x.reshape(len(x), positions, size)
        three = (x @ p["W"] + p["b"]).reshape(len(x), positions, 3, heads, size // heads)
        q, k, v = (three[:, :, part].swapaxes(1, 2) for part in range(3))
        weights = jax.nn.softmax(q @ k.mT / np.sqrt(size // heads), axis=-1)
        mixed = (weights @ v).swapaxes(1, 2).reshape(x.shape)
        return (x + mixed @ p["U"] + p["c"]).mean(axis=1) @ p["V"] + p["d"]

    return {"W": (size, 3 * size), "b": (3 * size,), "U": (size, size), "c": (size,), **_head(size)}, scores


def images(side: int, first: int, second: int) -> tuple[Shapes, Scores]:
    """Return two convolutions of 3 x 3, each with ReLU and a pool of 2 x 2; channels last, which suits XLA."""
    layout = ("NHWC", "HWIO", "NHWC")

    def block(x: jax.Array, W: jax.Array, b: jax.Array) -> jax.Array:
        z = lax.conv_general_dilated(x, W, (1, 1), "SAME", dimension_numbers=layout) + b
        return lax.reduce_window(jax.nn.relu(z), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def scores(p: Parameters, x: jax.Array) -> jax.Array:
        x = block(x.reshape(len(x), side, side, 1), p["W"], p["b"])
        return block(x, p["U"], p["c"]).reshape(len(x), -1) @ p["V"] + p["d"]

    kernels: Shapes = {"W": (3, 3, 1, first), "b": (first,), "U": (3, 3, first, second), "c": (second,)}
    return {**kernels, **_head(second * (side // 4) ** 2)}, scores


def _head(width: int) -> Shapes:
    return {"V": (width, CLASSES), "d": (CLASSES,)}


def training_step(shapes: Shapes, scores: Scores, x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """Return one training step: forward, backward and Adam in one jitted call."""
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    random, rule = np.random.default_rng(0), optax.adam(0.001)
    drawn = {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}
    X, target = jnp.asarray(x), jnp.asarray(y, jnp.int32)

    def loss(parameters: Parameters, x: jax.Array, y: jax.Array) -> jax.Array:
        return optax.softmax_cross_entropy_with_integer_labels(scores(parameters, x), y).mean()

    def update(parameters: Any, state: Any, x: jax.Array, y: jax.Array) -> Any:
        change, state = rule.update(jax.grad(loss)(parameters, x, y), state, parameters)
        return optax.apply_updates(parameters, change), state

    jitted = jax.jit(update, donate_argnums=(0, 1))
    parameters: Any = {name: jnp.asarray(values) for name, values in drawn.items()}
    held = [parameters, rule.init(parameters)]

    def step() -> None:
        held[:] = jitted(*held, X, target)
        jax.block_until_ready(held[0])

    return step
