"""Classes and curves drawn from formulas: the shapes of every introduction to learning.

Where scikit-learn has a function of the same idea, the definition is the same; the random numbers are our own.
"""

from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from npnet.data.datasets import Dataset, Source, classification, datasets, regression
from npnet.rng import stream

Samples = Annotated[int, Field(ge=2, le=10_000_000, description="Number of rows.")]
Noise = Annotated[float, Field(ge=0, le=1e6, description="Standard deviation of what is added to each value.")]
Several = Annotated[int, Field(ge=2, le=1000, description="Number of classes.")]
Array = NDArray[np.float64]
Codes = NDArray[np.int64]


class Synthetic(Source):
    """Rows drawn from a formula, with classes from 0 or values; a seed gives the same rows."""

    samples: Samples = 1000
    target: ClassVar[str] = "class"

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        random = stream(seed, "data")
        X, y = self.draw(random)
        order = np.argsort(random.bit_generator.random_raw(len(X)), kind="stable")  # the same on every machine
        X, y, features = X[order], y[order], tuple(f"x{i}" for i in range(1, X.shape[1] + 1))
        if y.dtype.kind == "f":
            return regression(X, y, features, (self.target,))
        return classification(X, y, features, self.target, tuple(str(code) for code in range(y.max() + 1)))

    @abstractmethod
    def draw(self, random: Generator) -> tuple[Array, NDArray[Any]]:
        """Draw the points and their targets, in any order."""


def shares(samples: int, classes: int) -> Codes:
    """Return class codes from 0, in blocks of sizes that differ by at most one."""
    return np.arange(samples) * classes // samples


def around(X: Array, noise: float, random: Generator) -> Array:
    """Return the points, each coordinate moved by its own draw from a normal distribution."""
    return X + noise * random.standard_normal(X.shape)


@datasets.add("circles")
class Circles(Synthetic):
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
        counts = outer, self.samples - outer
        angle = np.concatenate([np.linspace(0, 2 * np.pi, count, endpoint=False) for count in counts])
        radius = np.where(y == 1, self.factor, 1.0)
        return around(_polar(radius, angle), self.noise, random), y


@datasets.add("moons")
class Moons(Synthetic):
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
class Blobs(Synthetic):
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
class Spirals(Synthetic):
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
class Xor(Synthetic):
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
class Checkerboard(Synthetic):
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
class GaussianQuantiles(Synthetic):
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


@datasets.add("swiss_roll")
class SwissRoll(Synthetic):
    """A rolled-up sheet in three dimensions; the target is the way along the roll.

    x = (t cos t, h, t sin t) + noise * N(0, I), t uniform from 1.5 pi to 4.5 pi, h uniform from 0 to 21.
    Marsland, Machine Learning, 2009; as scikit-learn's make_swiss_roll.
    """

    target: ClassVar[str] = "t"
    noise: Noise = 0.0

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        t = 1.5 * np.pi * (1 + 2 * random.random(self.samples))
        height = 21 * random.random(self.samples)
        X = np.stack([t * np.cos(t), height, t * np.sin(t)], axis=1)
        return around(X, self.noise, random), t


@datasets.add("friedman1")
class Friedman1(Synthetic):
    """A smooth function of five uniform features, among others that tell nothing.

    y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + noise * N(0, 1). Friedman, Multivariate adaptive
    regression splines, 1991; as scikit-learn's make_friedman1, but with the noise of the article.
    """

    target: ClassVar[str] = "y"
    noise: Noise = 1.0
    features: Annotated[int, Field(ge=5, le=10_000, description="Number of features; five of them matter.")] = 10

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        X = random.random((self.samples, self.features))
        y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
        return X, around(y, self.noise, random)


@datasets.add("noisy_sine")
class NoisySine(Synthetic):
    """One period of a sine with noise.

    y = sin(2 pi x1) + noise * N(0, 1), x1 uniform from 0 to 1. Bishop, Pattern Recognition and Machine
    Learning, 2006, section 1.1.
    """

    target: ClassVar[str] = "y"
    noise: Noise = 0.1

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        X = random.random((self.samples, 1))
        return X, around(np.sin(2 * np.pi * X[:, 0]), self.noise, random)


def _polar(radius: Array | float, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
