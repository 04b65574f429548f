"""Pixels as the columns of a frame: row by row, the channels of a pixel side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Column, Stored
from npnet.data.columns.at_positions import columns_at
from npnet.data.columns.spill_file import TranslatedCodes

SHADES = np.arange(256) / 255  # of a byte, from 0 to 1
CHANNELS = {1: ("gray",), 3: ("red", "green", "blue")}
LAST = re.compile(r"(?:gray|blue|channel_(\d{1,6})) (\d{1,6}) (\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class ImageShape:
    """The height and width of images, and the channels of a pixel."""

    height: int
    width: int
    channels: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns: `gray 1 1` is the top left pixel, `red 1 2` the red of the next one."""
        other = tuple(f"channel_{number}" for number in range(1, self.channels + 1))
        return columns_at(CHANNELS.get(self.channels, other), self.size)

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
        channels = int(found[1] or (1 if names[-1].startswith("gray") else 3))
        shape = cls(int(found[2]), int(found[3]), channels)
        many = shape.height * shape.width * shape.channels
        return shape if many == len(names) and shape.names == tuple(names) else None


def columns_of(pixels: NDArray[Any]) -> dict[str, Column]:
    """Return images (images, height, width, channels) as columns; bytes are read as numbers from 0 to 1."""
    shape = ImageShape(*pixels.shape[1:])
    flat = np.ascontiguousarray(pixels.reshape(len(pixels), -1).T)  # a column is read as one piece
    stored: list[Stored] = [TranslatedCodes(column, SHADES) for column in flat] if flat.dtype == np.uint8 else [*flat]
    return {name: Column(name, "number", values) for name, values in zip(shape.names, stored, strict=True)}
