"""The rules of types: what text is a number, what is missing, and how much of a column decides its kind.

A cell is its text without the blanks around it. It is missing if nothing is left, or if `na_values` lists it.

- A number is digits with at most one point, perhaps a sign and an exponent: `12`, `-3.5`, `.5`, `1e-3`. No `1_000`,
  `1,000`, `0x1F` or other scripts' digits. `nan`, `inf` and `infinity` in any case count as numbers too.
- A column is of numbers if at least 90 % of its cells that are not missing are numbers, and one of dates if at
  least 90 % are ISO dates. Its other cells are then mistakes. Else it is of categories, and each text stays as it
  stands: `007`, `NA`, `true`. A column without any cell is of numbers, all missing.
- A number must be finite, and a whole number at most 2**53: from there on float64 does not hold each, and only
  `lossy` takes the nearest that it holds. In a column of numbers, a number in `na_values` is missing however it is
  written: `-999` is also `-999.0`. It counts as missing when the kind is decided, too.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
COUNTS_AS_NUMBER = re.compile(rf"{NUMBER.pattern}|[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII)
WHOLE = re.compile(r"[+-]?0*(\d+)", re.ASCII)
EXACT = 2**53
SHARE = 90  # per cent of a column that decide its kind
TOO_LONG = "has more digits than float64 holds"


@dataclass(frozen=True, eq=False)
class Rules:
    """What `na_values` says, the largest number that the arrays hold, and whether whole ones may be rounded."""

    missing: frozenset[str]
    missing_numbers: NDArray[np.float64]
    largest: float
    lossy: bool = False

    @classmethod
    def of(cls, na_values: Iterable[str], dtype: DTypeLike, lossy: bool = False) -> "Rules":
        """The rules for some texts that mean missing and numbers of some type."""
        texts = frozenset(text.strip() for text in na_values) | {""}
        numbers = [float(text) for text in texts if NUMBER.fullmatch(text)]
        return cls(texts, np.array(numbers), float(np.finfo(dtype).max), lossy)

    @property
    def lists_numbers(self) -> bool:
        """Whether `na_values` lists any."""
        return len(self.missing_numbers) > 0

    def without_missing(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Numbers with NaN where `na_values` lists one."""
        listed = np.isin(values, self.missing_numbers) if self.lists_numbers else np.False_
        return np.where(listed, np.nan, values) if listed.any() else values

    def is_listed(self, text: str) -> bool:
        """Whether a text is a number that `na_values` lists, in whatever spelling."""
        return self.lists_numbers and bool(NUMBER.fullmatch(text)) and float(text) in self.missing_numbers

    def value(self, text: str) -> float:
        """The number that a text is; NaN where it is missing, or none that the arrays hold."""
        value = float(text) if NUMBER.fullmatch(text) else math.nan
        return value if abs(value) <= self.largest and value not in self.missing_numbers else math.nan

    def number_fault(self, text: str) -> str | None:
        """Why a text cannot stand in a column of numbers, or None."""
        if NOT_FINITE.fullmatch(text):
            return "is not finite"
        if not NUMBER.fullmatch(text):
            return "is not a number"
        value = float(text)
        if self.is_listed(text):
            return None
        if abs(value) > self.largest:
            return "is too large a number"
        if abs(value) >= EXACT and not self.lossy and too_long(text):
            return TOO_LONG
        return None


def is_number(text: str) -> bool:
    """Whether a text counts as a number when the kind of its column is decided."""
    return COUNTS_AS_NUMBER.fullmatch(text) is not None


def too_long(text: str) -> bool:
    """Whether a number is a whole one above 2**53 in size, written without point or exponent."""
    digits = WHOLE.fullmatch(text)
    return digits is not None and (len(digits[1]) > 16 or int(digits[1]) > EXACT)


def doubtful(values: NDArray[np.float64]) -> bool:
    """Whether some numbers must be seen as text before they are believed: infinite ones, or from 2**53 on."""
    return bool(np.fmax.reduce(values, initial=0.0) >= EXACT or np.fmin.reduce(values, initial=0.0) <= -EXACT)


def decides(count: int, filled: int) -> bool:
    """Whether so many of the filled cells decide the kind of their column."""
    return filled > 0 and count * 100 >= filled * SHARE
