"""The inputs that columns become: their order, their names, and the columns that they come from."""

from functools import cached_property
from math import prod
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import by_position, columns_at, endings_at, existing
from npnet.data.columns.schema import FittedAggregate
from npnet.data.preprocessing.derived import DerivedStep
from npnet.data.preprocessing.steps import BLOCKS, CategoryStep, DateStep, NumberStep, StepOutput
from npnet.spec import Spec

AnyStep = Annotated[NumberStep | DateStep | CategoryStep, Field(discriminator="kind")]

DERIVED = -1  # in place of the index of a step


class InputLayout(Spec):
    """The step for each column; inputs are in the order numbers, derived, indicators, levels, codes.

    `derived` are inputs that several columns may have a part in; `aggregates` give columns that rows do not have.
    Of data at `positions` the steps are those of the features at one position, and the inputs of all positions follow
    one another; where they are `ragged`, the inputs of positions that do not exist are NaN.
    """

    steps: tuple[AnyStep, ...]
    aggregates: tuple[FittedAggregate, ...] = ()
    derived: tuple[DerivedStep, ...] = ()
    positions: tuple[Annotated[int, Field(ge=1, le=10**6)], ...] = Field((), max_length=2)
    ragged: bool = False

    def existing(self, frame: Frame) -> NDArray[np.bool_]:
        """Return which positions of each row exist, (rows, positions)."""
        each = by_position(frame, [step.column for step in self.steps], self.positions)
        return existing(each, self.positions).T

    def rows(self, frame: Frame) -> Frame:
        """Return the rows that the steps are for: of data at positions, a row for each position that exists."""
        if not self.positions:
            return frame
        each = by_position(frame, [step.column for step in self.steps], self.positions)
        return each.take(np.flatnonzero(existing(each, self.positions).ravel())) if self.ragged else each

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that rows must have, besides aggregates that are looked up."""
        if self.positions:
            return columns_at((step.column for step in self.steps), self.positions)
        given = {column.name for one in self.aggregates for column in one.columns}
        keys = [name for one in self.aggregates for name in one.key.needed]
        return tuple(dict.fromkeys([*(step.column for step in self.steps if step.column not in given), *keys]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs: `age`, `age is missing`, `job = student`."""
        return columns_at((output.name for _, output in self._layout), self.positions)

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """The columns that each input comes from: one, of a derived input perhaps several."""
        each, ends = self.source_features, endings_at(self.positions)
        features = each[: len(each) // len(ends)]
        return tuple(tuple(f"{name}{end}" for name in names) for end in ends for names in features)

    @property
    def source_features(self) -> tuple[tuple[str, ...], ...]:
        """The same without the position: the features that each input comes from."""
        each: list[tuple[str, ...]] = [(self.steps[index].column,) for index, _ in self._layout]
        each[self.first_derived : self.first_derived + len(self.derived)] = [step.columns for step in self.derived]
        return tuple(each) * prod(self.positions)

    @property
    def width(self) -> int:
        """The number of inputs."""
        return len(self._layout) * prod(self.positions)

    @property
    def embedded(self) -> tuple[int, ...]:
        """The number of codes of each of the last inputs; code 0 is for unseen values."""
        return tuple(output.size for _, output in self._layout if output.block == "codes")

    @cached_property
    def numbers(self) -> int:
        """The number of inputs, the first of all, that are scaled numbers, derived ones among them.

        All inputs at positions count as numbers.
        """
        return self.width if self.positions else self.first_derived + len(self.derived)

    @cached_property
    def first_derived(self) -> int:
        """The position of the first derived input, after the numbers of columns."""
        return sum(output.block == "numbers" for step in self.steps for output in step.outputs)

    @cached_property
    def _layout(self) -> list[tuple[int, StepOutput]]:
        """The inputs in their order, each with the index of its step, of a derived one -1."""
        outputs = [(index, output) for index, step in enumerate(self.steps) for output in step.outputs]
        outputs += [(DERIVED, StepOutput("derived", step.name)) for step in self.derived]
        return sorted(outputs, key=lambda pair: BLOCKS.index(pair[1].block))

    @cached_property
    def output_indices(self) -> list[list[int]]:
        """The indices of the outputs of each step among the inputs, of a single position."""
        indices: list[list[int]] = [[] for _ in self.steps]
        for place, (index, _) in enumerate(self._layout):
            if index != DERIVED:
                indices[index].append(place)
        return indices
