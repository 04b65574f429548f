"""Groups: models that stand side by side in one stack, what scores them, and the course of their training."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from npnet.cohort.sides import View
from npnet.metrics import DECIDED, measure
from npnet.nn.batches import Batches
from npnet.nn.network import Network
from npnet.nn.scoring import Scorer
from npnet.nn.silence import Silence
from npnet.nn.stack import join
from npnet.nn.updates import Constraints, Updates
from npnet.training import PerModel, Progress, Rates, Values, train

if TYPE_CHECKING:
    from npnet.cohort.cohort import Cohort

Places = NDArray[np.intp]
PARTS = ("train", "validation")


class Group:
    """Some models of a cohort, by their places in it, in a network of their own."""

    def __init__(self, cohort: "Cohort", places: Places, network: Network) -> None:
        self._cohort = ref(cohort)  # which holds its groups: all go at once when nobody trains them any more
        self.places, self.network = places, network
        self.learners = [cohort.learners[place] for place in places]
        self.loss = join([learner.loss for learner in self.learners])
        self._thresholds = np.array([learner.threshold for learner in self.learners])[:, np.newaxis, np.newaxis]
        self._scorers: dict[str, Scorer] = {}
        self._silence = Silence(network)

    @property
    def cohort(self) -> "Cohort":
        """The cohort whose models they are, while it is there."""
        cohort = self._cohort()
        assert cohort is not None
        return cohort

    def scorer(self, part: str) -> Scorer:
        """What brings the rows of a part, of which all models see equally many, through the network."""
        if part not in self._scorers:
            samples = self.cohort.sides.samples(part, [learner.view for learner in self.learners])
            self._scorers[part] = Scorer(self.network, self.loss, samples)
        return self._scorers[part]

    def scorers(self, part: str) -> Iterator[tuple[Places, Scorer]]:
        """What brings all rows of a part through the network: for models that see equally many, one together."""
        sizes = np.array([self.cohort.sides.rows(part, learner.view) for learner in self.learners])
        if (sizes == sizes[0]).all():
            yield self.places, self.scorer(part)
            return
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            learners = [self.learners[row] for row in rows]
            samples = self.cohort.sides.samples(part, [learner.view for learner in learners])
            loss = join([learner.loss for learner in learners])
            yield self.places[rows], Scorer(self.network.take(rows), loss, samples)

    def measure(self) -> Iterator[Values]:
        """The losses of the train and validation parts, and the metrics asked for, over all rows.

        Nothing is yielded between the chunks of rows and the metrics, and the values at last.
        """
        values = Values()
        for part in PARTS:
            if part in self.cohort.data.parts:
                scorer = self.scorer(part)
                for _ in scorer.steps(self._silence if part == "train" else None):
                    yield {}
                values[f"{part}_loss"] = scorer.losses
                for name in self.cohort.watched:
                    values[f"{part}_{name}"] = self._metric(name, part, scorer.scores)
                    yield {}
        for name, shares in self._silence.shares.items():
            self.cohort.silent.setdefault(name, np.zeros(len(self.cohort.learners)))[self.places] = shares
        yield values

    def _metric(self, name: str, part: str, scores: NDArray[Any]) -> PerModel:
        sides, each = self.cohort.sides, []
        for view, some in self._views():
            y = sides.part(part, view.side).y
            output = sides.readout(view)(scores[some])
            if name in DECIDED and self.cohort.data.task == "binary":
                output = (output > self._thresholds[some]).astype(np.float64)
            each.append(measure(name, y, output, self.cohort.data.task))
        return np.concatenate(each)

    def _views(self) -> Iterator[tuple[View, slice]]:
        """Runs of neighbours that see the same."""
        first = 0
        for place in range(1, len(self.learners) + 1):
            if place == len(self.learners) or self.learners[place].view != self.learners[first].view:
                yield self.learners[first].view, slice(first, place)
                first = place


class Course:
    """A group while it trains: `start` epochs, and `behind` batches of the next one, are done already.

    `behind` then counts on. One more than there are batches says that the epoch was evaluated too; the others of the
    cohort are then waited for.
    """

    def __init__(
        self, group: Group, rates: Rates, start: int, behind: int = 0, slots: dict[str, NDArray[Any]] | None = None
    ) -> None:
        self.group, self.rates = group, rates
        experiment, learners = group.cohort.experiment, group.learners
        optimizer = join([learner.optimizer for learner in learners], trailing=1)
        constraints = Constraints.joined([learner.constraints for learner in learners])
        self.updates = Updates(group.network, optimizer, constraints)
        size = None if experiment.batch_size == "all" else experiment.batch_size
        self.batches = Batches(group.scorer("train").samples, size, experiment.seed)
        if not 0 <= behind <= self.batches.count + 1:
            raise ValueError(f"an epoch has {self.batches.count} batches, of which {behind} cannot be done")
        self.behind = behind
        self.updates.count = start * self.batches.count + min(behind, self.batches.count)
        whole, rest = divmod(behind, self.batches.count + 1)
        for name, values in (slots or {}).items():
            self.updates.slots[name][...] = values
        self._rest = train(
            group.network,
            group.loss,
            self.updates,
            rates,
            self.batches,
            experiment.epochs,
            group.measure,
            start=start + whole,
            behind=rest,
            every=experiment.evaluate_every,
        )

    def epoch(self) -> Iterator[Progress]:
        """Train for one epoch, or what is left of it; the last progress is the complete one."""
        if self.done:
            return
        for progress in self._rest:
            self.behind = progress.batch + progress.complete
            yield progress
            if progress.complete:
                return

    @property
    def done(self) -> bool:
        """Whether it has the epoch behind it."""
        return self.behind > self.batches.count

    def without(self, done: NDArray[np.bool_], epoch: int) -> "Course":
        """The course of the models that are not done, in a smaller stack: the others cost nothing any more."""
        self._rest.close()
        rows = np.flatnonzero(~done)
        group = Group(self.group.cohort, self.group.places[rows], self.group.network.take(rows))
        slots = {name: slot[rows] for name, slot in self.updates.slots.items()}
        return Course(group, self.rates.take(rows), epoch, slots=slots)
