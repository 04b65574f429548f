"""The trainings that are timed: six networks, their data, and what npnet must reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Work:
    """A network, its data and its optimizer, with the most that npnet may take beside others."""

    name: str
    sizes: tuple[int, ...]  # inputs, then the units of each linear layer; ReLU between them
    batch: int
    rows: int
    optimizer: str  # "sgd" or "adam"
    learning_rate: float
    peer_limit: float  # npnet / fastest peer
    floor_limit: float | None = None  # npnet / the matrix products alone
    models: int = 1

    @property
    def steps(self) -> int:
        """Batches in an epoch; the last one may be smaller, and every library trains it."""
        return -(-self.rows // self.batch)

    @property
    def full_batch(self) -> bool:
        """Whether one batch is all the rows, which no library then shuffles or gathers."""
        return self.batch >= self.rows

    @property
    def binary(self) -> bool:
        """One output and binary cross-entropy; else an output a class and softmax."""
        return self.sizes[-1] == 1

    @property
    def title(self) -> str:
        """The work in words, as in the table."""
        network = "-".join(map(str, self.sizes))
        stack = f"{self.models} models of " if self.models > 1 else ""
        rule = {"sgd": "SGD", "adam": "Adam"}[self.optimizer]
        return f"{stack}{network}, batch {self.batch}, {rule}, {self.rows:,} rows"


WORKS = {
    work.name: work
    for work in (
        Work("article", (2, 5, 1), 5000, 5000, "sgd", 0.05, peer_limit=0.6),
        Work("small", (2, 16, 16, 1), 32, 5000, "adam", 0.001, peer_limit=0.4),
        Work("digits", (64, 128, 64, 10), 64, 1797, "adam", 0.001, peer_limit=0.75),
        Work("mnist", (784, 512, 512, 10), 128, 20_000, "adam", 0.001, peer_limit=1.1, floor_limit=1.4),
        Work("higgs", (28, 256, 256, 256, 1), 1024, 200_000, "adam", 0.001, peer_limit=1.1, floor_limit=1.2),
        Work("stack", (2, 16, 16, 1), 32, 5000, "adam", 0.001, peer_limit=1.1, models=64),
    )
}


@dataclass(frozen=True)
class Table:
    """The rows that every library is given: X (rows, features) float32, y (rows,) int64 classes."""

    X: NDArray[np.float32]
    y: NDArray[np.int64]


def table(work: Work) -> Table:
    """Draw normal numbers; the class is the largest of random linear scores, plus noise.

    The noise keeps the gradients from vanishing: steps on denormal numbers would be timed otherwise.
    """
    random = np.random.default_rng(0)
    X = random.standard_normal((work.rows, work.sizes[0]), dtype=np.float32)
    scores = X @ random.standard_normal((work.sizes[0], max(2, work.sizes[-1])), dtype=np.float32)
    return Table(X, (scores + random.gumbel(size=scores.shape)).argmax(axis=1))
