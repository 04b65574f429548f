"""The rules of types: what is a number, a date or missing, and the kind of a column.

A cell is its text without the blanks around it. It is missing if nothing is left, or if `na_values` lists it.

- How numbers are written is a `NumberStyle`: plain, unless the options name a decimal comma and the like. No `1_000`,
  `0x1F` or digits of other scripts. `nan`, `inf` and `infinity` in any case count as numbers too.
- Dates are ISO 8601, unless `datetime` names another form (`value_parsers`).
- A column is numeric if at least 90 % of its cells that are not missing are numbers, and of dates if at least 90 %
  are ISO dates. Its other cells are then mistakes. From 50 % on the table is refused: the column may be
  numbers with a text for missing, or texts. Otherwise it is categorical, and each text stays as it stands:
  `007`, `NA`, `true`. A column without any cell is numeric, all missing.
- A number must be finite, and a whole number at most 2**53: above, float64 does not hold every whole number, and only
  `lossy` rounds to the nearest. In a numeric column, a number in `na_values` is missing however it is written: `-999`
  is also `-999.0`. It counts as missing when the kind is decided, too.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.columns.number_style import NOT_FINITE, NUMBER, PLAIN, NumberStyle

WHOLE = re.compile(r"[+-]?0*(\d+)", re.ASCII)
EXACT = 2**53
SHARE, DOUBT = 90, 50  # per cent of a column that decide its kind, and from which on it is in doubt
NO_NUMBER, NO_FINITE, TOO_LONG = "is not a number", "is not finite", "has more digits than float64 holds"


@dataclass(frozen=True, eq=False)
class Rules:
    """The texts and numbers that mean missing, how numbers are written, the largest, and whether to round."""

    missing: frozenset[str]
    missing_numbers: frozenset[float]
    largest: float
    lossy: bool = False
    style: NumberStyle = PLAIN

    @classmethod
    def of(cls, na_values: Iterable[str], dtype: DTypeLike, lossy: bool = False, style: NumberStyle = PLAIN) -> "Rules":
        """Return the rules for texts that mean missing and for numbers of a dtype."""
        rules = cls(frozenset({""}), frozenset(), float(np.finfo(dtype).max), lossy, style)
        return rules.with_missing(na_values)

    def with_missing(self, na_values: Iterable[str]) -> "Rules":
        """Return the rules with more texts that mean missing."""
        texts = frozenset(text.strip() for text in na_values)
        numbers = frozenset(float(text) for text in texts if NUMBER.fullmatch(text))
        return replace(self, missing=self.missing | texts, missing_numbers=self.missing_numbers | numbers)

    def is_listed(self, text: str) -> bool:
        """Return whether a text is a number that `na_values` lists, however it is written."""
        plain = self.style.plain(text) if self.missing_numbers else None
        return plain is not None and float(plain) in self.missing_numbers

    def is_number(self, text: str) -> bool:
        """Return whether a text counts as a number when the kind of its column is decided."""
        return self.style.plain(text) is not None or NOT_FINITE.fullmatch(text) is not None

    def value(self, text: str) -> float:
        """Return the number of a text; NaN where it is missing or not a number of the dtype."""
        plain = self.style.plain(text)
        value = math.nan if plain is None else float(plain)
        return value if abs(value) <= self.largest and value not in self.missing_numbers else math.nan

    def number_fault(self, text: str) -> str | None:
        """Return why a text is a mistake in a numeric column, None where it is not."""
        plain = self.style.plain(text)
        if plain is None:
            return NO_FINITE if NOT_FINITE.fullmatch(text) else NO_NUMBER
        value = float(plain)
        if value in self.missing_numbers:
            return None
        if abs(value) > self.largest:
            return "is too large a number"
        return TOO_LONG if abs(value) >= EXACT and not self.lossy and too_long(plain) else None


def needs_text(values: NDArray[np.float64]) -> bool:
    """Return whether numbers must be checked as text: any is infinite, or 2**53 or more in size."""
    return bool(np.fmax.reduce(values, initial=0.0) >= EXACT or np.fmin.reduce(values, initial=0.0) <= -EXACT)


def decides(count: int, filled: int, share: int = SHARE) -> bool:
    """Return whether `count` of the `filled` cells are a share, in per cent, that decides the kind of a column."""
    return filled > 0 and count * 100 >= filled * share


def too_long(text: str) -> bool:
    """Return whether a whole number in its plain form is one that float64 may not hold."""
    digits = WHOLE.fullmatch(text)  # None of a number with a point or an exponent
    return digits is not None and (len(digits[1]) > 16 or int(digits[1]) > EXACT)
