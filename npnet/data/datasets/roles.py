"""Columns of a table that are no features: weights, groups and times of its rows."""

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Column, Rows
from npnet.data.columns.value_parsers import ANY_FORM, date_parser
from npnet.errors import DataError
from npnet.text import as_yaml, quoted

LOOK = 100  # texts that show whether a column may be of dates


def row_weights(column: Column, rows: Rows) -> NDArray[np.float64]:
    """Return the weights of a column, (rows,); raises DataError if one is missing or negative."""
    if column.kind != "number":
        raise DataError(f"the weight column {quoted(column.name)} is {column.content}, not numbers")
    weights = column.values.astype(np.float64)
    off = ~(np.isfinite(weights) & (weights >= 0))
    if off.any():
        first = int(np.argmax(off))
        value = "missing" if np.isnan(weights[first]) else f"{weights[first]:g}"
        hint = "weights are 0 or more; one of 0 leaves a row out"
        raise DataError(f"row {rows[first]}: the weight in column {quoted(column.name)} is {value}", hint)
    return weights


def group_codes(column: Column, rows: Rows) -> NDArray[np.int64]:
    """Return the groups of a column as codes from 0; raises DataError where one is missing."""
    _refuse_gaps(column, rows, "group")
    return np.asarray(np.unique(column.values, return_inverse=True)[1], np.int64)


def row_times(column: Column, rows: Rows, where: str = "dataset.table") -> NDArray[np.float64]:
    """Return the times of a column; raises DataError for text, and where a time is missing.

    Its hint names an option under the key `where`.
    """
    if column.kind == "category":
        hint = f"write datetime: [{as_yaml(column.name)}] under {where}"
        if not all(map(date_parser(ANY_FORM), column.levels[:LOOK])):
            hint = "write time: COLUMN, which holds dates or numbers; datetime: {COLUMN: FORM} reads texts as dates"
        raise DataError(f"the time column {quoted(column.name)} is text", hint)
    _refuse_gaps(column, rows, "time")
    return column.values.astype(np.float64)


def _refuse_gaps(column: Column, rows: Rows, role: str) -> None:
    gaps = np.flatnonzero(column.missing)
    if len(gaps):
        more = f", and in {len(gaps) - 1} more" if len(gaps) > 1 else ""
        what = f"row {rows[gaps[0]]}: the {role} column {quoted(column.name)} is empty{more}"
        raise DataError(what, f"every row needs a {role}")
