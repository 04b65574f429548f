"""Columns of numbers, dates and categories as inputs: their names, and how they are computed."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from npnet.data.columns import Column
from npnet.data.preprocessing.scaling import Scaling, scaled
from npnet.spec import Spec

Floats = NDArray[np.float64]
Encode = Callable[..., NDArray[Any]]  # the values of columns, each (rows,), to their inputs, (rows, outputs)
InputBlock = Literal["numbers", "derived", "indicators", "levels", "codes"]
Coding = Literal["signs", "one_hot", "codes", "none"]
DatePart = Literal["year", "month", "day", "weekday", "hour"]

BLOCKS: tuple[InputBlock, ...] = ("numbers", "derived", "indicators", "levels", "codes")
OTHER = 0  # the place of texts without a place of their own
DAY = 86400.0
CYCLES: dict[DatePart, int] = {"month": 12, "weekday": 7, "hour": 24}
THURSDAY = 3  # 1 January 1970, where Monday is 0


class StepOutput(NamedTuple):
    """An input of the network: its block, its name, and for a code the number of codes."""

    block: InputBlock
    name: str
    size: int = 0


class NumberStep(Spec):
    """A column of numbers: scaled, gaps filled, and an indicator where the table has gaps.

    Without a scaling only the indicator is left: all numbers of the column are the same.
    """

    column: str
    kind: Literal["number"] = "number"
    scaling: Scaling | None
    gaps: bool

    @cached_property
    def outputs(self) -> tuple[StepOutput, ...]:
        """The inputs that the column becomes."""
        numbers = (StepOutput("numbers", self.column),) if self.scaling else ()
        return (*numbers, StepOutput("indicators", f"{self.column} is missing")) if self.gaps else numbers


def encode_numbers(steps: Sequence[NumberStep], *columns: NDArray[Any]) -> NDArray[Any]:
    """Return the inputs of columns of numbers as one block, (rows, outputs): all numbers, then all indicators."""
    x = np.array(columns)
    scaling = [number for number, step in enumerate(steps) if step.scaling]
    gaps = [number for number, step in enumerate(steps) if step.gaps]
    z = scaled(x if len(scaling) == len(x) else x[scaling], [step.scaling for step in steps if step.scaling])
    return np.concatenate([z, np.isnan(x[gaps])]).T if gaps else z.T


class DateStep(Spec):
    """A column of dates: the parts that vary, scaled, and the circles of those that recur.

    Year (with its fraction), month, day, weekday and hour (with its fraction); month, weekday and hour also as sine
    and cosine.
    """

    column: str
    kind: Literal["datetime"] = "datetime"
    parts: dict[DatePart, Scaling]
    gaps: bool

    @cached_property
    def outputs(self) -> tuple[StepOutput, ...]:
        """The inputs that the column becomes."""
        numbers = [StepOutput("numbers", f"{self.column}: {name}") for name in self.parts]
        gaps = [StepOutput("indicators", f"{self.column} is missing")] if self.gaps else []
        cycles = [(wave, name) for name in self.parts if name in CYCLES for wave in ("sine", "cosine")]
        return (*numbers, *gaps, *(StepOutput("levels", f"{self.column}: {wave} of {name}") for wave, name in cycles))

    def encode(self, seconds: Floats) -> Floats:
        """Return the inputs of dates, (rows, outputs)."""
        parts = {name: date_part(seconds, name) for name in self.parts}
        numbers = scaled(np.array(list(parts.values())), list(self.parts.values()))
        gaps = [np.isnan(seconds)] if self.gaps else []
        return np.column_stack([*numbers, *gaps, *(on_circle(parts[name], name) for name in parts if name in CYCLES)])


def varies(values: NDArray[Any]) -> bool:
    """Return whether numbers, without those missing (NaN), have two different values or more."""
    return bool(np.fmin.reduce(values, initial=np.nan) < np.fmax.reduce(values, initial=np.nan))


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
        coding: Coding = "one_hot" if levels else "none"
        if len(levels) > embed_above:
            coding = "codes"
        elif len(levels) == len(whole) < 3:
            coding = "signs" if len(levels) == 2 else "none"
        return cls(
            column=train.name,
            coding=coding,
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


# Parts of dates


def date_part(seconds: Floats, name: DatePart) -> Floats:
    """Return a part of dates given in seconds since 1970, NaN where they are missing.

    Month and day count from 1, weekdays from 0, Monday. A year comes with its fraction, so that it grows from day to
    day; so does an hour. The years are 1 to 9999.
    """
    known = ~np.isnan(seconds)
    values = np.full(len(seconds), np.nan)
    values[known] = DATE_PARTS[name](seconds[known])
    return values


def on_circle(values: Floats, name: DatePart) -> Floats:
    """Return sine and cosine of a part on its circle, (rows, 2); 0 for NaN."""
    steps = CYCLES[name]
    angles = [2 * math.pi * step / steps for step in range(steps)]
    # looked up, not computed: the same numbers in every batch
    table = np.array([*((math.sin(angle), math.cos(angle)) for angle in angles), (0.0, 0.0)])
    known = ~np.isnan(values)
    step = np.where(known, np.where(known, values, 0.0).astype(np.int64) % steps, steps)
    return np.asarray(table[step])


def _year(seconds: Floats) -> Floats:
    years = _days(seconds).astype("datetime64[D]").astype("datetime64[Y]")
    start, end = ((years + more).astype("datetime64[s]").astype(np.int64) for more in (0, 1))
    return np.asarray(1970 + years.astype(np.int64) + (seconds - start) / (end - start))


def _month(seconds: Floats) -> Floats:
    months = _days(seconds).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12 + 1, np.float64)


def _day(seconds: Floats) -> Floats:
    days = _days(seconds).astype("datetime64[D]")
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.int64) + 1, np.float64)


def _weekday(seconds: Floats) -> Floats:
    return np.asarray((_days(seconds) + THURSDAY) % 7, np.float64)


def _hour(seconds: Floats) -> Floats:
    return (seconds - _days(seconds) * DAY) / 3600


def _days(seconds: Floats) -> NDArray[np.int64]:
    return np.asarray(np.floor_divide(seconds, DAY), np.int64)


DATE_PARTS: dict[DatePart, Callable[[Floats], Floats]] = {
    "year": _year,
    "month": _month,
    "day": _day,
    "weekday": _weekday,
    "hour": _hour,
}
