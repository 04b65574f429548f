"""Side tables: files whose columns are joined to a table, when it is trained on and again for new rows."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.data.columns.schema import Key, ReadOptions, Schema, SideColumn, SideTable
from npnet.data.joining.aggregates import aggregate_column, aggregated
from npnet.data.joining.keys import key_codes, matches, one_kind, time_of
from npnet.data.joining.specs import Aggregate, Join, Side
from npnet.data.own_layout import read_fitting
from npnet.data.readers.data_file import opened, place_of
from npnet.data.readers.in_memory import WAYS, InMemory, is_table
from npnet.data.readers.reading import ReadFrame, read_file, read_frame, read_table, refuse_missing
from npnet.errors import DataError
from npnet.text import listed, quoted


@dataclass(frozen=True, eq=False)
class Matched:
    """The values of another table at positions of its rows; `gap` where there is no row."""

    column: Column
    positions: Rows
    gap: float

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        found = self.positions[rows]
        values = np.array(self.column[np.maximum(found, 0)]) if len(self.column) else np.zeros(len(found))
        values[found < 0] = self.gap
        return values


def attached(left: Frame, right: Frame, columns: Sequence[SideColumn], positions: Rows) -> Frame:
    """Return a table with columns of another one beside its own, at positions of its rows, -1 for none."""
    found = dict(left.columns)
    for one in columns:
        column = right.columns[one.name if one.function else one.source]
        gap = 0.0 if one.function == "count" else float(MISSING) if one.kind == "category" else np.nan
        found[one.name] = Column(one.name, one.kind, Matched(column, positions, gap), column.levels)
    return Frame(found, left.rows)


def attach(left: Frame, side: SideTable, rows: Frame) -> tuple[Frame, int]:
    """Return a table with the columns of a side table, and the number of its rows without a match.

    Raise DataError for a key that is in several rows of a table that is joined.
    """
    return attach_prepared(left, side, prepared(side, rows))


def prepared(side: SideTable, rows: Frame) -> Frame:
    """Return the rows of a side table as they are looked up: aggregated, or with every key once."""
    if any(one.function for one in side.columns):
        return aggregated(rows, side.key, side.columns)
    refuse_repeated_keys(rows, side)
    return rows


def attach_prepared(left: Frame, side: SideTable, right: Frame) -> tuple[Frame, int]:
    """Return a table with the columns of a prepared side table, and the number of its rows without a match."""
    require_times(left, right, side.key, side.name)
    positions = matches(left, right, side.key)
    return attached(left, right, side.columns, positions), int(np.count_nonzero(positions < 0))


def refuse_repeated_keys(rows: Frame, side: SideTable) -> None:
    """Raise DataError with the first key of a side table that is in two of its rows."""
    import pandas as pd

    names = tuple(side.key.on.values())
    (codes,) = key_codes((rows, names))
    repeated = pd.Series(codes).duplicated().to_numpy() & (codes != MISSING)
    if not repeated.any():
        return
    second = int(np.argmax(repeated))
    first = int(np.argmax(codes == codes[second]))
    values = listed(_shown(rows.columns[name], second) for name in names)
    more = np.count_nonzero(repeated) - 1
    rest = f", and {more} more repeat one" if more else ""
    what = f"{side.name}: {listed(names)} {values} is in rows {rows.rows[first]} and {rows.rows[second]}{rest}"
    raise DataError(what, "join takes one row of each key; aggregate: instead of join: summarizes several")


def _shown(column: Column, row: int) -> str:
    value = column[np.array([row])][0]
    if value == MISSING and column.kind == "category":
        return "empty"
    return quoted(column.levels[value]) if column.kind == "category" else f"{value:.15g}"


def require_times(left: Frame, right: Frame, key: Key, name: str) -> None:
    """Raise DataError where a time is text, of another kind than the other table's, or missing in the table."""
    if key.time is None:
        return
    here, there = left.columns[key.time[0]], right.columns[key.time[1]]
    for column in (here, there):
        if column.kind == "category":
            what = f"{name}: the time column {quoted(column.name)} is text"
            beside = f"beside the path of {name}" if column is there else "under dataset.table"
            raise DataError(what, f"write datetime: [{column.name}] {beside}, or {{{column.name}: FORM}} as its value")
    if here.kind != there.kind:
        what = f"{name}: the time {quoted(here.name)} is {here.content}, and {quoted(there.name)} is {there.content}"
        raise DataError(what, one_kind(here, there))
    gaps = np.flatnonzero(np.isnan(time_of(here)))
    if len(gaps):
        more = f", and in {len(gaps) - 1} more" if len(gaps) > 1 else ""
        what = f"row {left.rows[gaps[0]]}: the time column {quoted(here.name)} is empty{more}"
        raise DataError(what, f"every row needs a time, before which rows of {name} count")


