"""Stacks: models side by side in one network, what scores them, and their training in progress."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batches
from npnet.engine.loop import PerModel, Progress, Rates, Values, train
from npnet.engine.network import Network, join
from npnet.engine.scoring import DeadUnits, Scorer
from npnet.engine.updates import Constraints, Updates
from npnet.experiment.resolved import ResolvedExperiment
from npnet.metrics import DECIDED, measure
from npnet.model.fold_data import DataRef, FoldData
from npnet.model.train_state import TrainState
from npnet.nn.layer import Layers
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Optimizer

Indices = NDArray[np.intp]
SPLITS = ("train", "validation")
"""The splits that are measured after each epoch."""


@dataclass(frozen=True, eq=False)
class Learner:
    """One model: its layers, how it learns, the rows it sees, the probability above which it decides two classes."""

    layers: Layers
    optimizer: Optimizer
    constraints: Constraints
    learning_rate: float
    seed: int
    ref: DataRef
    threshold: float

    @property
    def loss(self) -> Loss:
        """The loss that it minimises."""
        return self.ref.loss


class Stack:
    """Models in one network, by their indices among all; `watched` are the metrics to measure."""

    def __init__(
        self, indices: Indices, network: Network, learners: Sequence[Learner], data: FoldData, watched: Sequence[str]
    ) -> None:
        self.indices, self.network, self.learners = indices, network, learners
        self.data, self.watched = data, watched
        self.loss = join([learner.loss for learner in learners])
        self.dead_units = DeadUnits(network)
        self._thresholds = np.array([learner.threshold for learner in learners])[:, np.newaxis, np.newaxis]
        self._scorers: dict[str, Scorer] = {}

    def scorer(self, split: str) -> Scorer:
        """Return the scorer of a split that has equally many rows for all models."""
        if split not in self._scorers:
            samples = self.data.samples(split, [learner.ref for learner in self.learners])
            self._scorers[split] = Scorer(self.network, self.loss, samples)
        return self._scorers[split]

    def scorers(self, split: str) -> Iterator[tuple[Indices, Scorer]]:
        """Yield scorers for all rows of a split, one for all models that see equally many, with their indices."""
        sizes = np.array([self.data.rows(split, learner.ref) for learner in self.learners])
        if (sizes == sizes[0]).all():
            yield self.indices, self.scorer(split)
            return
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            learners = [self.learners[row] for row in rows.tolist()]
            samples = self.data.samples(split, [learner.ref for learner in learners])
            loss = join([learner.loss for learner in learners])
            yield self.indices[rows], Scorer(self.network.take(rows), loss, samples)

    def evaluate(self) -> Iterator[Values]:
        """Measure the losses and the watched metrics of the training and validation sets.

        Yields an empty dict between chunks of rows and metrics, so that a consumer can stop, and the values at last.
        """
        values, first = Values(), self.data.first
        for split in SPLITS:
            if split in first.parts:
                scorer = self.scorer(split)
                for _ in scorer.steps(self.dead_units if split == "train" else None):
                    yield {}
                values[f"{split}_loss"] = scorer.losses
                for name in self.watched:
                    values[f"{split}_{name}"] = self._metric(name, split, scorer.scores)
                    yield {}
        yield values

    def _metric(self, name: str, split: str, scores: NDArray[Any]) -> PerModel:
        each, task = [], self.data.first.task
        for ref, models in self._runs():
            output = self.data.output_transform(ref)(scores[models])
            if name in DECIDED and task == "binary":
                output = (output > self._thresholds[models]).astype(np.float64)
            each.append(measure(name, self.data.part(split, ref.side).y, output, task))
        return np.concatenate(each)

    def _runs(self) -> Iterator[tuple[DataRef, slice]]:
        """Yield the runs of neighbours that see the same rows."""
        first = 0
        for index in range(1, len(self.learners) + 1):
            if index == len(self.learners) or self.learners[index].ref != self.learners[first].ref:
                yield self.learners[first].ref, slice(first, index)
                first = index


class StackTraining:
    """The training of a stack after `epochs` epochs: from the values in its network, or from a state.

    `batches_done` counts the batches of the epoch in progress, and one more once it was evaluated: the stack then waits
    for the others. Raises ValueError for a state with more batches than an epoch has.
    """

    def __init__(
        self, stack: Stack, experiment: ResolvedExperiment, epochs: int, state: TrainState | None = None
    ) -> None:
        self.stack, config = stack, experiment.config
        rates = [learner.learning_rate for learner in stack.learners]
        self.rates = Rates(rates, config.epochs, config.schedule, experiment.monitor)
        optimizer = join([learner.optimizer for learner in stack.learners], trailing=1)
        constraints = Constraints.joined([learner.constraints for learner in stack.learners])
        self.updates = Updates(stack.network, optimizer, constraints)
        self.batches = Batches(stack.scorer("train").samples, experiment.batch_size, config.seed)
        self.batches_done = 0
        if state is not None:
            self._load(state)
        self.updates.count = epochs * self.batches.count + min(self.batches_done, self.batches.count)
        whole, started = divmod(self.batches_done, self.batches.count + 1)
        self._progress = train(
            stack.network,
            stack.loss,
            self.updates,
            self.rates,
            self.batches,
            config.epochs,
            stack.evaluate,
            start=epochs + whole,
            batches_done=started,
            every=config.evaluate_every,
        )

    def _load(self, state: TrainState) -> None:
        self.batches_done = int(state.batches_done[0])
        if not 0 <= self.batches_done <= self.batches.count + 1:
            raise ValueError(f"{self.batches_done} batches of an epoch of {self.batches.count} cannot be done")
        self.stack.network.theta[...], self.stack.network.state[...] = state.theta, state.statistics
        for name, slot in self.updates.slots.items():
            slot[...] = state.slots[name]
        self.rates.drop, self.rates.best, self.rates.waited = state.rate_drop, state.plateau_best, state.plateau_epochs

    def save(self, state: TrainState) -> None:
        """Write what moves into the rows of these models in the state of all."""
        rows, network, rates = self.stack.indices, self.stack.network, self.rates
        state.theta[rows], state.statistics[rows] = network.theta, network.state
        for name, slot in self.updates.slots.items():
            state.slots[name][rows] = slot
        state.rate_drop[rows], state.plateau_best[rows] = rates.drop, rates.best
        state.plateau_epochs[rows], state.batches_done[rows] = rates.waited, self.batches_done

    def advance(self) -> Progress:
        """Train until there is progress to report; the last progress of an epoch is complete."""
        progress = next(self._progress)
        self.batches_done = progress.batch + progress.complete
        return progress

    @property
    def evaluated(self) -> bool:
        """Whether the epoch in progress is trained and evaluated."""
        return self.batches_done > self.batches.count
