"""What surrounds the rule of an optimizer: slots, blocks that stay in cache, penalties and limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.network import Network
from npnet.engine.trace import CallTrace
from npnet.nn.layer import Array, Memory
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

    @classmethod
    def joined(cls, each: "Sequence[Constraints]") -> "Constraints":
        """Those of a whole stack: what differs becomes a float64 column (models, 1)."""
        first = each[0]
        if all(one == first for one in each):
            return first
        columns = {one.name: [getattr(constraint, one.name) for constraint in each] for one in fields(cls)}
        return cls(**{name: _column(values) for name, values in columns.items()})


def _column(values: list[Any]) -> Number | None:
    return None if values[0] is None else np.array(values, np.float64)[:, np.newaxis]


class Updates:
    """One optimizer at work on one network; `step` and `move` use the gradient that is there.

    `slots` (name to array like theta) and `count`, the steps done, are all its state; `buffers` has all arrays by name.
    """

    def __init__(self, network: Network, optimizer: Optimizer, constraints: Constraints) -> None:
        self.network, self.optimizer, self.constraints = network, optimizer, constraints
        self.slots = {name: np.zeros_like(network.theta) for name in optimizer.slots}
        self.count = 0
        self._mask = network.decaying()
        self.penalties, self.calls = CallTrace(), CallTrace()
        first = optimizer.scalars(np.ones((network.models, 1)), 1)
        models = network.models
        self._scalars = [np.zeros(() if models == 1 else (models, 1), network.dtype) for _ in (None, *first)]
        self.buffers = self._named()
        self._trace()
        self._step = [*self.penalties.calls, *self.calls.calls]

    def numbers(self, rates: Sequence[float] | NDArray[np.float64]) -> Sequence[tuple[Number, ...]]:
        """The numbers of the next steps from their rates: floats for one model, (steps, models, 1) for a stack."""
        rate = np.asarray(rates, np.float64)
        t = (self.count + 1.0 + np.arange(len(rate))).reshape(-1, *[1] * (rate.ndim - 1))
        columns = (rate, *np.broadcast_arrays(*self.optimizer.scalars(rate, t)))
        # Python's floats go into an array in half the time of NumPy's.
        return list(zip(*(column.tolist() if rate.ndim == 1 else column for column in columns), strict=True))

    def move(self, numbers: tuple[Number, ...]) -> None:
        """Add the penalties to the gradient, clip it, move theta, and hold its norms."""
        self.count += 1
        for array, value in zip(self._scalars, numbers, strict=True):
            array[...] = value
        for call, arrays in self._step:
            call(*arrays)

    def step(self, rate: Number) -> None:
        """Move once, at a rate: a float, or a column (models, 1) for a stack."""
        self.move(self.numbers(np.asarray([rate], np.float64))[0])

    def add_penalties(self) -> None:
        """Add the gradient of the penalties: l1 sign(W) + l2 W."""
        self.penalties.play()

    def penalty(self) -> NDArray[np.float64]:
        """l1 Σ|W| + l2/2 Σ W² of each model, in float64."""
        weights = (self.network.theta * self._mask).astype(np.float64)
        l1, l2 = np.ravel(self.constraints.l1), np.ravel(self.constraints.l2)
        return np.asarray(l1 * np.abs(weights).sum(axis=1) + 0.5 * l2 * np.square(weights).sum(axis=1))

    def _named(self) -> dict[str, Array]:
        """Every array of the update by its name: parameters, gradients, slots, and the numbers of a step."""
        network, found = self.network, {"theta": self.network.theta, "grad": self.network.grad, **self.slots}
        found["decay_mask"] = self._mask
        for step, name, _, place in network.slots:
            found[f"{step.name}.{name}"] = network.theta[:, place]
            found[f"{step.name}.d{name}"] = network.grad[:, place]
        names = ("learning_rate", *(f"scalar_{number}" for number, _ in enumerate(self._scalars[1:], 1)))
        return found | dict(zip(names, self._scalars, strict=True))

    def _trace(self) -> None:
        theta, grad, limits = self.network.theta, self.network.grad, self.constraints
        work = np.empty_like(theta)
        for factor, shape_of in ((limits.l2, np.positive), (limits.l1, np.sign)):
            if np.any(np.asarray(factor) != 0.0):
                self.penalties.trace(_penalize, theta, grad, work, self._mask, self._cast(factor), shape_of)
        if limits.clip_value is not None:
            self.calls.trace(_clip_values, grad, self._cast(limits.clip_value), self._cast(-limits.clip_value))
        if limits.clip_norm is not None:
            norms = np.empty((len(grad), 1), grad.dtype)
            self.calls.trace(_clip_norms, grad, norms, self._cast(limits.clip_norm))
        for rows, columns in self._cut():
            self._trace_block(rows, columns)
        if limits.max_norm is not None:
            for weight in self.network.weights():
                norms = np.empty(weight.shape[:2], weight.dtype)
                self.calls.trace(_hold_norms, weight, norms, self._cast(limits.max_norm))

    def _cut(self) -> Iterator[tuple[slice, slice]]:
        """Blocks of whole rows while they fit, else pieces of one row."""
        models, size = self.network.theta.shape
        rows, columns = max(1, BLOCK // max(size, 1)), min(size, BLOCK)
        for first in range(0, models, rows):
            for left in range(0, size, max(columns, 1)):
                yield slice(first, first + rows), slice(left, left + columns)

    def _trace_block(self, rows: slice, columns: slice) -> None:
        theta, grad = self.network.theta[rows, columns], self.network.grad[rows, columns]
        m = Memory(work=np.empty_like(theta), look=np.empty_like(theta))
        for name, slot in self.slots.items():
            setattr(m, name, slot[rows, columns])
        for name, value in self.optimizer.constants().items():
            setattr(m, name, self._of(value, rows))
        rate, *scalars = (self._of(scalar, rows) for scalar in self._scalars)
        if np.any(np.asarray(self.optimizer.weight_decay) != 0.0):
            decay = self._of(self.optimizer.weight_decay * self._mask[:, columns].astype(np.float64), rows)
            self.calls.trace(_decay, theta, m.work, decay, rate)
        self.calls.trace(self.optimizer.update, theta, grad, m, *scalars, label="optimizer.update")

    def _of(self, value: Number, rows: slice) -> Any:
        """A number as it is; of a column its rows, cast to the network's dtype."""
        return self._cast(value[rows] if isinstance(value, np.ndarray) and value.ndim and len(value) > 1 else value)

    def _cast(self, value: Number) -> Any:
        return value.astype(self.network.dtype, copy=False) if isinstance(value, np.ndarray) else value


