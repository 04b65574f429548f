"""Cells: a column on one split of a table, measured in turn and kept at once, so that a run can go on."""

import gc
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.tables import peers, product
from benchmarks.tables.sources import EIGHT, split

KEPT = Path(__file__).parent.parent / "tables.json"
COLUMNS = (product.NAME, *peers.PEERS)
PACKAGES = ("npnet", "numpy", "pandas", "scikit-learn", "pytabkit", "torch", "catboost")
WARM = "penguins"  # the smallest table, on which every column runs once before anything is timed
Kept = dict[str, Any]  # as in tables.json


def kept() -> Kept:
    """Return the contents of tables.json."""
    found: Kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def save(result: Kept) -> None:
    """Keep a result, whole or not yet."""
    KEPT.write_text(json.dumps(result, indent=1) + "\n")


def begun(core: int | None) -> Kept:
    """Return a result with no cells: where it is measured, and what."""
    facts = {**machine.describe(), "pinned_to_core": core}
    versions = machine.versions(PACKAGES)
    return {"machine": facts, "versions": versions, "preset": product.recipe(), "cells": {}}


def belongs(result: Kept, now: Kept) -> bool:
    """Whether cells of a kept result may stand beside what is measured now."""
    same = all(result[part] == now[part] for part in ("versions", "preset"))
    return same and all(result["machine"][fact] == now["machine"][fact] for fact in ("cpu", "system", "python"))


def wanted(tables: Sequence[str], columns: Sequence[str], states: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    """Return the cells of a run, all columns of a split before those of the next one."""
    for table in tables:
        for state in states:
            yield from ((column, table, state) for column in columns if (column, table) not in peers.TOO_SLOW)


def measure(column: str, table: str, state: int) -> dict[str, float]:
    """Score and seconds of one cell."""
    gc.collect()  # what the cell before left behind
    halves = split(EIGHT[table](), state)
    return product.measure(halves) if column == product.NAME else peers.measure(column, halves)


def fill(result: Kept, cells: Sequence[tuple[str, str, int]], keep: bool) -> None:
    """Measure the cells that a result has not yet, each library once before the clock counts."""
    warnings.simplefilter("ignore")
    missing = [cell for cell in cells if key(*cell) not in result["cells"]]
    for column in dict.fromkeys(column for column, _, _ in missing):
        measure(column, WARM, 0)
    for cell in missing:
        found = measure(*cell)
        result["cells"][key(*cell)] = {**found, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        print(f"{key(*cell)}: {found['score']:.4f} {found['seconds']:.1f} s", file=sys.stderr, flush=True)
        if keep:
            save(result)


def key(column: str, table: str, state: int) -> str:
    """Return the name of a cell in tables.json."""
    return f"{column} {table} {state}"
