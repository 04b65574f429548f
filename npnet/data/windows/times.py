"""Times of rows: their order, their usual distance, and how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.data.preprocessing.steps import DatePart, date_part
from npnet.data.windows.cutting import NEXT, Ordered, RowWindows
from npnet.text import duration, plural, quoted

Floats = NDArray[np.float64]
LONG = 1.5  # usual distances of two rows, from which rows seem to be missing between them
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEVELS: dict[DatePart, tuple[str, ...]] = {
    "month": tuple(str(month) for month in range(1, 13)),
    "weekday": DAYS,
    "hour": tuple(str(hour) for hour in range(24)),
}
UNITS = {"day": 86400.0, "hour": 3600.0, "minute": 60.0}
MONTH = 30.44 * 86400.0  # seconds, on average


@dataclass(frozen=True, eq=False)
class Times:
    """The columns of time of a table: rows are ordered by the first, rows of equal times by the next, and so on."""

    columns: Sequence[Column]

    @cached_property
    def values(self) -> list[Floats]:
        """The values of each column."""
        return [column.values.astype(np.float64) for column in self.columns]

    @property
    def ranks(self) -> Floats:
        """A number for each row that grows with time, the time itself where it is in one column."""
        if len(self.columns) == 1:
            return self.values[0]
        return np.unique(np.stack(self.values, axis=1), axis=0, return_inverse=True)[1].reshape(-1).astype(np.float64)

    def texts(self, rows: Rows) -> NDArray[np.object_]:
        """Return the times of rows as texts, dates in ISO 8601."""
        each = [_texts(values[rows], column.kind) for values, column in zip(self.values, self.columns, strict=True)]
        return np.array([" ".join(one) for one in zip(*each, strict=True)], object)

    def texts_ahead(self, windows: RowWindows, ordered: Ordered, horizon: int) -> NDArray[np.object_]:
        """Return the times of the rows to predict; of those that are not in the table yet, by the usual distance.

        A time that does not follow from it is empty.
        """
        found = np.full(len(windows), "", object)
        known = windows.ahead != NEXT
        found[known] = self.texts(windows.ahead[known])
        if not known.all() and (step := self.usual_step(ordered)) is not None and self.axis is not None:
            later = self._divided(step.after(self.axis[windows.last[~known]], horizon))
            each = [_texts(values, column.kind) for values, column in zip(later, self.columns, strict=True)]
            found[~known] = [" ".join(one) for one in zip(*each, strict=True)]
        return found

    @cached_property
    def axis(self) -> Floats | None:
        """The times as one number: those of one column, or of two where the second recurs, as days and hours do.

        The latter count the values of the second column: 0 to 23 on the first day, 24 to 47 on the next.
        """
        if len(self.columns) > 2:
            return None
        if len(self.columns) == 1:
            return self.values[0]
        first, step, cycle = self._cycle
        return np.asarray((self.values[0] - first) / step * len(cycle) + np.searchsorted(cycle, self.values[1]))

    @cached_property
    def _cycle(self) -> tuple[float, float, Floats]:
        """The first value of the first column, their usual distance, and the values of the second column."""
        distinct = np.unique(self.values[0])
        distances, counts = np.unique(np.diff(distinct), return_counts=True)
        step = float(distances[np.argmax(counts)]) if len(distances) else 1.0
        return float(distinct[0]), step, np.unique(self.values[1])

    def _divided(self, axis: Floats) -> list[Floats]:
        """Return the values of each column at places of the axis."""
        if len(self.columns) == 1:
            return [axis]
        first, step, cycle = self._cycle
        whole = np.floor(axis / len(cycle))
        return [first + step * whole, cycle[(axis - whole * len(cycle)).astype(np.int64)]]

    def usual_step(self, ordered: Ordered) -> "Step | None":
        """Return the usual distance of two rows of a series; None where rows share times, or are not regular."""
        distances = self.distances(ordered)
        if not len(distances) or (distances == 0).any():
            return None
        step = Step.of(self.columns[0], distances, len(self.columns))
        return step if len(self.columns) == 1 or step.seconds == 1 else None

    def distances(self, ordered: Ordered) -> Floats:
        """Return the distances of rows that follow one another in a series; none where times are no single number."""
        if self.axis is None:
            return np.empty(0)
        inside = np.ones(len(ordered.order), bool)
        inside[ordered.starts] = False
        return np.diff(self.axis[ordered.order], prepend=0.0)[inside]

    def notes(self, frame: Frame, ordered: Ordered, in_groups: bool) -> list[str]:
        """Return warnings about rows of equal times, and about times at which rows are missing."""
        later = np.setdiff1d(np.arange(len(ordered.order)), ordered.starts)
        here, before = ordered.order[later], ordered.order[later - 1]
        same = np.all([values[here] == values[before] for values in self.values], axis=0)
        name = " and ".join(quoted(column.name) for column in self.columns)
        found = []
        if count := int(np.count_nonzero(same)):
            first = frame.rows[here[np.argmax(same)]]
            what = f"{plural(count, 'row')} with the time of the row before, first row {first}"
            other = "time: [DAY, HOUR] orders them by more columns"
            hint = other if in_groups else f"{other}, group: COLUMN divides several series"
            found.append(f"{name}: {what}: such rows keep the order of the file; {hint}")
        if (step := self.usual_step(ordered)) is not None:
            distances = self.distances(ordered)
            long = distances > LONG * step.seconds
            if count := int(np.count_nonzero(long)):
                widest = int(np.argmax(distances))
                row, wide = frame.rows[before[widest]], step.text(float(distances[widest]))
                many = f"{plural(count, 'step')} {'is' if count == 1 else 'are'} longer than the usual {step.text()}"
                found.append(f"{name}: {many}, the longest {wide}, after row {row}: windows count rows, not time")
        return found


def calendar_column(time: Column, part: DatePart) -> Column:
    """Return a part of dates that recurs, such as the hour, as a column of categories."""
    values = date_part(time.values, part)
    codes = np.where(np.isnan(values), MISSING, np.floor(np.nan_to_num(values)) - (part == "month"))
    return Column(calendar_name(time.name, part), "category", codes.astype(np.int32), LEVELS[part])


def calendar_name(time: str, part: DatePart) -> str:
    """Return the name of the column of a part of dates."""
    return f"{time}: {part}"


@dataclass(frozen=True)
class Step:
    """The usual distance of two times: of dates in seconds, or in months where each is of the same day of its month.

    That of two columns counts rows.
    """

    seconds: float
    months: int = 0
    are_dates: bool = False
    are_rows: bool = False

    @classmethod
    def of(cls, column: Column, distances: Floats, columns: int) -> "Step":
        """Return the most common distance above 0; the shortest of several."""
        values, counts = np.unique(distances[distances > 0], return_counts=True)
        usual = float(values[np.argmax(counts)])
        if column.kind != "datetime" or columns > 1:
            return cls(usual, are_rows=columns > 1)
        return cls(usual, _months(column.values, usual), are_dates=True)

    def after(self, times: Floats, steps: int) -> Floats:
        """Return the times so many steps later."""
        if not self.months:
            return times + steps * self.seconds
        seconds = times.astype("datetime64[s]")
        months = seconds.astype("datetime64[M]")
        later = (months + steps * self.months).astype("datetime64[s]") + (seconds - months.astype("datetime64[s]"))
        return np.asarray(later.astype(np.float64))

    def text(self, distance: float | None = None) -> str:
        """Return a distance as text; the usual one for None."""
        if distance is None and self.months:
            return plural(self.months, "month")
        seconds = self.seconds if distance is None else distance
        if self.are_rows:
            return f"{seconds:g} row{'s' * (seconds != 1)}"
        if not self.are_dates:
            return f"{seconds:g}"
        unit = next((unit for unit, size in UNITS.items() if seconds % size == 0), None)
        return plural(int(seconds // UNITS[unit]), unit) if unit else duration(seconds)


def _months(times: Floats, usual: float) -> int:
    """Return the usual number of months between dates of the same day of a month; 0 for other dates."""
    months = times.astype("datetime64[s]").astype("datetime64[M]")
    same_day = len(np.unique(times - months.astype("datetime64[s]").astype(np.float64))) == 1
    return round(usual / MONTH) if same_day and usual > 0.9 * MONTH else 0


def column_texts(column: Column, rows: Rows) -> NDArray[np.object_]:
    """Return the values of a column at some rows as texts; a missing one is empty."""
    if column.kind == "category":
        return np.asarray(np.array([*column.levels, ""], object)[column.values[rows]])
    return np.array(_texts(column.values[rows].astype(np.float64), column.kind), object)


def _texts(values: Floats, kind: str) -> list[str]:
    if kind == "datetime":
        return [str(one).removesuffix("T00:00:00") for one in values.astype("datetime64[s]")]
    return [str(int(value)) if value.is_integer() else repr(value) for value in values.tolist()]