def _penalize(theta: Array, grad: Array, work: Array, mask: Array, factor: Any, shape_of: np.ufunc) -> None:
    shape_of(theta, out=work)
    np.multiply(work, mask, out=work)
    np.multiply(work, factor, out=work)
    np.add(grad, work, out=grad)


def _clip_values(grad: Array, bound: Any, minus: Any) -> None:
    np.minimum(grad, bound, out=grad)
    np.maximum(grad, minus, out=grad)


def _clip_norms(grad: Array, norms: Array, bound: Any) -> None:
    np.vecdot(grad, grad, out=norms[:, 0])
    np.sqrt(norms, out=norms)
    np.maximum(norms, bound, out=norms)
    np.divide(bound, norms, out=norms)
    np.multiply(grad, norms, out=grad)


def _hold_norms(weight: Array, norms: Array, bound: Any) -> None:
    np.vecdot(weight, weight, out=norms)
    np.sqrt(norms, out=norms)
    np.maximum(norms, bound, out=norms)
    np.divide(bound, norms, out=norms)
    np.multiply(weight, norms[..., np.newaxis], out=weight)


def _decay(theta: Array, work: Array, decay: Array, rate: Any) -> None:
    np.multiply(theta, decay, out=work)
    np.multiply(work, rate, out=work)
    np.subtract(theta, work, out=theta)
