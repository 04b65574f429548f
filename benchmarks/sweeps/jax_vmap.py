"""JAX: `vmap` over all trainings, in one call: scans over epochs and batches, compiled as a whole.

The models share the order of the rows, as npnet's do, so that a batch is gathered once for all of them. The order and
the initial values come from NumPy: to compile jax.random's would take longer than all trainings.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.peers.jax_step import Parameters, loss
from benchmarks.sweeps import BATCH, EPOCHS, RATES, SEEDS, SIZES, TRIALS
from benchmarks.sweeps.worker import main, rows, stacked_loss


class Vmapped:
    """One function of a learning rate and initial values, and all trainings at once."""

    def __init__(self, folder: Path) -> None:
        self.data = rows(folder)
        self.X, self.y = jnp.asarray(self.data.X), jnp.asarray(self.data.y, jnp.float32)
        self.parameters: Parameters = []

    def train(self) -> None:
        random = np.random.default_rng(0)
        orders = np.stack([random.permutation(len(self.X)) for _ in range(EPOCHS)]).astype(np.int32)
        rates = np.repeat(np.asarray(RATES, np.float32), SEEDS)
        every = jax.jit(jax.vmap(trained, in_axes=(0, 0, None, None, None)))
        self.parameters = jax.block_until_ready(every(rates, initial(random), orders, self.X, self.y))

    def loss(self) -> float:
        each = [[(np.asarray(W[k]).T, np.asarray(b[k])) for W, b in self.parameters] for k in range(TRIALS)]
        return stacked_loss(each, self.data)


def initial(random: np.random.Generator) -> Parameters:
    """Draw W (models, in, out) with a variance of 2 / in; b is zero."""
    shapes = [(TRIALS, *sizes) for sizes in pairwise(SIZES)]
    draw = [random.standard_normal(shape, np.float32) * np.float32((2 / shape[1]) ** 0.5) for shape in shapes]
    return [(W, np.zeros((TRIALS, W.shape[2]), np.float32)) for W in draw]


def trained(rate: jax.Array, parameters: Parameters, orders: jax.Array, X: jax.Array, y: jax.Array) -> Parameters:
    """Give the parameters of one model after all epochs."""
    rule = optax.adam(rate)

    def step(carry: Any, batch: Any) -> Any:
        parameters, state = carry
        change, state = rule.update(jax.grad(loss)(parameters, *batch), state, parameters)
        return (optax.apply_updates(parameters, change), state), None

    def epoch(carry: Any, order: Any) -> Any:
        x, target = X[order], y[order]
        whole, rest = divmod(len(x), BATCH)
        cut = whole * BATCH
        batches = x[:cut].reshape(whole, BATCH, -1), target[:cut].reshape(whole, BATCH)
        carry, _ = jax.lax.scan(step, carry, batches)
        return step(carry, (x[cut:], target[cut:])) if rest else (carry, None)

    (parameters, _), _ = jax.lax.scan(epoch, (parameters, rule.init(parameters)), orders)
    return parameters


if __name__ == "__main__":
    main(Vmapped)
