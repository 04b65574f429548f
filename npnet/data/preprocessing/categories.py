"""Columns of categories as inputs: signs, an input for each level, or codes to embed."""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from npnet.data.columns import Column
from npnet.data.preprocessing.steps import StepOutput
from npnet.spec import Spec

Coding = Literal["signs", "one_hot", "codes", "none"]
OTHER = 0  # the place of texts without a place of their own


class CategoryStep(Spec):
    """A column of categories: every text has a place, every place its inputs.

    Place 0 is for others: levels too rare for a place of their own, and texts that training never saw. Place i is
    `levels[i - 1]`, and the place after the last is for missing values, where the table has gaps (else they are 0
    too). `places` holds all texts of the training set.

    - signs, for two levels: one input, -1 and +1, 0 for others.
    - one_hot: one input a level, and one for others where levels are pooled; else others are 0 throughout.
    - codes: the number of the place, for an embedding that is learned.
    - none: there are no two levels to distinguish.

    Except with codes, another input is 1 where the column is missing.
    """

    column: str
    kind: Literal["category"] = "category"
    coding: Coding
    levels: tuple[str, ...]
    places: dict[str, int]
    pooled: bool
    gaps: bool

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.coding == "signs" and len(self.levels) != 2:
            raise ValueError("signs are for two levels")
        if not all(OTHER <= place <= len(self.levels) for place in self.places.values()):
            raise ValueError("a text has a place that is none")
        return self

    @classmethod
    def fit(cls, train: Column, layout: Column, rare: int, embed_above: int) -> "CategoryStep":
        """Lay out the levels of the whole table; those with `rare` training rows get a place."""
        whole, known = layout.level_counts(), train.level_counts()
        levels = tuple(sorted(level for level, count in whole.items() if count >= rare))
        place = {level: index for index, level in enumerate(levels, 1)}
        return cls(
            column=train.name,
            coding=_coding(len(levels), len(whole), embed_above),
            levels=levels,
            places={level: place.get(level, OTHER) if known[level] >= rare else OTHER for level in sorted(known)},
            pooled=len(levels) < len(whole),
            gaps=bool(layout.missing.any()),
        )

    @cached_property
    def outputs(self) -> tuple[StepOutput, ...]:
        """The inputs that the column becomes."""
        if self.coding == "codes":
            return (StepOutput("codes", self.column, len(self.levels) + 1 + self.gaps),)
        shown: tuple[str, ...] = self.levels[1:] if self.coding == "signs" else ()
        if self.coding == "one_hot":
            shown = (*self.levels, "(other)") if self.pooled else self.levels
        names = [f"{self.column} = {level}" for level in shown] + [f"{self.column} is missing"] * self.gaps
        return tuple(StepOutput("levels", name) for name in names)

    def table(self, column: Column) -> NDArray[np.float32]:
        """Return the inputs of each code of a column, and of MISSING, -1, in the last row, (codes + 1, outputs)."""
        count = len(self.levels)
        gap = count + 1 if self.gaps else OTHER
        places = np.array([*(self.places.get(level, OTHER) for level in column.levels), gap])
        if self.coding == "codes":
            return places.astype(np.float32)[:, None]
        one_hot = np.eye(count + 2, dtype=np.float32)
        inputs = {
            "one_hot": one_hot[:, [*range(1, count + 1), *[OTHER] * self.pooled]],
            "signs": one_hot[:, 2:3] - one_hot[:, 1:2],
            "none": one_hot[:, :0],
        }[self.coding]
        return np.asarray(np.concatenate([inputs, one_hot[:, count + 1 : count + 1 + self.gaps]], axis=1)[places])


def _coding(levels: int, distinct: int, embed_above: int) -> Coding:
    if levels > embed_above:
        return "codes"
    if levels == distinct:
        return "none" if levels < 2 else "signs" if levels == 2 else "one_hot"
    return "one_hot" if levels else "none"
