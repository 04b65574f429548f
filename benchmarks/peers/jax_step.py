"""JAX with optax: one jitted call a step, which gathers its batch; parameters and state are donated.

Dispatch is synchronous: with one core, the asynchronous one only adds the handing over.
"""

from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work

Parameters = list[tuple[jax.Array, jax.Array]]


class Step:
    """One model, or a stack of them by vmap, that shares the batches."""

    def __init__(self, work: Work, data: Table) -> None:
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        self.work = work
        self.rule = {"sgd": optax.sgd, "adam": optax.adam}[work.optimizer](work.learning_rate)
        self.X, self.y = jnp.asarray(data.X), jnp.asarray(data.y, jnp.float32 if work.binary else jnp.int32)
        self.random = np.random.default_rng(0)
        draw, start, self.update = partial(initial, sizes=work.sizes), self.rule.init, self.one_update
        key = jax.random.key(0)
        if work.models > 1:
            key = jax.random.split(key, work.models)
            draw, start = jax.vmap(draw), jax.vmap(start)
            self.update = jax.vmap(self.update, in_axes=(0, 0, None, None))
        self.parameters = draw(key)
        self.state = start(self.parameters)
        self.step = jax.jit(self.gathered_step, donate_argnums=(0, 1))
        self.whole_step = jax.jit(self.update, donate_argnums=(0, 1))

    def one_update(self, parameters: Any, state: Any, x: Any, y: Any) -> Any:
        gradient = jax.grad(loss)(parameters, x, y)
        change, state = self.rule.update(gradient, state, parameters)
        return optax.apply_updates(parameters, change), state

    def gathered_step(self, parameters: Any, state: Any, X: Any, y: Any, rows: Any) -> Any:
        return self.update(parameters, state, X[rows], y[rows])

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            if self.work.full_batch:
                self.parameters, self.state = self.whole_step(self.parameters, self.state, self.X, self.y)
            else:
                self.epoch(self.random.permutation(self.work.rows).astype(np.int32))
        jax.block_until_ready(self.parameters)

    def epoch(self, order: np.ndarray) -> None:
        for first in range(0, self.work.rows, self.work.batch):
            rows = order[first : first + self.work.batch]
            self.parameters, self.state = self.step(self.parameters, self.state, self.X, self.y, rows)

    def weights(self) -> list[Affine]:
        return [(np.asarray(W).mT, np.asarray(b)) for W, b in self.parameters]


def initial(key: jax.Array, sizes: tuple[int, ...]) -> Parameters:
    keys = jax.random.split(key, len(sizes))
    he = jax.nn.initializers.he_normal()
    return [(he(k, pair), jnp.zeros(pair[1])) for k, pair in zip(keys, pairwise(sizes), strict=False)]


def loss(parameters: Parameters, x: jax.Array, y: jax.Array) -> jax.Array:
    for W, b in parameters[:-1]:
        x = jax.nn.relu(x @ W + b)
    W, b = parameters[-1]
    scores = x @ W + b
    if scores.shape[-1] == 1:
        return optax.sigmoid_binary_cross_entropy(scores[:, 0], y).mean()
    return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()


if __name__ == "__main__":
    main(Step)
