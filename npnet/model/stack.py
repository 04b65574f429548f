"""Groups: models that stand side by side in one stack, what scores them, and the course of their training."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batches
from npnet.engine.loop import PerModel, Progress, Rates, Values, train
from npnet.engine.network import Network, join
from npnet.engine.scoring import DeadUnits, Scorer
from npnet.engine.updates import Constraints, Updates
from npnet.metrics import DECIDED, measure
from npnet.model.fold_data import DataRef

if TYPE_CHECKING:
    from npnet.model.stack_trainer import StackTrainer

Indices = NDArray[np.intp]
PARTS = ("train", "validation")


class Stack:
    """Some models of a cohort, by their places in it, in a network of their own."""

    def __init__(self, trainer: "StackTrainer", indices: Indices, network: Network) -> None:
        self._cohort = ref(trainer)  # which holds its groups: all go at once when nobody trains them any more
        self.indices, self.network = indices, network
        self.learners = [trainer.learners[place] for place in indices]
        self.loss = join([learner.loss for learner in self.learners])
        self._thresholds = np.array([learner.threshold for learner in self.learners])[:, np.newaxis, np.newaxis]
        self._scorers: dict[str, Scorer] = {}
        self._silence = DeadUnits(network)

    @property
    def trainer(self) -> "StackTrainer":
        """The cohort whose models they are, while it is there."""
        trainer = self._cohort()
        assert trainer is not None
        return trainer

    def scorer(self, part: str) -> Scorer:
        """What brings the rows of a part, of which all models see equally many, through the network."""
        if part not in self._scorers:
            samples = self.trainer.sides.samples(part, [learner.view for learner in self.learners])
            self._scorers[part] = Scorer(self.network, self.loss, samples)
        return self._scorers[part]

    def scorers(self, part: str) -> Iterator[tuple[Indices, Scorer]]:
        """What brings all rows of a part through the network: for models that see equally many, one together."""
        sizes = np.array([self.trainer.sides.rows(part, learner.view) for learner in self.learners])
        if (sizes == sizes[0]).all():
            yield self.indices, self.scorer(part)
            return
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            learners = [self.learners[row] for row in rows]
            samples = self.trainer.sides.samples(part, [learner.view for learner in learners])
            loss = join([learner.loss for learner in learners])
            yield self.indices[rows], Scorer(self.network.take(rows), loss, samples)

    def measure(self) -> Iterator[Values]:
        """The losses of the train and validation parts, and the metrics asked for, over all rows.

        Nothing is yielded between the chunks of rows and the metrics, and the values at last.
        """
        values = Values()
        for part in PARTS:
            if part in self.trainer.data.parts:
                scorer = self.scorer(part)
                for _ in scorer.steps(self._silence if part == "train" else None):
                    yield {}
                values[f"{part}_loss"] = scorer.losses
                for name in self.trainer.watched:
                    values[f"{part}_{name}"] = self._metric(name, part, scorer.scores)
                    yield {}
        for name, shares in self._silence.shares.items():
            self.trainer.silent.setdefault(name, np.zeros(len(self.trainer.learners)))[self.indices] = shares
        yield values

    def _metric(self, name: str, part: str, scores: NDArray[Any]) -> PerModel:
        sides, each = self.trainer.sides, []
        for view, some in self._views():
            y = sides.part(part, view.side).y
            output = sides.output_transform(view)(scores[some])
            if name in DECIDED and self.trainer.data.task == "binary":
                output = (output > self._thresholds[some]).astype(np.float64)
            each.append(measure(name, y, output, self.trainer.data.task))
        return np.concatenate(each)

    def _views(self) -> Iterator[tuple[DataRef, slice]]:
        """Runs of neighbours that see the same."""
        first = 0
        for place in range(1, len(self.learners) + 1):
            if place == len(self.learners) or self.learners[place].view != self.learners[first].view:
                yield self.learners[first].view, slice(first, place)
                first = place


class StackTraining:
    """A group while it trains: `start` epochs, and `batches_done` batches of the next one, are done already.

    `batches_done` then counts on. One more than there are batches says that the epoch was evaluated too; the others
    of the trainer are then waited for.
    """

    def __init__(
        self,
        stack: Stack,
        rates: Rates,
        start: int,
        batches_done: int = 0,
        slots: dict[str, NDArray[Any]] | None = None,
    ) -> None:
        self.stack, self.rates = stack, rates
        resolved, learners = stack.trainer.resolved, stack.learners
        optimizer = join([learner.optimizer for learner in learners], trailing=1)
        constraints = Constraints.joined([learner.constraints for learner in learners])
        self.updates = Updates(stack.network, optimizer, constraints)
        self.batches = Batches(stack.scorer("train").samples, resolved.batch_size, resolved.config.seed)
        if not 0 <= batches_done <= self.batches.count + 1:
            raise ValueError(f"an epoch has {self.batches.count} batches, of which {batches_done} cannot be done")
        self.batches_done = batches_done
        self.updates.count = start * self.batches.count + min(batches_done, self.batches.count)
        whole, rest = divmod(batches_done, self.batches.count + 1)
        for name, values in (slots or {}).items():
            self.updates.slots[name][...] = values
        self._rest = train(
            stack.network,
            stack.loss,
            self.updates,
            rates,
            self.batches,
            resolved.config.epochs,
            stack.measure,
            start=start + whole,
            batches_done=rest,
            every=resolved.config.evaluate_every,
        )

    def epoch(self) -> Iterator[Progress]:
        """Train for one epoch, or what is left of it; the last progress is the complete one."""
        if self.done:
            return
        for progress in self._rest:
            self.batches_done = progress.batch + progress.complete
            yield progress
            if progress.complete:
                return

    @property
    def done(self) -> bool:
        """Whether it has the epoch behind it."""
        return self.batches_done > self.batches.count

    def without(self, done: NDArray[np.bool_], epoch: int) -> "StackTraining":
        """The course of the models that are not done, in a smaller stack: the others cost nothing any more."""
        self._rest.close()
        rows = np.flatnonzero(~done)
        stack = Stack(self.stack.trainer, self.stack.indices[rows], self.stack.network.take(rows))
        slots = {name: slot[rows] for name, slot in self.updates.slots.items()}
        return StackTraining(stack, self.rates.take(rows), epoch, slots=slots)
