"""Scoring: a whole set through the network, in chunks, without a copy of the data."""

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.nn.batches import Samples
from npnet.nn.layer import Array
from npnet.nn.losses import Loss
from npnet.nn.network import Network
from npnet.nn.passes import Pass

CHUNK = 1024


class Scorer:
    """Raw scores and the mean loss of a set of samples, by every model of a stack.

    `scores` (models, outputs, samples) is overwritten by each call. What `run` found holds as long as the network has
    the parameters that it was found with: a set that was just evaluated is not gone through again.
    """

    def __init__(self, network: Network, loss: Loss, samples: Samples) -> None:
        self.network, self.samples = network, samples
        size = len(samples)
        starts = range(0, size, CHUNK)
        self._places = [slice(start, min(start + CHUNK, size)) for start in starts]
        likes = {batch.size: batch for batch in map(samples.part, self._places)}
        self._passes = {size: Pass(network, like, loss, training=False) for size, like in likes.items()}
        self.scores: Array = np.empty((network.models, network.outputs, size), network.dtype)
        self._loss = np.zeros(network.models)
        self._found_with = b""

    def run(self) -> NDArray[np.float64]:
        """Fill `scores`; the mean loss of each model (models,)."""
        parameters = self._parameters()
        if parameters != self._found_with:
            total = np.zeros(self.network.models)
            for one in self._chunks():
                total += one.total_loss()
            self._loss = total / len(self.samples)
            self._found_with = parameters
        return self._loss.copy()

    def predict(self) -> Array:
        """Fill `scores` alone, and give them."""
        if not self._found_with or self._parameters() != self._found_with:
            self._found_with = b""
            for _ in self._chunks():
                pass
        return self.scores

    def _parameters(self) -> bytes:
        """What tells parameters and statistics apart from others: a hash, as a copy may be large."""
        digest = hashlib.sha256(self.network.theta.data)
        digest.update(self.network.state.tobytes())
        return digest.digest()

    def _chunks(self) -> Iterator[Pass]:
        for place in self._places:
            batch = self.samples.part(place)
            one = self._passes[batch.size]
            one.take(batch)
            self.scores[..., place] = one.scores()
            yield one
