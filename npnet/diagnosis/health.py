"""The health of a training in progress: dead units, steps that are too large or too small, a plateau."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.curve_verdicts import Plateau
from npnet.diagnosis.rate_verdicts import LearningRateHigh, LearningRateLow
from npnet.diagnosis.unit_verdicts import DeadLayers
from npnet.diagnosis.verdict import Verdict, VerdictKind
from npnet.engine.loop import Progress
from npnet.model.trainer import Trainer
from npnet.nn.normalization import BatchNorm

Found = Iterator[tuple[str, Verdict]]
"""Problems by a name of their own: each is reported once."""

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
    """Checks each epoch of a training, and reports every new problem once.

    Every text states what was measured. A problem that a larger learning rate can solve is not reported while the
    schedule still has one to come, as in a warm-up.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        layers = (step.layer for step in trainer.resolved.graph.layer_steps)
        self._lag = max((layer.horizon for layer in layers if isinstance(layer, BatchNorm)), default=0.0)
        self._dead: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._reported: set[str] = set()
        self._loss, self._plateau_epochs = np.nan, 0

    def check(self, progress: Progress) -> Iterator[Verdict]:
        """Yield the verdicts after an epoch."""
        if not progress.values:
            return
        checks = (self._dead_units, self._steps, self._plateau)
        for name, verdict in [found for check in checks for found in check(progress)]:
            if name not in self._reported:
                self._reported.add(name)
                yield verdict

    def _dead_units(self, progress: Progress) -> Found:
        """Report layers that have had too many dead units for several evaluations.

        Each model counts its evaluations with too many, and the epoch since which it has them. An evaluation after
        which the model stopped, or while the learning rate still rises, does not count.
        """
        epoch, done, lag = progress.epoch, self.trainer.state.done, self._lag
        for name, shares in self.trainer.dead_units.items():
            dead, models = shares > DEAD, len(shares)
            evaluations, since = self._dead.get(name, (np.zeros(models, np.int64), np.zeros(models, np.int64)))
            counts = ~done & (dead.any() and not self._rises(progress))
            since = np.where(dead, np.where(since == 0, epoch, since), 0)
            evaluations = np.where(dead, evaluations + counts, 0)
            self._dead[name] = evaluations, since
            batches = self.trainer.stack_trainer.trainings[0].batches.count
            lasting = (evaluations >= DEAD_EVALUATIONS) & (epoch - since >= lag / batches)
            if lasting.any():
                share, first = float(shares[lasting].max()), int(since[lasting].min())
                text = (
                    f"{share:.0%} of the units of {name} are 0 on every training row, and over {DEAD:.0%} have been "
                    f"since epoch {first}: they learn nothing; a smaller learning_rate or leaky_relu keeps units alive"
                )
                yield name, live(DeadLayers, text, first, share)

    def _steps(self, progress: Progress) -> Found:
        """Report steps that are too large, so that a loss grows, or too small to change a weight."""
        growth, what = self.trainer.growth(progress)
        if np.isfinite(growth) and growth > EXPLODING:
            rate = self.trainer.resolved.learning_rate
            hint = f"a smaller learning_rate than {rate:g}, or clip_norm: 1, may help"
            text = f"in epoch {progress.epoch} {what}; {hint}"
            yield "growth", live(LearningRateHigh, text, progress.epoch, float(growth))
        kind = self.trainer.resolved.dtype
        if kind(progress.learning_rate.max()) == 0 == kind(self.trainer.largest_rate(progress.epoch)):
            what = f"from epoch {progress.epoch} on learning_rate is too small for {kind.__name__}"
            yield "rate", live(LearningRateLow, f"{what}: nothing is learned any more", progress.epoch, 0.0)

    def _plateau(self, progress: Progress) -> Found:
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
            text = f"{same}, as before training: nothing is learned; look at learning_rate and at the inputs"
            yield "plateau", live(Plateau, text, since, loss)
        else:
            text = f"{same}: the training has converged, or its learning_rate has become too small"
            yield "plateau", live(Plateau, text, since, loss)

    def _rises(self, progress: Progress) -> bool:
        """Return whether a larger learning rate is still to come."""
        return self.trainer.largest_rate(progress.epoch + 1) > LARGER * float(progress.learning_rate.max())


def live(kind: type[VerdictKind], text: str, epoch: int, number: float) -> Verdict:
    """Return a verdict on a training in progress."""
    return kind.found(text, number, evidence="training", epoch=epoch)
