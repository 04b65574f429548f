"""Sequences drawn from formulas: what a network must remember, count or look up over many steps."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field
from typing_extensions import override

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import columns_at
from npnet.data.datasets import Dataset, Source, datasets
from npnet.data.datasets.synthetic import Array, Noise, Samples
from npnet.rng import stream


@datasets.add("sequences")
class Sequences(Source):
    """Sequences drawn from a formula, one a row, for networks with layers of positions.

    sine: sin(2 pi f t + phase), f and phase drawn; the target is the next value.
    adding: values from 0 to 1, two of them marked by 1; the target is their sum. Hochreiter and Schmidhuber, 1997.
    """

    task: Literal["sine", "adding"] = Field("sine", description="Which of them.")
    length: Annotated[int, Field(ge=2, le=10_000, description="Number of steps.")] = 100
    samples: Samples = 1000
    noise: Noise = 0.0
    steps: bool = Field(False, description="Whether each step has a target, and not each sequence.")

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        features = ("value", "marker") if self.task == "adding" else ("value",)
        X, y = {"sine": self._sine, "adding": self._adding}[self.task](stream(seed, "data"))
        frame = Frame.of(X.reshape(len(X), -1), columns_at(features, (self.length,)))
        return Dataset(frame, y, "regression", ("y",), (), positions=(self.length,), steps=self.steps)

    def _sine(self, random: Generator) -> tuple[Array, Array]:
        frequency, phase = 0.02 + 0.08 * random.random((self.samples, 1)), random.random((self.samples, 1))
        waves = np.sin(2 * np.pi * (frequency * np.arange(self.length + 1) + phase))
        waves += self.noise * random.standard_normal(waves.shape)
        return waves[:, :-1, np.newaxis], waves[:, 1:] if self.steps else waves[:, -1:]

    def _adding(self, random: Generator) -> tuple[Array, Array]:
        values, half = random.random((self.samples, self.length)), self.length // 2
        marks = np.stack([random.integers(0, half, self.samples), random.integers(half, self.length, self.samples)], 1)
        markers = np.zeros_like(values)
        np.put_along_axis(markers, marks, 1.0, axis=1)
        return np.stack([values, markers], axis=-1), np.take_along_axis(values, marks, axis=1).sum(
            axis=1, keepdims=True
        )
