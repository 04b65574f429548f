"""Pixels as the columns of a frame: row by row, the channels of a pixel side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Column, Frame, Stored
from npnet.data.columns.spill_file import TranslatedCodes

SHADES = np.arange(256) / 255  # of a byte, from 0 to 1
NAMES = {1: ("",), 3: ("_red", "_green", "_blue")}
LAST = re.compile(r"pixel_(\d{1,6})_(\d{1,6})(?:_(blue|c(\d{1,6})))?", re.ASCII)


@dataclass(frozen=True)
class ImageShape:
    """The height and width of images, and the channels of a pixel."""

    height: int
    width: int
    channels: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns: pixel_0_0 is the top left one, pixel_0_0_red its red."""
        ends = NAMES.get(self.channels) or tuple(f"_c{number}" for number in range(self.channels))
        return tuple(f"pixel_{y}_{x}{end}" for y, x, end in product(range(self.height), range(self.width), ends))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    @classmethod
    def of(cls, names: Sequence[str]) -> Self | None:
        """Return the shape of images whose columns have these names, None where they are no pixels."""
        found = LAST.fullmatch(names[-1]) if names else None
        if found is None:
            return None
        channels = 3 if found[3] == "blue" else int(found[4]) + 1 if found[3] else 1
        shape = cls(int(found[1]) + 1, int(found[2]) + 1, channels)
        many = shape.height * shape.width * shape.channels
        return shape if many == len(names) and shape.names == tuple(names) else None


def columns_of(pixels: NDArray[Any]) -> dict[str, Column]:
    """Return images (images, height, width, channels) as columns; bytes are read as numbers from 0 to 1."""
    shape = ImageShape(*pixels.shape[1:])
    flat = pixels.reshape(len(pixels), -1)
    bytes_ = flat.dtype == np.uint8

    def stored(place: int) -> Stored:
        return TranslatedCodes(flat[:, place], SHADES) if bytes_ else flat[:, place]

    return {name: Column(name, "number", stored(place)) for place, name in enumerate(shape.names)}


def frame_of(pixels: NDArray[Any]) -> Frame:
    """Return images as a frame of numbered rows."""
    return Frame(columns_of(pixels), np.arange(1, len(pixels) + 1))
