"""The data set `sequences`: problems drawn from formulas, each row a sequence."""

from math import prod
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator
from typing_extensions import override

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import columns_at
from npnet.data.datasets import Dataset, Source, Task, datasets
from npnet.data.datasets.synthetic import Noise, Samples
from npnet.data.sequences.problems import PROBLEMS, Lengths, Problem, Wanted
from npnet.errors import DataError, OptionError
from npnet.machine.resources import SHARE, available, size_text
from npnet.rng import stream

Steps = Annotated[int, Field(ge=2, le=100_000)]

LENGTH = 100
ITEMS: dict[Problem, int] = {"copy": 10, "recall": 16}
FLOAT = 8
COPIES = 5
"""Numbers of this size that are in memory for each value of a sequence, while it is drawn and prepared."""


@datasets.add("sequences")
class Sequences(Source):
    """Sequences drawn from formulas: what to remember, count or look up over many steps.

    sine: waves of a frequency and a phase of their own; the target is the next value.
    adding: values from 0 to 1, one in each half marked by 1; the target is the sum of both. Hochreiter and
    Schmidhuber, Long short-term memory, 1997.
    parity: bits; the class is whether the ones are odd in number. Minsky and Papert, Perceptrons, 1969.
    copy: 10 symbols, blanks, a mark; behind it the symbols are repeated. Arjovsky, Shah and Bengio, Unitary evolution
    recurrent neural networks, 2016.
    recall: 16 pairs of a key and a digit, then a key; the class is its digit. Ba et al., Using fast weights to attend
    to the recent past, 2016.
    """

    task: Problem = Field(description="Which problem.")
    length: Steps | None = Field(
        None, description="Steps of the longest sequence, default 100; those of recall are given by items."
    )
    samples: Samples = 1000
    shortest: Steps | None = Field(None, description="Draw lengths from this one on; steps behind the end are missing.")
    steps: bool | None = Field(None, description="Whether each step has a target; copy always has them.")
    noise: Noise = 0.0
    items: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="Symbols to copy, default 10, or pairs to look up, default 16."
    )

    @property
    def longest(self) -> int:
        """The steps of the longest sequence."""
        return 2 * self.remembered + 1 if self.task == "recall" else self.length or LENGTH

    @property
    def remembered(self) -> int:
        """The symbols to copy, or the pairs to look up."""
        return self.items or ITEMS.get(self.task, 1)

    @property
    def at_steps(self) -> bool:
        """Whether each step has a target."""
        return self.task == "copy" if self.steps is None else self.steps

    @property
    def least(self) -> int:
        """The steps of the shortest sequence that the problem can have."""
        return {"copy": 2 * self.remembered + 1, "recall": 3}.get(self.task, 2)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.task == "recall" and self.length is not None:
            pairs = max((self.length - 1) // 2, 1)
            raise OptionError("length", "the length of recall is that of its pairs and a key", f"write items: {pairs}")
        if self.items is not None and self.task not in ITEMS:
            raise OptionError("items", f"{self.task} has no items to remember", "take items out")
        if self.noise and self.task != "sine":
            raise OptionError("noise", f"{self.task} has no noise", "take noise out")
        if self.steps and self.task in ("adding", "recall"):
            what = f"{self.task} has one target for each sequence, none at each step"
            raise OptionError("steps", what, "take steps out")
        if self.steps is False and self.task == "copy":
            raise OptionError("steps", "copy has a target at each step", "take steps out")
        if self.longest < self.least:
            what = f"{self.longest} steps are too few for {self.remembered} items to copy"
            raise OptionError("length", what, f"write length: {self.least}, or more")
        return self._with_lengths()

    def _with_lengths(self) -> Self:
        if self.shortest is not None and not self.least <= self.shortest <= self.longest:
            what = f"shortest: {self.shortest} is not between {self.least} and the length, {self.longest}"
            raise OptionError("shortest", what, f"write shortest: {max(self.least, self.longest // 2)}")
        return self

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        positions, random = (self.longest,), stream(seed, "data")
        self._require_memory()
        lengths = self._lengths(random)
        wanted = Wanted(self.longest, lengths, self.remembered, self.noise, self.at_steps)
        drawn = PROBLEMS[self.task](wanted, random)
        frame = Frame.of(drawn.X.reshape(self.samples, -1), columns_at(drawn.features, positions))
        task: Task = ("binary" if len(drawn.classes) == 2 else "multiclass") if drawn.classes else "regression"
        return Dataset(
            frame,
            drawn.y,
            task,
            (drawn.target,),
            drawn.classes,
            positions=positions,
            steps=self.at_steps,
            ragged=self.shortest is not None,
            tokens=drawn.codes,
        )

    def _lengths(self, random: Generator) -> Lengths:
        """Draw the length of each sequence; those of recall are odd."""
        if self.shortest is None:
            return np.full(self.samples, self.longest)
        each, first = (2, self.shortest // 2) if self.task == "recall" else (1, self.shortest)
        count = (self.longest - each * first) // each + 1
        drawn = each * (first + (random.random(self.samples) * count).astype(np.int64))
        return drawn + 1 if self.task == "recall" else drawn

    def _require_memory(self) -> None:
        """Raise DataError for sequences that would not fit into the memory."""
        sizes = self.samples, self.longest, 2 if self.task == "adding" else 1
        need, free = COPIES * FLOAT * prod(sizes), available()
        if need > SHARE * free:
            what = (
                f"{self.samples} sequences of {self.longest} steps need {size_text(need)}, {size_text(free)} are free"
            )
            raise DataError(what, "write fewer samples, or a shorter length")
