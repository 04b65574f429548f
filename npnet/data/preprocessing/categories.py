"""Columns of categories as inputs: signs, an input for each level, or codes to embed."""

from collections import Counter
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from typing_extensions import override

from npnet.data.columns import Column
from npnet.data.preprocessing.steps import ColumnStep, Encode, StepOutput, indicator, unexpected_gaps

Coding = Literal["signs", "one_hot", "codes", "none"]
OTHER = 0  # the place of texts without a place of their own


class CategoryStep(ColumnStep):
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

    @property
    @override
    def outputs(self) -> tuple[StepOutput, ...]:
        if self.coding == "codes":
            return (StepOutput("codes", self.column, len(self.levels) + 1 + self.gaps),)
        shown: tuple[str, ...] = self.levels[1:] if self.coding == "signs" else ()
        if self.coding == "one_hot":
            shown = (*self.levels, "(other)") if self.pooled else self.levels
        levels = (StepOutput("levels", f"{self.column} = {level}") for level in shown)
        return (*levels, *indicator(self.column, "levels", self.gaps))

    @override
    def encoder(self, column: Column) -> Encode:
        inputs = self._inputs()
        gap = len(self.levels) + 1 if self.gaps else OTHER
        places = np.array([*(self.places.get(level, OTHER) for level in column.levels), gap])
        rows_of = inputs[places]  # the inputs of each code of this column; the last row is for MISSING, -1

        def encode(rows: slice) -> NDArray[Any]:
            return np.asarray(rows_of[column[rows]])

        return encode

    def _inputs(self) -> NDArray[np.float32]:
        """Return the inputs of every place, (levels + 2, outputs)."""
        count = len(self.levels)
        if self.coding == "codes":
            return np.arange(count + 2, dtype=np.float32)[:, None]
        one_hot = np.eye(count + 2, dtype=np.float32)
        blocks = {
            "one_hot": [one_hot[:, 1 : count + 1], *([one_hot[:, :1]] if self.pooled else [])],
            "signs": [one_hot[:, 2:3] - one_hot[:, 1:2]],
            "none": [],
        }[self.coding]
        gaps = [one_hot[:, count + 1 :]] if self.gaps else []
        return np.concatenate([np.empty((count + 2, 0), np.float32), *blocks, *gaps], axis=1)

    @override
    def unseen_values(self, column: Column) -> Counter[str]:
        unseen = {level: count for level, count in column.level_counts().items() if level not in self.places}
        return Counter(unseen) + unexpected_gaps(column, self.gaps)


def _coding(levels: int, distinct: int, embed_above: int) -> Coding:
    if levels > embed_above:
        return "codes"
    if levels == distinct:
        return "none" if levels < 2 else "signs" if levels == 2 else "one_hot"
    return "one_hot" if levels else "none"
