"""Columns of numbers and dates as inputs: their names, and the function that computes them."""

import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from npnet.data.columns import Column
from npnet.data.preprocessing.scaling import Method, Scaling, smooth_clip, standardised
from npnet.spec import Spec

Floats = NDArray[np.float64]
Encode = Callable[[slice], NDArray[Any]]  # rows of a column to (rows, outputs)
InputBlock = Literal["numbers", "indicators", "levels", "codes"]
DatePart = Literal["year", "month", "day", "weekday", "hour"]

BLOCKS: tuple[InputBlock, ...] = ("numbers", "indicators", "levels", "codes")
DAY = 86400.0
CYCLES: dict[DatePart, int] = {"month": 12, "weekday": 7, "hour": 24}
THURSDAY = 3  # 1 January 1970, where Monday is 0


class StepOutput(NamedTuple):
    """An input of the network: its block, its name, and for a code the number of codes."""

    block: InputBlock
    name: str
    size: int = 0


class ColumnStep(Spec):
    """The inputs of a column: fitted on the training set, computed for each row by itself."""

    column: str

    @property
    @abstractmethod
    def outputs(self) -> tuple[StepOutput, ...]:
        """The inputs that the column becomes."""

    @abstractmethod
    def encoder(self, column: Column) -> Encode:
        """Return the function that turns rows of a column into their inputs, (rows, outputs)."""

    @abstractmethod
    def unseen_values(self, column: Column) -> Counter[str]:
        """Count the texts that training never saw; "" is a gap in a column that had none."""


class NumberStep(ColumnStep):
    """A column of numbers: scaled, gaps filled, and an indicator where the table has gaps.

    Without a scaling only the indicator is left: all numbers of the column are the same.
    """

    kind: Literal["number"] = "number"
    scaling: Scaling | None
    gaps: bool

    @classmethod
    def fit(cls, train: Column, layout: Column, method: Method, clip: bool, keep: bool = False) -> "NumberStep":
        """Fit the scaling on the training set; a constant column has none unless `keep` is set."""
        scales = keep or varies(layout.values)
        scaling = Scaling.fit(train.values.astype(np.float64), method, clip) if scales else None
        return cls(column=train.name, scaling=scaling, gaps=bool(layout.missing.any()))

    @property
    @override
    def outputs(self) -> tuple[StepOutput, ...]:
        numbers = (StepOutput("numbers", self.column),) if self.scaling else ()
        return (*numbers, *indicator(self.column, "indicators", self.gaps))

    @override
    def encoder(self, column: Column) -> Encode:
        def encode(rows: slice) -> Floats:
            x = column[rows].astype(np.float64)
            scaled = [self.scaling(x)] if self.scaling else []
            return np.stack([*scaled, *_gaps(x, self.gaps)]).T

        return encode

    @override
    def unseen_values(self, column: Column) -> Counter[str]:
        return unexpected_gaps(column, self.gaps)


def encode_together(steps: Sequence[NumberStep], columns: Sequence[Column]) -> Encode:
    """Encode columns of numbers as one block, (rows, columns): the bits of each column by itself.

    The steps have a scaling of one kind, neither gaps nor quantiles, and a scale above 0; see `joinable`.
    """
    scalings = [step.scaling for step in steps if step.scaling]
    fill, center, scale = np.array([(one.fill, one.center, one.scale) for one in scalings]).T[..., np.newaxis]

    def encode(rows: slice) -> Floats:
        x = np.array([column.values[rows] for column in columns], np.float64)
        z = standardised(np.where(np.isnan(x), fill, x), center, scale)
        return (smooth_clip(z) if scalings[0].clip else z).T

    return encode


def joinable(step: ColumnStep, other: ColumnStep) -> bool:
    """Return whether two columns may be encoded as one block."""
    first, second = _plain_scaling(step), _plain_scaling(other)
    return first is not None and second is not None and first.clip == second.clip


def _plain_scaling(step: ColumnStep) -> Scaling | None:
    if not isinstance(step, NumberStep) or step.gaps or not step.scaling or step.scaling.quantiles:
        return None
    return step.scaling if step.scaling.scale else None


class DateStep(ColumnStep):
    """A column of dates: the parts that vary, scaled, and the circles of those that recur.

    Year (with its fraction), month, day, weekday and hour (with its fraction); month, weekday and hour also as sine
    and cosine.
    """

    kind: Literal["datetime"] = "datetime"
    parts: dict[DatePart, Scaling]
    gaps: bool

    @classmethod
    def fit(cls, train: Column, layout: Column, method: Method, clip: bool) -> "DateStep":
        """Fit the scalings on the training set; the parts are those that vary in the whole table."""
        seconds, every = train.values, layout.values
        names = [name for name in DATE_PARTS if varies(date_part(every, name))]
        parts = {name: Scaling.fit(date_part(seconds, name), method, clip) for name in names}
        return cls(column=train.name, parts=parts, gaps=bool(np.isnan(every).any()))

    @property
    @override
    def outputs(self) -> tuple[StepOutput, ...]:
        numbers = [StepOutput("numbers", f"{self.column}: {name}") for name in self.parts]
        circles = [
            StepOutput("levels", f"{self.column}: {wave} of {name}")
            for name in self._cycles
            for wave in ("sine", "cosine")
        ]
        return (*numbers, *indicator(self.column, "indicators", self.gaps), *circles)

    @property
    def _cycles(self) -> list[DatePart]:
        return [name for name in self.parts if name in CYCLES]

    @override
    def encoder(self, column: Column) -> Encode:
        def encode(rows: slice) -> Floats:
            seconds = column[rows]
            parts = {name: date_part(seconds, name) for name in self.parts}
            numbers = [scaling(parts[name]) for name, scaling in self.parts.items()]
            circles = [on_circle(parts[name], name) for name in self._cycles]
            return np.column_stack([*numbers, *_gaps(seconds, self.gaps), *circles])

        return encode

    @override
    def unseen_values(self, column: Column) -> Counter[str]:
        return unexpected_gaps(column, self.gaps)


def varies(values: NDArray[Any]) -> bool:
    """Return whether numbers, without those missing (NaN), have two different values or more."""
    present = values[~np.isnan(values)]
    return bool(len(present) and (present != present[0]).any())


def unexpected_gaps(column: Column, expected: bool) -> Counter[str]:
    """Count the gaps of a column that had none in training, under ""."""
    count = 0 if expected else int(np.count_nonzero(column.missing))
    return Counter({"": count} if count else {})


def indicator(column: str, block: InputBlock, gaps: bool) -> tuple[StepOutput, ...]:
    """Return the input that is 1 where a column is missing, if the table has gaps."""
    return (StepOutput(block, f"{column} is missing"),) if gaps else ()


def _gaps(x: Floats, gaps: bool) -> list[Floats]:
    return [np.isnan(x).astype(np.float64)] if gaps else []


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
