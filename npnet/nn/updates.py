"""What surrounds the rule of an optimizer: slots, blocks that stay in cache, penalties and limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.nn.layer import Array, Memory
from npnet.nn.network import Network
from npnet.nn.optimizers import Number, Optimizer

BLOCK = 65536
"""Values of theta that one update works on, so that its ten passes find them in the cache."""


@dataclass(frozen=True)
class Constraints:
    """Penalties l1 Σ|W| + l2/2 Σ W² on the loss, and limits on gradients and weights.

    Biases and norms are spared, except by clipping, which is of the whole gradient.
    `max_norm` bounds the norm of the weights into each unit.
    """

    l1: Number = 0.0
    l2: Number = 0.0
    clip_norm: Number | None = None
    clip_value: Number | None = None
    max_norm: Number | None = None


class Updates:
    """One optimizer at work on one network; `step(rate)` uses the gradient that is there.

    `slots` (name to array like theta) and `count`, the steps done, are all its state.
    """

    def __init__(self, network: Network, optimizer: Optimizer, constraints: Constraints) -> None:
        self.network, self.optimizer, self.constraints = network, optimizer, constraints
        self.slots = {name: np.zeros_like(network.theta) for name in optimizer.slots}
        self.count = 0
        self._mask = network.decaying()
        self._work = np.empty_like(network.theta)
        self._norms = [(weight, np.empty(weight.shape[:2], network.dtype)) for weight in network.weights()]
        self._decays = np.any(np.asarray(optimizer.weight_decay) != 0.0)
        self._blocks = list(self._cut())

    def step(self, rate: Number) -> None:
        """Add the penalties to the gradient, clip it, move theta, and hold its norms."""
        self.count += 1
        self.add_penalties()
        self._clip()
        scalars = self.optimizer.scalars(rate, self.count)
        for theta, grad, m, rows in self._blocks:
            if self._decays:
                np.multiply(theta, m.decay, out=m.work)
                np.multiply(m.work, self._of(rate, rows), out=m.work)
                np.subtract(theta, m.work, out=theta)
            self.optimizer.update(theta, grad, m, *[self._of(scalar, rows) for scalar in scalars])
        if self.constraints.max_norm is not None:
            self._hold_norms(self.constraints.max_norm)

    def penalty(self) -> NDArray[np.float64]:
        """l1 Σ|W| + l2/2 Σ W² of each model, in float64."""
        weights = (self.network.theta * self._mask).astype(np.float64)
        l1, l2 = np.ravel(self.constraints.l1), np.ravel(self.constraints.l2)
        return np.asarray(l1 * np.abs(weights).sum(axis=1) + 0.5 * l2 * np.square(weights).sum(axis=1))

    def add_penalties(self) -> None:
        """Add the gradient of the penalties: l1 sign(W) + l2 W."""
        grad, work, limits = self.network.grad, self._work, self.constraints
        for factor, shape_of in ((limits.l2, np.positive), (limits.l1, np.sign)):
            if np.any(np.asarray(factor) != 0.0):
                shape_of(self.network.theta, out=work)
                np.multiply(work, self._mask, out=work)
                np.multiply(work, self._cast(factor), out=work)
                np.add(grad, work, out=grad)

    def _clip(self) -> None:
        grad, limits = self.network.grad, self.constraints
        if limits.clip_value is not None:
            bound = self._cast(limits.clip_value)
            np.minimum(grad, bound, out=grad)
            np.maximum(grad, -bound, out=grad)
        if limits.clip_norm is not None:
            norm = np.sqrt(np.vecdot(grad, grad))[:, np.newaxis]
            np.multiply(grad, np.minimum(self._cast(limits.clip_norm) / np.maximum(norm, 1e-30), 1.0), out=grad)

    def _hold_norms(self, bound: Number) -> None:
        for weight, norms in self._norms:
            np.vecdot(weight, weight, out=norms)
            np.sqrt(norms, out=norms)
            np.maximum(norms, self._cast(bound), out=norms)
            np.divide(self._cast(bound), norms, out=norms)
            np.multiply(weight, norms[..., np.newaxis], out=weight)

    def _cut(self) -> Iterator[tuple[Array, Array, Memory, slice]]:
        """Blocks of whole rows while they fit, else pieces of one row."""
        models, size = self.network.theta.shape
        rows, columns = max(1, BLOCK // max(size, 1)), min(size, BLOCK)
        for first in range(0, models, rows):
            for left in range(0, size, columns):
                yield self._block(slice(first, first + rows), slice(left, left + columns))

    def _block(self, rows: slice, columns: slice) -> tuple[Array, Array, Memory, slice]:
        theta = self.network.theta[rows, columns]
        m = Memory(work=np.empty_like(theta), look=np.empty_like(theta))
        for name, slot in self.slots.items():
            setattr(m, name, slot[rows, columns])
        for name, value in self.optimizer.constants().items():
            setattr(m, name, self._of(value, rows))
        m.decay = self._of(self.optimizer.weight_decay * self._mask[:, columns].astype(np.float64), rows)
        return theta, self.network.grad[rows, columns], m, rows

    def _of(self, value: Number, rows: slice) -> Any:
        """A number as it is; of a column its rows, cast to the network's dtype."""
        return self._cast(value[rows] if isinstance(value, np.ndarray) and len(value) > 1 else value)

    def _cast(self, value: Number) -> Any:
        return value.astype(self.network.dtype) if isinstance(value, np.ndarray) else value
