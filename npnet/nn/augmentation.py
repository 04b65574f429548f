"""Augmentation: small changes of training images and sequences that leave their targets as they are."""

from typing import Literal, Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from npnet.errors import AdvisedError
from npnet.spec import Spec

Floats = NDArray[np.float64]
Flip = Literal["horizontal", "vertical", "both"]
GEOMETRIC = ("flip", "shift", "rotate")


class Augment(Spec):
    """Random changes of every training row, drawn anew in each epoch; rows that are scored stay as they are."""

    flip: Flip | None = Field(None, description="Mirror every second image: left and right, top and bottom, or both.")
    shift: int = Field(0, ge=0, le=1000, description="Move by up to this many pixels or steps along each axis.")
    rotate: float = Field(0.0, ge=0, le=180, description="Turn images by up to this many degrees.")
    noise: float = Field(0.0, ge=0, le=1e6, description="Standard deviation of noise added to each scaled input.")
    cutout: int = Field(0, ge=0, le=1000, description="Side of a square of pixels, or of a span of steps, set to 0.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise AdvisedError("augment changes nothing", "write augment: {flip: horizontal, shift: 2}, or take it out")
        return self

    @property
    def moves(self) -> bool:
        """Whether values go from one position to another."""
        return any(getattr(self, name) for name in GEOMETRIC)

    def transforms(self, streams: "list[Generator]", rows: int) -> Floats:
        """Draw for each row the map from its pixels to the pixels that they take their values from, (rows, 2, 3).

        (y', x') = M (y, x, 1), with the origin in the middle of the image: rotated by an angle uniform in [-rotate,
        rotate], mirrored with probability 1/2, shifted by whole pixels uniform in [-shift, shift]. Without a rotation,
        whole pixels go to whole pixels. Each kind of change has a stream of its own.
        """
        flips, shifts, turns = streams
        mirror = np.where(flips.random((rows, 2)) < 0.5, -1.0, 1.0)
        axes = {"horizontal": (0, 1), "vertical": (1, 0), "both": (1, 1), None: (0, 0)}[self.flip]
        mirror = np.where(np.array(axes, bool), mirror, 1.0)
        angle = np.deg2rad(self.rotate) * (2 * turns.random(rows) - 1)
        maps = np.zeros((rows, 2, 3))
        maps[:, 0, 0], maps[:, 1, 1] = np.cos(angle), np.cos(angle)
        maps[:, 0, 1], maps[:, 1, 0] = np.sin(angle), -np.sin(angle)
        maps[:, :, :2] *= mirror[:, np.newaxis]
        maps[:, :, 2] = shifts.integers(-self.shift, self.shift + 1, (rows, 2))
        return maps

    def holes(self, stream: Generator, rows: int, height: int, width: int) -> NDArray[np.int64]:
        """Draw the top left corner of each row's hole, (rows, 2); its middle is uniform over the image.

        DeVries and Taylor (2017), Improved regularization of convolutional neural networks with cutout.
        """
        return np.asarray(stream.integers(0, [height, width], (rows, 2)) - self.cutout // 2)
