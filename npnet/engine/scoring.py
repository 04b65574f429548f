"""Scoring: the forward pass over a whole set in chunks, and the dead units in it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batch, Samples
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.nn.activations import ReLU
from npnet.nn.layer import Array
from npnet.nn.losses import Loss


class DeadUnits:
    """The ReLU units that were 0 on every row since `begin`.

    Their gradient is 0 on all of these rows: they do not learn. Lu et al. (2020), Dying ReLU.
    """

    def __init__(self, network: Network) -> None:
        self._steps = [step for step in network.graph.layer_steps if isinstance(step.layer, ReLU)]
        shapes = network.graph.shapes
        self._dead = {step.name: np.ones((network.models, shapes[step.y].features), bool) for step in self._steps}
        self._sums = {name: np.empty(dead.shape, network.dtype) for name, dead in self._dead.items()}
        self._ones: dict[int, NDArray[Any]] = {}

    def begin(self) -> None:
        """Forget all rows seen."""
        for dead in self._dead.values():
            dead[...] = True

    def look(self, current: Pass) -> None:
        """Mark the units that are above 0 on some row of the last forward pass as alive."""
        for step in self._steps:
            columns = current.nodes[step.y].values.shape[-1]
            ones = self._ones.setdefault(columns, np.ones(columns, current.network.dtype))
            # ReLU is never below 0, so a sum of 0 means all zeros; a product with ones is the fastest sum.
            sums = np.vecdot(current.nodes[step.y].values, ones, out=self._sums[step.name])
            self._dead[step.name] &= sums == 0

    @property
    def shares(self) -> dict[str, NDArray[np.float64]]:
        """The share of dead units of each layer by its name, in every model (models,)."""
        return {name: dead.mean(axis=1) for name, dead in self._dead.items()}


class Scorer:
    """Raw scores and the mean loss of every model of a stack on a set of samples.

    `scores` (models, outputs, columns) and `losses` (models,) are overwritten by each call; there is a column for each
    sample or, where the network ends with positions, for each position of the first sample, then of the next. Values
    that are not finite raise no warning.
    """

    def __init__(self, network: Network, loss: Loss, samples: Samples) -> None:
        self.network, self.samples, size = network, samples, len(samples)
        chunk = network.graph.chunk
        parts = [slice(start, min(start + chunk, size)) for start in range(0, size, chunk)]
        batches = [Batch(samples, part) for part in parts]
        likes = {batch.size: batch for batch in batches}
        passes = {rows: Pass(network, like, loss, training=False) for rows, like in likes.items()}
        self._chunks = [(part, batch, passes[batch.size]) for part, batch in zip(parts, batches, strict=True)]
        positions = network.graph.shapes[-1].count
        self.scores: Array = np.empty((network.models, network.outputs, positions * size), network.dtype)
        self._each_sample = (network.models, network.outputs, -1, positions)
        self.losses = np.zeros(network.models)

    def run(self, dead: DeadUnits | None = None) -> NDArray[np.float64]:
        """Fill `scores`, find dead units, and return the mean loss of each model (models,)."""
        for _ in self.steps(dead):
            pass
        return self.losses

    def steps(self, dead: DeadUnits | None = None) -> Iterator[None]:
        """Do the same chunk by chunk; `losses` is up to date after the last chunk."""
        total = np.zeros(self.network.models)
        if dead:
            dead.begin()
        for part, batch, current in self._chunks:
            with np.errstate(all="ignore"):
                current.take(batch)
                self._keep(part, current.scores())
                total += current.total_loss()
                if dead:
                    dead.look(current)
            yield
        self.losses = total / len(self.samples)

    @np.errstate(all="ignore")
    def predict(self) -> Array:
        """Fill and return `scores` without the losses."""
        for part, batch, current in self._chunks:
            current.take(batch)
            self._keep(part, current.scores())
        return self.scores

    def _keep(self, part: slice, scores: Array) -> None:
        models, outputs, _, positions = self._each_sample
        by_sample = scores.reshape(models, outputs, positions, -1).swapaxes(-1, -2)
        self.scores.reshape(self._each_sample)[..., part, :] = by_sample
