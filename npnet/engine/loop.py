"""The training loop: a generator that yields a `Progress` after each epoch."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batch, Batches
from npnet.engine.gradients import Gradients
from npnet.engine.network import Network
from npnet.engine.updates import Updates
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Number
from npnet.nn.schedules import Constant, ReduceOnPlateau, Schedule

PerModel = NDArray[np.float64]
Values = dict[str, PerModel]
Evaluate = Callable[[], Iterator[Values]]
BETWEEN = 0.2
"""Seconds between the progresses of a long epoch, after each of which the consumer can stop."""
SAMPLED_STEPS = 10_000
"""Steps at which the largest of the coming learning rates is searched, evenly spread over the training."""


@dataclass(frozen=True)
class Progress:
    """The progress of a training: after an epoch, with measured values, or within a long epoch.

    `values` holds train_loss, validation_loss, train_<metric> and so on, a number for each model; it is empty within
    epochs and after epochs without evaluation. `finite` marks models whose parameters and losses are finite. An epoch
    that is not `complete` is between two batches or, after the last batch, being evaluated.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    seconds: float
    learning_rate: PerModel
    finite: NDArray[np.bool_]
    values: Values = field(default_factory=dict)
    complete: bool = True

    def mean(self, name: str) -> float:
        """Return a measured value averaged over the models, NaN if it was not measured."""
        return float(self.values[name].mean()) if name in self.values else float("nan")


@dataclass(frozen=True)
class Monitor:
    """The value by which the best epoch is chosen, and whether larger is better."""

    name: str = "validation_loss"
    maximize: bool = False

    def of(self, values: dict[str, PerModel]) -> PerModel:
        """Return the value of each model with the sign by which smaller is better, infinity for NaN."""
        value = values[self.name]
        return np.where(np.isnan(value), np.inf, -value if self.maximize else value)


