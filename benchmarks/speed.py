"""Time npnet beside PyTorch, JAX, Keras and scikit-learn: `make bench`.

python -m benchmarks.speed [--only NAME] [--rounds N] [--quick]

A whole run writes benchmarks/speed.json and docs/benchmarks.md; with any option it only prints.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from time import perf_counter

from benchmarks import machine, report
from benchmarks.commands import COMMANDS
from benchmarks.measure import Result, measure_work
from benchmarks.works import WORKS

ROUNDS, SECONDS, QUICK_SECONDS = 5, 0.6, 0.02


def main() -> None:
    """Measure what is asked for, print the tables, and write them down after a whole run."""
    arguments = parse()
    if absent := machine.missing():
        sys.exit(f"benchmarks: {', '.join(absent)} not installed; pip install '.[bench]' gets all that is compared")
    result = run(arguments)
    print(report.tables(result))
    if arguments == parse([]):
        report.SPEED.write_text(json.dumps(result, indent=1) + "\n")
        report.PAGE.write_text(report.page(result))
        print(f"written: {report.SPEED}, {report.PAGE}")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line, or these words."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description="Time npnet beside other libraries."
    )
    parser.add_argument(
        "--only", metavar="NAME", choices=[*WORKS, *COMMANDS], help=f"one of {', '.join([*WORKS, *COMMANDS])}"
    )
    parser.add_argument(
        "--rounds", metavar="N", type=int, default=ROUNDS, help="of all libraries in turn (%(default)s)"
    )
    parser.add_argument("--quick", action="store_true", help="so short that it only shows that everything runs")
    return parser.parse_args(words)


def run(arguments: argparse.Namespace) -> Result:
    """Everything that goes into speed.json."""
    start, facts = perf_counter(), machine.describe()
    facts["pinned_to_core"] = machine.pin()
    wanted = [arguments.only] if arguments.only else [*WORKS, *COMMANDS]
    seconds = QUICK_SECONDS if arguments.quick else SECONDS
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "rounds": arguments.rounds,
        "machine": facts,
        "versions": machine.versions(),
        "works": [measure_work(WORKS[name], arguments.rounds, seconds) for name in wanted if name in WORKS],
        "commands": [COMMANDS[name](arguments.rounds) for name in wanted if name in COMMANDS],
        "minutes": round((perf_counter() - start) / 60, 1),
    }


if __name__ == "__main__":
    main()
