"""The loop over all models that train together: of one experiment, or of trials that differ in decimals and seeds.

They train as stacks that stay in cache, epoch by epoch. Models that are done leave their stack; the others continue,
bit for bit, in a smaller one.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.graph import FEW
from npnet.engine.loop import BETWEEN, KeepBest, PerModel, Progress
from npnet.engine.network import Network, named
from npnet.engine.updates import Constraints
from npnet.experiment.frame_plan import FramePlan
from npnet.experiment.resolved import ResolvedExperiment
from npnet.model.stack import SPLITS, Data, FoldData, Indices, Learner, Stack, StackTraining
from npnet.model.train_state import NEVER, Tensors, TrainState
from npnet.rng import member_seed

FIRST = 0
"""The model whose weights are recorded."""


class StackTrainer:
    """Models in the order trial, fold, member: their network, their state, and the loop over their stacks.

    The experiments agree in all but decimals and the seeds of models. `network` holds every model's initial values, and
    its best ones after `restore`. `watched` are the metrics that are measured after each epoch, those of the config and
    the monitored one; `measured` the names of all values that an evaluation gives. `finite` flags the models that were
    finite last; `diverged_in` has the epoch in which a model diverged, 0 for the others; `dead_units` the share of dead
    units of each layer that can have them, as last measured. With a `plan` the first model is recorded: there is
    progress after each of its recorded steps, and the state has its slots of the best epoch.
    """

    def __init__(self, experiments: Sequence[ResolvedExperiment], data: Data, plan: FramePlan | None = None) -> None:
        self.resolved, self.experiment = experiments[0], experiments[0].config
        self.data = FoldData(data, self.resolved.dtype)
        self.learners = [learner for one in experiments for learner in self._learners(one)]
        chains, seeds = zip(*((learner.layers, learner.seed) for learner in self.learners), strict=True)
        self.network = Network(chains, self.data.first.inputs, seeds=seeds, dtype=self.resolved.dtype)
        self.monitor, stopping = self.resolved.monitor, self.experiment.early_stopping
        metric = self.monitor.name.partition("_")[2]
        self.watched = tuple(dict.fromkeys([*(self.experiment.metrics or ()), *([] if metric == "loss" else [metric])]))
        splits = [split for split in SPLITS if split in self.data.first.parts]
        self.measured = [f"{split}_{name}" for split in splits for name in ("loss", *self.watched)]
        patience, min_delta = (stopping.patience, stopping.min_delta) if stopping else (None, 0.0)
        self.best = KeepBest(self.network, self.monitor, patience, min_delta)
        rates, slots = np.array([one.learning_rate for one in self.learners]), self.experiment.optimizer.slots
        self.state = TrainState.initial(self.network, self.best, slots, rates, len(self.measured), plan is not None)
        factors = [one.config.diverge_factor or np.inf for one in experiments]
        self._factors = np.repeat(factors, len(self.learners) // len(experiments))
        self.finite = np.ones(len(self.learners), bool)
        self.diverged_in = np.zeros(len(self.learners), np.int64)
        self.dead_units: dict[str, PerModel] = {}
        self.stacks = [self._stack(indices) for indices in self._cut()]
        self.trainings: list[StackTraining] = []
        self._recorded: tuple[StackTraining, Tensors] | None = None
        self.epoch, self.begun, self._evaluated, self._pauses = 0, False, False, plan.steps if plan else ()
        self._scored: dict[str, tuple[PerModel, list[NDArray[Any]]]] = {}

    def _learners(self, resolved: ResolvedExperiment) -> Iterator[Learner]:
        e, sides = resolved.config, len(self.data.sides)
        limits = Constraints(e.l1, e.l2, e.clip_norm, e.clip_value, e.max_norm)
        first = e.seed if e.model_seed is None else e.model_seed
        models = len(self.data.folds) * e.ensemble
        for model in range(models):
            seed, side = member_seed(first, model % e.ensemble), model * sides // models
            rows = side, resolved.loss, e.given_threshold
            yield Learner(resolved.layers, e.optimizer, limits, resolved.learning_rate, seed, *rows)

    def _cut(self) -> list[Indices]:
        """Return the models of each stack: as many as stay in cache, of one fold each where folds have many."""
        most, sides = self.resolved.cost.models_per_stack, len(self.data.sides)
        indices = np.arange(len(self.learners))
        crowded = len(self.data.folds) * self.experiment.ensemble // sides >= min(most, FEW)
        seen = [learner.side for learner in self.learners]
        runs = np.split(indices, np.flatnonzero(np.diff(seen)) + 1) if crowded else [indices]
        return [run[first : first + most] for run in runs for first in range(0, len(run), most)]

    def _stack(self, indices: Indices, network: Network | None = None) -> Stack:
        if network is None:
            network = self.network if len(indices) == len(self.learners) else self.network.take(indices)
        return Stack(indices, network, [self.learners[index] for index in indices], self.data, self.watched)

    def train(self, until: int | None = None) -> Iterator[Progress]:
        """Train until every model is done, or until the end of an epoch; yields each epoch of all models.

        Within long epochs it yields progress that is not complete, whose batches are those of all stacks. `restore`
        brings the best values back.
        """
        self._scored.clear()
        epochs, every = self.experiment.epochs, self.experiment.evaluate_every
        last = epochs if until is None else min(until, epochs)
        self.begin()
        while self.epoch < last and self.trainings:
            evaluates = (self.epoch + 1) % every == 0 or self.epoch + 1 == epochs
            self._evaluated = evaluates and any(training.evaluated for training in self.trainings)
            began = shown = time.perf_counter()
            batches = sum(training.batches.count for training in self.trainings)
            for training in self.trainings:
                while not training.evaluated:
                    progress, now = training.advance(), time.perf_counter()
                    if progress.complete:
                        self._record(training, progress)
                    done = sum(min(one.batches_done, one.batches.count) for one in self.trainings)
                    if not progress.complete or (done < batches and now - shown > BETWEEN):
                        shown, seconds = now, now - began
                        yield replace(progress, batch=done, batches=batches, seconds=seconds, values={}, complete=False)
            yield self._end_epoch(batches, time.perf_counter() - began)
            self._remove_done()

    def begin(self) -> None:
        """Start from the initial values, and record their losses; nothing exceeds one that is not finite."""
        if self.begun:
            return
        self.begun = True
        self.best.theta[...], self.best.state[...] = self.network.theta, self.network.state
        for stack in self.stacks:
            self.state.initial_loss[stack.indices] = stack.scorer("train").run()
        self.state.initial_loss[~np.isfinite(self.state.initial_loss)] = NEVER
        self.trainings = [StackTraining(stack, self.resolved, 0, None, self._pauses_of(stack)) for stack in self.stacks]

    def growth(self, progress: Progress, models: Indices | slice) -> PerModel:
        """Return train_loss of some models, which `progress` is of, divided by max(1, initial train_loss)."""
        return progress.values["train_loss"] / np.maximum(self.state.initial_loss[models], 1.0)

    def _record(self, training: StackTraining, progress: Progress) -> None:
        """Record the epoch of one stack; a loss that grew by more than `diverge_factor` counts as not finite."""
        stack, measured, values = training.stack, self.state.measured, progress.values
        indices = stack.indices
        if values:
            diverged = self.growth(progress, indices) > self._factors[indices]
            progress = replace(progress, finite=progress.finite & ~diverged)
        measured[indices, 0], self.finite[indices] = progress.learning_rate, progress.finite
        for column, name in enumerate(self.measured, 1):
            if name in values:
                measured[indices, column] = values[name]
                self._evaluated = True
        self.best.look(progress, indices, stack.network)
        if indices[0] == FIRST and self.best.epoch[FIRST] == progress.epoch:
            for name, slot in self.state.best_slots.items():
                slot[...] = training.updates.slots[name][:1]
        if values:
            for name, shares in stack.dead_units.shares.items():
                self.dead_units.setdefault(name, np.zeros(len(self.learners)))[indices] = shares

    def _end_epoch(self, batches: int, seconds: float) -> Progress:
        """Count the epoch, and return that of all models together; a model that is done keeps its last values."""
        self.epoch += 1
        self.diverged_in[~self.finite & (self.diverged_in == 0)] = self.epoch
        self.state.done |= self.diverged_in > 0
        for training in self.trainings:
            training.batches_done = 0
        rates, *values = self.state.measured.T.copy()
        found = dict(zip(self.measured, values, strict=True)) if self._evaluated else {}
        return Progress(self.epoch, self.experiment.epochs, batches, batches, seconds, rates, self.finite.copy(), found)

    def _remove_done(self) -> None:
        """Continue without the models that are done, once they are an eighth of their stack."""
        trainings = []
        for training in self.trainings:
            indices = training.stack.indices
            done = self.state.done[indices]
            if done.sum() < max(1, len(indices) // 8):
                trainings.append(training)
                continue
            training.save(self.state)
            if not done.all():
                trainings.append(self._resumed(indices[~done]))
        self.trainings = trainings

    def _resumed(self, indices: Indices) -> StackTraining:
        """Return the training of some models, continued from the state."""
        stack = self._stack(indices, self.network.take(indices))
        state, pauses = self.state.take(indices), self._pauses_of(stack)
        return StackTraining(stack, self.resolved, self.epoch, state, pauses)

    def _pauses_of(self, stack: Stack) -> Sequence[int]:
        return self._pauses if stack.indices[0] == FIRST else ()

    def first_in_training(self) -> tuple[int, Tensors] | None:
        """Return the steps that the first model has done, and views of its weights by name.

        Return None once it has left its stack, and while it waits for the other models at the end of an epoch.
        """
        for training in self.trainings:
            if training.stack.indices[0] == FIRST and training.batches_done < training.batches.count:
                if self._recorded is None or self._recorded[0] is not training:
                    self._recorded = training, _first_weights(training.stack.network)
                return self.epoch * training.batches.count + training.batches_done, self._recorded[1]
        return None

    def first_weights(self) -> Tensors:
        """Return views of the weights of the first model in the network of all, the best ones after `restore`."""
        return _first_weights(self.network)

    def snapshot(self) -> TrainState:
        """Bring the state up to date and return it; training changes it again."""
        for training in self.trainings:
            training.save(self.state)
        return self.state

    def resume(self, tensors: Tensors, epoch: int) -> None:
        """Continue from a checkpoint of the same models, made after an epoch or within the next one."""
        self.epoch, self.begun = epoch, True
        self.state.put(slice(None), TrainState.from_tensors(tensors))
        self.network.theta[...], self.network.state[...] = self.state.theta, self.state.statistics
        left = [stack.indices[~self.state.done[stack.indices]] for stack in self.stacks]
        self.trainings = [self._resumed(indices) for indices in left if len(indices)]

    def restore(self) -> None:
        """Put the best parameters and statistics of every model into the network."""
        self.best.restore()
        self.spread()

    def spread(self) -> None:
        """Copy the values of the network into every stack."""
        self._scored.clear()
        for stack in self.stacks:
            if stack.network is not self.network:
                stack.network.theta[...] = self.network.theta[stack.indices]
                stack.network.state[...] = self.network.state[stack.indices]

    def scored(self, split: str) -> tuple[PerModel, list[NDArray[Any]]]:
        """Return the mean loss of every model on its rows of a split, and its raw scores (outputs, samples)."""
        if split not in self._scored:
            losses = np.empty(len(self.learners))
            scores: list[NDArray[Any]] = [np.empty(0)] * len(self.learners)
            for stack in self.stacks:
                for indices, scorer in stack.scorers(split):
                    losses[indices] = scorer.run()
                    for index, one in zip(indices.tolist(), scorer.scores.copy(), strict=True):
                        scores[index] = one
            self._scored[split] = losses, scores
        return self._scored[split]


def _first_weights(network: Network) -> Tensors:
    return named(network, network.theta[:1], network.state[:1])
