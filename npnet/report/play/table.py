"""A table in the playground: its columns with the rows that the page has bytes for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.data.columns import Column, Frame
from npnet.report.page_engine import array
from npnet.text import listed, quoted

Json = dict[str, Any]
MOST_ROWS = 5000
MOST_CELLS = 150_000  # about 1 MB of the page
MOST_COLUMNS = 100
MOST_LEVELS = 1000  # of a column of texts
EXACT = 2**24  # whole numbers that float32 holds


@dataclass(frozen=True)
class EmbeddedTable:
    """A table as JSON for the page, and notes on the parts that it leaves out."""

    data: Json
    lacking: tuple[str, ...]


def embedded(name: str, frame: Frame, target: str, config: Any, fixed: bool = False) -> EmbeddedTable:
    """Return columns with at most `MOST_ROWS` rows, evenly spread; `config` is the dataset as a config writes it.

    A `fixed` table is one of npnet's data sets, whose columns a config cannot choose.
    """
    fitting, lacking = _fitting(frame, target)
    most = max(2, min(MOST_ROWS, MOST_CELLS // max(len(fitting), 1)))
    count = len(frame)
    chosen = np.linspace(0, count - 1, min(count, most)).astype(np.intp) if count else np.empty(0, np.intp)
    columns = [_column(column.take(chosen).loaded()) for column in fitting]
    if len(chosen) < count:
        lacking = [*lacking, f"the page has {len(chosen):,} of the {count:,} rows of {name}, evenly spread"]
    data = {"name": name, "config": config, "fixed": fixed, "target": target, "columns": columns, "total": count}
    return EmbeddedTable(
        {**data, "dropped": [one for one in frame.columns if one not in {c["name"] for c in columns}]}, tuple(lacking)
    )


def _fitting(frame: Frame, target: str) -> tuple[list[Column], list[str]]:
    """Return the columns that the page can show, the target among them, and why others are left out."""
    reasons: dict[str, list[str]] = {}
    found = list[Column]()
    for name, column in frame.columns.items():
        reason = None if name == target else _reason(column)
        if reason is None and name != target and len(found) >= MOST_COLUMNS:
            reason = f"the page shows {MOST_COLUMNS} columns"
        if reason:
            reasons.setdefault(reason, []).append(name)
        else:
            found.append(column)
    return found, [f"left out in the page: {listed(map(quoted, names), 5)} ({why})" for why, names in reasons.items()]


def _reason(column: Column) -> str | None:
    if column.kind == "category" and len(column.levels) > MOST_LEVELS:
        return f"more than {MOST_LEVELS} different texts"
    return None


def _column(column: Column) -> Json:
    values = column.values
    if column.kind == "category":
        return {"name": column.name, "kind": "category", **_levels(column)}
    if column.kind == "datetime":
        return {"name": column.name, "kind": "datetime", "values": array(values, np.float64)}
    known = values[np.isfinite(values)]
    whole = bool((known == np.floor(known)).all()) and bool((np.abs(known) >= EXACT).any())
    return {"name": column.name, "kind": "number", "values": array(values, np.float64 if whole else np.float32)}


def _levels(column: Column) -> Json:
    """Return the levels that the rows have, and the code of each row; -1 is missing."""
    codes = column.values
    used = np.unique(codes[codes >= 0])
    places = np.full(len(column.levels) + 1, -1, np.int32)
    places[used] = np.arange(len(used))
    return {"levels": [column.levels[code] for code in used.tolist()], "codes": array(places[codes], np.int32)}
