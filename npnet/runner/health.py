"""Warnings about a training in progress: dead units, growing losses, rates too small, plateaus; each is given once.

Every text states what was measured. A problem that a larger learning rate can solve is not reported while the schedule
still has one to come, as in a warm-up.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import Progress
from npnet.model.trainer import Trainer
from npnet.nn.normalization import BatchNorm

DEAD = 0.9
"""The share of dead units of a layer that is reported."""
DEAD_EVALUATIONS = 3
"""Evaluations in a row with so many dead units after which they are reported."""
PLATEAU_EVALUATIONS = 10
"""Evaluations after which a loss that is the same to the last digit is a plateau."""
EXPLODING = 1e3
"""The growth of a loss that is reported, long before `diverge_factor`."""
LARGER = 2.0
"""How many times the present rate a rate to come must be to change the picture."""


class Health:
    """Checks each epoch of a training, and reports every new problem once."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        layers = (step.layer for step in trainer.resolved.graph.of_layers())
        self._lag = max((layer.horizon for layer in layers if isinstance(layer, BatchNorm)), default=0.0)
        self._dead: dict[str, DeadUnitCounts] = {}
        self._reported: set[str] = set()
        self._loss, self._plateau_epochs = np.nan, 0

    def check(self, progress: Progress) -> Iterator[str]:
        """Yield the warnings after an epoch."""
        if not progress.values:
            return
        checks = (self._dead_units, self._growth, self._rate, self._plateau)
        for name, text in [found for check in checks for found in check(progress)]:
            if name not in self._reported:
                self._reported.add(name)
                yield text

    def _dead_units(self, progress: Progress) -> Iterator[tuple[str, str]]:
        for name, shares in self.trainer.dead_units.items():
            dead = self._dead.setdefault(name, DeadUnitCounts(len(shares)))
            counts = ~self.trainer.state.done & ((shares > DEAD).any() and not self._rises(progress))
            dead.count(shares, counts, progress.epoch)
            lasting = dead.lasting(progress.epoch, self._lag / self.trainer.stack_trainer.batches_per_epoch)
            if lasting.any():
                share, since = shares[lasting].max(), dead.since[lasting].min()
                yield (
                    name,
                    f"{share:.0%} of the units of {name} are 0 on every training row, and over {DEAD:.0%} have been "
                    f"since epoch {since}: they learn nothing; a smaller learning_rate or leaky_relu keeps units alive",
                )

    def _growth(self, progress: Progress) -> Iterator[tuple[str, str]]:
        growth, what = self.trainer.growth(progress)
        if np.isfinite(growth) and growth > EXPLODING:
            rate = self.trainer.resolved.learning_rate
            hint = f"a smaller learning_rate than {rate:g}, or clip_norm: 1, may help"
            yield "growth", f"in epoch {progress.epoch} {what}; {hint}"

    def _rate(self, progress: Progress) -> Iterator[tuple[str, str]]:
        kind = self.trainer.resolved.dtype
        if kind(progress.learning_rate.max()) == 0 == kind(self.trainer.largest_rate(progress.epoch)):
            what = f"from epoch {progress.epoch} on learning_rate is too small for {kind.__name__}"
            yield "rate", f"{what}: nothing is learned any more"

    def _plateau(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """Report a loss that no longer changes, unless it is 0 or an earlier warning explains it."""
        loss = progress.mean("train_loss")
        every = self.trainer.experiment.evaluate_every
        self._plateau_epochs = self._plateau_epochs + every if loss == self._loss else 0
        self._loss = loss
        if self._plateau_epochs < PLATEAU_EVALUATIONS * every or not loss or self._reported or self._rises(progress):
            return
        since = progress.epoch - self._plateau_epochs
        same = f"train_loss has been {loss:.6g} to the last digit since epoch {since}"
        if loss == float(self.trainer.state.initial_loss.mean()):
            yield "plateau", f"{same}, as before training: nothing is learned; look at learning_rate and at the inputs"
        else:
            yield "plateau", f"{same}: the training has converged, or its learning_rate has become too small"

    def _rises(self, progress: Progress) -> bool:
        """Return whether a larger learning rate is still to come."""
        return self.trainer.largest_rate(progress.epoch + 1) > LARGER * float(progress.learning_rate.max())


class DeadUnitCounts:
    """How long a layer of each model (models,) has had too many dead units: evaluations, and since which epoch."""

    def __init__(self, models: int) -> None:
        self.evaluations = np.zeros(models, np.int64)
        self.since = np.zeros(models, np.int64)

    def count(self, shares: NDArray[np.float64], counts: NDArray[np.bool_], epoch: int) -> None:
        """Take the shares of an evaluation, which counts for some of the models."""
        dead = shares > DEAD
        self.since = np.where(dead, np.where(self.since == 0, epoch, self.since), 0)
        self.evaluations = np.where(dead, self.evaluations + counts, 0)

    def lasting(self, epoch: int, epochs: float) -> NDArray[np.bool_]:
        """Return which models have had them for enough evaluations, and for that many epochs."""
        return (self.evaluations >= DEAD_EVALUATIONS) & (epoch - self.since >= epochs)
