"""The values that a sweep tries: a list or a range under each key, and the space of all points."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args

from numpy.random import Generator
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from npnet.rng import stream
from npnet.spec import Spec

Distribution = Literal["uniform", "log_uniform", "int_uniform", "int_log_uniform"]
Number = int | float
MOST = 10_000
Point = tuple[Any, ...]
"""A value for each key, in the order of the parameters."""


class Choice(Spec):
    """A list of values."""

    values: Annotated[tuple[Any, ...], Field(strict=False, min_length=1, max_length=MOST)] = Field(
        description="The values to try."
    )

    @model_validator(mode="after")
    def _differ(self) -> Self:
        seen = set[str]()
        for value in self.values:
            if as_json(value) in seen:
                raise ValueError(f"the value {value} is given twice")
            seen.add(as_json(value))
        return self

    def at(self, fraction: float) -> Any:
        """Return the value at a fraction of the list, from 0 to 1."""
        return self.values[min(int(fraction * len(self.values)), len(self.values) - 1)]


class Range(Spec):
    """The numbers between two bounds, which whole numbers include."""

    min: Number = Field(description="The smallest value.")
    max: Number = Field(description="The largest value.")
    distribution: Distribution | None = Field(
        None,
        description="Distribution of the values; default: uniform, or int_uniform for whole bounds.",
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not (math.isfinite(self.min) and math.isfinite(self.max)) or self.min >= self.max:
            raise ValueError(f"min must be below max, {self.min} is not below {self.max}")
        if self.logarithmic and self.min <= 0:
            raise ValueError(f"{self.distribution} needs a min above 0, it is {self.min}")
        if self.whole and not (float(self.min).is_integer() and float(self.max).is_integer()):
            raise ValueError(f"{self.distribution} needs whole bounds")
        return self

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        if self.distribution is None:
            return isinstance(self.min, int) and isinstance(self.max, int)
        return self.distribution.startswith("int_")

    @property
    def logarithmic(self) -> bool:
        """Whether the logarithm of the values is uniform."""
        return self.distribution in ("log_uniform", "int_log_uniform")

    def at(self, fraction: float) -> Number:
        """Return the value at a fraction of the range, from 0 to 1, by its distribution."""
        low, high = (self.min, self.max + 1) if self.whole else (self.min, self.max)
        if self.logarithmic:
            value = math.exp((1 - fraction) * math.log(low) + fraction * math.log(high))
        else:
            value = (1 - fraction) * low + fraction * high
        value = math.floor(value) if self.whole else float(value)
        return type(value)(min(max(value, self.min), self.max))  # rounding may step over a bound


def as_json(value: object) -> str:
    """Write a value as JSON, by which values are compared: 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def _short(value: object) -> object:
    return {"values": value} if isinstance(value, list | tuple) else value


def _kind(value: object) -> str:
    """Return the class that is meant: a range where a mapping has no values."""
    if isinstance(value, Spec):
        return type(value).__name__
    return "Range" if isinstance(value, dict) and "values" not in value else "Choice"


_VALUES = {"type": "array", "minItems": 1, "maxItems": MOST}
_CHOICE = {"required": ["values"], "properties": {"values": _VALUES}, "additionalProperties": False}
_RANGE = {
    "required": ["min", "max"],
    "properties": {
        "min": {"type": "number"},
        "max": {"type": "number"},
        "distribution": {"enum": [None, *get_args(Distribution)]},
    },
    "additionalProperties": False,
}
SCHEMA = {
    "if": {"type": "array"},
    "then": _VALUES,
    "else": {"type": "object", "if": {"required": ["values"]}, "then": _CHOICE, "else": _RANGE},
}
"""The JSON Schema of a parameter: with `oneOf`, editors would give useless messages."""
Parameter = Annotated[
    Annotated[Choice, Tag("Choice")] | Annotated[Range, Tag("Range")],
    Discriminator(_kind),
    BeforeValidator(_short),
    WithJsonSchema(SCHEMA),
]


@dataclass(frozen=True)
class Space:
    """The search space: parameters by key, number of points (None: all), epochs, and seed."""

    parameters: Mapping[str, Choice | Range]
    trials: int | None
    epochs: int
    seed: int

    @property
    def size(self) -> int | None:
        """The number of combinations of the lists; None where a parameter is a range."""
        sizes = [len(p.values) for p in self.parameters.values() if isinstance(p, Choice)]
        return math.prod(sizes) if len(sizes) == len(self.parameters) else None

    def at(self, fractions: Sequence[float]) -> Point:
        """Return the point at a fraction, from 0 to 1, of each parameter."""
        return tuple(p.at(fraction) for p, fraction in zip(self.parameters.values(), fractions, strict=True))

    def combination(self, number: int) -> Point:
        """Return a combination of the lists by its number from 0; the last key varies fastest."""
        point: list[Any] = []
        for parameter in reversed([p for p in self.parameters.values() if isinstance(p, Choice)]):
            number, index = divmod(number, len(parameter.values))
            point.insert(0, parameter.values[index])
        return tuple(point)

    def random_points(self) -> list[Point]:
        """Draw `trials` points at random."""
        random = stream(self.seed, "search")
        return [self.at(random.random(len(self.parameters)).tolist()) for _ in range(self.trials or 0)]

    def points(self) -> list[Point]:
        """Return all combinations of the lists, or `trials` of them, or random points."""
        if self.size is None:
            return self.random_points()
        drawn = self.trials is not None and self.trials < self.size
        numbers = sample(self.size, self.trials or 0, self.seed) if drawn else range(self.size)
        return [self.combination(number) for number in numbers]


def sample(size: int, count: int, seed: int) -> list[int]:
    """Draw distinct numbers below a size of any magnitude, in ascending order.  Floyd (1987)."""
    random, chosen = stream(seed, "search"), set[int]()
    for top in range(size - count, size):
        number = _up_to(top, random)
        chosen.add(top if number in chosen else number)
    return sorted(chosen)


def _up_to(top: int, random: Generator) -> int:
    """Draw a number from 0 to `top`, all equally likely, of any number of digits."""
    bits = top.bit_length()
    while True:
        number = int.from_bytes(random.bytes(bits // 8 + 1)) >> (bits // 8 + 1) * 8 - bits
        if number <= top:
            return number
