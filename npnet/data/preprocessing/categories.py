"""What becomes of a column of categories: signs, one input a level, or codes."""

from collections import Counter
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from typing_extensions import override

from npnet.data.columns.frame import MISSING, Column
from npnet.data.preprocessing.steps import ColumnStep, Encode, Output, missing_name, unexpected_gaps

Coding = Literal["signs", "one_hot", "codes", "none"]
OTHER = 0  # the place of what has none of its own


class CategoryStep(ColumnStep):
    """A column of categories: every text has a place, every place its inputs.

    Place 0 is for others: levels too rare for a place of their own, and texts that training never saw. Place i is
    `levels[i - 1]`, and the one after the last is for what is missing, where the table has gaps (else that is 0
    too). `places` holds all texts that the train part knows.

    - signs, for two levels: one input, -1 and +1, 0 for others.
    - one_hot: one input a level, and one for others where levels are pooled; else others are 0 throughout.
    - codes: the number of the place, for an embedding that is learned.
    - none: no level that can be told from another.

    But for codes, an input more says where the column is missing.
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
        """Lay out the levels of the whole table, and learn which of them the train part has.

        A level has its place where the train part has `rare` rows of it.
        """
        whole, known = level_counts(layout), level_counts(train)
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
    def outputs(self) -> tuple[Output, ...]:
        if self.coding == "codes":
            return (Output("codes", self.column, len(self.levels) + 1 + self.gaps),)
        gaps = (Output("levels", missing_name(self.column)),) if self.gaps else ()
        return (*(Output("levels", f"{self.column} = {level}") for level in self._shown()), *gaps)

    def _shown(self) -> tuple[str, ...]:
        if self.coding == "one_hot":
            return (*self.levels, *(("(other)",) if self.pooled else ()))
        return self.levels[1:] if self.coding == "signs" else ()

    @override
    def encoder(self, column: Column) -> Encode:
        inputs = self._inputs()
        gap = len(self.levels) + 1 if self.gaps else OTHER
        places = np.array([*(self.places.get(level, OTHER) for level in column.levels), gap])
        rows_of = inputs[places]  # the inputs of each code of this column; the last row is that of MISSING, -1

        def encode(rows: slice) -> NDArray[Any]:
            return np.asarray(rows_of[column.values[rows]])

        return encode

    def _inputs(self) -> NDArray[np.float32]:
        """The inputs of every place, (levels + 2, outputs)."""
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
        strange = {level: count for level, count in level_counts(column).items() if level not in self.places}
        return Counter(strange) + unexpected_gaps(column, self.gaps)


def level_counts(column: Column) -> Counter[str]:
    """How many rows each level of a column of categories has; levels without rows are left out."""
    counts = np.bincount(column.values[column.values != MISSING], minlength=len(column.levels))
    return Counter({level: count for level, count in zip(column.levels, counts.tolist(), strict=True) if count})


def _coding(levels: int, distinct: int, embed_above: int) -> Coding:
    if levels > embed_above:
        return "codes"
    if levels == distinct:
        return "none" if levels < 2 else "signs" if levels == 2 else "one_hot"
    return "one_hot" if levels else "none"
