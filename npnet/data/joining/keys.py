"""Keys of rows, compared by what they mean, and the rows of another table that have them.

A number is the same key in every spelling: 1, 1.0, "1" and "01"; a date is the same as its ISO 8601 text. Other texts
are the same where they are equal. A row without a value in a column of its key has no key.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.data.columns.schema import Key
from npnet.data.columns.value_parsers import date_parser
from npnet.errors import DataError
from npnet.text import quoted

PLAIN = re.compile(r"([+-]?)0*(\d+?)(?:\.(\d*?)0*)?", re.ASCII)
Keyed = tuple[Frame, Sequence[str]]


def key_codes(*tables: Keyed) -> list[Rows]:
    """Return the key of each row of some tables as a code, MISSING where it has none; equal keys have equal codes."""
    import pandas as pd

    lengths = [len(frame) for frame, _ in tables]
    parts = [_codes([frame.columns[names[place]] for frame, names in tables]) for place in range(len(tables[0][1]))]
    columns = pd.DataFrame(dict(enumerate(parts)))
    codes = columns.groupby(list(columns), sort=False).ngroup().to_numpy(np.int64)
    codes = np.where((columns == MISSING).any(axis=1), MISSING, codes)
    return np.split(codes, np.cumsum(lengths)[:-1])


def key_texts(column: Column) -> tuple[str, ...]:
    """Return the text of each key of a column, as it is compared; "" where it is missing."""
    codes, texts = _texts(column, has_dates=column.kind == "datetime")
    return tuple(np.array([*texts, ""], object)[codes].tolist())


def one_kind(here: Column, there: Column) -> str:
    """Return the hint for a column of dates and one of numbers that are to be compared."""
    numbers, where = (here, "dataset.table") if here.kind == "number" else (there, "the path of the other table")
    beside = "under" if numbers is here else "beside"
    return f"write datetime: {{{numbers.name}: unix}} {beside} {where} if it counts seconds since 1970"


def _codes(columns: Sequence[Column]) -> Rows:
    """Return the values of columns that stand for the same, one below the other, as codes."""
    import pandas as pd

    kinds = {column.kind for column in columns}
    if kinds == {"number", "datetime"}:
        first, second = (f"{quoted(column.name)} is {column.content}" for column in columns)
        raise DataError(f"the key {first}, and {second} in the other table", one_kind(*columns))
    each = [_texts(column, "datetime" in kinds) for column in columns]
    numbers = pd.factorize(np.array([text for _, texts in each for text in texts], object))[0].astype(np.int64)
    found, start = [], 0
    for codes, texts in each:
        found.append(np.append(numbers[start : start + len(texts)], MISSING)[codes])
        start += len(texts)
    return np.concatenate(found)


def _texts(column: Column, has_dates: bool) -> tuple[NDArray[np.intp], list[str]]:
    """Return a column as codes into texts that are equal where their meanings are."""
    import pandas as pd

    if column.kind == "category":
        read = date_parser(None) if has_dates else lambda _: None
        return column.values.astype(np.intp), [_alike(text, read(text)) for text in column.levels]
    codes, numbers = pd.factorize(column.values)
    return codes, [_alike("", number) for number in numbers.tolist()]


def _alike(text: str, number: float | None) -> str:
    if number is not None:
        text = str(int(number)) if float(number).is_integer() else repr(number)
    plain = PLAIN.fullmatch(text)
    if plain is None:
        return text
    sign = "-" if plain[1] == "-" and (plain[2] != "0" or plain[3]) else ""
    return f"{sign}{plain[2]}{f'.{plain[3]}' if plain[3] else ''}"


def matches(left: Frame, right: Frame, key: Key) -> Rows:
    """Return for each row of `left` the row of `right` with its key, the latest from before its time; -1 for none.

    Without times, every key is in one row of `right` at most.
    """
    import pandas as pd

    mine, others = key_codes((left, tuple(key.on)), (right, tuple(key.on.values())))
    known = np.flatnonzero(others != MISSING)
    if key.time is None:
        found = pd.Index(others[known]).get_indexer(pd.Index(mine))
        return np.where((found >= 0) & (mine != MISSING), np.append(known, MISSING)[found], MISSING)
    here, there = time_of(left.columns[key.time[0]]), time_of(right.columns[key.time[1]])
    known = known[~np.isnan(there[known])]
    known = known[np.argsort(there[known], kind="stable")]
    order = np.argsort(here, kind="stable")
    rows = pd.DataFrame({"time": here[order], "key": mine[order]})
    events = pd.DataFrame({"time": there[known], "key": others[known], "row": known})
    latest = pd.merge_asof(rows, events, on="time", by="key", allow_exact_matches=False)["row"]
    found = np.full(len(left), MISSING, np.int64)
    found[order] = latest.fillna(MISSING).to_numpy(np.int64)
    return found


def time_of(column: Column) -> NDArray[np.float64]:
    """Return the times of a column, NaN where missing."""
    return column.values.astype(np.float64)
