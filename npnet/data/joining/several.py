"""All side tables of a table: read, then added to its rows one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from npnet.data.columns import Frame
from npnet.data.columns.schema import Key, ReadOptions, SideTable
from npnet.data.joining.aggregates import aggregate_column
from npnet.data.joining.own import OwnAggregate
from npnet.data.joining.specs import SELF, Aggregate, Join
from npnet.data.joining.tables import (
    attach,
    read_side,
    refuse_clashes,
    refuse_missing_keys,
    refuse_unmatched,
    time_pair,
    unmatched_note,
)
from npnet.data.readers.data_file import place_of
from npnet.data.readers.reading import refuse_missing
from npnet.errors import DataError
from npnet.text import quoted


@dataclass(frozen=True, eq=False)
class Added:
    """A table with the columns of its side tables, the side tables, aggregates of its own rows, and notes."""

    frame: Frame
    sides: tuple[SideTable, ...]
    own: tuple[OwnAggregate, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SideTables:
    """The side tables of a table that were read, and the aggregates over its own rows."""

    read_tables: tuple[tuple[SideTable, Frame], ...]
    own: tuple[Aggregate, ...]
    table: str
    time: str | None

    @classmethod
    def read(cls, specs: Sequence[Join | Aggregate], table: str, base: Path, time: str | None) -> "SideTables":
        """Read the files of side tables; `table` is the path of the table itself, `time` its column of times."""
        own = [spec for spec in specs if is_same_table(spec.path, table, base)]
        joined = next((spec for spec in own if isinstance(spec, Join)), None)
        if joined is not None:
            raise DataError(f"join: {joined.path} is the table itself", "aggregate: summarizes its own rows by a key")
        paths: dict[str, str] = {}
        for spec in specs:
            if paths.setdefault(spec.title, spec.path) != spec.path:
                what = f"{paths[spec.title]} and {spec.path} are both called {quoted(spec.title)}"
                raise DataError(what, "name: gives one of them another name")
        others = tuple(read_side(spec, base, time) for spec in specs if spec not in own)
        return cls(others, tuple(spec for spec in own if isinstance(spec, Aggregate)), table, time)

    @property
    def names(self) -> set[str]:
        """The names of all columns from side tables."""
        return {one.name for side, _ in self.read_tables for one in side.columns}

    def wanted(self, spec: ReadOptions) -> ReadOptions:
        """Return the options by which the table is read: with the keys that it drops, as texts."""
        keys = [name for side, _ in self.read_tables for name in side.key.on]
        keys += [name for one in self.own for pair in one.pairs.items() for name in pair]
        times = [side.key.time[0] for side, _ in self.read_tables if side.key.time]
        times += [name for one in self.own for name in time_pair(one, self.time) or ()]
        sources = [name for one in self.own for name, _ in one.functions]
        needed = {*keys, *times, *sources}
        texts = [name for name in dict.fromkeys(keys) if name in spec.drop and name not in self.names]
        drop = tuple(name for name in spec.drop if name not in needed | self.names)
        return spec.model_copy(update={"drop": drop, "categorical": (*spec.categorical, *texts)})

    def added_to(self, frame: Frame, targets: Sequence[str]) -> Added:
        """Return rows with the columns of the side tables; raise DataError where a key or a time is missing."""
        notes: list[str] = []
        copies = [side for side, _ in self.read_tables if side.fingerprint == getattr(frame, "fingerprint", None)]
        if copies:
            what = f"{copies[0].name} is the table itself, byte for byte: targets would come from their own rows"
            raise DataError(what, "aggregate: with path: self counts only rows of the training set")
        for side, rows in self.read_tables:
            refuse_missing_keys(side.key, tuple(frame.columns), self.table)
            refuse_clashes(frame.columns, side.columns, side.name)
            frame, unmatched = attach(frame, side, rows)
            refuse_unmatched(side, unmatched, frame, rows)
            notes += unmatched_note(side, unmatched, len(frame))
        own = tuple(self._own(spec, frame, targets) for spec in self.own)
        return Added(frame, tuple(side for side, _ in self.read_tables), own, tuple(notes))

    def _own(self, spec: Aggregate, frame: Frame, targets: Sequence[str]) -> OwnAggregate:
        key = Key(on=spec.pairs, time=time_pair(spec, self.time))
        needed = dict.fromkeys([*key.on, *key.on.values(), *(key.time or ()), *(name for name, _ in spec.functions)])
        refuse_missing(tuple(needed), tuple(frame.columns), self.table)
        columns = tuple(aggregate_column(spec.title, frame.columns[name], one) for name, one in spec.functions)
        refuse_clashes(frame.columns, columns, spec.title)
        rows = Frame({name: frame.columns[name] for name in needed}, frame.rows)
        return OwnAggregate(rows, key, columns, tuple(targets))


def is_same_table(path: str, table: str, base: Path) -> bool:
    """Return whether the path of another table names the table itself."""
    return path in (SELF, table) or place_of(path, base).resolve() == place_of(table, base).resolve()
