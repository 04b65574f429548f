"""Dates as seconds since 1970 in UTC: ISO 8601 by itself, other forms where a column is said to hold dates.

An ISO date is `2024-03-01`, alone or with a time after `T` or one blank: `12:30`, `12:30:00`, `12:30:00.25`, and
with or without a zone, `Z` or `+01:00`. Without a zone it is taken as UTC; digits below a microsecond are cut off.
A column named under `datetime` may also hold the forms of `PLAIN`, in which no day can be taken for a month; for
all others write the form itself, `datetime: {sold: "%d/%m/%Y"}`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
PLAIN = ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m", "%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y")
TIMES = ("", " %H:%M", " %H:%M:%S")

Seconds = Callable[[str], float | None]


def iso_seconds(text: str) -> float | None:
    """The seconds since 1970 of an ISO date, None of any other text."""
    if not ISO.fullmatch(text):
        return None
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # a 30th of February; the first or last hours that datetime knows
        return None


def plain_seconds(text: str) -> float | None:
    """The seconds since 1970 of a date in ISO or another form that cannot be misread, None of any other text."""
    found = iso_seconds(text)
    for form in PLAIN if found is None else ():
        for time in TIMES:
            found = _by_form(text, form + time)
            if found is not None:
                return found
    return found


def seconds_by(form: str) -> Seconds:
    """The function that reads dates of one form, as `datetime.strptime` writes forms."""
    return lambda text: _by_form(text, form)


def _by_form(text: str, form: str) -> float | None:
    try:
        return _seconds(datetime.strptime(text, form))
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
