"""Parameters: what the values of a key may be, a list of them or a range."""

import json
import math
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from npnet.spec import Spec

Distribution = Literal["uniform", "log_uniform", "int_uniform", "int_log_uniform"]
Number = int | float
MOST = 10_000


class Choice(Spec):
    """The values to choose from."""

    values: Annotated[tuple[Any, ...], Field(strict=False, min_length=1, max_length=MOST)] = Field(
        description="The values to try."
    )

    @model_validator(mode="after")
    def _differ(self) -> Self:
        seen = set[str]()
        for value in self.values:
            if written(value) in seen:
                raise ValueError(f"the value {value} is there twice")
            seen.add(written(value))
        return self

    @property
    def count(self) -> int | None:
        """How many values there are."""
        return len(self.values)

    def at(self, share: float) -> Any:
        """The value at a share of the way, from 0 to 1."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


class Range(Spec):
    """Numbers between two bounds; of whole numbers both bounds are among them."""

    min: Number = Field(description="The smallest value.")
    max: Number = Field(description="The largest value.")
    distribution: Distribution | None = Field(
        None, description="How values lie between them; left out, uniform, of whole bounds int_uniform."
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
        """Whether its values are whole numbers."""
        if self.distribution is None:
            return isinstance(self.min, int) and isinstance(self.max, int)
        return self.distribution.startswith("int_")

    @property
    def logarithmic(self) -> bool:
        """Whether every power of ten has the same share."""
        return self.distribution in ("log_uniform", "int_log_uniform")

    @property
    def count(self) -> int | None:
        """Nothing: a range is no list."""
        return None

    def at(self, share: float) -> Number:
        """The value at a share of the way, from 0 to 1."""
        low, high = (self.min, self.max + 1) if self.whole else (self.min, self.max)
        if self.logarithmic:
            value = math.exp((1 - share) * math.log(low) + share * math.log(high))
        else:
            value = (1 - share) * low + share * high
        value = math.floor(value) if self.whole else float(value)
        return type(value)(min(max(value, self.min), self.max))  # rounding may step over a bound


def written(value: object) -> str:
    """A text that tells a value from all others: 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True)


def _short(value: object) -> object:
    return {"values": value} if isinstance(value, list | tuple) else value


def _kind(value: object) -> str:
    """Which of both is meant: numbers between bounds where one is written, else values."""
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
"""What a parameter is in JSON Schema: `oneOf` would give editors useless messages."""
Parameter = Annotated[
    Annotated[Choice, Tag("Choice")] | Annotated[Range, Tag("Range")],
    Discriminator(_kind),
    BeforeValidator(_short),
    WithJsonSchema(SCHEMA),
]
