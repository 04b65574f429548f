"""Classes drawn from formulas: the shapes that every introduction to learning uses.

Where scikit-learn has a function of the same idea, the definition is the same; the random numbers are our own.
"""

from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from npnet.data.source import Dataset, Source, classification, datasets
from npnet.rng import stream

Samples = Annotated[int, Field(ge=2, le=10_000_000, description="Number of rows.")]
Noise = Annotated[float, Field(ge=0, le=1e6, description="Standard deviation of what is added to each value.")]
Several = Annotated[int, Field(ge=2, le=1000, description="Number of classes.")]
Array = NDArray[np.float64]
Codes = NDArray[np.int64]


class Synthetic(Source):
    """Rows drawn from a formula: a number of samples, the same ones for the same seed."""

    samples: Samples = 1000

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        random = stream(seed, "data")
        X, y = self.draw(random)
        order = shuffled(len(X), random)
        return self.dataset(X[order], y[order], tuple(f"x{i}" for i in range(1, X.shape[1] + 1)))

    @abstractmethod
    def draw(self, random: Generator) -> tuple[Array, NDArray[Any]]:
        """The points and their targets, in any order."""

    @abstractmethod
    def dataset(self, X: Array, y: NDArray[Any], features: tuple[str, ...]) -> Dataset:
        """The dataset of these points, by its task."""


class Shapes(Synthetic):
    """Synthetic classes, numbered from 0."""

    @override
    def dataset(self, X: Array, y: Codes, features: tuple[str, ...]) -> Dataset:
        return classification(X, y, features, "class", tuple(str(code) for code in range(y.max() + 1)))


def shuffled(count: int, random: Generator) -> NDArray[np.int64]:
    """The numbers 0 to count - 1 in random order, from raw words of the stream: the same on every machine."""
    return np.argsort(random.bit_generator.random_raw(count), kind="stable")


def shares(samples: int, classes: int) -> Codes:
    """Class codes from 0, in blocks as equal as can be."""
    return np.arange(samples) * classes // samples


def around(X: Array, noise: float, random: Generator) -> Array:
    """The points, each coordinate moved by its own draw from a normal distribution."""
    return X + noise * random.standard_normal(X.shape)


@datasets.add("circles")
class Circles(Shapes):
    """Two circles around the origin: radius 1 is class 0, radius `factor` class 1.

    x = r (cos a, sin a) + noise * N(0, I), angles a in equal steps, half of the samples on each circle (an odd
    one inside). As scikit-learn's make_circles.
    """

    noise: Noise = 0.0
    factor: Annotated[float, Field(ge=0, lt=1, description="Radius of the inner circle.")] = 0.8

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        outer = self.samples // 2
        y = (np.arange(self.samples) >= outer).astype(np.int64)
        angle = np.concatenate([_turn(outer), _turn(self.samples - outer)])
        radius = np.where(y == 1, self.factor, 1.0)
        return around(_polar(radius, angle), self.noise, random), y


@datasets.add("moons")
class Moons(Shapes):
    """Two half circles that reach into each other.

    Class 0: (cos a, sin a); class 1: (1 - cos a, 1/2 - sin a), angles a in equal steps from 0 to pi; plus
    noise * N(0, I). As scikit-learn's make_moons.
    """

    noise: Noise = 0.1

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        first = self.samples // 2
        y = (np.arange(self.samples) >= first).astype(np.int64)
        angle = np.concatenate([np.linspace(0, np.pi, first), np.linspace(0, np.pi, self.samples - first)])
        X = np.where(y[:, None] == 1, [1.0, 0.5] - _polar(1.0, angle), _polar(1.0, angle))
        return around(X, self.noise, random), y


@datasets.add("blobs")
class Blobs(Shapes):
    """Round clouds, one a class, around centres drawn from the cube from -10 to 10.

    x = centre + noise * N(0, I). As scikit-learn's make_blobs.
    """

    noise: Noise = 1.0
    classes: Several = 3
    features: Annotated[int, Field(ge=1, le=10_000, description="Number of features.")] = 2

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        centres = 20 * random.random((self.classes, self.features)) - 10
        y = shares(self.samples, self.classes)
        return around(centres[y], self.noise, random), y


@datasets.add("spirals")
class Spirals(Shapes):
    """Spiral arms from the origin out to radius 1, one a class.

    x = r (cos a, sin a) + noise * N(0, I), a = 2 pi (turns * r + class / classes), r in equal steps.
    Lang and Witbrock, Learning to tell two spirals apart, 1988.
    """

    noise: Noise = 0.02
    classes: Several = 2
    turns: Annotated[float, Field(gt=0, le=100, description="How often each arm goes around.")] = 1.5

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        y = np.arange(self.samples) % self.classes
        radius = (np.arange(self.samples) + 1.0) / self.samples
        angle = 2 * np.pi * (self.turns * radius + y / self.classes)
        return around(_polar(radius, angle), self.noise, random), y


@datasets.add("xor")
class Xor(Shapes):
    """The square from -1 to 1; class 1 where exactly one of both coordinates is positive.

    Uniform points; noise * N(0, I) moves them after the class is given. Minsky and Papert, Perceptrons, 1969.
    """

    noise: Noise = 0.0

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        X = 2 * random.random((self.samples, 2)) - 1
        y = ((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(np.int64)
        return around(X, self.noise, random), y


@datasets.add("checkerboard")
class Checkerboard(Shapes):
    """A board of `cells` by `cells` unit squares, white ones class 0 and black ones class 1.

    class = (floor(x1) + floor(x2)) mod 2 for uniform points; noise * N(0, I) moves them afterwards.
    """

    noise: Noise = 0.0
    cells: Annotated[int, Field(ge=2, le=100, description="Fields on each side of the board.")] = 4

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        X = self.cells * random.random((self.samples, 2))
        y = np.floor(X).astype(np.int64).sum(axis=1) % 2
        return around(X, self.noise, random), y


@datasets.add("gaussian_quantiles")
class GaussianQuantiles(Shapes):
    """One normal cloud cut into shells of equally many points around the origin, one a class.

    x = N(0, I), class by the rank of |x|. As scikit-learn's make_gaussian_quantiles.
    """

    classes: Several = 3
    features: Annotated[int, Field(ge=1, le=10_000, description="Number of features.")] = 2

    @override
    def draw(self, random: Generator) -> tuple[Array, Codes]:
        X = random.standard_normal((self.samples, self.features))
        outwards = np.argsort(np.square(X).sum(axis=1), kind="stable")
        return X[outwards], shares(self.samples, self.classes)


def _turn(count: int) -> Array:
    return np.linspace(0, 2 * np.pi, count, endpoint=False)


def _polar(radius: Array | float, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
