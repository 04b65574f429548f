"""The distinct values of columns: they reveal copies and repeated rows."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.checks.oddities import ODD
from npnet.data.columns import MISSING, Column

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_COPIED = 10  # rows: with fewer, columns are alike by chance
FEWEST_OTHERS = 4  # rows without the commonest value: with fewer, columns of nearly one value are alike by chance
SAMPLE = 5_000  # rows that tell most columns apart


@dataclass(frozen=True, eq=False)
class Levels:
    """The distinct values of a column in order: texts by code point, numbers and dates by size.

    `codes` (rows,) from 0, MISSING where missing; `counts` (levels,) of the rows of each.
    """

    column: Column
    codes: Codes
    counts: Codes

    @classmethod
    def of(cls, column: Column) -> "Levels":
        """Find the levels that occur in a column."""
        column = column.loaded()
        codes = np.full(len(column), MISSING, np.int64)
        known = ~column.missing
        values = column.values[known]
        if column.kind == "category":
            rank = np.empty(len(column.levels), np.int64)
            rank[sorted(range(len(column.levels)), key=column.levels.__getitem__)] = np.arange(len(rank))
            counts = np.bincount(rank[values], minlength=len(rank))
            codes[known] = (np.cumsum(counts > 0) - 1)[rank[values]]
            return cls(column, codes, counts[counts > 0])
        codes[known], used = ordered_codes(values)
        return cls(column, codes, np.bincount(codes[known], minlength=len(used)))

    @property
    def missing(self) -> int:
        """The number of rows without a value."""
        return len(self.codes) - int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """The number of distinct values, missing ones excluded."""
        return len(self.counts)

    @property
    def ranks(self) -> Floats:
        """The rank of each level among all rows that have a value, from 1; ties share the mean."""
        return np.cumsum(self.counts) - (self.counts - 1) / 2


def ordered_codes(values: NDArray[Any]) -> tuple[Codes, NDArray[Any]]:
    """Return the place of each value among the distinct ones, and those by size; faster than `numpy.unique`."""
    import pandas as pd

    codes, used = pd.factorize(values, sort=True)
    return codes.astype(np.int64), np.asarray(used)


# Copies


def same_columns(columns: Sequence[Levels]) -> list[tuple[str, str, str]]:
    """Find columns that repeat an earlier column: (column, earlier column, how).

    - "the same values": equal in every row.
    - "the same order": numbers that rise and fall together, such as a logarithm or another unit.
    - "the same groups": a one-to-one translation of the values, at most one value for two rows, as a code for a name.
    """
    columns = [column for column in columns if column.distinct >= 2 and len(column.codes) >= FEWEST_COPIED]
    columns = [column for column in columns if len(column.codes) - int(column.counts.max()) >= FEWEST_OTHERS]
    samples = [_sample_groups(column) for column in columns]
    alike = Counter(samples)
    kinds = {"the same values": _values, "the same order": _order, "the same groups": _groups}
    firsts: dict[str, dict[bytes, str]] = {how: {} for how in kinds}
    found = []
    for column, sample in zip(columns, samples, strict=True):
        if alike[sample] == 1:
            continue
        hashes = {how: digest for how, kind in kinds.items() if (digest := kind(column)) is not None}
        earlier = [(how, firsts[how][digest]) for how, digest in hashes.items() if digest in firsts[how]]
        if earlier:
            found.append((column.column.name, earlier[0][1], earlier[0][0]))
        for how, digest in hashes.items():
            firsts[how].setdefault(digest, column.column.name)
    return found


def repeated_rows(columns: Sequence[Levels]) -> int:
    """Count the rows that equal an earlier row in every column, by hashes of 64 bits."""
    if not columns:
        return 0
    words = np.zeros(len(columns[0].codes), np.uint64)
    for column in columns:
        words = words * ODD + (column.codes + 1).astype(np.uint64)
        words = words ^ (words >> np.uint64(29))
    words.sort()
    return int(np.count_nonzero(words[1:] == words[:-1]))


def _sample_groups(column: Levels) -> bytes:
    """Hash which of some rows have the same value: two columns that repeat each other agree in that."""
    import pandas as pd

    return _digest(pd.factorize(column.codes[:: max(1, len(column.codes) // SAMPLE)])[0], b"")


def _values(column: Levels) -> bytes | None:
    if column.column.kind == "category":
        return _digest(column.codes, repr(sorted(column.column.level_counts())).encode())
    return _digest(column.codes, (column.column.values + 0.0).tobytes())  # + 0.0 turns -0.0 into 0.0


def _order(column: Levels) -> bytes | None:
    return _digest(column.codes, b"") if column.column.kind == "number" else None


def _groups(column: Levels) -> bytes | None:
    """Hash the levels numbered as they first occur: the values without their names."""
    if column.distinct > len(column.codes) // 2:
        return None
    rows = len(column.codes)
    first = np.full(column.distinct + 1, rows)  # the first row of each level; of missing values in front
    first[column.codes[::-1] + 1] = np.arange(rows - 1, -1, -1)
    first = first[int(first[0] == rows) :]
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return _digest(number[column.codes + (len(first) - column.distinct)], b"")


def _digest(codes: Codes, more: bytes) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(codes).tobytes() + more).digest()
