"""Regressions drawn from formulas: curves and surfaces with noise."""

from typing import Annotated, ClassVar

import numpy as np
from numpy.random import Generator
from pydantic import Field
from typing_extensions import override

from npnet.data.datasets.synthetic import Array, Noise, Synthetic, around
from npnet.data.source import Dataset, datasets, regression


class Curve(Synthetic):
    """A synthetic regression on one target."""

    target: ClassVar[str] = "y"

    @override
    def dataset(self, X: Array, y: Array, features: tuple[str, ...]) -> Dataset:
        return regression(X, y, features, (self.target,))


@datasets.add("swiss_roll")
class SwissRoll(Curve):
    """A rolled-up sheet in three dimensions; the target is the way along the roll.

    x = (t cos t, h, t sin t) + noise * N(0, I), t uniform from 1.5 pi to 4.5 pi, h uniform from 0 to 21.
    Marsland, Machine Learning, 2009; as scikit-learn's make_swiss_roll.
    """

    noise: Noise = 0.0
    target: ClassVar[str] = "t"

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        t = 1.5 * np.pi * (1 + 2 * random.random(self.samples))
        height = 21 * random.random(self.samples)
        X = np.stack([t * np.cos(t), height, t * np.sin(t)], axis=1)
        return around(X, self.noise, random), t


@datasets.add("friedman1")
class Friedman1(Curve):
    """A smooth function of five uniform features, among others that tell nothing.

    y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + noise * N(0, 1). Friedman, Multivariate adaptive
    regression splines, 1991; as scikit-learn's make_friedman1, but with the noise of the article.
    """

    noise: Noise = 1.0
    features: Annotated[int, Field(ge=5, le=10_000, description="Number of features; five of them matter.")] = 10

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        X = random.random((self.samples, self.features))
        y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
        return X, around(y, self.noise, random)


@datasets.add("noisy_sine")
class NoisySine(Curve):
    """One period of a sine with noise.

    y = sin(2 pi x1) + noise * N(0, 1), x1 uniform from 0 to 1. Bishop, Pattern Recognition and Machine
    Learning, 2006, section 1.1.
    """

    noise: Noise = 0.1

    @override
    def draw(self, random: Generator) -> tuple[Array, Array]:
        X = random.random((self.samples, 1))
        return X, around(np.sin(2 * np.pi * X[:, 0]), self.noise, random)
