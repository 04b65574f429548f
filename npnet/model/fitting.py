"""Fitting: an experiment and its data become networks that are trained, scored and asked."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Prepared
from npnet.data.columns import Frame
from npnet.engine.batches import Samples
from npnet.engine.loop import Monitor, PerModel, Progress, epochs_text
from npnet.engine.network import Network, named, set_weights, weights_of
from npnet.errors import Diverged
from npnet.experiment.resolved import ResolvedExperiment
from npnet.metrics.calibration import DecisionRule
from npnet.model import DataRef, StackTrainer, Tensors
from npnet.model.averaging import SplitPredictions, pooled
from npnet.model.calibrating import chosen, figures
from npnet.model.output_transform import Calibration, OutputTransform
from npnet.model.predictor import FoldPredictor, Predictor

Data = Prepared | Sequence[Sequence[Prepared]]
Floats = NDArray[np.float64]


class Fitting:
    """Networks and their data: `fit` trains them, then `outputs` and `scores` say how they do.

    Members of an ensemble, and the folds
    of a cross-validation, are one cohort, fold after fold; each model keeps its own best epoch, and what the members
    predict is averaged. The data of a fold are its sides: one, or one for each member with a validation part of its
    own. The best parameters are in the network once `fit` has ended, however it ended.
    """

    def __init__(
        self, experiment: ResolvedExperiment, data: Data, trainer: StackTrainer | None = None, place: int = 0
    ) -> None:
        nested = _nested(data)
        self.folds, self.sides = [fold[0] for fold in nested], [side for fold in nested for side in fold]
        self.data = self.sides[0]
        self.resolved, self.experiment = experiment, experiment.config
        self.trainer = trainer or StackTrainer([experiment], self.sides, len(nested))
        count = len(nested) * self.experiment.ensemble
        self.models = slice(place * count, (place + 1) * count)
        self.members = count // len(self.sides)
        self.loss = experiment.loss
        self.output_transforms = [
            self.trainer.sides.output_transform(DataRef(side, self.loss)) for side in range(len(self.sides))
        ]
        self.calibration = Calibration()

    @classmethod
    def together(cls, experiments: Sequence[ResolvedExperiment], data: Data) -> "list[Fitting]":
        """Fittings whose models are one cohort: experiments that agree in all but decimals and the seeds of models."""
        nested = _nested(data)
        trainer = StackTrainer(experiments, [side for fold in nested for side in fold], len(nested))
        return [cls(experiment, data, trainer, place) for place, experiment in enumerate(experiments)]

    @property
    def network(self) -> Network:
        """The network of all models of this experiment; of one cohort with others, a copy."""
        whole = self.trainer.network
        alone = self.models.stop - self.models.start == whole.models
        return whole if alone else whole.take(np.arange(self.models.start, self.models.stop))

    @property
    def size(self) -> int:
        """The number of parameters of one model."""
        return self.trainer.network.size

    @property
    def output_transform(self) -> OutputTransform:
        """How the scores of the first side are read."""
        return self.output_transforms[0]

    @property
    def predictor(self) -> Predictor:
        """What predicts other rows: all models together."""
        output_transforms = self.output_transforms[:: len(self.sides) // len(self.folds)]
        sides = [
            FoldPredictor(fold.preparation, output_transform)
            for fold, output_transform in zip(self.folds, output_transforms, strict=True)
        ]
        return Predictor(self.network, self.loss, sides, self.calibration)

    def samples(self, part: str) -> Samples:
        """Rows of a part as the engine takes them; those of several sides apart, for each model."""
        return self.trainer.sides.samples(part, [learner.view for learner in self.trainer.learners[self.models]])

    def fit(self) -> Iterator[Progress]:
        """Train as `train` does, then decide; also where the training diverges."""
        try:
            yield from self.train()
        except Diverged:
            self.decide()
            raise
        self.decide()

    def train(self) -> Generator[Progress]:
        """Train, an epoch at a time; Diverged (exit 7) at the first epoch whose numbers are not finite.

        However it ends, the best parameters are then in the network.
        """
        try:
            for progress in self.trainer.train():
                yield progress
                if not progress.finite.all():
                    raise Diverged(*self._divergence(progress))
        finally:
            self.trainer.restore()

    def decide(self) -> None:
        """Fit the temperature and choose the threshold on the validation part, where they are wished."""
        e = self.experiment
        self.calibration = Calibration(threshold=e.given_threshold)
        if "validation" not in self.data.parts or not (e.temperature or isinstance(e.threshold, str)):
            return
        said = [self.said("validation", fold) for fold in range(len(self.folds))]
        outputs = np.concatenate([output for _, output in said], axis=1)
        self.calibration = chosen(e, self.data.task, np.concatenate([part.y for part, _ in said]), outputs)

    @property
    def rule(self) -> DecisionRule | None:
        """How two classes are decided; None for any other task."""
        return self.calibration.rule(self.data.task, self.data.classes)

    @property
    def watched(self) -> tuple[str, ...]:
        """The metrics that are measured after each epoch: those asked for, and the monitored one."""
        return self.trainer.watched

    @property
    def monitor(self) -> Monitor:
        """The value by which the best epoch is chosen."""
        return self.trainer.monitor

    @property
    def best_epoch(self) -> int:
        """The epoch whose parameters are kept; of an ensemble the median of its networks'."""
        return int(np.median(self.trainer.best.epoch[self.models]))

    @property
    def best_epochs(self) -> tuple[int, ...]:
        """The best epoch of each model."""
        return tuple(self.trainer.best.epoch[self.models].tolist())

    @property
    def best_value(self) -> float:
        """The monitored value of that epoch, of an ensemble the mean; turned so that less is better."""
        return float(self.trainer.best.value[self.models].mean())

    @property
    def monitored(self) -> dict[str, Any]:
        """The monitored value as run.json has it: of several networks its mean, each in the best epoch of its own."""
        value = -self.best_value if self.monitor.maximize else self.best_value
        found = {"name": self.monitor.name, "value": value, "networks": len(self.best_epochs)}
        return {**found, "first_epoch": min(self.best_epochs), "last_epoch": max(self.best_epochs)}

    @property
    def well(self) -> bool:
        """Whether all models are finite numbers, and have a loss that has not exploded, as far as it was measured."""
        return bool(self.trainer.tally.finite[self.models].all())

    @property
    def lost(self) -> bool:
        """Whether a model is no longer finite numbers."""
        return bool(self.trainer.lost[self.models].any())

    @property
    def silent(self) -> dict[str, PerModel]:
        """The share of units of each model that are 0 on all rows, (models,), by the name of their layer."""
        return {name: shares[self.models] for name, shares in self.trainer.silent.items()}

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which models have had enough, (models,)."""
        return self.trainer.best.done[self.models]

    def grown(self, progress: Progress) -> tuple[float, str]:
        """How many times `first`, or 1 if that is less, the train loss of the worst model is, and this in words."""
        return self.trainer.growth.worst(progress, np.arange(self.models.start, self.models.stop))

    @property
    def first_loss(self) -> float:
        """The train loss before training, of several models the mean."""
        return float(self.trainer.growth.first[self.models].mean())

    def largest_rate(self, epoch: int) -> float:
        """The largest learning rate from an epoch on; 0 after the last one."""
        return float(self.trainer.largest_rates(epoch)[self.models].max())

    @property
    def finished(self) -> bool:
        """Whether all models have had enough."""
        return bool(self.done.all())

    def _divergence(self, progress: Progress) -> tuple[str, str]:
        lost = [
            name for name, value in progress.values.items() if name.endswith("_loss") and not np.isfinite(value).all()
        ]
        what, hint = self._reason(progress, lost)
        kept = epochs_text(**self.monitored)
        return f"the training diverged in epoch {progress.epoch}: {what}; the weights of {kept} are kept", hint

    def _reason(self, progress: Progress, lost: Sequence[str]) -> tuple[str, str]:
        growth, grown = self.grown(progress)
        if not self.trainer.growth.finite_before[self.models].all():
            what = "train_loss is not a finite number, and was none before training"
            return what, "are some inputs huge? scale: standard, or prepare: {}, brings them to a usual size"
        hint = f"try a smaller learning_rate than {self.experiment.learning_rate:g}, or clip_norm: 1"
        if lost:
            return f"{lost[0]} is no longer a finite number", hint
        if self.experiment.diverge_factor and growth > self.experiment.diverge_factor:
            return grown, hint
        return "the weights are no longer finite numbers", hint

    def said(self, part: str, fold: int = 0) -> SplitPredictions:
        """The rows of a part of a fold, and its outputs (outputs, samples), averaged over the members.

        Where members have parts of their own, a row gets the mean over those that have it in this part.
        """
        several = len(self.sides) // len(self.folds)
        scores = self.trainer.scored(part)[1][self.models]
        each = []
        with np.errstate(all="ignore"):
            for side in range(fold * several, (fold + 1) * several):
                share = np.stack(scores[side * self.members : (side + 1) * self.members])
                each.append((self.sides[side].parts[part], self.output_transforms[side](share).mean(axis=0)))
            whole, output = pooled(each)
            return whole, self.calibration.apply_temperature(output, self.data.task)

    def outputs(self, part: str, fold: int = 0) -> Floats:
        """What is said of a part: probabilities or values, (outputs, samples)."""
        return self.said(part, fold)[1]

    def predict(self, frame: Frame) -> Floats:
        """Outputs (outputs, samples) for rows as they were read, averaged over all models."""
        return self.predictor.outputs(frame)

    def mean_loss(self, part: str, fold: int = 0) -> float:
        """The loss of a part of a fold, of an ensemble the mean of its members'; NaN where it is not finite."""
        loss = float(np.split(self.trainer.scored(part)[0][self.models], len(self.folds))[fold].mean())
        return loss if np.isfinite(loss) else np.nan

    def scores(self, part: str, fold: int = 0) -> dict[str, float]:
        """Return the loss and all metrics of one split."""
        rows, output = self.said(part, fold)
        return {"loss": self.mean_loss(part, fold), **self.figures(rows.y, output)}

    def figures(self, y: NDArray[Any], output: Floats) -> dict[str, float]:
        """All metrics of outputs (outputs, samples), decisions taken at the threshold."""
        return figures(y, output, self.data.task, self.calibration)

    def weights(self) -> dict[str, NDArray[Any]]:
        """Parameters and running statistics by the names and shapes of a PyTorch state_dict.

        Of an ensemble with a leading axis that numbers the networks.
        """
        return weights_of(self.trainer.network, self.models)

    def best_weights(self) -> dict[str, NDArray[Any]]:
        """The same of the best epoch, also while the training goes on."""
        best = self.trainer.best
        return named(self.trainer.network, best.theta[self.models], best.state[self.models])

    def set_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take parameters over from such names; RunError with the first differences where they do not fit."""
        set_weights(self.trainer.network, weights, self.models)
        self.trainer.spread()

    def checkpoint(self) -> Tensors:
        """A copy of all that this training goes on from, each with the model axis in front."""
        return {name: values[self.models] for name, values in self.trainer.state().items()}

    def resume(self, state: Tensors, epoch: int) -> None:
        """Go on from such a copy, made after an epoch or within the next; ValueError for another network's."""
        if differences := self.trainer.kept.differences(state, epoch):
            raise ValueError(f"it is of another training: {'; '.join(differences[:5])}")
        self.trainer.resume(state, epoch)


def _nested(data: Data) -> list[list[Prepared]]:
    return [[data]] if isinstance(data, Prepared) else [list(fold) for fold in data]
