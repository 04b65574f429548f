"""Score npnet's preset and its peers on eight tables: `make bench-tables`.

python -m benchmarks.tables [--only TABLE] [--peers a,b] [--fresh] [--quick] [--report]

Each cell is kept in benchmarks/tables.json as soon as it is measured; docs/tables.md is written at the end.
"""

import argparse
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from benchmarks import machine

if TYPE_CHECKING:
    from benchmarks.tables.cells import Kept

EXTRA = ("pytabkit", "catboost")
QUICK_TABLES, QUICK_STATES = ("penguins", "titanic"), (0,)


def main() -> None:
    """Measure what is asked for and not kept yet, print the tables, write them down."""
    core = machine.pin()  # before NumPy is imported and counts its threads
    from benchmarks.tables import cells, page

    arguments = parse()
    if arguments.report:
        result = cells.kept()
    else:
        refuse_absent(arguments)
        result = run(arguments, core)
    if not result.get("cells"):
        sys.exit("benchmarks: nothing was measured yet")
    if arguments.quick:
        print(page.tables(result, arguments.tables, arguments.states))
        return
    print(page.tables(result))
    page.write(result)
    print(f"written: {cells.KEPT}, {page.PAGE}")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line, or these words."""
    from benchmarks.tables.cells import COLUMNS
    from benchmarks.tables.ranks import STATES
    from benchmarks.tables.sources import EIGHT

    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables", description="Score npnet beside its peers.")
    parser.add_argument("--only", metavar="TABLE", choices=EIGHT, help=f"one of {', '.join(EIGHT)}")
    parser.add_argument("--peers", metavar="a,b", help=f"some of {','.join(COLUMNS)}")
    parser.add_argument("--fresh", action="store_true", help="measure anew what is kept already")
    parser.add_argument("--quick", action="store_true", help="small tables, one split, nothing kept: does all run?")
    parser.add_argument("--report", action="store_true", help="measure nothing; print and write what is kept")
    arguments = parser.parse_args(words)
    arguments.columns = arguments.peers.split(",") if arguments.peers else list(COLUMNS)
    if unknown := set(arguments.columns) - set(COLUMNS):
        parser.error(f"--peers: no {', '.join(sorted(unknown))} among {', '.join(COLUMNS)}")
    everything = QUICK_TABLES if arguments.quick else tuple(EIGHT)
    arguments.tables = (arguments.only,) if arguments.only else everything
    arguments.states = QUICK_STATES if arguments.quick else STATES
    return arguments


def refuse_absent(arguments: argparse.Namespace) -> None:
    """Exit where a package or a table is not there."""
    from benchmarks.tables.sources import FOLDER

    if absent := [package for package in EXTRA if find_spec(package) is None]:
        sys.exit(f"benchmarks: {', '.join(absent)} not installed; pip install '.[bench-tables]' gets them")
    if absent := [f"{name}.csv" for name in arguments.tables if not (FOLDER / f"{name}.csv").exists()]:
        sys.exit(
            f"benchmarks: no {', '.join(absent)} in {FOLDER}; NPNET_TABLES names their folder (docs/tables.md has more)"
        )


def run(arguments: argparse.Namespace, core: int | None) -> "Kept":
    """Return the kept result with the cells that were asked for in it."""
    from benchmarks.tables import cells

    asked = list(cells.wanted(arguments.tables, arguments.columns, arguments.states))
    now, before = cells.begun(core), {} if arguments.quick else cells.kept()
    whole = arguments.fresh and not (arguments.only or arguments.peers)
    if before and not whole:
        if not cells.belongs(before, now):
            sys.exit("benchmarks: what is kept was measured elsewhere, or of other versions; --fresh starts anew")
        again = {cells.key(*cell) for cell in asked} if arguments.fresh else set()
        now = {**before, "cells": {name: cell for name, cell in before["cells"].items() if name not in again}}
    cells.fill(now, asked, keep=not arguments.quick)
    return now


if __name__ == "__main__":
    main()
