"""Fuzzing: `python -m tests.faults.fuzz` runs configs and tables without number against the promise of `case.py`.

Case n of a seed is always the same. A failing one is written to a folder with the command that replays it.
"""

import argparse
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.faults.case import Case, Outcome, held
from tests.faults.configs import COMMANDS, config_case
from tests.faults.tables import table_case, table_commands

KINDS: dict[str, Callable[[int, int], Case]] = {"configs": config_case, "tables": table_case}
CHUNK, SPACE = 100, 4 << 30
FAILURES = Path("fuzz-failures")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both kinds, or replay folders; 1 where a case failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument("--configs", type=int, default=50_000, metavar="N")
    parser.add_argument("--tables", type=int, default=5_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5, help="how long a case may take")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FOLDER", help="run failed cases again")
    given = parser.parse_args(arguments)
    if given.replay:
        return max(replay(folder, given.seconds) for folder in given.replay)
    counts = {"configs": given.configs, "tables": given.tables}
    return max(run(kind, given.seed, counts[kind], given.jobs, given.seconds) for kind in KINDS if counts[kind])


def run(kind: str, seed: int, count: int, jobs: int, seconds: float) -> int:
    """Run the cases of one kind and print how they ended."""
    codes: Counter[int] = Counter()
    failed, slowest, peak = 0, 0.0, 0
    chunks = [(kind, seed, first, min(CHUNK, count - first), seconds) for first in range(0, count, CHUNK)]
    with ProcessPoolExecutor(jobs, get_context("spawn"), prepare) as pool:
        for ended in pool.map(run_chunk, chunks):
            for number, outcome in ended:
                codes[outcome.code] += 1
                slowest, peak = max(slowest, outcome.seconds), max(peak, outcome.peak)
                if outcome.broken:
                    failed += 1
                    tell(KINDS[kind](seed, number), outcome)
    listed = ", ".join(f"{code}: {codes[code]:,}" for code in sorted(codes))
    print(
        f"{count:,} {kind}, seed {seed}: {failed} failed; exit codes {listed}; "
        f"slowest {slowest:.1f} s, most memory {peak / 1e6:.0f} MB",
        flush=True,
    )
    return int(failed > 0)


def prepare() -> None:
    """Bound the address space of a worker: npnet then refuses what does not fit, and the machine stays whole."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, most))


def run_chunk(chunk: tuple[str, int, int, int, float]) -> list[tuple[int, Outcome]]:
    """Run some cases one after another."""
    kind, seed, first, count, seconds = chunk
    with tempfile.TemporaryDirectory() as folder:
        return [
            (number, held(KINDS[kind](seed, number), Path(folder) / "case", seconds))
            for number in range(first, first + count)
        ]


def tell(case: Case, outcome: Outcome) -> None:
    """Keep the files of a failed case, and say how to see it again."""
    folder = FAILURES / case.name
    case.write(folder)
    print(
        f"FAILED {' '.join(case.words)}: {outcome.broken}\n  python -m tests.faults.fuzz --replay {folder}", flush=True
    )


def replay(folder: Path, seconds: float) -> int:
    """Run all commands on the files of a folder again."""
    failed = 0
    for words in commands_for(folder):
        with tempfile.TemporaryDirectory() as place:
            outcome = held(Case.read(folder, words), Path(place) / "case", seconds)
        print(f"{folder}: {' '.join(words)}: exit code {outcome.code}{f', {outcome.broken}' if outcome.broken else ''}")
        failed |= bool(outcome.broken)
    return int(failed)


def commands_for(folder: Path) -> tuple[tuple[str, ...], ...]:
    """Return the commands for the files of a case: tables are also trained on."""
    names = sorted(file.name for file in folder.iterdir())
    return COMMANDS if names == ["case.yaml"] else table_commands(names)


if __name__ == "__main__":
    sys.exit(main())
