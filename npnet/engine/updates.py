"""Updates: an optimizer's rule on blocks of theta, with penalties and limits."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batch
from npnet.engine.gradients import Gradients
from npnet.engine.network import ALL, Network
from npnet.engine.trace import CallTrace
from npnet.nn.layer import Array, Memory, decimals
from npnet.nn.optimizers import Number, Optimizer

BLOCK = 65536
"""Values of theta that one update works on, so that its ten passes find them in the cache."""


@dataclass(frozen=True)
class Constraints:
    """Penalties l1 Σ|W| + l2/2 Σ W² on the loss, and limits on gradients and weights.

    They apply to weights, not to biases and norms; clipping applies to the whole gradient.
    `max_norm` bounds the norm of the weights into each unit.
    """

    l1: Number = 0.0
    l2: Number = 0.0
    clip_norm: Number | None = None
    clip_value: Number | None = None
    max_norm: Number | None = None

    @classmethod
    def joined(cls, each: "Sequence[Constraints]") -> "Constraints":
        """Join those of a stack: values that differ become float64 columns (models, 1)."""
        first = each[0]
        if all(one == first for one in each):
            return first
        joined = {}
        for name in (field.name for field in fields(cls)):
            values = [getattr(one, name) for one in each]
            joined[name] = None if values[0] is None else np.array(values, np.float64)[:, np.newaxis]
        return cls(**joined)


class Updates:
    """The updates of one network by one optimizer; `move` reads the gradient in `network.grad`.

    `slots` (name to array like theta) and `count`, the number of steps done, are all its state; `buffers` has all
    arrays by name.
    """

    def __init__(self, network: Network, optimizer: Optimizer, constraints: Constraints) -> None:
        self.network, self.optimizer, self.constraints = network, optimizer, constraints
        self.slots = {name: np.zeros_like(network.theta) for name in optimizer.slots}
        self.count = 0
        self._mask = network.decaying()
        self.penalties, self.calls = CallTrace(), CallTrace()
        shape = () if network.models == 1 else (network.models, 1)
        names = ("learning_rate", *optimizer.scalars(np.ones((network.models, 1)), 1))
        self._scalars = {name: np.zeros(shape, network.dtype) for name in names}
        self.buffers = {"theta": network.theta, "grad": network.grad, "decay_mask": self._mask}
        self.buffers |= self.slots | self._scalars
        for step, name, _, columns in network.layout:
            self.buffers[f"{step.name}.{name}"] = network.theta[:, columns]
            self.buffers[f"{step.name}.d{name}"] = network.grad[:, columns]
        self._trace()
        self._step = [*self.penalties.calls, *self.calls.calls]

    def numbers(self, rates: Sequence[float] | NDArray[np.float64]) -> Sequence[tuple[Number, ...]]:
        """Return the numbers of the next steps: floats, or (models, 1) for a stack."""
        rate = np.asarray(rates, np.float64)
        t = (self.count + 1.0 + np.arange(len(rate))).reshape(-1, *[1] * (rate.ndim - 1))
        columns = (rate, *np.broadcast_arrays(*self.optimizer.scalars(rate, t).values()))
        # Assigning a Python float to an array takes half the time of assigning a NumPy float.
        return list(zip(*(column.tolist() if rate.ndim == 1 else column for column in columns), strict=True))

    def step(self, gradients: Gradients, batch: Batch, numbers: tuple[Number, ...]) -> None:
        """Compute the gradient of a batch, and move theta."""
        gradients.compute(batch)
        self.move(numbers)

    def move(self, numbers: tuple[Number, ...]) -> None:
        """Add the penalties to the gradient, clip it, move theta, and limit its norms."""
        self.count += 1
        for array, value in zip(self._scalars.values(), numbers, strict=True):
            array[...] = value
        for call, arrays in self._step:
            call(*arrays)

    def penalty(self) -> NDArray[np.float64]:
        """Return l1 Σ|W| + l2/2 Σ W² of each model, in float64."""
        weights = (self.network.theta * self._mask).astype(np.float64)
        l1, l2 = np.ravel(self.constraints.l1), np.ravel(self.constraints.l2)
        return np.asarray(l1 * np.abs(weights).sum(axis=1) + 0.5 * l2 * np.square(weights).sum(axis=1))

    def _trace(self) -> None:
        theta, grad, limits = self.network.theta, self.network.grad, self.constraints
        work = np.empty_like(theta)
        for factor, slope in ((limits.l2, np.positive), (limits.l1, np.sign)):
            if np.any(np.asarray(factor) != 0.0):
                self.penalties.trace(_penalize, theta, grad, work, self._mask, self._cast(factor), slope)
        if limits.clip_value is not None:
            self.calls.trace(_clip_values, grad, self._cast(limits.clip_value), self._cast(-limits.clip_value))
        if limits.clip_norm is not None:
            norms = np.empty((len(grad), 1), grad.dtype)
            self.calls.trace(_clip_norms, grad, norms, self._cast(limits.clip_norm))
        # Blocks of whole rows while they fit, else pieces of one row.
        rows, columns = max(1, BLOCK // max(self.network.size, 1)), max(min(self.network.size, BLOCK), 1)
        for first in range(0, self.network.models, rows):
            for left in range(0, self.network.size, columns):
                self._trace_block(slice(first, first + rows), slice(left, left + columns))
        if limits.max_norm is not None:
            for _, weight, decays in self.network.pieces(theta):
                if decays:
                    units = weight.reshape(*weight.shape[:2], -1, copy=False)
                    norms = np.empty(units.shape[:2], units.dtype)
                    self.calls.trace(_limit_norms, units, norms, self._cast(limits.max_norm))

    def _trace_block(self, rows: slice, columns: slice) -> None:
        theta, grad = self.network.theta[rows, columns], self.network.grad[rows, columns]
        m = Memory(work=np.empty_like(theta), look=np.empty_like(theta))
        numbers = {**decimals(self.optimizer), **self.optimizer.constants(), **self._scalars}
        vars(m).update({name: self._cast(value, rows) for name, value in numbers.items()})
        vars(m).update({name: slot[rows, columns] for name, slot in self.slots.items()})
        if np.any(np.asarray(self.optimizer.weight_decay) != 0.0):
            decay = self._cast(self.optimizer.weight_decay * self._mask[:, columns].astype(np.float64), rows)
            self.calls.trace(_decay, theta, m.work, decay, m.learning_rate)
        self.calls.trace(self.optimizer.update, theta, grad, m, label="optimizer.update")

    def _cast(self, value: Number, rows: slice = ALL) -> Any:
        """Return a number as it is, and of a column its rows, cast to the network's dtype."""
        if not isinstance(value, np.ndarray):
            return value
        return (value[rows] if value.ndim and len(value) > 1 else value).astype(self.network.dtype, copy=False)


