"""Columns that number or name the rows instead of describing them."""

import re

import numpy as np

from npnet.data.columns.frame import Column

FEWEST = 20  # below that many rows, values that are all distinct say little
NEARLY = 0.95
NAMED = re.compile(r"(^|[\W_])(?i:id|index|key|number|row|rownames?|uuid)$|[a-z](ID|Id|Key)$")


def looks_like_identifier(column: Column) -> str | None:
    """Why a column, in the order of its rows, looks like an identifier; None where it does not.

    Texts do where there are nearly as many as rows. Whole numbers do where no two rows have the same and they also rise
    from row to row, or are all those from the first to the last, or the column's name says so ("id", "rownames").
    """
    if len(column) < FEWEST or column.kind == "datetime" or column.missing.any():
        return None
    if column.kind == "category":
        return "nearly every row has a text of its own" if _distinct(column) >= NEARLY * len(column) else None
    return _numbers_rows(column)


def _distinct(column: Column) -> int:
    return int(np.count_nonzero(np.bincount(column.values, minlength=len(column.levels))))


def _numbers_rows(column: Column) -> str | None:
    values = column.values
    if (values != np.floor(values)).any():
        return None
    if (values[1:] > values[:-1]).all():
        return "its whole numbers rise from row to row"
    ordered = np.sort(values)
    steps = np.diff(ordered)
    if (steps == 0).any():
        return None
    if (steps == 1).all():
        return f"its whole numbers are those from {ordered[0]:.0f} to {ordered[-1]:.0f}, each once"
    if NAMED.search(column.name):
        return "its whole numbers are all distinct, and so says its name"
    return None
