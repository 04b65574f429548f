"""Batches: rows in a new order each epoch, gathered for many batches at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.engine.augmentation import Augmentation, AugmentedRows
from npnet.nn.layer import Array
from npnet.rng import stream

BLOCK_BYTES = 1 << 18
"""Bytes gathered at a time, roughly: one `np.take` per step would cost as much as the step of a small network."""


@dataclass(frozen=True, eq=False)
class Samples:
    """The rows of a set for the engine: inputs with ones, encoded targets, weights.

    x (samples, features + 1), t (samples, outputs), w (samples, 1) or None. With a model axis in front,
    (models, samples, ...), each model of a stack has its own rows.
    """

    x: Array
    t: Array
    w: Array | None = None

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

    def __len__(self) -> int:
        return int(self.x.shape[-2])


class Batch:
    """Views of rows as a pass reads them, features first: (1 or models, features, rows).

    `whole` marks a full batch, whose values never change; `fixed` marks batches that are always gathered into these
    same arrays. `parts` are the smaller batches over which its gradient is accumulated, if it is.
    """

    __slots__ = ("fixed", "parts", "size", "t", "w", "whole", "x")

    def __init__(self, samples: Samples, rows: slice, *, whole: bool = False, fixed: bool = False) -> None:
        self.x, self.t = _columns(samples.x, rows), _columns(samples.t, rows)
        self.w = None if samples.w is None else _columns(samples.w, rows)
        self.size, self.whole, self.fixed = self.t.shape[-1], whole, fixed
        self.parts: tuple[Batch, ...] = ()


def _columns(values: Array, rows: slice) -> Array:
    view = values[..., rows, :].mT
    return view if view.ndim == 3 else view[np.newaxis]


class Batches:
    """The batches of each epoch, determined by the seed and the number of the epoch alone.

    `size` None is the full batch, neither shuffled nor gathered. The batches that `epoch` yields are overwritten by
    later ones. `shapes` has a batch of each size that occurs, by size: the usual and a smaller last one. Where each is
    to be accumulated over several, it has `accumulate` parts of `part` rows, the last with those that are left. With an
    `augmentation`, the inputs of each batch are changed after they are gathered, those of a full batch too.
    """

    def __init__(
        self,
        samples: Samples,
        size: int | None,
        seed: int,
        accumulate: int = 1,
        augmentation: Augmentation | None = None,
    ) -> None:
        self.samples, self.seed, self.accumulate, self.augmentation = samples, seed, accumulate, augmentation
        self.part = min(size or len(samples), len(samples))
        self.size = min(self.part * accumulate, len(samples))
        self.full = size is None
        self.count = -(-len(samples) // self.size)
        if self.full and augmentation is None:
            self.shapes = {self.size: Batch(samples, slice(None), whole=True)}
            return
        self._sources = [array for array in (samples.x, samples.t, samples.w) if array is not None]
        row_bytes = sum(array[..., :1, :].nbytes for array in self._sources)
        self._together = max(1, min(self.count, BLOCK_BYTES // (row_bytes * self.size)))
        block = self._together * self.size
        last = len(samples) - (self.count - 1) // self._together * block
        self._blocks = {rows: self._block(rows) for rows in {block, last}}
        self._augmented = {
            rows: AugmentedRows(augmentation, arrays[0], self.size)
            for rows, (arrays, _) in self._blocks.items()
            if augmentation is not None
        }
        self.shapes = {batch.size: batch for _, batches in self._blocks.values() for batch in batches}

    def _block(self, rows: int) -> tuple[list[Array], list[Batch]]:
        """Allocate the arrays that a number of rows is gathered into, and cut them into batches."""
        arrays = [np.empty((*array.shape[:-2], rows, array.shape[-1]), array.dtype) for array in self._sources]
        parts = [slice(start, min(start + self.size, rows)) for start in range(0, rows, self.size)]
        gathered, fixed = Samples(*arrays), self._together == 1 and self.accumulate == 1
        batches = [Batch(gathered, part, fixed=fixed) for part in parts]
        for batch, part in zip(batches, parts, strict=True):
            if self.accumulate > 1:
                firsts = range(part.start, part.stop, self.part)
                cuts = [slice(first, min(first + self.part, part.stop)) for first in firsts]
                batch.parts = tuple(Batch(gathered, cut) for cut in cuts)
        return arrays, batches

    def epoch(self, epoch: int, start: int = 0) -> Iterator[list[Batch]]:
        """Iterate over the batches of an epoch after its first `start`, several at a time."""
        if self.full and self.augmentation is None:
            yield [*self.shapes.values()][start:]
            return
        order = np.arange(len(self.samples))
        if not self.full:
            stream(self.seed, "shuffle", epoch).shuffle(order)
        draws = None if self.augmentation is None else self.augmentation.draws(epoch, len(order))
        skipped = start % self._together
        for first in range((start - skipped) * self.size, len(order), self._together * self.size):
            chosen = order[first : first + self._together * self.size]
            arrays, batches = self._blocks[len(chosen)]
            augmented = None if draws is None else self._augmented[len(chosen)]
            for source, out in zip(self._sources, arrays, strict=True):
                place = out if augmented is None or source is not self.samples.x else augmented.source
                # mode="clip" writes straight into `place`; the default mode goes through a copy.
                np.take(source, chosen, axis=-2, out=place, mode="clip")
            if augmented is not None and draws is not None:
                augmented.augment(draws, first)
            yield batches[skipped:]
            skipped = 0
