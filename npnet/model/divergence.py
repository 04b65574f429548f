"""Growth: how many times its first value the loss of each model is, and from where on it has exploded."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import PerModel, Progress
from npnet.experiment.resolved import ResolvedExperiment
from npnet.model.stack import Indices, Stack

LARGEST = float(np.finfo(np.float64).max)


class DivergenceCheck:
    """The loss of each model before its training, `first`, and the growth beyond which the model counts as lost."""

    def __init__(self, experiments: Sequence[ResolvedExperiment], models: int) -> None:
        factors = [experiment.config.diverge_factor or np.inf for experiment in experiments]
        self._factors = np.repeat(factors, models // len(experiments))
        self.first = np.zeros(models)

    @property
    def finite_before(self) -> NDArray[np.bool_]:
        """Which models had a finite loss before their training."""
        return np.asarray(self.first != LARGEST)

    def begin(self, stacks: Iterable[Stack]) -> None:
        """Measure the loss of the initial values; against one that is no number nothing has grown."""
        for stack in stacks:
            self.first[stack.indices] = stack.scorer("train").run()
        self.first[~np.isfinite(self.first)] = LARGEST

    def of(self, progress: Progress, indices: Indices) -> PerModel:
        """How many times `first`, or 1 if that is less, the train loss of each model is."""
        return progress.values["train_loss"] / np.maximum(self.first[indices], 1.0)

    def worst(self, progress: Progress, indices: Indices) -> tuple[float, str]:
        """The largest growth of some models, and the losses of that one in words; 0 where none was measured."""
        if not progress.values:
            return 0.0, ""
        growth, losses = self.of(progress, np.arange(len(self.first)))[indices], progress.values["train_loss"][indices]
        most = int(np.argmax(growth))
        first = self.first[indices][most]
        return float(growth[most]), f"train_loss is {losses[most]:.3g}, and was {first:.3g} before training"

    def judged(self, progress: Progress, indices: Indices) -> Progress:
        """The same progress, where models whose loss has exploded count as no longer finite."""
        if not progress.values:
            return progress
        return replace(progress, finite=progress.finite & ~(self.of(progress, indices) > self._factors[indices]))
