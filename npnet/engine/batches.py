"""Batches: rows in a new order each epoch, gathered for many batches at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.nn.layer import Array
from npnet.rng import stream

BLOCK_BYTES = 1 << 18
"""Bytes gathered at a time, roughly: one `np.take` per step would cost as much as the step of a small network."""


class Samples:
    """The rows of a set for the engine: inputs with ones, encoded targets, weights.

    x (samples, features + 1), t (samples, outputs), w (samples, 1) or None. With a model axis in front,
    (models, samples, ...), each model of a stack has its own rows.
    """

    def __init__(self, x: Array, t: Array, w: Array | None = None) -> None:
        self.x, self.t, self.w = x, t, w

    @classmethod
    def of(cls, x: Array, t: Array, w: Array | None = None, dtype: Any = np.float32) -> "Samples":
        """Make samples of features (samples, features), encoded targets, and weights."""
        with_ones = np.ones((*x.shape[:-1], x.shape[-1] + 1), dtype)
        with_ones[..., :-1] = x
        return cls.of_prepared(with_ones, t, w, dtype)

    @classmethod
    def of_prepared(cls, x: Array, t: Array, w: Array | None = None, dtype: Any = np.float32) -> "Samples":
        """Make samples of features with their column of ones, copied only to change the dtype."""
        if w is not None:
            weights = np.asarray(w, np.float64)
            w = (weights / weights.mean(axis=-2, keepdims=True)).astype(dtype)
        return cls(np.asarray(x, dtype), np.ascontiguousarray(t, dtype), w)

    def empty(self, size: int) -> "Samples":
        """Allocate uninitialized samples of `size` rows like these."""
        arrays = (self.x, self.t) if self.w is None else (self.x, self.t, self.w)
        return Samples(*(np.empty((*a.shape[:-2], size, a.shape[-1]), a.dtype) for a in arrays))

    def __len__(self) -> int:
        return int(self.x.shape[-2])

    def part(self, rows: slice) -> "Batch":
        """Return consecutive rows as a batch, without a copy."""
        return Batch(self, rows)


class Batch:
    """Views of rows as a pass reads them, features first: (1 or models, features, rows).

    `whole` marks a full batch, whose values never change; `fixed` marks batches that are always gathered into these
    same arrays.
    """

    __slots__ = ("fixed", "size", "t", "w", "whole", "x")

    def __init__(self, samples: Samples, rows: slice, *, whole: bool = False, fixed: bool = False) -> None:
        self.x, self.t = _columns(samples.x, rows), _columns(samples.t, rows)
        self.w = None if samples.w is None else _columns(samples.w, rows)
        self.size, self.whole, self.fixed = self.t.shape[-1], whole, fixed


def _columns(values: Array, rows: slice) -> Array:
    view = values[..., rows, :].mT
    return view if view.ndim == 3 else view[np.newaxis]


class Batches:
    """The batches of each epoch, determined by the seed and the number of the epoch alone.

    `size` None is the full batch, neither shuffled nor gathered. The batches that `epoch` yields are overwritten by
    later ones.
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
        self._gathered = samples.empty(self._together * self.size)
        self._ready = self._cut(self._together * self.size)
        rest = len(samples) - (self.count - 1) // self._together * self._together * self.size
        self._last = self._cut(rest)

    def shapes(self) -> dict[int, Batch]:
        """Return a batch of each size that occurs, by size: the usual and a smaller last one."""
        batches = [self._whole] if self.full else [self._ready[0], self._last[-1]]
        return {batch.size: batch for batch in batches}

    def epoch(self, epoch: int, start: int = 0) -> Iterator[list[Batch]]:
        """Iterate over the batches of an epoch after its first `start`, several at a time."""
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
        rows, gathered = self.samples, self._gathered
        for source, target in ((rows.x, gathered.x), (rows.t, gathered.t), (rows.w, gathered.w)):
            if source is not None and target is not None:
                out = target[..., : len(chosen), :]
                # mode="clip" writes straight into `out`; the default mode goes through a copy.
                if out.flags.c_contiguous:
                    np.take(source, chosen, axis=-2, out=out, mode="clip")
                else:
                    for of_model, out_of_model in zip(source, out, strict=True):
                        np.take(of_model, chosen, axis=-2, out=out_of_model, mode="clip")

    def _cut(self, size: int) -> list[Batch]:
        slices = [slice(start, min(start + self.size, size)) for start in range(0, size, self.size)]
        return [Batch(self._gathered, rows, fixed=self._together == 1) for rows in slices]
