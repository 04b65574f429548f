"""Parsers of cells that stand for a number: dates, Unix times, durations, and ordered texts.

- A date is ISO 8601: `2024-03-01`, alone or with a time after `T` or one blank: `12:30`, `12:30:00`, `12:30:00.25`, and
  with or without a zone, `Z` or `+01:00`. Without a zone it is taken as UTC; digits below a microsecond are cut off. A
  column named under `datetime` may also hold the forms of `clear_dates`, in which a day cannot be confused with a
  month; other forms are written out, `datetime: {sold: "%d/%m/%Y"}`, or are `unix`, `unix_ms`, `unix_us` and `unix_ns`,
  the seconds, milliseconds and so on since 1970. Dates become seconds since 1970 in UTC.
- A duration is `1:02:03` (hours, minutes, seconds), `1:30` (hours and minutes), `2 days 01:00:00`, `PT1H30M`,
  `1h 30min` or a number of seconds. A time of day such as `1:05 PM` is the duration since midnight. Durations become
  seconds.
- An ordered text becomes its rank in the list of `ordered`, from 0, or the number that a mapping gives it.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from npnet.data.columns.clear_dates import clear_form
from npnet.data.columns.number_style import NUMBER
from npnet.data.columns.spelling import Spellings

NO_DATE, NO_DURATION, NOT_ORDERED = "is not a date", "is not a duration", "is not listed under ordered"
ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
ANY_FORM = "any"  # of dates: ISO 8601, or another form in which a day cannot be confused with a month
UNIX = {"unix": 1.0, "unix_ms": 1e-3, "unix_us": 1e-6, "unix_ns": 1e-9}  # units of Unix times, in seconds
POINT_ZERO = re.compile(r"(?<=^\d{4})\.0+$|(?<=^\d{8})\.0+$", re.ASCII)
CLOCK = re.compile(
    r"(?P<sign>-?)(?:(?P<days>\d+) days? )?(?P<hours>\d+):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d(?:\.\d+)?))?"
)
HALF_DAY = re.compile(
    r"(?P<hours>0?[1-9]|1[0-2])(?::(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?)? ?(?P<half>[ap])\.?m\.?",
    re.IGNORECASE | re.ASCII,
)
PERIOD = re.compile(
    r"P(?:(?P<days>\d+(?:\.\d+)?)D)?(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
WORDS = re.compile(
    r"(?:(?P<days>\d+(?:\.\d+)?) ?d(?:ays?)? ?)?(?:(?P<hours>\d+(?:\.\d+)?) ?h(?:ours?|rs?)? ?)?"
    r"(?:(?P<minutes>\d+(?:\.\d+)?) ?m(?:in(?:utes?)?)? ?)?(?:(?P<seconds>\d+(?:\.\d+)?) ?s(?:ec(?:onds?)?)?)?"
)
SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}

Parser = Callable[[str], float | None]  # the number of a text; None for a text that has none


def date_parser(form: str | None) -> Parser:
    """Return the parser of dates of a form of `datetime.strptime`; None is ISO 8601 alone."""
    if form is None:
        return _iso_seconds
    if form in UNIX:
        return lambda text: float(text) * UNIX[form] if NUMBER.fullmatch(text) else None
    return _clear_seconds if form == ANY_FORM else lambda text: _parsed(text, form)


def duration_seconds(text: str) -> float | None:
    """Return the seconds of a duration; None of a text that is none."""
    if NUMBER.fullmatch(text):
        return float(text)
    if half := HALF_DAY.fullmatch(text):
        hours = int(half["hours"]) % 12 + 12 * (half["half"] in "pP")
        return 3600.0 * hours + 60 * int(half["minutes"] or 0) + int(half["seconds"] or 0)
    found = CLOCK.fullmatch(text) or PERIOD.fullmatch(text) or WORDS.fullmatch(text)
    parts = {} if found is None else {name: part for name, part in found.groupdict().items() if part}
    sign = -1.0 if parts.pop("sign", "") else 1.0
    return sign * math.fsum(float(part) * SECONDS[name] for name, part in parts.items()) if parts else None


def rank_parser(ranks: Mapping[str, float]) -> Parser:
    """Return the parser of ordered texts."""
    spellings = Spellings(ranks)
    return lambda text: ranks.get(spellings.of(text))


def _iso_seconds(text: str) -> float | None:
    if not ISO.fullmatch(text):
        return None
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # a 30th of February; the first or last hours that datetime knows
        return None


def _clear_seconds(text: str) -> float | None:
    found = _iso_seconds(text)
    if found is None and (clear := clear_form(POINT_ZERO.sub("", text))):
        return _parsed(*clear)
    return found


def _parsed(text: str, form: str) -> float | None:
    """Return the seconds of a date of a form; a year or a day may end in `.0`, as numbers beside gaps are written."""
    for written in dict.fromkeys((text, POINT_ZERO.sub("", text))):
        try:
            return _seconds(datetime.strptime(written, form))
        except (ValueError, OverflowError):
            continue
    return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
