"""Sides: the rows that models learn from, as the engine takes them, encoded once for all models that share them."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Prepared
from npnet.nn.batches import Samples
from npnet.nn.losses import Loss
from npnet.readout import Readout


class View(NamedTuple):
    """What a model sees: the number of its side, and the loss that encodes its targets."""

    side: int
    loss: Loss


class Sides:
    """Prepared data, one for each fold or member that has rows of its own; `dtype` is the network's."""

    def __init__(self, prepared: Sequence[Prepared], dtype: Any) -> None:
        self.prepared, self.dtype = list(prepared), dtype
        self._inputs: dict[Hashable, Samples] = {}
        self._encoded: dict[Hashable, Samples] = {}

    def part(self, name: str, side: int) -> Part:
        """The rows of a part on one side."""
        return self.prepared[side].parts[name]

    def readout(self, view: View) -> Readout:
        """How the scores of a model are read."""
        data = self.prepared[view.side]
        return Readout(view.loss, data.task, data.target_scaler)

    def samples(self, part: str, views: Sequence[View]) -> Samples:
        """The rows of a part for a stack of models, shared where all see the same.

        Where sides have unequally many rows, the shorter ones are filled with rows of weight 0.
        """
        each = [self._one(part, view) for view in views]
        if all(one is each[0] for one in each):
            return each[0]
        if all(one.x is each[0].x for one in each):
            return Samples(each[0].x, np.stack([one.t for one in each]), each[0].w)
        size = max(len(one) for one in each)
        x, t = (
            np.stack([_filled(rows, size) for rows in kind]) for kind in zip(*((o.x, o.t) for o in each), strict=True)
        )
        if all(one.w is None and len(one) == size for one in each):
            return Samples(x, t)
        w = np.stack([_filled(_weights(one), size, 0.0) for one in each])
        return Samples(x, t, w * (size / w.sum(axis=-2, keepdims=True)).astype(w.dtype))

    def _one(self, part: str, view: View) -> Samples:
        key = (part, view.side, view.loss)
        if key not in self._encoded:
            rows, like = self.part(part, view.side), self._inputs.get((part, view.side))
            weight = None if rows.weight is None else rows.weight[:, np.newaxis]
            t = self.readout(view).encode(rows.y, self.prepared[view.side].class_count)
            if like is None:
                like = self._inputs[part, view.side] = Samples.of_prepared(rows.with_ones, t, weight, self.dtype)
            self._encoded[key] = Samples(like.x, np.ascontiguousarray(t, self.dtype), like.w)
        return self._encoded[key]


def _filled(rows: NDArray[Any], size: int, value: float | None = None) -> NDArray[Any]:
    """Rows, followed by copies of the last, or by a value, up to a size."""
    more = np.repeat(rows[-1:], size - len(rows), axis=0)
    return np.concatenate([rows, more if value is None else np.full_like(more, value)])


def _weights(rows: Samples) -> NDArray[Any]:
    return np.ones((len(rows), 1), rows.x.dtype) if rows.w is None else rows.w
