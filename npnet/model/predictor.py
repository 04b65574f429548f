"""Predicting: a stack of networks says one thing, the mean of what each says on inputs of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.preprocessing import Preparation, Unknown
from npnet.engine.batches import Samples
from npnet.engine.network import Network
from npnet.engine.scoring import Scorer
from npnet.model.output_transform import Calibration, OutputTransform
from npnet.nn.losses import Loss

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FoldPredictor:
    """What a fold has of its own: how columns become its inputs, and how its scores are read."""

    preparation: Preparation
    output_transform: OutputTransform


@dataclass(frozen=True, eq=False)
class Predictor:
    """A network or a stack: the models of each side, equally many, follow one another.

    Of a training there is one side, of a cross-validation one for each fold.
    """

    network: Network
    loss: Loss
    sides: Sequence[FoldPredictor]
    calibration: Calibration = field(default_factory=Calibration)

    def outputs(self, frame: Frame, unknown: Unknown | None = None) -> Floats:
        """Outputs (outputs, samples) of rows as they were read, averaged over all models.

        What training never saw is counted in `unknown`, as its preparation says.
        """
        task, output_transforms = self.sides[0].output_transform.task, [side.output_transform for side in self.sides]
        with np.errstate(all="ignore"):
            return self.calibration.apply_temperature(averaged(self._scores(frame, unknown), output_transforms), task)

    def quantiles(self, frame: Frame) -> Floats:
        """The quantiles of each target, (targets, quantiles, samples), averaged over all models."""
        with np.errstate(all="ignore"):
            shares = zip(self.sides, np.split(self._scores(frame, None), len(self.sides)), strict=True)
            return np.asarray(
                np.mean([side.output_transform.quantiles(share).mean(axis=0) for side, share in shares], axis=0)
            )

    def _scores(self, frame: Frame, unknown: Unknown | None) -> NDArray[Any]:
        first, *others = [side.preparation for side in self.sides]
        each = [first.with_ones(frame, unknown, self.network.dtype)]
        each += [preparation.with_ones(frame, dtype=self.network.dtype) for preparation in others]
        return Scorer(self.network, self.loss, self._samples(each)).predict()

    def _samples(self, each: list[NDArray[Any]]) -> Samples:
        members = self.network.models // len(each)
        x = each[0] if len(each) == 1 else np.repeat(np.stack(each), members, axis=0)
        t = np.zeros((len(each[0]), self.network.outputs))
        return Samples.of_prepared(x, t, dtype=self.network.dtype)


def averaged(scores: NDArray[Any], output_transforms: Sequence[OutputTransform]) -> Floats:
    """The mean of what all models predict, (outputs, samples), from their scores (models, outputs, samples)."""
    shares = np.split(scores, len(output_transforms))
    return np.asarray(
        np.mean(
            [
                output_transform(share).mean(axis=0)
                for output_transform, share in zip(output_transforms, shares, strict=True)
            ],
            axis=0,
        )
    )
