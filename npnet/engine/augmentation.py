"""Augmentation of rows while they are gathered: the same changes for all models of a stack."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.nn.augmentation import Augment
from npnet.nn.layer import Array
from npnet.nn.shape import Shape
from npnet.rng import stream

FLIP, SHIFT, ROTATE, CUTOUT, NOISE = range(5)  # each has random numbers of its own
APART = 1 << 40  # more random numbers than the noise of a batch takes


@dataclass(frozen=True, eq=False)
class EpochDraws:
    """What is drawn for the rows of an epoch, in the order in which they are trained on.

    `maps` (rows, 2, 3) say where pixels take their values from, `holes` (rows, 2) are the corners of what is cut out.
    """

    maps: Array | None
    holes: NDArray[np.int64] | None
    epoch: int


@dataclass(frozen=True)
class Augmentation:
    """Random changes of rows at positions; a row has `shape`, its values ordered position by position."""

    spec: Augment
    shape: Shape
    seed: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width; a sequence is an image of a single row."""
        height, width = (1, *self.shape.positions)[-2:]
        return height, width

    def draws(self, epoch: int, rows: int) -> EpochDraws:
        """Draw the changes of an epoch, by its number and the seed alone."""
        spec, (height, width) = self.spec, self.size
        streams = [stream(self.seed, "augment", epoch, kind) for kind in (FLIP, SHIFT, ROTATE)]
        maps = spec.transforms(streams, rows) if spec.moves else None
        cut = stream(self.seed, "augment", epoch, CUTOUT)
        return EpochDraws(maps, spec.holes(cut, rows, height, width) if spec.cutout else None, epoch)


