"""The trainer of an experiment: fit its networks, take and resume checkpoints, and hand over the predictor."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Samples
from npnet.engine.loop import Progress, epochs_text
from npnet.engine.network import named, set_weights
from npnet.errors import Diverged
from npnet.experiment.resolved import ResolvedExperiment
from npnet.model.outputs import Calibration, fit_calibration
from npnet.model.predictor import SplitPredictor
from npnet.model.stack import Data
from npnet.model.stack_trainer import StackTrainer
from npnet.model.train_state import NEVER, Tensors, TrainState


class Trainer(SplitPredictor):
    """The networks of an experiment in training: `fit` them, then ask the `predictor`.

    The members of an ensemble and the folds of a cross-validation train together, fold after fold. Each model has its
    own best epoch, whose parameters are in the network once `fit` has ended, however it ended.
    """

    def __init__(
        self, experiment: ResolvedExperiment, data: Data, stack_trainer: StackTrainer | None = None, index: int = 0
    ) -> None:
        given = Calibration(threshold=experiment.config.given_threshold)
        trainer = stack_trainer or StackTrainer([experiment], data, experiment.frame_plan)
        super().__init__(trainer, experiment, index, given)

    @classmethod
    def together(cls, experiments: Sequence[ResolvedExperiment], data: Data) -> "list[Trainer]":
        """Return trainers whose models train together, of experiments that agree in all but decimals and seeds."""
        stack_trainer = StackTrainer(experiments, data)
        return [cls(experiment, data, stack_trainer, index) for index, experiment in enumerate(experiments)]

    def fit(self) -> Generator[Progress]:
        """Train, yielding each epoch; raise Diverged (exit 7) at the first whose numbers are not finite.

        However it ends, the best parameters are then in the network.
        """
        try:
            for progress in self.stack_trainer.train():
                yield progress
                if not progress.finite.all():
                    what, hint = self._reason(progress)
                    kept = f"the weights of {epochs_text(**self.monitored)} are kept"
                    raise Diverged(f"the training diverged in epoch {progress.epoch}: {what}; {kept}", hint)
        finally:
            self.stack_trainer.restore()

    def predictor(self, calibration: Calibration | None = None) -> SplitPredictor:
        """Return the predictor of the networks as they are now.

        Without a calibration, temperature and threshold are fitted on the validation set where the config asks for it;
        the correction of a transformed target on the training set.
        """
        e = self.experiment
        chosen = calibration or self.calibration
        if self.output_transforms[0].smears and not chosen.smearing:
            chosen = replace(chosen, smearing=self._smearing())
        predictor = self.with_calibration(chosen)
        if calibration is None and "validation" in self.data.parts and (e.temperature or isinstance(e.threshold, str)):
            each = [predictor.predictions("validation", fold) for fold in range(len(self.folds))]
            y = np.concatenate([rows.y for rows, _ in each])
            output = np.concatenate([output for _, output in each], axis=1)
            return predictor.with_calibration(fit_calibration(e, self.data.task, y, output))
        return predictor

    def _smearing(self) -> tuple[tuple[tuple[float, ...], ...], ...]:
        """Return the correction of every model, by target and moment, from its training rows."""
        scores = self.stack_trainer.scored("train")[1][self.models]
        found = []
        for side, transform in enumerate(self.output_transforms):
            z = np.stack(scores[side * self.members : (side + 1) * self.members])
            found.append(transform.fit_smearing(self.sides[side].parts["train"], z))
        return tuple(tuple(tuple(moments) for moments in targets) for targets in np.concatenate(found).tolist())

    def samples(self, split: str) -> Samples:
        """Return the rows of a split as the engine takes them; with a model axis where models see different rows."""
        return self.stack_trainer.data.samples(split, self.stack_trainer.learners[self.models])

    @property
    def state(self) -> TrainState:
        """The state of these models; parameters and slots are those of the last snapshot."""
        return self.stack_trainer.state.take(self.models)

    @property
    def finite(self) -> bool:
        """Whether all models are finite and none has diverged, as of the last evaluation."""
        return bool(self.stack_trainer.finite[self.models].all())

    @property
    def diverged_in(self) -> int:
        """The first epoch in which a model diverged; 0 for none."""
        epochs = self.stack_trainer.diverged_in[self.models]
        return int(epochs[epochs > 0].min()) if epochs.any() else 0

    @property
    def finished(self) -> bool:
        """Whether all models are done."""
        return bool(self.stack_trainer.state.done[self.models].all())

    @property
    def dead_units(self) -> dict[str, NDArray[np.float64]]:
        """The share of units that are 0 on all rows, (models,), by the name of their layer."""
        return {name: shares[self.models] for name, shares in self.stack_trainer.dead_units.items()}

    def growth(self, progress: Progress) -> tuple[float, str]:
        """Return train_loss over max(1, initial train_loss), 0 if not measured, of the worst model, with its losses."""
        if not progress.values:
            return 0.0, ""
        growth = self.stack_trainer.growth(progress, slice(None))[self.models]
        worst = int(np.argmax(growth))
        loss = progress.values["train_loss"][self.models][worst]
        first = self.stack_trainer.state.initial_loss[self.models][worst]
        return float(growth[worst]), f"train_loss is {loss:.3g}, and was {first:.3g} before training"

    def largest_rate(self, epoch: int) -> float:
        """Return the largest learning rate from an epoch on; 0 after the last one."""
        rates = np.zeros(len(self.stack_trainer.learners))
        for training in self.stack_trainer.trainings:
            rates[training.stack.indices] = training.rates.largest(epoch, training.batches.count)
        return float(rates[self.models].max())

    def best_weights(self) -> dict[str, NDArray[Any]]:
        """Return the weights of the best epoch, also while the training continues."""
        best = self.stack_trainer.best
        return named(self.stack_trainer.network, best.theta[self.models], best.state[self.models])

    def set_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Set the weights by name; raise RunError with the first differences where they do not fit."""
        set_weights(self.stack_trainer.network, weights, self.models)
        self.stack_trainer.spread()

    def checkpoint(self) -> Tensors:
        """Return all that the training continues from, by name; views, which training on changes."""
        return self.stack_trainer.snapshot().take(self.models).as_tensors()

    def resume(self, state: Tensors, epoch: int) -> None:
        """Continue from a checkpoint made after an epoch or within the next; raise ValueError where it does not fit."""
        if differences := self.stack_trainer.state.differences(state, epoch):
            raise ValueError(f"it is of another training: {'; '.join(differences[:5])}")
        self.stack_trainer.resume(state, epoch)

    def _reason(self, progress: Progress) -> tuple[str, str]:
        """Return why a training diverged, and what may help."""
        losses = {name: value for name, value in progress.values.items() if name.endswith("_loss")}
        infinite = [name for name, value in losses.items() if not np.isfinite(value).all()]
        growth, grown = self.growth(progress)
        if (self.stack_trainer.state.initial_loss[self.models] == NEVER).any():
            what = "train_loss is not a finite number, and was none before training"
            return what, "are some inputs huge? scale: standard, or prepare: {}, brings them to a usual size"
        hint = f"try a smaller learning_rate than {self.experiment.learning_rate:g}, or clip_norm: 1"
        if infinite:
            return f"{infinite[0]} is no longer a finite number", hint
        if self.experiment.diverge_factor and growth > self.experiment.diverge_factor:
            return grown, hint
        return "the weights are no longer finite numbers", hint
