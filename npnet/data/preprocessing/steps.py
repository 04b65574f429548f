"""What becomes of a column of numbers or dates: inputs with names, and their values."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from npnet.data.columns.frame import Column
from npnet.data.preprocessing.calendar import CYCLES, Part, cycle, part
from npnet.data.preprocessing.scaling import Method, Scaling, smooth_clip, standardised
from npnet.spec import Spec

Floats = NDArray[np.float64]
Encode = Callable[[slice], NDArray[Any]]  # some rows of a column to (rows, outputs)
Block = Literal["numbers", "indicators", "levels", "codes"]

BLOCKS: tuple[Block, ...] = ("numbers", "indicators", "levels", "codes")


class Output(NamedTuple):
    """One input of the network: its block, its name, and of a code how many there are."""

    block: Block
    name: str
    size: int = 0


class ColumnStep(Spec):
    """What one column becomes: fitted on the train part, applied to any row by itself."""

    column: str

    @property
    @abstractmethod
    def outputs(self) -> tuple[Output, ...]:
        """The inputs that the column becomes."""

    @abstractmethod
    def encoder(self, column: Column) -> Encode:
        """The function that turns some rows of a column into their inputs, (rows, outputs)."""

    @abstractmethod
    def unseen_values(self, column: Column) -> Counter[str]:
        """The texts that training never saw, counted; "" is a gap in a column that had none."""


class NumberStep(ColumnStep):
    """A column of numbers: scaled, gaps filled, and an indicator where the table has gaps.

    Without a scaling only the indicator is left: all that is not missing is the same.
    """

    kind: Literal["number"] = "number"
    scaling: Scaling | None
    gaps: bool

    @classmethod
    def fit(cls, train: Column, layout: Column, method: Method, clip: bool, keep: bool = False) -> "NumberStep":
        """Learn the scaling from the train part; what does not vary in the whole table has none unless kept."""
        scaling = Scaling.fit(train.values.astype(np.float64), method, clip) if keep or varies(layout.values) else None
        return cls(column=train.name, scaling=scaling, gaps=bool(layout.missing.any()))

    @property
    @override
    def outputs(self) -> tuple[Output, ...]:
        numbers = (Output("numbers", self.column),) if self.scaling else ()
        return (*numbers, *_indicator(self.column, self.gaps))

    @override
    def encoder(self, column: Column) -> Encode:
        def encode(rows: slice) -> Floats:
            x = column.values[rows].astype(np.float64)
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
    """A column of dates: the parts that vary, scaled as numbers are, and their circles.

    Year (with its fraction), month, day, weekday and hour (with its fraction); month, weekday and hour also as sine
    and cosine.
    """

    kind: Literal["datetime"] = "datetime"
    parts: dict[Part, Scaling]
    gaps: bool

    @classmethod
    def fit(cls, train: Column, layout: Column, method: Method, clip: bool) -> "DateStep":
        """Learn the scalings from the train part; the parts are those that vary in the whole table."""
        names = [name for name in _PARTS if varies(part(layout.values, name))]
        parts = {name: Scaling.fit(part(train.values, name), method, clip) for name in names}
        return cls(column=train.name, parts=parts, gaps=bool(layout.missing.any()))

    @property
    @override
    def outputs(self) -> tuple[Output, ...]:
        numbers = [Output("numbers", f"{self.column}: {name}") for name in self.parts]
        circles = [
            Output("levels", f"{self.column}: {wave} of {name}") for name in self._cycles for wave in ("sine", "cosine")
        ]
        return (*numbers, *_indicator(self.column, self.gaps), *circles)

    @property
    def _cycles(self) -> list[Part]:
        return [name for name in self.parts if name in CYCLES]

    @override
    def encoder(self, column: Column) -> Encode:
        def encode(rows: slice) -> Floats:
            seconds = column.values[rows]
            parts = {name: part(seconds, name) for name in self.parts}
            numbers = [scaling(parts[name]) for name, scaling in self.parts.items()]
            circles = [cycle(parts[name], name) for name in self._cycles]
            return np.column_stack([*numbers, *_gaps(seconds, self.gaps), *circles])

        return encode

    @override
    def unseen_values(self, column: Column) -> Counter[str]:
        return unexpected_gaps(column, self.gaps)


_PARTS: tuple[Part, ...] = ("year", "month", "day", "weekday", "hour")


def varies(values: NDArray[Any]) -> bool:
    """Whether numbers, without those missing (NaN), are of two values or more."""
    seen = values[~np.isnan(values)]
    return bool(len(seen) and (seen != seen[0]).any())


def unexpected_gaps(column: Column, expected: bool) -> Counter[str]:
    """The gaps of a column that had none in training, counted under ""."""
    count = 0 if expected else int(np.count_nonzero(column.missing))
    return Counter({"": count} if count else {})


def missing_name(column: str) -> str:
    """The name of the input that says where a column is missing."""
    return f"{column} is missing"


def _indicator(column: str, gaps: bool) -> tuple[Output, ...]:
    return (Output("indicators", missing_name(column)),) if gaps else ()


def _gaps(x: Floats, gaps: bool) -> list[Floats]:
    return [np.isnan(x).astype(np.float64)] if gaps else []