class Rates:
    """The learning rate of every step: a schedule times the rate of each model.

    `drop` (models,) is the factor by `reduce_on_plateau` so far; with `best` and `waited` it is the only state.
    """

    def __init__(
        self,
        rates: Sequence[float] | PerModel,
        epochs: int,
        schedule: Schedule | None = None,
        monitor: Monitor | None = None,
    ) -> None:
        self.base, self.epochs = np.array(rates, np.float64), max(epochs, 1)
        self.schedule, self.monitor = schedule or Constant(), monitor or Monitor()
        self.drop = np.ones(len(self.base))
        self.best = np.full(len(self.base), np.inf)
        self.waited = np.zeros(len(self.base), np.int64)

    def of_epoch(self, epoch: int, steps: int) -> Sequence[float] | NDArray[np.float64]:
        """Return the rates of an epoch's steps: floats, or (steps, models, 1) for a stack."""
        e = np.minimum((epoch - 1) + np.arange(steps) / steps, self.epochs)
        table = np.multiply.outer(self.schedule.factor(e, self.epochs), self.base * self.drop)
        # A ufunc on float32 with a Python float takes a fifth of the time it takes with a NumPy float64.
        return table[:, 0].tolist() if len(self.base) == 1 else table[..., np.newaxis]

    def largest(self, epoch: int, steps: int) -> PerModel:
        """Return the largest rate of each model (models,) from an epoch on; 0 after the last."""
        left = (self.epochs - epoch + 1) * steps
        if left <= 0:
            return np.zeros(len(self.base))
        e = (epoch - 1) + np.arange(0, left, max(left // SAMPLED_STEPS, 1)) / steps
        return np.asarray(self.schedule.factor(e, self.epochs).max() * self.base * self.drop)

    def observe(self, values: dict[str, PerModel]) -> None:
        """Count the epochs without improvement, and drop the rates of models out of patience."""
        if not isinstance(self.schedule, ReduceOnPlateau):
            return
        value = self.monitor.of(values)
        better = value < self.best - self.schedule.min_delta
        self.best = np.where(better, value, self.best)
        self.waited = np.where(better, 0, self.waited + 1)
        late = self.waited > self.schedule.patience
        self.drop = np.where(late, np.maximum(self.drop * self.schedule.drop, self.schedule.minimum), self.drop)
        self.waited[late] = 0


def train(
    network: Network,
    loss: Loss,
    updates: Updates,
    rates: Rates,
    batches: Batches,
    epochs: int,
    evaluate: Evaluate | None = None,
    *,
    start: int = 0,
    batches_done: int = 0,
    every: int = 1,
    pauses: Sequence[int] = (),
) -> Generator[Progress]:
    """Train from epoch `start` to `epochs`; the consumer records, shows, and stops with `break`.

    `batches_done` batches of the first epoch are already done, with the network and `updates` as these left them.
    `evaluate` is called after each `every`-th epoch and the last; it yields empty values while it works, and the
    measured values at its end. Within a long epoch, a progress with `complete` False is yielded a few times a second,
    and after each of the steps `pauses`, which are counted from 1 and ascend.
    """
    gradients = Gradients(network, loss, batches)
    nothing = np.zeros(network.size, network.dtype)
    all_finite = np.ones(network.models, bool)

    def within(epoch: int, done: int, seconds: float, rate: Any) -> Progress:
        return Progress(epoch, epochs, done, batches.count, seconds, np.ravel(rate), all_finite, complete=False)

    for epoch in range(start + 1, epochs + 1):
        began = last = time.perf_counter()
        network.start_epoch(epoch)
        table = rates.of_epoch(epoch, batches.count)
        done = batches_done if epoch == start + 1 else 0
        gradients.skip(done)
        left, numbers = chain.from_iterable(batches.epoch(epoch, done)), iter(updates.numbers(table[done:]))
        first = (epoch - 1) * batches.count
        stops = [step - first for step in pauses if done < step - first < batches.count]
        while few := _train_until(_up_to(stops, done, left), gradients, updates, numbers, last + BETWEEN):
            done += few
            stops = [stop for stop in stops if stop > done]
            if done < batches.count:
                last = time.perf_counter()
                yield within(epoch, done, last - began, table[done - 1])
        values, due = Values(), epoch % every == 0 or epoch == epochs
        for values in evaluate() if evaluate and due else ():
            if not values and time.perf_counter() > last + BETWEEN:
                last = time.perf_counter()
                yield within(epoch, done, last - began, table[-1])
        with np.errstate(all="ignore"):
            # A sum of products with zero is zero, or NaN if any parameter, or any number of a slot, is not finite.
            finite = np.vecdot(network.theta, nothing) == 0
            for slot in updates.slots.values():
                finite &= np.vecdot(slot, nothing) == 0
        finite = np.logical_and.reduce([finite, *(np.isfinite(v) for n, v in values.items() if n.endswith("_loss"))])
        if values:
            rates.observe(values)
        seconds = time.perf_counter() - began
        yield Progress(epoch, epochs, done, done, seconds, np.ravel(table[-1]), finite, values)


def _up_to(stops: Sequence[int], done: int, batches: Iterator[Batch]) -> Iterator[Batch]:
    """Return the batches up to the first stop, or all of them."""
    return islice(batches, stops[0] - done) if stops else batches


@np.errstate(all="ignore")
def _train_until(
    batches: Iterator[Batch],
    gradients: Gradients,
    updates: Updates,
    numbers: Iterator[tuple[Number, ...]],
    until: float,
) -> int:
    """Train on batches until they end or a time is reached; return the number of batches."""
    done = 0
    for batch in batches:
        updates.step(gradients, batch, next(numbers))
        done += 1
        if time.perf_counter() > until:
            break
    return done


class KeepBest:
    """Keeps theta and state of every model's best epoch; `patience` ends the training.

    Called with each progress; true once no model has improved by more than `min_delta` for `patience` epochs. A
    model out of patience is done: later epochs do not count. Epoch 0, the initial values, is the best until improved.
    """

    def __init__(self, network: Network, monitor: Monitor, patience: int | None = None, min_delta: float = 0.0) -> None:
        self.network, self.monitor, self.patience, self.min_delta = network, monitor, patience, min_delta
        self.theta, self.state = network.theta.copy(), network.state.copy()
        self.value = np.full(network.models, np.inf)
        self.epoch = np.zeros(network.models, np.int64)
        self.done = np.zeros(network.models, bool)

    def __call__(self, progress: Progress) -> bool:
        """Record an epoch of the whole stack, and return whether all models are done."""
        self.look(progress, np.arange(self.network.models), self.network)
        return bool(self.done.all())

    def look(self, progress: Progress, indices: NDArray[np.intp], network: Network) -> None:
        """Record an epoch of some of the models, whose rows are those of `network`."""
        if self.monitor.name in progress.values:
            value = self.monitor.of(progress.values)
            better = (value < self.value[indices] - self.min_delta) & progress.finite & ~self.done[indices]
            chosen = indices[better]
            self.value[chosen], self.epoch[chosen] = value[better], progress.epoch
            self.theta[chosen], self.state[chosen] = network.theta[better], network.state[better]
        if self.patience is not None and progress.complete:
            self.done[indices] |= progress.epoch - self.epoch[indices] >= self.patience

    def restore(self) -> None:
        """Put the best parameters and statistics back into the network."""
        self.network.theta[...], self.network.state[...] = self.theta, self.state


def epochs_text(first_epoch: int, last_epoch: int, **_: object) -> str:
    """Return the best epochs as text: epoch 37, or epochs 33 to 60 of several models."""
    return f"epoch {first_epoch}" if first_epoch == last_epoch else f"epochs {first_epoch} to {last_epoch}"
