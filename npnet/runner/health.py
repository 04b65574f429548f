"""Health: what looks wrong with a training while it goes on; each thing is told once and stops nothing.

Every text states what was measured. What only a larger learning rate can change is judged where none is still to come:
a warm-up, or the end of a wave of a schedule, is no sign.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import Progress
from npnet.model.fitting import Fitting
from npnet.nn.normalization import BatchNorm

DEAD = 0.9
"""The share of a layer's units that is too much to be silent."""
DEAD_LOOKS = 3
"""Evaluations in a row with so many silent units after which they are told of."""
REST_LOOKS = 10
"""Evaluations after which a loss that is the same to the last digit has come to rest."""
EXPLODING = 1e3
"""How many times its first value a loss is when it is told of, long before `diverge_factor`."""
LARGER = 2.0
"""How many times the present learning rate one that is still to come changes the picture."""


class Health:
    """Looks at each epoch of a training, and says what is new and not well."""

    def __init__(self, fitting: Fitting) -> None:
        self.fitting = fitting
        layers = (step.layer for step in fitting.trainer.network.graph.of_layers())
        self._lag = max((layer.horizon for layer in layers if isinstance(layer, BatchNorm)), default=0.0)
        self._dead: dict[str, DeadUnits] = {}
        self._told: set[str] = set()
        self._loss, self._still = np.nan, 0

    def look(self, progress: Progress) -> Iterator[str]:
        """What to warn of after this epoch."""
        if not progress.values:
            return
        found = (*self._dead_units(progress), *self._growth(progress), *self._rate(progress), *self._rest(progress))
        for name, text in found:
            if name not in self._told:
                self._told.add(name)
                yield text

    def _dead_units(self, progress: Progress) -> Iterator[tuple[str, str]]:
        for name, shares in self.fitting.silent.items():
            dead = self._dead.setdefault(name, DeadUnits(len(shares)))
            counts = ~self.fitting.done & ((shares > DEAD).any() and not self._rises(progress))
            dead.note(shares, counts, progress.epoch)
            shown = dead.lasting(progress.epoch, self._lag / self.fitting.trainer.steps)
            if shown.any():
                share, since = shares[shown].max(), dead.since[shown].min()
                yield (
                    name,
                    f"{share:.0%} of the units of {name} are 0 on every training row, and over {DEAD:.0%} have been "
                    f"since epoch {since}: they learn nothing; a smaller learning_rate or leaky_relu keeps units alive",
                )

    def _growth(self, progress: Progress) -> Iterator[tuple[str, str]]:
        growth, what = self.fitting.grown(progress)
        if np.isfinite(growth) and growth > EXPLODING:
            rate = self.fitting.experiment.learning_rate
            hint = f"a smaller learning_rate than {rate:g}, or clip_norm: 1, may help"
            yield "growth", f"in epoch {progress.epoch} {what}; {hint}"

    def _rate(self, progress: Progress) -> Iterator[tuple[str, str]]:
        kind = self.fitting.resolved.dtype
        if kind(progress.learning_rate.max()) == 0 == kind(self.fitting.largest_rate(progress.epoch)):
            yield (
                "rate",
                f"from epoch {progress.epoch} on learning_rate is too small for {kind.__name__}: "
                "nothing is learned any more",
            )

    def _rest(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """A loss at rest; without a word where what has been told explains it, or where it is 0."""
        loss = progress.mean("train_loss")
        self._still = self._still + 1 if loss == self._loss else 0
        self._loss = loss
        if self._still < REST_LOOKS or not loss or self._told or self._rises(progress):
            return
        same = f"train_loss has been {loss:.6g} to the last digit since epoch {self._since(progress)}"
        if loss == self.fitting.first_loss:
            yield "rest", f"{same}, as before training: nothing is learned; look at learning_rate and at the inputs"
        else:
            yield "rest", f"{same}: the training has converged, or its learning_rate has become too small"

    def _rises(self, progress: Progress) -> bool:
        """Whether a larger learning rate is still to come."""
        return self.fitting.largest_rate(progress.epoch + 1) > LARGER * float(progress.learning_rate.max())

    def _since(self, progress: Progress) -> int:
        return progress.epoch - self._still * self.fitting.experiment.evaluate_every


class DeadUnits:
    """How long one layer of each model, (models,), has had too many silent units: `looks` evaluations, `since` when."""

    def __init__(self, models: int) -> None:
        self.looks = np.zeros(models, np.int64)
        self.since = np.zeros(models, np.int64)

    def note(self, shares: NDArray[np.float64], counts: NDArray[np.bool_], epoch: int) -> None:
        """Take the shares of an evaluation, which counts for some of the models."""
        dead = shares > DEAD
        self.since = np.where(dead, np.where(self.since == 0, epoch, self.since), 0)
        self.looks = np.where(dead, self.looks + counts, 0)

    def lasting(self, epoch: int, epochs: float) -> NDArray[np.bool_]:
        """Which models have had them for enough evaluations, and for so many epochs."""
        return (self.looks >= DEAD_LOOKS) & (epoch - self.since >= epochs)