def _penalize(theta: Array, grad: Array, work: Array, mask: Array, factor: Any, slope: np.ufunc) -> None:
    slope(theta, out=work)
    np.multiply(work, mask, out=work)
    np.multiply(work, factor, out=work)
    np.add(grad, work, out=grad)


def _clip_values(grad: Array, bound: Any, minus: Any) -> None:
    np.minimum(grad, bound, out=grad)
    np.maximum(grad, minus, out=grad)


def _clip_norms(grad: Array, norms: Array, bound: Any) -> None:
    np.vecdot(grad, grad, out=norms[:, 0])
    _shrinkage(norms, bound)
    np.multiply(grad, norms, out=grad)


def _limit_norms(weight: Array, norms: Array, bound: Any) -> None:
    np.vecdot(weight, weight, out=norms)
    _shrinkage(norms, bound)
    np.multiply(weight, norms[..., np.newaxis], out=weight)


def _shrinkage(norms: Array, bound: Any) -> None:
    """Replace squared norms by the factors that bring the norms to the bound at most."""
    np.sqrt(norms, out=norms)
    np.maximum(norms, bound, out=norms)
    np.divide(bound, norms, out=norms)


def _decay(theta: Array, work: Array, decay: Array, rate: Any) -> None:
    np.multiply(theta, decay, out=work)
    np.multiply(work, rate, out=work)
    np.subtract(theta, work, out=theta)
