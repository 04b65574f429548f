"""Batches: rows in a new order each epoch, gathered many batches at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.nn.layer import Array
from npnet.rng import stream

BLOCK_BYTES = 1 << 18
"""About what is gathered at a time: one `np.take` a step would cost as much as a small network's step."""


class Samples:
    """Rows ready for the engine: inputs with a one at the end, encoded targets, weights.

    x (samples, features + 1), t (samples, outputs), w (samples, 1) or None. With a model axis in front,
    (models, samples, ...), the models of a stack see rows of their own.
    """

    def __init__(self, x: Array, t: Array, w: Array | None = None) -> None:
        self.x, self.t, self.w = x, t, w

    @classmethod
    def of(cls, x: Array, t: Array, w: Array | None = None, dtype: Any = np.float32) -> "Samples":
        """Rows from features (samples, features), encoded targets and weights, which get mean 1."""
        with_ones = np.ones((*x.shape[:-1], x.shape[-1] + 1), dtype)
        with_ones[..., :-1] = x
        return cls.of_prepared(with_ones, t, w, dtype)

    @classmethod
    def of_prepared(cls, x: Array, t: Array, w: Array | None = None, dtype: Any = np.float32) -> "Samples":
        """Rows from features that have their ones, which are not copied where they are of the type."""
        weights = None if w is None else _mean_one(w).astype(dtype)
        return cls(np.asarray(x, dtype), np.ascontiguousarray(t, dtype), weights)

    def room(self, size: int) -> "Samples":
        """Empty arrays for a number of such rows."""
        arrays = (self.x, self.t) if self.w is None else (self.x, self.t, self.w)
        return Samples(*(np.empty((*a.shape[:-2], size, a.shape[-1]), a.dtype) for a in arrays))

    def __len__(self) -> int:
        return int(self.x.shape[-2])

    def part(self, rows: slice) -> "Batch":
        """Consecutive rows as a batch, without a copy."""
        return Batch(self, rows)


def _mean_one(w: NDArray[Any]) -> NDArray[np.float64]:
    weights = np.asarray(w, np.float64)
    return np.asarray(weights / weights.mean(axis=-2, keepdims=True))


class Batch:
    """Views of some rows as a pass takes them: features first, one in front, or the number of models.

    `whole` says that it stays as it is, as a full batch does; `fixed` that every batch of its size comes in these
    very arrays.
    """

    __slots__ = ("fixed", "size", "t", "w", "whole", "x")

    def __init__(self, rows: Samples, place: slice, *, whole: bool = False, fixed: bool = False) -> None:
        self.x, self.t = _columns(rows.x, place), _columns(rows.t, place)
        self.w = None if rows.w is None else _columns(rows.w, place)
        self.size, self.whole, self.fixed = self.t.shape[-1], whole, fixed


def _columns(rows: Array, place: slice) -> Array:
    view = rows[..., place, :].mT
    return view if view.ndim == 3 else view[np.newaxis]


class Batches:
    """The batches of each epoch; the same seed and epoch give the same batches, whenever asked.

    `size` None takes all rows at once, neither shuffled nor gathered. The batches that `epoch` yields
    are overwritten by later ones.
    """

    def __init__(self, samples: Samples, size: int | None, seed: int) -> None:
        self.samples, self.seed = samples, seed
        self.size = min(size or len(samples), len(samples))
        self.full = size is None
        self.count = -(-len(samples) // self.size)
        if self.full:
            self._whole = Batch(samples, slice(None), whole=True)
            return
        row_bytes = sum(a[..., :1, :].nbytes for a in (samples.x, samples.t, samples.w) if a is not None)
        self._together = max(1, min(self.count, BLOCK_BYTES // (row_bytes * self.size)))
        self._order = np.empty(len(samples), np.intp)
        self._gathered = samples.room(self._together * self.size)
        self._ready = self._cut(self._together * self.size)
        rest = len(samples) - (self.count - 1) // self._together * self._together * self.size
        self._last = self._cut(rest)

    def shapes(self) -> dict[int, Batch]:
        """A batch of each size that occurs: the full one, and that of a ragged last batch."""
        batches = [self._whole] if self.full else [self._ready[0], self._last[-1]]
        return {batch.size: batch for batch in batches}

    def epoch(self, epoch: int, start: int = 0) -> Iterator[list[Batch]]:
        """The batches of an epoch behind its first `start`, some at a time."""
        if self.full:
            yield [self._whole][start:]
            return
        self._order[:] = np.arange(len(self._order))
        stream(self.seed, "shuffle", epoch).shuffle(self._order)
        block, skipped = self._together * self.size, start % self._together
        for first in range((start - skipped) * self.size, len(self._order), block):
            chosen = self._order[first : first + block]
            self._gather(chosen)
            yield (self._ready if len(chosen) == block else self._last)[skipped:]
            skipped = 0

    def _gather(self, chosen: NDArray[np.intp]) -> None:
        rows, out = self.samples, self._gathered
        for source, target in ((rows.x, out.x), (rows.t, out.t), (rows.w, out.w)):
            if source is not None and target is not None:
                place = target[..., : len(chosen), :]
                # mode="clip" writes straight into `out`; the default mode goes through a copy.
                if place.flags.c_contiguous:
                    np.take(source, chosen, axis=-2, out=place, mode="clip")
                else:
                    for one_source, one_place in zip(source, place, strict=True):
                        np.take(one_source, chosen, axis=-2, out=one_place, mode="clip")

    def _cut(self, size: int) -> list[Batch]:
        places = [slice(start, min(start + self.size, size)) for start in range(0, size, self.size)]
        return [Batch(self._gathered, place, fixed=self._together == 1) for place in places]
