"""Aggregates of the rows of a key: of all of them, or of those until a time.

The result is a table of its own: a row for each key, or with times for each row, with the aggregates up to there.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Kind
from npnet.data.columns.schema import Function, Key, SideColumn
from npnet.data.joining.keys import key_codes, time_of
from npnet.errors import DataError
from npnet.text import quoted

if TYPE_CHECKING:
    import pandas as pd

    Values = pd.Series[Any]
    Groups = NDArray[np.int64]

ALLOWED: dict[Kind, tuple[Function, ...]] = {
    "number": ("count", "mean", "sum", "min", "max", "last"),
    "datetime": ("count", "min", "max", "last"),
    "category": ("count", "last"),
}


def aggregate_column(prefix: str, column: Column, function: Function) -> SideColumn:
    """Return the feature that a function of a column becomes; raise DataError for one that it does not have."""
    allowed = ALLOWED[column.kind]
    if function not in allowed:
        what = f"{prefix}: column {quoted(column.name)} is {column.content}, which has no {function}"
        raise DataError(what, f"{', '.join(allowed[:-1])} and {allowed[-1]} are defined for it")
    kind = "number" if function == "count" else column.kind
    return SideColumn(name=f"{prefix}.{column.name}.{function}", source=column.name, function=function, kind=kind)


def aggregated(frame: Frame, key: Key, columns: Sequence[SideColumn]) -> Frame:
    """Return the aggregates of a table by its key, in columns of their names beside the key and the time."""
    import pandas as pd

    keys, time = tuple(key.on.values()), None if key.time is None else key.time[1]
    (codes,) = key_codes((frame, keys))
    known = codes != MISSING
    if time is not None:
        times = time_of(frame.columns[time])
        known &= ~np.isnan(times)
    rows = np.flatnonzero(known)
    if time is not None:
        rows = rows[np.argsort(times[rows], kind="stable")]
    groups = codes[rows]
    result = rows if time is not None else rows[~pd.Series(groups).duplicated().to_numpy()]
    found = {name: frame.columns[name].take(result) for name in dict.fromkeys([*keys, *([time] if time else [])])}
    for one in columns:
        found[one.name] = _aggregate(frame.columns[one.source], one, rows, groups, time is not None)
    return Frame(found, frame.rows[result])


def _aggregate(column: Column, one: SideColumn, rows: NDArray[np.int64], groups: "Groups", by_time: bool) -> Column:
    import pandas as pd

    values = column[rows].astype(np.float64)
    if column.kind == "category":
        values[values == MISSING] = np.nan
    functions = UNTIL if by_time else OF_ALL
    found = functions[one.function or "last"](pd.Series(values), groups).to_numpy(np.float64)
    if one.kind != "category":
        return Column(one.name, one.kind, found)
    return Column(one.name, "category", np.where(np.isnan(found), MISSING, found).astype(np.int32), column.levels)


def _sum_until(values: "Values", groups: "Groups") -> "Values":
    sums = values.fillna(0).groupby(groups).cumsum()
    return sums.where(_count_until(values, groups) > 0)


def _count_until(values: "Values", groups: "Groups") -> "Values":
    return values.notna().astype(np.float64).groupby(groups).cumsum()


OF_ALL: "dict[Function, Callable[[Values, Groups], Values]]" = {
    "count": lambda values, groups: values.groupby(groups, sort=False).count(),
    "mean": lambda values, groups: values.groupby(groups, sort=False).mean(),
    "sum": lambda values, groups: values.groupby(groups, sort=False).sum(min_count=1),
    "min": lambda values, groups: values.groupby(groups, sort=False).min(),
    "max": lambda values, groups: values.groupby(groups, sort=False).max(),
    "last": lambda values, groups: values.groupby(groups, sort=False).last(),
}
UNTIL: "dict[Function, Callable[[Values, Groups], Values]]" = {
    "count": _count_until,
    "mean": lambda values, groups: _sum_until(values, groups) / _count_until(values, groups),
    "sum": _sum_until,
    "min": lambda values, groups: values.groupby(groups).cummin().groupby(groups).ffill(),
    "max": lambda values, groups: values.groupby(groups).cummax().groupby(groups).ffill(),
    "last": lambda values, groups: values.groupby(groups).ffill(),
}
