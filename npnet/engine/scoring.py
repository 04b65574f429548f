"""Scoring: a whole set through the network, in chunks, without a copy of the data."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Samples
from npnet.engine.dead_units import DeadUnits
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.nn.layer import Array
from npnet.nn.losses import Loss

CHUNK = 1024


class Scorer:
    """Raw scores and the mean loss of a set of samples, by every model of a stack.

    `scores` (models, outputs, samples) and `losses` (models,) are overwritten by each call. Numbers that are not finite
    come without a warning.
    """

    def __init__(self, network: Network, loss: Loss, samples: Samples) -> None:
        self.network, self.samples = network, samples
        size = len(samples)
        starts = range(0, size, CHUNK)
        self._places = [slice(start, min(start + CHUNK, size)) for start in starts]
        self._batches = [samples.part(place) for place in self._places]
        likes = {batch.size: batch for batch in self._batches}
        self._passes = {size: Pass(network, like, loss, training=False) for size, like in likes.items()}
        self.scores: Array = np.empty((network.models, network.outputs, size), network.dtype)
        self.losses = np.zeros(network.models)

    def run(self, silence: DeadUnits | None = None) -> NDArray[np.float64]:
        """Fill `scores`, and find the silent units; the mean loss of each model (models,)."""
        for _ in self.steps(silence):
            pass
        return self.losses

    def steps(self, silence: DeadUnits | None = None) -> Iterator[None]:
        """The same, chunk by chunk; `losses` are the mean ones once all are done."""
        total = np.zeros(self.network.models)
        if silence:
            silence.begin()
        for one in self._chunks():
            with np.errstate(all="ignore"):
                total += one.total_loss()
                if silence:
                    silence.look(one)
            yield
        self.losses = total / len(self.samples)

    def predict(self) -> Array:
        """Fill `scores` alone, and give them."""
        for _ in self._chunks():
            pass
        return self.scores

    def _chunks(self) -> Iterator[Pass]:
        for place, batch in zip(self._places, self._batches, strict=True):
            one = self._passes[batch.size]
            with np.errstate(all="ignore"):
                one.take(batch)
                self.scores[..., place] = one.scores()
            yield one
