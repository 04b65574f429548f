"""The values that a sweep tries under a key: a list of them, or a range."""

import json
import math
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from npnet.spec import Spec

Distribution = Literal["uniform", "log_uniform", "int_uniform", "int_log_uniform"]
Number = int | float
MOST = 10_000


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

    @property
    def count(self) -> int | None:
        """The number of values."""
        return len(self.values)

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

    @property
    def count(self) -> int | None:
        """None: a range is not a list."""
        return None

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
