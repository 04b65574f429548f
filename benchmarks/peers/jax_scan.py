"""JAX with optax, a whole epoch in one jitted call: `lax.scan` over its batches.

Nothing can look at the training between two steps. The order of the rows comes from NumPy, whose
permutation takes half the time of jax.random's.
"""

from typing import Any

import jax
import numpy as np

from benchmarks.peers.jax_step import Step
from benchmarks.worker import main
from benchmarks.works import Table, Work


class Scan(Step):
    """The same step as in `jax_step`, called by XLA instead of Python."""

    def __init__(self, work: Work, data: Table) -> None:
        super().__init__(work, data)
        self.whole_epoch = jax.jit(self.scan, donate_argnums=(0, 1))

    def epoch(self, order: np.ndarray) -> None:
        self.parameters, self.state = self.whole_epoch(self.parameters, self.state, self.X, self.y, order)

    def scan(self, parameters: Any, state: Any, X: Any, y: Any, order: Any) -> Any:
        X, y = X[order], y[order]
        whole, rest = divmod(self.work.rows, self.work.batch)
        cut = whole * self.work.batch
        batches = X[:cut].reshape(whole, self.work.batch, -1), y[:cut].reshape(whole, self.work.batch)
        (parameters, state), _ = jax.lax.scan(
            lambda carry, batch: (self.update(*carry, *batch), None), (parameters, state), batches
        )
        return self.update(parameters, state, X[cut:], y[cut:]) if rest else (parameters, state)


if __name__ == "__main__":
    main(Scan)
