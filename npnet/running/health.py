"""Health: what looks wrong with a training while it goes on; each thing is told once and stops nothing."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from npnet.fitting import Fitting
from npnet.training import Progress

DEAD = 0.9
"""The share of a layer's units that is too much to be silent."""
DEAD_EPOCHS = 3
STILL_EPOCHS = 10
"""Evaluations after which a loss that is the same to the last digit has come to rest."""
EXPLODING = 1e3
"""How many times its first value a loss is when it is told of, long before `diverge_factor`."""


class Health:
    """Looks at each epoch of a training, and says what is new and not well."""

    def __init__(self, fitting: Fitting) -> None:
        self.fitting = fitting
        self._dead: Counter[str] = Counter()
        self._told: set[str] = set()
        self._loss, self._still = np.nan, 0

    def look(self, progress: Progress) -> Iterator[str]:
        """What to warn of after this epoch."""
        if not progress.values:
            return
        for name, text in (*self._silence(), *self._growth(progress), *self._rate(progress), *self._rest(progress)):
            if name not in self._told:
                self._told.add(name)
                yield text

    def _silence(self) -> Iterator[tuple[str, str]]:
        for name, share in self.fitting.silent.items():
            self._dead[name] = self._dead[name] + 1 if share > DEAD else 0
            if self._dead[name] >= DEAD_EPOCHS:
                yield (
                    name,
                    f"{share:.0%} of the units of {name} have been 0 on every row for {DEAD_EPOCHS} epochs and learn "
                    "nothing; a smaller learning_rate or leaky_relu keeps them alive",
                )

    def _growth(self, progress: Progress) -> Iterator[tuple[str, str]]:
        growth = self.fitting.growth(progress)
        if np.isfinite(growth) and growth > EXPLODING:
            rate = f"{progress.learning_rate.max():.3g}"
            yield (
                "growth",
                f"in epoch {progress.epoch} train_loss is {growth:.1e} times what it was before training; "
                f"a smaller learning_rate than {rate}, or clip_norm: 1, may help",
            )

    def _rate(self, progress: Progress) -> Iterator[tuple[str, str]]:
        dtype = self.fitting.experiment.dtype
        if progress.learning_rate.max() < np.finfo(dtype).smallest_normal:
            yield (
                "rate",
                f"from epoch {progress.epoch} on learning_rate is too small for {dtype}: nothing is learned any more",
            )

    def _rest(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """A loss at rest; without a word where what has been told explains it, or where it is 0."""
        loss = progress.mean("train_loss")
        self._still = self._still + 1 if loss == self._loss else 0
        self._loss = loss
        if self._still >= STILL_EPOCHS and loss and not self._told:
            yield (
                "rest",
                f"train_loss has been {loss:.6g} to the last digit since epoch {self._since(progress)}: "
                "nothing is learned; look at learning_rate and at the inputs",
            )

    def _since(self, progress: Progress) -> int:
        return progress.epoch - self._still * self.fitting.experiment.evaluate_every