class AugmentedRows:
    """The rows of a block that are augmented in place; `x` (..., rows, values + 1) has batches of `size` rows.

    Where values move, rows are gathered into `source`, else into `x` itself.
    """

    def __init__(self, augmentation: Augmentation, x: Array, size: int) -> None:
        self._by, self._size, rows = augmentation, size, x.shape[-2]
        (height, width), count, channels = augmentation.size, augmentation.shape.count, augmentation.shape.features
        each = x if x.ndim == 3 else x[np.newaxis]
        self._x = each[..., :-1]
        self._images = self._x.reshape(len(each), rows, height, width, channels, copy=False)
        self.source = np.empty_like(x) if augmentation.spec.moves else x
        if augmentation.spec.moves:
            x[..., -1] = 1.0
            self._sampler = _Sampler(augmentation, rows, x.dtype)
            self._flat = self.source.reshape(len(each), -1, copy=False)
            self._pixels = self._x.reshape(len(each), rows, count, channels, copy=False)
        if augmentation.spec.cutout:
            self._inside = [np.empty((rows, side), bool) for side in (height, width)]
            self._below = [np.empty((rows, side), bool) for side in (height, width)]
            self._hole = np.empty((rows, height, width, 1), bool)
        if augmentation.spec.noise:
            self._noise = np.empty((min(size, rows), self._x.shape[-1]), x.dtype)

    def augment(self, draws: EpochDraws, first: int) -> None:
        """Change the gathered rows, which begin at number `first` of the epoch's order."""
        rows = slice(first, first + self._x.shape[-2])
        if draws.maps is not None:
            self._sampler.locate(draws.maps[rows])
            for flat, pixels in zip(self._flat, self._pixels, strict=True):
                self._sampler.sample(flat, pixels)
        if draws.holes is not None:
            self._cut(draws.holes[rows])
        if self._by.spec.noise:
            self._add_noise(draws.epoch, first)

    def _cut(self, corners: NDArray[np.int64]) -> None:
        """Set a square of each image to 0, on average the mean of scaled inputs."""
        for axis, (inside, below) in enumerate(zip(self._inside, self._below, strict=True)):
            places, corner = np.arange(inside.shape[1]), corners[:, axis, np.newaxis]
            np.greater_equal(places, corner, out=inside)
            np.less(places - self._by.spec.cutout, corner, out=below)
            np.logical_and(inside, below, out=inside)
        down, across = self._inside
        np.logical_and(down[:, :, np.newaxis, np.newaxis], across[:, np.newaxis, :, np.newaxis], out=self._hole)
        np.copyto(self._images, 0.0, where=self._hole)

    def _add_noise(self, epoch: int, first: int) -> None:
        """Add noise, drawn by the number of the batch: other blocks, or a start within the epoch, change nothing."""
        random = stream(self._by.seed, "augment", epoch, NOISE)
        bits: Any = random.bit_generator
        begin = bits.state
        for start in range(0, self._x.shape[-2], self._size):
            part = self._x[:, start : start + self._size]
            noise = self._noise[: part.shape[1]]
            bits.state = begin
            bits.advance((first + start) // self._size * APART)
            random.standard_normal(dtype=noise.dtype, out=noise)
            np.multiply(noise, self._by.spec.noise, out=noise)
            np.add(part, noise, out=part)


class _Sampler:
    """Values at pixels between pixels: bilinear, or of whole pixels; beyond an edge those of the edge."""

    def __init__(self, augmentation: Augmentation, rows: int, dtype: Any) -> None:
        (height, width), shape = augmentation.size, augmentation.shape
        count, self._channels, self._between = shape.count, shape.features, bool(augmentation.spec.rotate)
        middle = np.array([[(height - 1) / 2], [(width - 1) / 2]])
        self._middle = middle.astype(dtype)
        self._last = np.array([[height - 1], [width - 1]], dtype)
        self._width, self._starts = width, np.arange(rows)[:, np.newaxis] * (shape.values + 1)
        pixels = np.indices((height, width)).reshape(2, -1) - middle
        self._grid = np.concatenate([pixels, np.ones((1, count))]).astype(dtype)
        self._at, self._low, self._share = (np.empty((rows, 2, count), dtype) for _ in range(3))
        self._maps = np.empty((rows, 2, 3), dtype)
        corners = 4 if self._between else 1
        self._index = [np.empty((rows, count), np.intp) for _ in range(corners)]
        self._where = np.empty((rows, count), np.intp)
        self._values = [np.empty((rows, count), dtype) for _ in range(corners)]

    def locate(self, maps: Array) -> None:
        """Write from where each pixel takes its value, as indices of pixels and shares of neighbours."""
        at, low, last = self._at, self._low, self._last
        np.copyto(self._maps, maps)
        np.matmul(self._maps, self._grid, out=at)
        np.add(at, self._middle, out=at)
        np.maximum(at, 0.0, out=at)
        np.minimum(at, last, out=at)
        np.floor(at, out=low)
        self._write_index(self._index[0], low[:, 0], low[:, 1])
        if not self._between:
            return
        np.subtract(at, low, out=self._share)
        np.add(low, 1.0, out=at)
        np.minimum(at, last, out=at)
        for index, (y, x) in zip(self._index[1:], ((low, at), (at, low), (at, at)), strict=True):
            self._write_index(index, y[:, 0], x[:, 1])

    def _write_index(self, index: NDArray[np.intp], y: Array, x: Array) -> None:
        """Write where the first channel of a pixel is, in rows that each end with a one."""
        np.copyto(index, y, casting="unsafe")
        np.multiply(index, self._width, out=index)
        np.copyto(self._where, x, casting="unsafe")
        np.add(index, self._where, out=index)
        np.multiply(index, self._channels, out=index)
        np.add(index, self._starts, out=index)

    def sample(self, flat: Array, pixels: Array) -> None:
        """Write the values of all channels into (rows, positions, channels)."""
        for channel in range(self._channels):
            for index, values in zip(self._index, self._values, strict=True):
                np.take(flat[channel:], index, out=values, mode="clip")
            if self._between:
                (top, right, bottom, last), (down, across) = self._values, self._share.swapaxes(0, 1)
                _mix(top, right, across)
                _mix(bottom, last, across)
                _mix(top, bottom, down)
            np.copyto(pixels[..., channel], self._values[0])


def _mix(values: Array, others: Array, share: Array) -> None:
    """Write values + share (others - values); the others are overwritten."""
    np.subtract(others, values, out=others)
    np.multiply(others, share, out=others)
    np.add(values, others, out=values)
