"""The data of stacks: encoded targets and inputs, shared by all models that see the same rows; outputs from scores."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Prepared, Scaler, Task
from npnet.data.datasets import VALUES
from npnet.engine.batches import Samples
from npnet.nn.losses import Loss

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OutputTransform:
    """Turns raw scores into predictions: probabilities, or values in the units of the target."""

    loss: Loss
    task: Task
    target_scaler: Scaler

    def encode(self, y: NDArray[Any], classes: int) -> Floats:
        """Return targets as the loss takes them; those of a regression are scaled."""
        if self.task in VALUES and self.loss.scales_target:
            y = self.target_scaler.transform(y)
        return self.loss.encode(y, classes)

    def __call__(self, z: NDArray[Any]) -> Floats:
        """Return outputs (models, outputs, samples); for two classes one row, the probability of the second."""
        if self.loss.quantiles:
            return self.quantiles(z)[..., int(np.argmin(np.abs(np.array(self.loss.quantiles) - 0.5))), :]
        output = self.loss.predict(z)
        if self.task in VALUES:
            unit = self.target_scaler if self.loss.scales_target else Scaler.none(1)
            return np.asarray(unit.inverse(output.mT).mT)
        if self.loss.link == "identity":
            output = np.clip(output, 0.0, 1.0)
            output = shares(output) if output.shape[-2] > 1 else output
        return output[..., 1:, :] if self.task == "binary" and output.shape[-2] == 2 else output

    def quantiles(self, z: NDArray[Any]) -> Floats:
        """Return the sorted quantiles of each target in its units, (models, targets, quantiles, samples)."""
        several = self.loss.predict(z).reshape(len(z), -1, len(self.loss.quantiles), z.shape[-1])
        unit = self.target_scaler
        return np.sort(several * unit.scale[:, np.newaxis, np.newaxis] + unit.mean[:, np.newaxis, np.newaxis], axis=-2)


def shares(output: Floats) -> Floats:
    """Divide outputs >= 0, (..., classes, samples), by their sum; where all are 0, return equal shares."""
    total = output.sum(axis=-2, keepdims=True)
    evenly = np.full_like(output, 1 / output.shape[-2])
    return np.asarray(np.divide(output, total, out=evenly, where=total > 0))


class DataRef(NamedTuple):
    """The rows and the loss of one model: the index of its prepared data, the loss that encodes its targets."""

    side: int
    loss: Loss


class FoldData:
    """Prepared data of each fold, and of each member with a validation set of its own, as samples of the engine.

    The data are a list for each fold: one `Prepared`, or one for each member. `sides` are all of them, fold after fold.
    """

    def __init__(self, folds: Sequence[Sequence[Prepared]], dtype: Any) -> None:
        self.folds, self.dtype = [fold[0] for fold in folds], dtype
        self.sides = [side for fold in folds for side in fold]
        self._inputs: dict[Hashable, Samples] = {}
        self._encoded: dict[Hashable, Samples] = {}

    @property
    def first(self) -> Prepared:
        """The data of the first fold: task, names and sizes are the same in all."""
        return self.folds[0]

    def part(self, split: str, side: int) -> Part:
        """Return the rows of a split."""
        return self.sides[side].parts[split]

    def output_transform(self, ref: DataRef) -> OutputTransform:
        """Return the transform of the scores of a model."""
        data = self.sides[ref.side]
        return OutputTransform(ref.loss, data.task, data.target_scaler)

    def rows(self, split: str, ref: DataRef) -> int:
        """Return the number of rows of a split that a model sees."""
        return len(self.part(split, ref.side).y)

    def samples(self, split: str, refs: Sequence[DataRef]) -> Samples:
        """Return the rows of a split for a stack of models with equally many; shared where all see the same.

        The rows and weights of each model are those it would have alone, bit for bit.
        """
        each = [self._of_model(split, ref) for ref in refs]
        if all(one is each[0] for one in each):
            return each[0]
        t = np.stack([one.t for one in each])
        if all(one.x is each[0].x for one in each):
            return Samples(each[0].x, t, each[0].w)
        w = [one.w for one in each if one.w is not None]
        return Samples(np.stack([one.x for one in each]), t, np.stack(w) if w else None)

    def _of_model(self, split: str, ref: DataRef) -> Samples:
        key = (split, ref.side, ref.loss)
        if key not in self._encoded:
            rows, like = self.part(split, ref.side), self._inputs.get((split, ref.side))
            weight = None if rows.weight is None else rows.weight[:, np.newaxis]
            t = self.output_transform(ref).encode(rows.y, self.sides[ref.side].class_count)
            if like is None:
                like = self._inputs[split, ref.side] = Samples.of_prepared(rows.with_ones, t, weight, self.dtype)
            self._encoded[key] = Samples(like.x, np.ascontiguousarray(t, self.dtype), like.w)
        return self._encoded[key]
