"""The floor: a step's matrix products alone, in NumPy, into arrays that are already there.

Features first and the bias folded into the weights, as in npnet; no activation, no loss, no optimizer.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work

Array = NDArray[np.float32]
Product = tuple[Array, Array, Array]  # left, right, out


class Floor:
    """An epoch's products: those of the full batches and of the smaller last one."""

    def __init__(self, work: Work, data: Table) -> None:
        self.models = () if work.models == 1 else (work.models,)
        self.random = np.random.default_rng(0)
        self.W: list[Array] = [
            self.numbers(out, inputs + 1) / np.float32(inputs) for inputs, out in pairwise(work.sizes)
        ]
        rows = np.concatenate([data.X, np.ones((work.rows, 1), np.float32)], axis=1)
        whole, rest = divmod(work.rows, work.batch)
        self.passes = [self.products(rows[: work.batch].copy())] * whole
        if rest:
            self.passes.append(self.products(rows[:rest].copy()))

    def numbers(self, *shape: int) -> Array:
        return self.random.standard_normal((*self.models, *shape), dtype=np.float32)

    def products(self, rows: Array) -> list[Product]:
        """List y = W x forward, then dW = dy x^T and dx = W^T dy backward, for rows (batch, inputs + 1)."""
        forward: list[Product] = []
        backward: list[Product] = []
        x = rows.mT
        for depth, W in enumerate(self.W):
            y_with_ones, dy = self.numbers(W.shape[-2] + 1, len(rows)), self.numbers(W.shape[-2], len(rows))
            forward.append((W, x, y_with_ones[..., :-1, :]))
            backward.append((dy, x.mT, np.empty_like(W)))
            if depth:
                backward.append((W[..., :-1].mT, dy, self.numbers(W.shape[-1] - 1, len(rows))))
            x = y_with_ones  # the next layer's inputs, with their row of ones
        return forward + backward[::-1]

    def train(self, epochs: int) -> None:
        matmul = np.matmul
        for _ in range(epochs):
            for products in self.passes:
                for left, right, out in products:
                    matmul(left, right, out=out)

    def weights(self) -> list[Affine]:
        return [(W[..., :-1], W[..., -1]) for W in self.W]


if __name__ == "__main__":
    main(Floor)
