"""Predictors: trained networks that predict any rows, and the predictions and scores of the rows they were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns import Frame
from npnet.data.datasets.table import joined
from npnet.data.preprocessing import Preparation
from npnet.engine.batches import Samples
from npnet.engine.network import Network, weights_of
from npnet.engine.scoring import Scorer
from npnet.experiment.resolved import ResolvedExperiment
from npnet.metrics.calibration import DecisionRule
from npnet.model.outputs import Calibration, OutputTransform, score_outputs
from npnet.model.stack_trainer import StackTrainer
from npnet.nn.losses import Loss

Floats = NDArray[np.float64]
Scores = dict[str, dict[str, float]]
"""Scores by name, of each split."""
SplitPredictions = tuple[Part, Floats]
"""Rows, and the outputs (outputs, samples) predicted for them."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """Networks that predict together: the mean of all, each on the inputs of its own fold.

    The models of each fold, equally many, follow one another; a training without cross-validation has one fold. A fold
    is how columns become the inputs of its models, and their scores outputs.
    """

    network: Network
    loss: Loss
    folds: Sequence[tuple[Preparation, OutputTransform]]
    calibration: Calibration

    def outputs(self, frame: Frame) -> Floats:
        """Return outputs (outputs, samples) of rows as they were read, averaged over all models."""
        with np.errstate(all="ignore"):
            output = np.mean([transform(z).mean(axis=0) for transform, z in self._scores(frame)], axis=0)
            return self.calibration.apply_temperature(output, self.folds[0][1].task)

    def quantiles(self, frame: Frame) -> Floats:
        """Return the quantiles of each target, (targets, quantiles, samples), averaged over all models."""
        with np.errstate(all="ignore"):
            scores = self._scores(frame)
            return np.asarray(np.mean([transform.quantiles(z).mean(axis=0) for transform, z in scores], axis=0))

    def _scores(self, frame: Frame) -> list[tuple[OutputTransform, NDArray[Any]]]:
        """Return the raw scores (models, outputs, samples) of each fold's models, and what transforms them."""
        network, (preparations, transforms) = self.network, zip(*self.folds, strict=True)
        each = [preparation.with_ones(frame, dtype=network.dtype) for preparation in preparations]
        x = each[0] if len(each) == 1 else np.repeat(np.stack(each), network.models // len(each), axis=0)
        samples = Samples.of_prepared(x, np.zeros((len(each[0]), network.graph.shapes[-1].values)), dtype=network.dtype)
        scores = Scorer(network, self.loss, samples).predict()
        return list(zip(transforms, np.split(scores, len(each)), strict=True))


class SplitPredictor:
    """The models of one experiment among all that a `StackTrainer` trains: their best epochs, predictions and scores.

    `data` is the data of the first fold, `folds` has those of each fold, `sides` those of each fold and of each member
    with a validation set of its own; `size` is the number of parameters of one model.
    """

    def __init__(
        self, stack_trainer: StackTrainer, experiment: ResolvedExperiment, index: int, calibration: Calibration
    ) -> None:
        data, self.stack_trainer = stack_trainer.data, stack_trainer
        self.resolved, self.experiment, self.loss = experiment, experiment.config, experiment.loss
        self.data, self.folds, self.sides = data.first, data.folds, data.sides
        self.index, count, self.calibration = index, len(self.folds) * self.experiment.ensemble, calibration
        self.models, self.size = slice(index * count, (index + 1) * count), stack_trainer.network.size
        self.members = count // len(self.sides)  # models with the same rows
        self.output_transforms = [self._output_transform(side, self.members) for side in range(len(self.sides))]

    @property
    def best_epochs(self) -> tuple[int, ...]:
        """The best epoch of each model."""
        return tuple(self.stack_trainer.state.best_epoch[self.models].tolist())

    @property
    def best_epoch(self) -> int:
        """The epoch whose parameters are restored; the median of several models."""
        return int(np.median(self.best_epochs))

    @property
    def monitored(self) -> dict[str, Any]:
        """The monitored value in the best epoch, as run.json has it; the mean of several models."""
        value, monitor = float(self.stack_trainer.state.best_value[self.models].mean()), self.stack_trainer.monitor
        return {
            "name": monitor.name,
            "value": -value if monitor.maximize else value,
            "networks": len(self.best_epochs),
            "first_epoch": min(self.best_epochs),
            "last_epoch": max(self.best_epochs),
        }

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return views of parameters and running statistics by the names and shapes of a PyTorch state_dict.

        Those of several models have a leading axis for them.
        """
        return weights_of(self.stack_trainer.network, self.models)

    def with_calibration(self, calibration: Calibration) -> "SplitPredictor":
        """Return the same predictor with another calibration."""
        return SplitPredictor(self.stack_trainer, self.resolved, self.index, calibration)

    @cached_property
    def frame_predictor(self) -> Predictor:
        """The predictor of other rows: all models together."""
        whole, count = self.stack_trainer.network, self.models.stop - self.models.start
        network = whole if count == whole.models else whole.take(np.arange(self.models.start, self.models.stop))
        several = len(self.sides) // len(self.folds)
        transforms = [
            self._output_transform(side, several * self.members) for side in range(0, len(self.sides), several)
        ]
        folds = list(zip((fold.preparation for fold in self.folds), transforms, strict=True))
        return Predictor(network, self.loss, folds, self.calibration)

    def _output_transform(self, side: int, count: int) -> OutputTransform:
        """Return the transform of the scores of `count` models, from the first that sees the rows of a side."""
        first = side * self.members
        smearing = self.calibration.smearing_of(slice(first, first + count))
        return self.stack_trainer.data.output_transform(side, self.loss, smearing)

    @property
    def network(self) -> Network:
        """The network of these models; a copy where others train together with them."""
        return self.frame_predictor.network

    def outputs(self, frame: Frame) -> Floats:
        """Return outputs (outputs, samples) of rows as they were read, averaged over all models."""
        return self.frame_predictor.outputs(frame)

    @property
    def rule(self) -> DecisionRule | None:
        """How two classes are decided; None for any other task."""
        return self.calibration.rule(self.data.task, self.data.classes)

    def predictions(self, split: str, fold: int = 0) -> SplitPredictions:
        """Return the rows of a split of a fold, and their outputs (outputs, samples), averaged over the members.

        There is a row for each target: where positions have targets, for each position. Where members have rows of
        their own, a row gets the mean over the members that have it in this split.
        """
        several = len(self.sides) // len(self.folds)
        scores, each = self.stack_trainer.scored(split)[1][self.models], []
        with np.errstate(all="ignore"):
            for side in range(fold * several, (fold + 1) * several):
                z = np.stack(scores[side * self.members : (side + 1) * self.members])
                rows, output = self.sides[side].parts[split], self.output_transforms[side](z).mean(axis=0)
                each.append((rows.each_target, rows.of_targets(output)))
            rows, output = mean_by_row(each)
            return rows, self.calibration.apply_temperature(output, self.data.task)

    def out_of_fold(self) -> SplitPredictions:
        """Return every test row of a cross-validation, in order, as the fold that held it out predicts it.

        A row that several repeats held out gets their mean.
        """
        return mean_by_row([self.predictions("test", fold) for fold in range(len(self.folds))])

    def mean_loss(self, split: str, fold: int = 0) -> float:
        """Return the loss of a split of a fold, the mean over the members; NaN where it is not finite."""
        loss = float(np.split(self.stack_trainer.scored(split)[0][self.models], len(self.folds))[fold].mean())
        return loss if np.isfinite(loss) else np.nan

    def scores(self, split: str, fold: int = 0) -> dict[str, float]:
        """Return the loss and all metrics of a split of a fold."""
        rows, output = self.predictions(split, fold)
        return {"loss": self.mean_loss(split, fold), **score_outputs(rows.y, output, self.data.task, self.calibration)}

    def all_scores(self) -> Scores:
        """Return the loss and the metrics of every split.

        Those of a cross-validation are means over the folds; `test_deviation` is the sample deviation (n - 1) of the
        test scores of the folds, `out_of_fold` has the scores of all test rows together.
        """
        if len(self.folds) == 1:
            return {split: self.scores(split) for split in self.data.parts}
        found: Scores = {}
        for split in self.data.parts:
            each = [self.scores(split, fold) for fold in range(len(self.folds))]
            table = {name: np.array([scores[name] for scores in each]) for name in each[0]}
            found[split] = {name: float(values.mean()) for name, values in table.items()}
            if split == "test":
                found["test_deviation"] = {name: float(values.std(ddof=1)) for name, values in table.items()}
        rows, output = self.out_of_fold()
        found["out_of_fold"] = score_outputs(rows.y, output, self.data.task, self.calibration)
        return found


def mean_by_row(predictions: Sequence[SplitPredictions]) -> SplitPredictions:
    """Return all rows that occur, in order; a row that occurs more than once gets the mean of its outputs.

    Of rows with a position, each position is a row of its own.
    """
    if len(predictions) == 1:
        return predictions[0]
    parts, outputs = zip(*predictions, strict=True)
    frame, y = joined([part.frame for part in parts]), np.concatenate([part.y for part in parts])
    positions = [part.position for part in parts if part.position is not None]
    position = np.concatenate(positions) if positions else np.zeros(len(y), np.int64)
    keys = frame.rows * (position.max() + 1) + position
    _, first, which, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    total = np.zeros((len(counts), len(outputs[0])))
    np.add.at(total, which, np.concatenate(outputs, axis=1).T)
    no_inputs: NDArray[Any] = np.ones((len(first), 1))
    of_rows = position[first] if positions else None
    return Part(frame.take(first), no_inputs, y[first], position=of_rows), (total / counts[:, np.newaxis]).T
