"""Sides: the rows that models learn from, as the engine takes them, encoded once for all models that share them."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from npnet.data import Part, Prepared
from npnet.engine.batches import Samples
from npnet.model.output_transform import OutputTransform
from npnet.nn.losses import Loss


class DataRef(NamedTuple):
    """What a model sees: the number of its side, and the loss that encodes its targets."""

    side: int
    loss: Loss


class FoldData:
    """Prepared data, one for each fold or member that has rows of its own; `dtype` is the network's."""

    def __init__(self, prepared: Sequence[Prepared], dtype: Any) -> None:
        self.prepared, self.dtype = list(prepared), dtype
        self._inputs: dict[Hashable, Samples] = {}
        self._encoded: dict[Hashable, Samples] = {}

    def part(self, name: str, side: int) -> Part:
        """The rows of a part on one side."""
        return self.prepared[side].parts[name]

    def output_transform(self, view: DataRef) -> OutputTransform:
        """How the scores of a model are read."""
        data = self.prepared[view.side]
        return OutputTransform(view.loss, data.task, data.target_scaler)

    def rows(self, part: str, view: DataRef) -> int:
        """How many rows of a part a model sees."""
        return len(self.part(part, view.side).y)

    def samples(self, part: str, views: Sequence[DataRef]) -> Samples:
        """The rows of a part for a stack of models that see equally many, shared where all see the same.

        Each model's rows and weights are those that it would have alone, bit for bit.
        """
        each = [self._one(part, view) for view in views]
        if all(one is each[0] for one in each):
            return each[0]
        t = np.stack([one.t for one in each])
        if all(one.x is each[0].x for one in each):
            return Samples(each[0].x, t, each[0].w)
        w = [one.w for one in each if one.w is not None]
        return Samples(np.stack([one.x for one in each]), t, np.stack(w) if w else None)

    def _one(self, part: str, view: DataRef) -> Samples:
        key = (part, view.side, view.loss)
        if key not in self._encoded:
            rows, like = self.part(part, view.side), self._inputs.get((part, view.side))
            weight = None if rows.weight is None else rows.weight[:, np.newaxis]
            t = self.output_transform(view).encode(rows.y, self.prepared[view.side].class_count)
            if like is None:
                like = self._inputs[part, view.side] = Samples.of_prepared(rows.with_ones, t, weight, self.dtype)
            self._encoded[key] = Samples(like.x, np.ascontiguousarray(t, self.dtype), like.w)
        return self._encoded[key]
