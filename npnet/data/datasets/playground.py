"""The data of TensorFlow Playground, by its formulas and in its units: a square from -6 to 6."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from npnet.data.datasets import datasets
from npnet.data.datasets.synthetic import Array, Synthetic

Shape = Literal["circle", "xor", "gauss", "spiral", "plane", "bumps"]
Drawn = tuple[Array, NDArray[np.float64] | NDArray[np.int64]]
RADIUS, EDGE = 5.0, 6.0
MIDDLES = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
SIGNS = np.array([1, -1, 1, -1, 1, -1])


@datasets.add("playground")
class Playground(Synthetic):
    """The data of TensorFlow Playground: four shapes of two classes, and two of values.

    circle: class 1 within 2.5 of the origin, class 0 from 3.5 to 5. xor: the square from -5 to 5 without the axes,
    class 1 where the signs agree. gauss: clouds around (2, 2) and (-2, -2) of variance 0.5 + 7 noise. spiral: two arms,
    r = 5 i / n, 1.75 turns. plane: y = (x1 + x2) / 10. bumps: six hills and valleys of radius 2, signs in turn.
    The noise moves the point that the class or the value is of, for a spiral the point itself. Smilkov et al. (2017).
    """

    target: ClassVar[str] = "label"
    shape: Shape = Field("circle", description="Which of the six.")
    noise: Annotated[float, Field(ge=0, le=0.5, description="Playground's noise, 50 % is 0.5.")] = 0.0

    @override
    def draw(self, random: Generator) -> Drawn:
        draws = {
            "circle": self._circle,
            "xor": self._xor,
            "gauss": self._gauss,
            "spiral": self._spiral,
            "plane": self._plane,
            "bumps": self._bumps,
        }
        return draws[self.shape](random)

    @property
    def _classes(self) -> NDArray[np.int64]:
        return (np.arange(self.samples) >= self.samples // 2).astype(np.int64)

    def _moved(self, x: Array, most: float, random: Generator) -> Array:
        """Return points, each coordinate moved by a uniform draw of at most noise * `most`."""
        return x + self.noise * most * (2 * random.random(x.shape) - 1)

    def _circle(self, random: Generator) -> Drawn:
        inside = self._classes == 1
        radius = np.where(inside, 0.0, 0.7 * RADIUS) + np.where(inside, 0.5, 0.3) * RADIUS * random.random(self.samples)
        angle = 2 * np.pi * random.random(self.samples)
        x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        distance = np.linalg.norm(self._moved(x, RADIUS, random), axis=1)
        return x, (distance < RADIUS / 2).astype(np.int64)

    def _xor(self, random: Generator) -> Drawn:
        x = RADIUS * (2 * random.random((self.samples, 2)) - 1)
        x += np.where(x > 0, 0.3, -0.3)
        return x, (self._moved(x, RADIUS, random).prod(axis=1) >= 0).astype(np.int64)

    def _gauss(self, random: Generator) -> Drawn:
        y = self._classes
        middle = np.where(y == 1, 2.0, -2.0)[:, np.newaxis]
        return middle + np.sqrt(0.5 + 7 * self.noise) * random.standard_normal((self.samples, 2)), y

    def _spiral(self, random: Generator) -> Drawn:
        y, half = self._classes, np.array([self.samples // 2, self.samples - self.samples // 2])
        share = np.concatenate([np.arange(count) / count for count in half])
        angle = 2 * np.pi * 1.75 * share + np.where(y == 1, 0.0, np.pi)
        x = RADIUS * share[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return self._moved(x, 1.0, random), y

    def _plane(self, random: Generator) -> Drawn:
        x = EDGE * (2 * random.random((self.samples, 2)) - 1)
        return x, self._moved(x, EDGE, random).sum(axis=1) / 10

    def _bumps(self, random: Generator) -> Drawn:
        x = EDGE * (2 * random.random((self.samples, 2)) - 1)
        moved = self._moved(x, EDGE, random)
        distance = np.linalg.norm(moved[:, np.newaxis] - MIDDLES, axis=2)
        nearest = distance.argmin(axis=1)
        return x, SIGNS[nearest] * np.maximum(1 - distance.min(axis=1) / 2, 0.0)
