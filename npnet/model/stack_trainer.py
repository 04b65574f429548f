"""A cohort: all models that train together, of one experiment or of several trials that differ in decimals.

They train as stacks that stay in cache, epoch by epoch side by side. A model that has had enough is packed away: the
others go on, bit for bit, in a smaller stack.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Prepared
from npnet.engine.cost import FEW
from npnet.engine.loop import BETWEEN, KeepBest, PerModel, Progress, Rates
from npnet.engine.network import Network
from npnet.engine.updates import Constraints
from npnet.experiment.resolved import ResolvedExperiment
from npnet.model.divergence import DivergenceCheck
from npnet.model.epoch_summary import EpochSummary
from npnet.model.fold_data import DataRef, FoldData
from npnet.model.stack import PARTS, Indices, Stack, StackTraining
from npnet.model.train_state import Tensors, TrainState
from npnet.nn.layer import Layers
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Optimizer
from npnet.rng import member_seed


@dataclass(frozen=True, eq=False)
class Learner:
    """One model: what it is, how it learns, what it sees, and above which probability it decides two classes."""

    layers: Layers
    optimizer: Optimizer
    constraints: Constraints
    learning_rate: float
    seed: int
    view: DataRef
    threshold: float

    @property
    def loss(self) -> Loss:
        """What it makes small."""
        return self.view.loss


class StackTrainer:
    """Models in the order trial, fold, member: their network, their best epochs, and the loop over their stacks.

    The experiments are complete, and agree in all but decimals and the seeds of models. `network` holds every model's
    initial values, and its best ones after `restore`. `silent` has the share of dead units of each layer that can have
    them, as last measured.
    """

    def __init__(self, experiments: Sequence[ResolvedExperiment], sides: Sequence[Prepared], folds: int) -> None:
        self.resolved, self.experiment = experiments[0], experiments[0].config
        self.data, self.folds = sides[0], folds
        self.dtype = self.resolved.dtype
        self.sides = FoldData(sides, self.dtype)
        self.learners = [learner for one in experiments for learner in self._learners(one)]
        chains, seeds = zip(*((learner.layers, learner.seed) for learner in self.learners), strict=True)
        self.network = Network(chains, self.data.inputs, seeds=seeds, dtype=self.dtype)
        self.monitor = self.resolved.monitor
        stopping = self.experiment.early_stopping
        patience, min_delta = (stopping.patience, stopping.min_delta) if stopping else (None, 0.0)
        self.best = KeepBest(self.network, self.monitor, patience, min_delta)
        self.diverged_in = np.zeros(len(self.learners), np.int64)  # the epoch, 0 for those that are well
        self.growth = DivergenceCheck(experiments, len(self.learners))
        self.silent: dict[str, PerModel] = {}
        self.epoch = 0
        self.stacks = [self._group(indices) for indices in self._cut()]
        self.stack_trainings: list[StackTraining] = []
        self.begun = False
        self.tally = EpochSummary(self.rates(np.arange(len(self.learners))).base, self.measured)
        self.kept = TrainState(self)
        self._scored: dict[str, tuple[PerModel, list[NDArray[Any]]]] = {}

    def _learners(self, resolved: ResolvedExperiment) -> Iterator[Learner]:
        e, members = resolved.config, resolved.config.ensemble
        limits = Constraints(e.l1, e.l2, e.clip_norm, e.clip_value, e.max_norm)
        first = e.seed if e.model_seed is None else e.model_seed
        for model in range(self.folds * members):
            side = model * len(self.sides.prepared) // (self.folds * members)
            seed = member_seed(first, model % members)
            data = DataRef(side, resolved.loss)
            yield Learner(resolved.layers, e.optimizer, limits, resolved.learning_rate, seed, data, e.given_threshold)

    def _cut(self) -> list[Indices]:
        """The places of each stack: as many models as stay in cache, those of one side apart where they are many."""
        most = self.resolved.cost.models_per_stack
        indices = np.arange(len(self.learners))
        crowded = self.folds * self.experiment.ensemble // len(self.sides.prepared) >= min(most, FEW)
        sides = [learner.view.side if crowded else 0 for learner in self.learners]
        runs = np.split(indices, np.flatnonzero(np.diff(sides)) + 1) if crowded else [indices]
        return [run[first : first + most] for run in runs for first in range(0, len(run), most)]

    def _group(self, indices: Indices) -> Stack:
        whole = len(indices) == len(self.learners)
        return Stack(self, indices, self.network if whole else self.network.take(indices))

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Which models are no longer finite numbers, or have a loss that has exploded."""
        return self.diverged_in > 0

    @property
    def watched(self) -> tuple[str, ...]:
        """The metrics that are measured after each epoch: those asked for, and the monitored one."""
        metric = self.monitor.name.partition("_")[2]
        return tuple(dict.fromkeys([*(self.experiment.metrics or ()), *([] if metric == "loss" else [metric])]))

    @property
    def measured(self) -> list[str]:
        """The names of the values that an evaluation gives."""
        parts = [part for part in PARTS if part in self.data.parts]
        return [f"{part}_{name}" for part in parts for name in ("loss", *self.watched)]

    # The loop

    def train(self, until: int | None = None) -> Iterator[Progress]:
        """Train, an epoch of all models at a time, until each has had enough, or until the end of an epoch.

        `restore` then brings the best back.
        """
        self._scored.clear()
        last = self.experiment.epochs if until is None else min(until, self.experiment.epochs)
        if not self.begun:
            self._begin()
        while self.epoch < last and self.stack_trainings:
            self.tally.begin(
                measured=any(stack_training.done for stack_training in self.stack_trainings) and self._evaluates
            )
            for stack_training, progress in self._epoch():
                if progress.complete:
                    judged = self.growth.judged(progress, stack_training.stack.indices)
                    self.tally.take(judged, stack_training.stack.indices)
                    self.best.look(judged, stack_training.stack.indices, stack_training.stack.network)
                else:
                    yield progress
            self.epoch += 1
            self.diverged_in[~self.tally.finite & ~self.lost] = self.epoch
            self.best.done |= self.lost
            for stack_training in self.stack_trainings:
                stack_training.batches_done = 0
            yield self.tally.progress(self.epoch, self.experiment.epochs, self._batches)
            self._pack()

    def _begin(self) -> None:
        """Set out from the initial values."""
        self.begun = True
        self.best.theta[...], self.best.state[...] = self.network.theta, self.network.state
        self.growth.begin(self.stacks)
        self.stack_trainings = [StackTraining(stack, self.rates(stack.indices), 0) for stack in self.stacks]

    @property
    def _evaluates(self) -> bool:
        """Whether the epoch under way ends with an evaluation."""
        epoch, e = self.epoch + 1, self.experiment
        return epoch % e.evaluate_every == 0 or epoch == e.epochs

    @property
    def _batches(self) -> int:
        """How many batches an epoch of all stacks has."""
        return sum(stack_training.batches.count for stack_training in self.stack_trainings)

    def _epoch(self) -> Iterator[tuple[StackTraining, Progress]]:
        """The next epoch of each course; what is not complete counts the batches of all."""
        began = last = time.perf_counter()
        batches, batches_done = self._batches, 0
        for stack_training in self.stack_trainings:
            batches_done += stack_training.batches.count if stack_training.done else 0
            for progress in stack_training.epoch():
                now = time.perf_counter()
                if progress.complete:
                    yield stack_training, progress
                    batches_done += stack_training.batches.count
                    if batches_done == batches or now - last <= BETWEEN:
                        continue
                done = batches_done if progress.complete else batches_done + progress.batch
                last = now
                yield (
                    stack_training,
                    Progress(
                        progress.epoch,
                        progress.epochs,
                        done,
                        batches,
                        now - began,
                        progress.learning_rate,
                        progress.finite,
                        complete=False,
                    ),
                )

    def _pack(self) -> None:
        """Go on without the models that are done, once they are an eighth of their stack."""
        stack_trainings = []
        for stack_training in self.stack_trainings:
            indices = stack_training.stack.indices
            done = self.best.done[indices]
            if done.sum() < max(1, len(indices) // 8):
                stack_trainings.append(stack_training)
                continue
            self.kept.keep(stack_training)
            if not done.all():
                stack_trainings.append(stack_training.without(done, self.epoch))
        self.stack_trainings = stack_trainings

    def rates(self, indices: Indices) -> Rates:
        """The learning rates of some models, as they are before the first epoch."""
        e = self.experiment
        return Rates([self.learners[place].learning_rate for place in indices], e.epochs, e.schedule, self.monitor)

    def largest_rates(self, epoch: int) -> PerModel:
        """The largest learning rate of each model (models,) from an epoch on; 0 of those that are packed away."""
        found = np.zeros(len(self.learners))
        for stack_training in self.stack_trainings:
            found[stack_training.stack.indices] = stack_training.rates.largest(epoch, stack_training.batches.count)
        return found

    @property
    def steps(self) -> int:
        """How many batches a model that still trains has in an epoch."""
        return self.stack_trainings[0].batches.count

    # State

    def state(self) -> Tensors:
        """All that a training goes on from, each with the model axis in front; see `TrainState`."""
        return self.kept.state()

    def resume(self, state: Tensors, epoch: int) -> None:
        """Go on from the state that a cohort of the same models had after an epoch, or within the next one."""
        self.epoch, self.begun = epoch, True
        self.stack_trainings = self.kept.resume(state)

    def restore(self) -> None:
        """Put every model's best parameters and statistics into the network."""
        self.best.restore()
        self.spread()

    def spread(self) -> None:
        """Let every stack have what the network holds."""
        self._scored.clear()
        for stack in self.stacks:
            if stack.network is not self.network:
                stack.network.theta[...] = self.network.theta[stack.indices]
                stack.network.state[...] = self.network.state[stack.indices]

    # Scores

    def scored(self, part: str) -> tuple[PerModel, list[NDArray[Any]]]:
        """The mean loss of every model on its rows of a part, and its raw scores of them (outputs, samples)."""
        if part not in self._scored:
            losses = np.empty(len(self.learners))
            scores: list[NDArray[Any]] = [np.empty(0)] * len(self.learners)
            for stack in self.stacks:
                for indices, scorer in stack.scorers(part):
                    losses[indices] = scorer.run()
                    for place, one in zip(indices.tolist(), scorer.scores.copy(), strict=True):
                        scores[place] = one
            self._scored[part] = losses, scores
        return self._scored[part]
