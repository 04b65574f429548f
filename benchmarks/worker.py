"""One library, one work, one process: trains, and prints the seconds per step as JSON.

Pinned by hand: taskset -c 0 python -m benchmarks.peers.torch_eager small --seconds 0.5
"""

import argparse
import json
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.works import WORKS, Table, Work, table

Affine = tuple[NDArray[np.floating], NDArray[np.floating]]


class Peer(Protocol):
    """A library with its network, data and optimizer in place, ready to train."""

    def train(self, epochs: int) -> None:
        """Train for so many passes over the data; returns when all numbers are there."""

    def weights(self) -> list[Affine]:
        """W ([models,] out, in) and b ([models,] out) of each layer, to see that it did train."""


def main(prepare: Callable[[Work, Table], Peer]) -> None:
    """Time the peer that `prepare` sets up on the work named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("--seconds", type=float, default=0.5, help="measure for at least so long")
    arguments = parser.parse_args()
    work = WORKS[arguments.work]
    data = table(work)
    print(json.dumps(measure(prepare(work, data), work, data, arguments.seconds)))


def measure(peer: Peer, work: Work, data: Table, seconds: float) -> dict[str, float]:
    """Seconds per step (and model of a stack), the steps that were timed, and the loss at the end."""
    epochs = warm_up(peer, seconds)
    start = perf_counter()
    peer.train(epochs)
    elapsed = perf_counter() - start
    steps = epochs * work.steps
    return {"seconds": elapsed / (steps * work.models), "steps": steps, "loss": loss(peer.weights(), data)}


def warm_up(peer: Peer, seconds: float) -> int:
    """Compile and fill the caches, then find how many epochs take that many seconds."""
    epochs = 1
    peer.train(epochs)
    while True:
        start = perf_counter()
        peer.train(epochs)
        elapsed = perf_counter() - start
        if elapsed > seconds / 4:
            return max(1, round(1.1 * epochs * seconds / elapsed))
        epochs *= 4


def loss(weights: list[Affine], data: Table) -> float:
    """Give the mean cross-entropy of the first 1000 rows, over all models of a stack."""
    y = data.y[:1000]
    x = data.X[:1000].T.astype(np.float64)
    for depth, (W, b) in enumerate(weights):
        x = W @ (np.maximum(x, 0) if depth else x) + b[..., None]
    if x.shape[-2] == 1:  # one score z is the two scores 0, z
        x = np.concatenate([np.zeros_like(x), x], axis=-2)
    right = x[..., y, np.arange(len(y))]
    return float((np.logaddexp.reduce(x, axis=-2) - right).mean())
