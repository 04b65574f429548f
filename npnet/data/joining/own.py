"""Aggregates of a table over its own rows, fitted on the training set of each fold.

Only rows of the training set count. Where a function is of a target and no time is given, the training set is divided
into parts: each of its rows gets the aggregates of the other parts, so that its own target is not among them, and
cannot be computed from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.data.columns.schema import FittedAggregate, Key, SideColumn
from npnet.data.joining.aggregates import aggregated
from npnet.data.joining.keys import key_texts, matches, time_of
from npnet.data.joining.tables import attached, require_times
from npnet.data.readers.reading import refuse_missing
from npnet.rng import stream

PARTS = 5  # of the training set, for aggregates of its targets


def fitted_aggregate(key: Key, columns: Sequence[SideColumn], table: Frame) -> FittedAggregate:
    """Return the aggregates that `aggregated` computed."""
    time = None if key.time is None else table.columns[key.time[1]]
    values: dict[str, tuple[float | None, ...]] = {}
    for one in columns:
        column = table.columns[one.name].loaded()
        gaps = column.missing.tolist()
        numbers = column.values.astype(np.float64).tolist()
        values[one.name] = tuple(None if gap else number for gap, number in zip(gaps, numbers, strict=True))
    return FittedAggregate(
        key=key,
        columns=tuple(columns),
        keys={name: key_texts(table.columns[name]) for name in dict.fromkeys(key.on.values())},
        times=None if time is None else tuple(time_of(time).tolist()),
        time_kind="number" if time is None else time.kind,
        values=values,
        levels={one.name: table.columns[one.name].levels for one in columns if one.kind == "category"},
    )


def with_fitted(frame: Frame, fitted: FittedAggregate) -> Frame:
    """Return rows with the aggregates of their keys; raise DataError where a column of the key is missing."""
    refuse_missing(fitted.key.needed, tuple(frame.columns), "the table")
    table = _table(fitted)
    require_times(frame, table, fitted.key, "the training set")
    return attached(frame, table, fitted.columns, matches(frame, table, fitted.key))


def _table(fitted: FittedAggregate) -> Frame:
    columns = {name: _texts(name, texts) for name, texts in fitted.keys.items()}
    if fitted.times is not None and fitted.key.time is not None:
        times = np.array(fitted.times, np.float64)
        columns[fitted.key.time[1]] = Column(fitted.key.time[1], fitted.time_kind, times)
    for one in fitted.columns:
        numbers = np.array(fitted.values[one.name], np.float64)
        if one.kind == "category":
            numbers = np.where(np.isnan(numbers), MISSING, numbers).astype(np.int32)
        columns[one.name] = Column(one.name, one.kind, numbers, fitted.levels.get(one.name, ()))
    return Frame(columns, np.arange(1, len(next(iter(fitted.keys.values()))) + 1))


def _texts(name: str, texts: Sequence[str]) -> Column:
    levels = tuple(dict.fromkeys(texts))
    codes = {text: code for code, text in enumerate(levels)}
    return Column(name, "category", np.array([codes[text] for text in texts], np.int32), levels)


@dataclass(frozen=True, eq=False)
class OwnAggregate:
    """Aggregates of a table over its own rows: the columns that they need, and those that they become."""

    rows: Frame
    key: Key
    columns: tuple[SideColumn, ...]
    targets: tuple[str, ...]

    def take(self, rows: Rows) -> "OwnAggregate":
        """Return the aggregates of the table at positions of its rows."""
        return replace(self, rows=self.rows.take(rows))

    def fitted(self, train: Rows) -> tuple[dict[str, Column], FittedAggregate]:
        """Fit on the training set; return the features of all rows, and the aggregates for others."""
        require_times(self.rows, self.rows, self.key, "the training set")
        table = aggregated(self.rows.take(train), self.key, self.columns)
        found = self._looked_up(self.rows, table, self.columns)
        secret = [one for one in self.columns if one.source in self.targets and self.key.time is None]
        if secret:
            found |= {one.name: found[one.name].loaded() for one in secret}
            parts = stream(0, "split", PARTS).permutation(len(train)) % PARTS
            for part in range(PARTS):
                own = train[parts == part]
                others = aggregated(self.rows.take(train[parts != part]), self.key, secret)
                for name, column in self._looked_up(self.rows.take(own), others, secret).items():
                    found[name].values[own] = column.values
        return found, fitted_aggregate(self.key, self.columns, table)

    def _looked_up(self, rows: Frame, table: Frame, columns: Sequence[SideColumn]) -> dict[str, Column]:
        return dict(attached(Frame({}, rows.rows), table, columns, matches(rows, table, self.key)).columns)

    def layout(self) -> dict[str, Column]:
        """Return columns that vary and have gaps, the same for all folds: inputs must not depend on their rows."""
        found = {}
        for one in self.columns:
            column = self.rows.columns[one.source]
            if one.function == "count" or one.kind == "number":
                values = (np.arange(len(self.rows)) % 2).astype(np.float64)
            else:
                values = np.array(column.values)
            if one.function != "count":
                values[0] = MISSING if one.kind == "category" else np.nan
            found[one.name] = Column(one.name, one.kind, values, column.levels)
        return found


def with_own(
    frame: Frame, own: Sequence[OwnAggregate], train: Rows
) -> tuple[Frame, Frame, tuple[FittedAggregate, ...]]:
    """Return a table with the aggregates of its own rows, its layout for all folds, and what was fitted."""
    columns, layout, fitted = dict(frame.columns), dict(frame.columns), []
    for one in own:
        found, learned = one.fitted(train)
        columns |= found
        layout |= one.layout()
        fitted.append(learned)
    return Frame(columns, frame.rows), Frame(layout, frame.rows), tuple(fitted)
