"""Dates to parts that a network can use: year, month, day, weekday and hour."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Part = Literal["year", "month", "day", "weekday", "hour"]

DAY = 86400.0
CYCLES: dict[Part, int] = {"month": 12, "weekday": 7, "hour": 24}
THURSDAY = 3  # 1 January 1970, where Monday is 0


def part(seconds: Floats, name: Part) -> Floats:
    """One part of dates in seconds since 1970, NaN where they are missing.

    Month and day count from 1, weekdays from 0, Monday. A year comes with its fraction, so that it grows from day to
    day; so does an hour. The years are 1 to 9999.
    """
    known = ~np.isnan(seconds)
    values = np.full(len(seconds), np.nan)
    values[known] = PARTS[name](seconds[known])
    return values


def cycle(values: Floats, name: Part) -> Floats:
    """Sine and cosine, (rows, 2), of a part on its circle; both 0 for NaN.

    There December is next to January.
    """
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


def _days(seconds: Floats) -> Days:
    return np.asarray(np.floor_divide(seconds, DAY), np.int64)


PARTS: dict[Part, Callable[[Floats], Floats]] = {
    "year": _year,
    "month": _month,
    "day": _day,
    "weekday": _weekday,
    "hour": _hour,
}