def read_side_frame(spec: Side, base: Path) -> tuple[ReadFrame, Schema]:
    """Read the file of a side table by its options."""
    return read_frame(spec.reading, base)


def read_side(spec: Side, base: Path, table_time: str | None) -> tuple[SideTable, Frame]:
    """Read a side table for training; return what a run needs to read it again, and its rows."""
    try:
        frame, reading = read_side_frame(spec, base)
    except DataError as error:
        option = "aggregate" if isinstance(spec, Aggregate) else "join"
        where = f"keys about {spec.path} stand under {option}, beside its path"
        raise DataError(error.message, f"{error.hint}; {where}" if error.hint else None) from error
    name = spec.title
    key = Key(on=spec.pairs, time=time_pair(spec, table_time))
    sources = tuple(one for one, _ in spec.functions) if isinstance(spec, Aggregate) else spec_columns(spec, frame)
    needed = dict.fromkeys([*key.on.values(), *(key.time or ())[1:], *sources])
    refuse_missing(tuple(needed), tuple(frame.columns), spec.path)
    if isinstance(spec, Aggregate):
        columns = [aggregate_column(name, frame.columns[one], function) for one, function in spec.functions]
    else:
        columns = [_joined(spec, frame.columns[one]) for one in sources]
    kept = tuple(one for one in reading.columns if one.name in needed)
    reading = reading.model_copy(update={"columns": kept})
    side = SideTable(name=name, fingerprint=frame.fingerprint, key=key, columns=tuple(columns), reading=reading)
    return side, frame


def spec_columns(spec: Side, frame: Frame) -> tuple[str, ...]:
    """Return the columns that a join takes: those named, or all but the key."""
    named = spec.columns if isinstance(spec, Join) else None
    return named or tuple(name for name in frame.columns if name not in spec.pairs.values())


def _joined(spec: Side, column: Column) -> SideColumn:
    prefix = spec.prefix if isinstance(spec, Join) else None
    return SideColumn(name=f"{prefix or ''}{column.name}", source=column.name, kind=column.kind)


def time_pair(spec: Side, table_time: str | None) -> tuple[str, str] | None:
    """Return the time columns of the table and of a side table."""
    time = spec.time if isinstance(spec, Aggregate) else None
    if isinstance(time, dict):
        return next(iter(time.items()))
    return None if time is None else (table_time or time, time)


def refuse_missing_keys(key: Key, names: Sequence[str], table: str) -> None:
    """Raise DataError for a column of a key, or of its times, that a table lacks."""
    refuse_missing(tuple(key.on), names, table)
    if key.time is not None and key.time[0] == key.time[1] and key.time[0] not in names:
        what = f"{table} has no column {quoted(key.time[0])}, which is the time of the other table"
        raise DataError(what, f"time: {{COLUMN: {key.time[1]}}} names the column of {table} that has its own times")
    refuse_missing(key.needed, names, table)


def refuse_clashes(taken: Collection[str], columns: Sequence[SideColumn], name: str) -> None:
    """Raise DataError for a column of a side table whose name is taken."""
    clash = next((one for one in columns if one.name in taken), None)
    if clash is not None:
        what = f"{name}: the table has a column {quoted(clash.name)} already"
        hint = f"prefix: {name}_ puts that before the names of its columns; columns: takes some only"
        raise DataError(what, "name: gives the other table another name" if clash.function else hint)


