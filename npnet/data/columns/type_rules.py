"""The rules of types: what is a number, a date or missing, and the kind of a column.

A cell is its text without the blanks around it. It is missing if nothing is left, or if `na_values` lists it.

- A number is digits with at most one point, perhaps a sign and an exponent: `12`, `-3.5`, `.5`, `1e-3`. No `1_000`,
  `1,000`, `0x1F` or digits of other scripts. `nan`, `inf` and `infinity` in any case count as numbers too.
- A date is ISO 8601: `2024-03-01`, alone or with a time after `T` or one blank: `12:30`, `12:30:00`, `12:30:00.25`, and
  with or without a zone, `Z` or `+01:00`. Without a zone it is taken as UTC; digits below a microsecond are cut off. A
  column named under `datetime` may also hold the forms of `PLAIN`, in which a day cannot be confused with a month;
  other forms are written out, `datetime: {sold: "%d/%m/%Y"}`. Dates become seconds since 1970 in UTC.
- A column is numeric if at least 90 % of its cells that are not missing are numbers, and of dates if at least 90 %
  are ISO dates. Its other cells are then mistakes. Otherwise it is categorical, and each text stays as it stands:
  `007`, `NA`, `true`. A column without any cell is numeric, all missing.
- A number must be finite, and a whole number at most 2**53: above, float64 does not hold every whole number, and only
  `lossy` rounds to the nearest. In a numeric column, a number in `na_values` is missing however it is written: `-999`
  is also `-999.0`. It counts as missing when the kind is decided, too.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import DTypeLike, NDArray

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII)
WHOLE = re.compile(r"[+-]?0*(\d+)", re.ASCII)
EXACT = 2**53
SHARE = 90  # per cent of a column that decide its kind
TOO_LONG = "has more digits than float64 holds"
NO_DATE = "is not a date"

ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
PLAIN = ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m", "%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y")
TIMES = ("", " %H:%M", " %H:%M:%S")
ANY_FORM = "any"  # of dates: ISO 8601, or another form in which a day cannot be confused with a month

DateParser = Callable[[str], float | None]  # text to seconds since 1970 in UTC; None for a text that is not a date


@dataclass(frozen=True, eq=False)
class Rules:
    """The texts and numbers that mean missing, the largest number, and whether to round."""

    missing: frozenset[str]
    missing_numbers: frozenset[float]
    largest: float
    lossy: bool = False

    @classmethod
    def of(cls, na_values: Iterable[str], dtype: DTypeLike, lossy: bool = False) -> "Rules":
        """Return the rules for texts that mean missing and for numbers of a dtype."""
        texts = frozenset(text.strip() for text in na_values) | {""}
        numbers = frozenset(float(text) for text in texts if NUMBER.fullmatch(text))
        return cls(texts, numbers, float(np.finfo(dtype).max), lossy)

    def is_listed(self, text: str) -> bool:
        """Return whether a text is a number that `na_values` lists, however it is written."""
        return bool(self.missing_numbers and NUMBER.fullmatch(text)) and float(text) in self.missing_numbers

    def value(self, text: str) -> float:
        """Return the number of a text; NaN where it is missing or not a number of the dtype."""
        value = float(text) if NUMBER.fullmatch(text) else math.nan
        return value if abs(value) <= self.largest and value not in self.missing_numbers else math.nan

    def number_fault(self, text: str) -> str | None:
        """Return why a text is a mistake in a numeric column, None where it is not."""
        if not NUMBER.fullmatch(text):
            return "is not finite" if NOT_FINITE.fullmatch(text) else "is not a number"
        value = float(text)
        if self.is_listed(text):
            return None
        if abs(value) > self.largest:
            return "is too large a number"
        return TOO_LONG if abs(value) >= EXACT and not self.lossy and _too_long(text) else None


def is_number(text: str) -> bool:
    """Return whether a text counts as a number when the kind of its column is decided."""
    return NUMBER.fullmatch(text) is not None or NOT_FINITE.fullmatch(text) is not None


def needs_text(values: NDArray[np.float64]) -> bool:
    """Return whether numbers must be checked as text: any is infinite, or 2**53 or more in size."""
    return bool(np.fmax.reduce(values, initial=0.0) >= EXACT or np.fmin.reduce(values, initial=0.0) <= -EXACT)


def decides(count: int, filled: int) -> bool:
    """Return whether `count` of the `filled` cells are enough to decide the kind of a column."""
    return filled > 0 and count * 100 >= filled * SHARE


def date_parser(form: str | None) -> DateParser:
    """Return the parser of dates of a form of `datetime.strptime`; None is ISO 8601 alone."""
    if form is None:
        return _iso_seconds
    return _plain_seconds if form == ANY_FORM else lambda text: _parsed(text, form)


def _too_long(text: str) -> bool:
    digits = WHOLE.fullmatch(text)  # None of a number with a point or an exponent
    return digits is not None and (len(digits[1]) > 16 or int(digits[1]) > EXACT)


def _iso_seconds(text: str) -> float | None:
    if not ISO.fullmatch(text):
        return None
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # a 30th of February; the first or last hours that datetime knows
        return None


def _plain_seconds(text: str) -> float | None:
    found = _iso_seconds(text)
    forms = (form + time for form in PLAIN for time in TIMES)
    while found is None and (form := next(forms, None)):
        found = _parsed(text, form)
    return found


def _parsed(text: str, form: str) -> float | None:
    try:
        return _seconds(datetime.strptime(text, form))
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
