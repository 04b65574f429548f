"""Updates by a line search: each step evaluates the loss and the gradient of all rows, once or a few times."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from npnet.engine.batches import Batch
from npnet.engine.gradients import Gradients
from npnet.engine.network import Network
from npnet.engine.updates import Constraints, Updates
from npnet.nn.optimizers import Number, Optimizer
from npnet.nn.quasi_newton.lbfgs import CHANGE, LBFGS, STEP
from npnet.nn.quasi_newton.line_search import Search, search

NOISE = 8
"""The rounding error of a loss, in units of the last place."""

Floats = NDArray[np.float64]


class SearchUpdates(Updates):
    """The updates of one network by L-BFGS; every model of a stack has a search of its own.

    The loss, the gradient and the curvature at theta are kept from step to step, and computed when there are none: of a
    training that continues they are the same to the bit. A model whose steepest descent finds no better step stays.
    """

    def __init__(self, network: Network, optimizer: LBFGS, constraints: Constraints) -> None:
        super().__init__(network, optimizer, constraints)
        self.rule = optimizer
        numbers = range(optimizer.history)
        self._pairs = [(self.slots[f"{STEP}{n}"], self.slots[f"{CHANGE}{n}"]) for n in numbers]
        self._begin, self._direction, self._grad, self._work = (np.empty_like(network.theta) for _ in range(4))
        self._t = np.zeros((network.models, 1), network.dtype)
        self._inverse = np.zeros((optimizer.history, network.models))
        self._scale = np.ones((optimizer.history, network.models))
        self._loss: Floats | None = None
        self._stays = np.zeros(network.models, bool)

    @override
    def _trace_block(self, rows: slice, columns: slice) -> None:
        """Trace nothing: the rule has no update of a block."""

    @override
    def step(self, gradients: Gradients, batch: Batch, numbers: tuple[Number, ...]) -> None:
        """Move theta of every model to the end of its search."""
        newest = self.count % len(self._pairs)
        self.count += 1
        if self._loss is None:
            self._loss = self._evaluate(gradients, batch)
            np.copyto(self._grad, self.network.grad)
            for number in range(len(self._pairs)):
                self._measure(number)
        step, change = self._pairs[newest]
        np.copyto(self._begin, self.network.theta)
        slopes, fresh = self._aim(newest)
        np.negative(self._grad, out=change)  # the pair that is overwritten was the oldest of the direction
        searches = self._searches(np.ravel(numbers[0]), slopes, fresh)
        self._run(searches, self._loss, gradients, batch)
        np.subtract(self.network.theta, self._begin, out=step)
        np.add(change, self._grad, out=change)
        self._measure(newest)
        self._forget((self._t[:, 0] == 0) & ~fresh)
        self._stays = (self._t[:, 0] == 0) & fresh

    def _evaluate(self, gradients: Gradients, batch: Batch) -> Floats:
        """Write the gradient of the loss with its penalty, and return the loss of each model."""
        gradients.compute(batch)
        self.penalties.play()
        loss, l2 = gradients.loss(batch), np.ravel(self.constraints.l2)
        if l2.any():
            np.multiply(self.network.theta, self._mask, out=self._work)
            loss += 0.5 * l2 * np.vecdot(self._work, self._work)
        return loss

    def _aim(self, newest: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Write the direction; return its slopes, and which models follow the gradient: those without a curvature."""
        order = [(newest - 1 - back) % len(self._pairs) for back in range(len(self._pairs))]
        inverse, pairs = self._inverse[order], [self._pairs[number] for number in order]
        known = inverse.any(axis=0)
        scale = np.take_along_axis(self._scale[order], (inverse != 0).argmax(axis=0)[np.newaxis], axis=0)[0]
        columns = (np.where(known, scale, 1.0), inverse)
        scales, inverses = (column[..., np.newaxis].astype(self.network.dtype) for column in columns)
        self.rule.direction(self._grad, pairs, inverses, scales, self._work, self._direction)
        slopes = np.vecdot(self._direction, self._grad).astype(np.float64)
        lost = known & ~(slopes < 0)
        if lost.any():
            self._forget(lost)
            np.negative(self._grad[lost], out=self._direction[lost])
            slopes[lost] = np.vecdot(self._direction[lost], self._grad[lost])
        return slopes, ~known | lost

    def _searches(self, rates: Floats, slopes: Floats, fresh: NDArray[np.bool_]) -> dict[int, Search]:
        """Return a search for each model that has somewhere to go."""
        found, noise = dict[int, Search](), NOISE * float(np.finfo(self.network.dtype).eps)
        assert self._loss is not None
        for model, (loss, slope) in enumerate(zip(self._loss.tolist(), slopes.tolist(), strict=True)):
            if slope < 0 and np.isfinite(loss) and not self._stays[model]:
                rate = float(rates[model % len(rates)])
                first = rate * min(1.0, (-slope) ** -0.5) if fresh[model] else rate
                found[model] = search(loss, slope, first, self.rule.trials, noise)
        return found

    def _run(self, searches: dict[int, Search], loss: Floats, gradients: Gradients, batch: Batch) -> None:
        """Run the searches of all models side by side; theta, loss and gradient are those of the last steps tried."""
        self._t.fill(0.0)
        idle = [model for model in range(self.network.models) if model not in searches]
        self._direction[idle] = 0.0
        for model, one in searches.items():
            self._t[model] = next(one)
        while searches:
            np.multiply(self._direction, self._t, out=self.network.theta)
            np.add(self.network.theta, self._begin, out=self.network.theta)
            losses = self._evaluate(gradients, batch)
            slopes = np.vecdot(self._direction, self.network.grad).astype(np.float64)
            for model, one in list(searches.items()):
                loss[model], self._grad[model] = losses[model], self.network.grad[model]
                try:
                    self._t[model] = one.send((float(losses[model]), float(slopes[model])))
                except StopIteration:
                    del searches[model]

    def _measure(self, number: int) -> None:
        """Compute the curvature of a pair of each model; one that is not positive beyond rounding does not count."""
        step, change = self._pairs[number]
        both, steps, changes = (
            np.vecdot(one, other).astype(np.float64) for one, other in ((step, change), (step, step), (change, change))
        )
        counts = both > np.finfo(self.network.dtype).eps * np.sqrt(steps) * np.sqrt(changes)
        np.divide(1.0, both, out=self._inverse[number], where=counts)
        np.divide(both, changes, out=self._scale[number], where=counts)
        self._inverse[number][~counts] = 0.0
        for array in (step, change):
            array[~counts] = 0.0

    def _forget(self, models: NDArray[np.bool_]) -> None:
        """Start the curvature of some models anew."""
        self._inverse[:, models] = 0.0
        for array in self.slots.values():
            array[models] = 0.0


def updates_of(network: Network, optimizer: Optimizer, constraints: Constraints) -> Updates:
    """Return the updates of a network by an optimizer."""
    kind: Any = SearchUpdates if isinstance(optimizer, LBFGS) else Updates
    found: Updates = kind(network, optimizer, constraints)
    return found
