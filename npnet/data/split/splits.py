"""Which rows train, which choose the best epoch, and which judge: by integers alone, the same on every machine."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from npnet.data.source import Dataset
from npnet.rng import stream
from npnet.spec import Spec

Share = Annotated[float, Field(ge=0, lt=1, description="Share of all rows; 0 leaves the part out.")]


class Split(Spec):
    """The shares of all rows that are kept from training; 0 leaves a part out."""

    test: Share = 0.2
    validation: Share = 0.2

    @model_validator(mode="after")
    def _leave_rows_to_train_on(self) -> "Split":
        if _exact(self.test) + _exact(self.validation) >= 1:
            raise ValueError(
                f"test {self.test:g} and validation {self.validation:g} leave no rows to train on; "
                "both together must be less than 1"
            )
        return self


def split(dataset: Dataset, spec: Split, seed: int) -> dict[str, NDArray[np.int64]]:
    """The positions of the rows of each part, sorted: "train", "validation", "test"; parts of no rows left out.

    Classes keep their shares by the method of largest remainders, so that each part has exactly its share of all
    rows, rounded, and each class in a part is less than one row off its own. A class of few rows goes to train
    first: no class is without a row there, even where another part gets less than its share.
    """
    codes = strata(dataset)
    sizes = np.bincount(codes)
    words = stream(seed, "split").bit_generator.random_raw(len(codes))
    order = np.lexsort((words, codes))  # class by class, at random within each; ties keep the order of the file
    rank = np.empty(len(codes), np.int64)
    rank[order] = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)

    test, validation = (np.array(counts, np.int64)[codes] for counts in _counts(sizes.tolist(), spec))
    parts = {
        "train": rank >= test + validation,
        "validation": (rank >= test) & (rank < test + validation),
        "test": rank < test,
    }
    return {name: np.flatnonzero(chosen) for name, chosen in parts.items() if chosen.any()}


def strata(dataset: Dataset) -> NDArray[np.int64]:
    """The class of each row, or its set of labels, as a code; zeros for values."""
    if dataset.task == "multilabel":
        return np.unique(dataset.y, axis=0, return_inverse=True)[1].reshape(-1)
    return dataset.y if dataset.classes else np.zeros(len(dataset), np.int64)


def _counts(sizes: Sequence[int], spec: Split) -> tuple[list[int], list[int]]:
    """The rows of each class for test and for validation."""
    room = [max(size - 1, 0) for size in sizes]
    test = apportion(sizes, _exact(spec.test), room)
    room = [free - taken for free, taken in zip(room, test, strict=True)]
    return test, apportion(sizes, _exact(spec.validation), room)


def apportion(sizes: Sequence[int], share: Fraction, room: Sequence[int]) -> list[int]:
    """The share of each size in whole numbers, none above its room, that add up to the share of all sizes.

    Largest remainders: everyone gets the whole part of its share; what is missing to the rounded total goes, one
    each, to the largest fractions, then to those with the most room (Hamilton, 1792).
    """
    exact = [size * share for size in sizes]
    counts = [min(int(part), free) for part, free in zip(exact, room, strict=True)]
    missing = int(sum(sizes) * share + Fraction(1, 2)) - sum(counts)
    order = sorted(range(len(sizes)), key=lambda i: (int(exact[i]) - exact[i], -room[i], i))
    while missing > 0 and (takers := [i for i in order if counts[i] < room[i]]):
        for i in takers[:missing]:
            counts[i] += 1
        missing -= len(takers[:missing])
    return counts


def _exact(share: float) -> Fraction:
    """The decimal as written: 0.1 is one tenth, which no float is."""
    return Fraction(repr(share))
