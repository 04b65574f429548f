"""The gradient of the mean loss of a batch: by one pass, or accumulated over the parts of the batch."""

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batch, Batches
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.nn.losses import Loss


class Gradients:
    """The passes of a training, one for each size of batch that occurs; they leave the gradient in `network.grad`.

    Passes write gradients and never add to them. Accumulation needs one more array like theta, `_total`; the parts of a
    batch count by their rows, so that a smaller last part changes nothing: the sum is the gradient of the whole batch.
    """

    def __init__(self, network: Network, loss: Loss, batches: Batches) -> None:
        self.grad, self.batches = network.grad, batches
        shapes = [part for batch in batches.shapes.values() for part in batch.parts or (batch,)]
        self.passes = {like.size: Pass(network, like, loss, training=True) for like in shapes}
        self._total = np.empty_like(network.grad) if batches.accumulate > 1 else None

    def compute(self, batch: Batch) -> None:
        """Draw, and run forward and backward: the gradient of the mean loss is in `network.grad`."""
        if self._total is not None:
            self._accumulate(batch, self._total)
            return
        one = self.passes[batch.size]
        one.take(batch)
        one.train()

    def _accumulate(self, batch: Batch, total: np.ndarray) -> None:
        total.fill(0.0)
        for part in batch.parts:
            one = self.passes[part.size]
            one.take(part)
            one.train()
            np.multiply(self.grad, part.size / batch.size, out=self.grad)
            np.add(total, self.grad, out=total)
        np.copyto(self.grad, total)

    def loss(self, batch: Batch) -> NDArray[np.float64]:
        """Return the mean loss of a batch whose gradient was just computed, (models,)."""
        total = self.passes[batch.size].total_loss()
        return np.divide(total, batch.size, dtype=np.float64)

    def skip(self, steps: int) -> None:
        """Draw the random numbers of some whole steps, to advance the streams past them."""
        parts = -(-self.batches.size // self.batches.part)
        self.passes[self.batches.part].skip(steps * parts)