def refuse_unmatched(side: SideTable, unmatched: int, left: Frame, right: Frame) -> None:
    """Raise DataError where no row of a table has a match in a side table."""
    if unmatched < len(left) or side.key.time:
        return
    pairs = side.key.on.items()
    here = listed(_shown(left.columns[name], 0) for name, _ in pairs)
    there = listed(_shown(right.columns[name], 0) for _, name in pairs)
    what = f"{side.name}: no row has a match in it; in row 1 {listed(side.key.on)} is {here} here, and {there} there"
    raise DataError(what, "on: names the columns of the key, {COLUMN: its name in the other file} where they differ")


def unmatched_note(side: SideTable, unmatched: int, rows: int) -> tuple[str, ...]:
    """Return the note on rows without a match, if there are any."""
    if not unmatched:
        return ()
    before = " from before" if side.key.time else ""
    return (f"{side.name}: {unmatched} of {rows} rows {'has' if unmatched == 1 else 'have'} no match{before} in it",)


@dataclass(frozen=True)
class SideSource:
    """Where the rows of a side table are to be read: a path and where it starts, or a table in memory.

    `same` is whether it must be the file of the training.
    """

    table: object
    base: Path
    same: bool = False
    _prepared: list[tuple[SideTable, Frame]] = field(default_factory=list)

    @classmethod
    def of(cls, table: object, name: str) -> "SideSource":
        """Return the source of a path relative to the working folder, or of a table in memory."""
        if isinstance(table, str | PurePath):
            return cls(str(table), Path.cwd())
        if not is_table(table):
            raise DataError(f"the side table {quoted(name)} is a {type(table).__name__}", f"give a path; or {WAYS}")
        return cls(table, Path.cwd())

    def prepared(self, side: SideTable) -> Frame:
        """Return the rows of a side table as they are looked up; they are read once for all blocks of rows."""
        found = next((frame for known, frame in self._prepared if known is side), None)
        if found is None:
            found = prepared(side, self.read(side))
            self._prepared.append((side, found))
        return found

    def read(self, side: SideTable) -> Frame:
        """Read the rows of a side table as in training; raise DataError where they have changed, or are gone."""
        if not isinstance(self.table, str):
            return read_table(InMemory(self.table, name=side.name), side.reading)[0]
        if not self.same:
            return self._read_new(self.table, side.reading)
        path = os.path.normpath(place_of(self.table, self.base).absolute())
        hint = f"--table {side.name}=FILE names the file to use, tables={{{quoted(side.name)}: ...}} in Python"
        try:
            frame = read_frame(ReadOptions(path=path), self.base, side.reading)[0]
        except DataError as error:
            raise DataError(error.message, hint) from error
        if frame.fingerprint != side.fingerprint:
            raise DataError(f"{path} has changed since the run was trained", hint)
        return frame

    def _read_new(self, path: str, reading: Schema) -> Frame:
        """Read another file than that of the training, by its own layout where the training's does not fit."""
        names = {one.name for one in reading.columns}
        with opened(path, self.base) as file:

            def read(spec: ReadOptions) -> Frame:
                return read_file(file, spec, reading, None, np.float64)[0]

            return read_fitting(file, ReadOptions(path=path), reading, names, read)


def needed_columns(sides: Sequence[SideTable], names: Collection[str]) -> tuple[set[str], list[SideTable]]:
    """Return the columns that a table must have for columns of its own and of side tables; and those side tables."""
    needed, used = set(names), []
    for side in reversed(sides):
        own = {one.name for one in side.columns}
        if needed & own:
            needed = (needed - own) | set(side.key.needed)
            used.append(side)
    return needed, used[::-1]


def with_sides(frame: ReadFrame, sides: Sequence[SideTable], sources: Mapping[str, SideSource]) -> ReadFrame:
    """Return rows with the columns of side tables, and notes on those without a match."""
    joined: Frame = frame
    notes = list(frame.notes)
    for side in sides:
        joined, unmatched = attach_prepared(joined, side, sources[side.name].prepared(side))
        notes += unmatched_note(side, unmatched, len(frame))
    return replace(frame, columns=joined.columns, notes=tuple(notes))


def side_sources(specs: Sequence[Join | Aggregate], base: Path) -> dict[str, SideSource]:
    """Return where the side tables of a training are, by their names."""
    return {one.title: SideSource(one.path, base, same=True) for one in specs}
