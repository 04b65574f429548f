"""Columns that say the same as another, and rows that stand in a table twice."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import MISSING
from npnet.data.columns.value_codes import Codes, Levels

FEWEST = 10  # rows: with fewer, columns are alike by chance
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads whole numbers over all words


def same_columns(columns: Sequence[Levels]) -> list[tuple[str, str, str]]:
    """Columns that say what an earlier one says: (column, earlier column, how).

    - "the same values": equal in every row.
    - "the same order": numbers that rise and fall together, such as a logarithm or another unit.
    - "the same groups": as many values, one for each of the other's, at most one for two rows, as a code for a name.
    """
    kinds = {"the same values": _values, "the same order": _order, "the same groups": _groups}
    firsts: dict[str, dict[bytes, str]] = {how: {} for how in kinds}
    found = []
    for column in columns:
        if column.distinct < 2 or len(column.codes) < FEWEST:
            continue
        marks = {how: mark for how, kind in kinds.items() if (mark := kind(column)) is not None}
        earlier = [(how, firsts[how][mark]) for how, mark in marks.items() if mark in firsts[how]]
        if earlier:
            found.append((column.column.name, earlier[0][1], earlier[0][0]))
        for how, mark in marks.items():
            firsts[how].setdefault(mark, column.column.name)
    return found


def repeated_rows(columns: Sequence[Levels]) -> int:
    """How many rows equal an earlier one in every column; by hashes of 64 bits."""
    if not columns:
        return 0
    words = np.zeros(len(columns[0].codes), np.uint64)
    for column in columns:
        words = _mixed(words * ODD + (column.codes + 1).astype(np.uint64))
    return len(words) - len(np.unique(words))


def _values(column: Levels) -> bytes | None:
    if column.column.kind != "category":
        return _digest(column.codes, (column.column.values + 0.0).tobytes())  # + 0.0: there is no -0.0 any more
    codes, levels = column.column.values, column.column.levels
    return _digest(column.codes, repr(sorted(levels[code] for code in np.unique(codes[codes != MISSING]))).encode())


def _order(column: Levels) -> bytes | None:
    return _digest(column.codes, b"") if column.column.kind == "number" else None


def _groups(column: Levels) -> bytes | None:
    """Levels numbered as they first occur: what is left of values without their names."""
    if column.distinct > len(column.codes) // 2:
        return None
    _, first = np.unique(column.codes, return_index=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return _digest(place[column.codes + (len(first) - column.distinct)], b"")


def _digest(codes: Codes, more: bytes) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(codes).tobytes() + more).digest()


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.asarray(words ^ (words >> np.uint64(29)))
