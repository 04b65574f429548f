"""Stacks: models side by side in one network, the data they share, what scores them, and their training."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Prepared
from npnet.engine.batches import Batches, Samples
from npnet.engine.loop import PerModel, Progress, Rates, Values, train
from npnet.engine.network import Network, join
from npnet.engine.scoring import DeadUnits, Scorer
from npnet.engine.searching import updates_of
from npnet.engine.updates import Constraints
from npnet.experiment.resolved import ResolvedExperiment
from npnet.metrics import DECIDED, measure
from npnet.model.outputs import OutputTransform
from npnet.model.train_state import TrainState
from npnet.nn.layer import Layers
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Optimizer

Data = Prepared | Sequence[Sequence[Prepared]]
Indices = NDArray[np.intp]
SPLITS = ("train", "validation")
"""The splits that are measured after each epoch."""


@dataclass(frozen=True, eq=False)
class Learner:
    """One model: its layers, how it learns, the rows it sees, the probability above which it decides two classes.

    `side` is the index of its rows among the `sides` of `FoldData`; `loss` is what it minimises.
    """

    layers: Layers
    optimizer: Optimizer
    constraints: Constraints
    learning_rate: float
    seed: int
    side: int
    loss: Loss
    threshold: float


class FoldData:
    """Prepared data of each fold, and of each member with a validation set of its own, as samples of the engine.

    The data are a list for each fold: one `Prepared`, or one for each member. `sides` are all of them, fold after fold.
    """

    def __init__(self, data: Data, dtype: Any) -> None:
        nested = [[data]] if isinstance(data, Prepared) else data
        self.folds, self.dtype = [fold[0] for fold in nested], dtype
        self.sides = [side for fold in nested for side in fold]
        self.first = self.folds[0]  # task, names and sizes are the same in all
        self._inputs: dict[Hashable, Samples] = {}
        self._encoded: dict[Hashable, Samples] = {}

    def output_transform(self, side: int, loss: Loss, smearing: NDArray[Any] | None = None) -> OutputTransform:
        """Return the transform of the scores of models that see the rows of a side."""
        data = self.sides[side]
        return OutputTransform(loss, data.task, data.target_scaler, data.target_transform, smearing)

    def samples(self, split: str, learners: Sequence[Learner]) -> Samples:
        """Return the rows of a split for a stack of models with equally many; shared where all see the same.

        The rows and weights of each model are those it would have alone, bit for bit.
        """
        each = [self._of_model(split, learner.side, learner.loss) for learner in learners]
        if all(one is each[0] for one in each):
            return each[0]
        t = np.stack([one.t for one in each])
        if all(one.x is each[0].x for one in each):
            return Samples(each[0].x, t, each[0].w)
        w = [one.w for one in each if one.w is not None]
        return Samples(np.stack([one.x for one in each]), t, np.stack(w) if w else None)

    def _of_model(self, split: str, side: int, loss: Loss) -> Samples:
        key, data = (split, side, loss), self.sides[side]
        if key not in self._encoded:
            rows, like = data.parts[split], self._inputs.get((split, side))
            weight = None if rows.weight is None else rows.weight[:, np.newaxis]
            t = self.output_transform(side, loss).encode(rows.every_y, data.class_count).reshape(len(rows.y), -1)
            if like is None:
                like = self._inputs[split, side] = Samples.of_prepared(rows.with_ones, t, weight, self.dtype)
            self._encoded[key] = Samples(like.x, np.ascontiguousarray(t, self.dtype), like.w)
        return self._encoded[key]


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
            self._scorers[split] = Scorer(self.network, self.loss, self.data.samples(split, self.learners))
        return self._scorers[split]

    def scorers(self, split: str) -> Iterator[tuple[Indices, Scorer]]:
        """Yield scorers for all rows of a split, one for all models that see equally many, with their indices."""
        sizes = np.array([len(self.data.sides[learner.side].parts[split].y) for learner in self.learners])
        if (sizes == sizes[0]).all():
            yield self.indices, self.scorer(split)
            return
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            learners = [self.learners[row] for row in rows.tolist()]
            loss = join([learner.loss for learner in learners])
            yield self.indices[rows], Scorer(self.network.take(rows), loss, self.data.samples(split, learners))

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

    @np.errstate(all="ignore")
    def _metric(self, name: str, split: str, scores: NDArray[Any]) -> PerModel:
        each, task = [], self.data.first.task
        seen = [(learner.side, learner.loss) for learner in self.learners]
        for (side, loss), run in groupby(range(len(seen)), seen.__getitem__):  # neighbours that see the same rows
            numbers = list(run)
            models = slice(numbers[0], numbers[-1] + 1)
            transform = self.data.output_transform(side, loss)
            if transform.smears:
                train, z = self.data.sides[side].parts["train"], self.scorer("train").scores[models]
                transform = replace(transform, smearing=transform.fit_smearing(train, z))
            output = transform(scores[models])
            if name in DECIDED and task == "binary":
                output = (output > self._thresholds[models]).astype(np.float64)
            rows = self.data.sides[side].parts[split]
            each.append(measure(name, rows.each_target.y, rows.of_targets(output), task))
        return np.concatenate(each)


class StackTraining:
    """The training of a stack after `epochs` epochs: from the values in its network, or from a state.

    `batches_done` counts the batches of the epoch in progress, and one more once it was evaluated: the stack then waits
    for the others. There is progress after each of the steps `pauses`. Raises ValueError for a state with more batches
    than an epoch has.
    """

    def __init__(
        self,
        stack: Stack,
        experiment: ResolvedExperiment,
        epochs: int,
        state: TrainState | None = None,
        pauses: Sequence[int] = (),
    ) -> None:
        self.stack, config = stack, experiment.config
        rates = [learner.learning_rate for learner in stack.learners]
        self.rates = Rates(rates, config.epochs, config.schedule, experiment.monitor)
        optimizer = join([learner.optimizer for learner in stack.learners], trailing=1)
        constraints = Constraints.joined([learner.constraints for learner in stack.learners])
        self.updates = updates_of(stack.network, optimizer, constraints)
        samples = stack.scorer("train").samples
        cut = experiment.batch_size, config.seed, config.accumulate
        self.batches = Batches(samples, *cut, experiment.augmentation)
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
            pauses=pauses,
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
