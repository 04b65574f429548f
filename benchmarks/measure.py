"""Rounds: every library in turn, then again; a ratio is the median of the ratios of each round."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers import ENTRIES, FLOOR, NPNET, SCAN, Entry
from benchmarks.works import Work

ROOT = Path(__file__).parent.parent
Seconds = dict[str, list[float]]  # of each round, by the heading of the library
Result = dict[str, Any]  # as in speed.json


def measure_work(work: Work, rounds: int, seconds: float) -> Result:
    """One work in every library that can do it: seconds per step (and model), medians, ratios."""
    entries = [entry for entry in ENTRIES if entry.stacks or work.models == 1]
    answers: dict[str, list[Result]] = {entry.heading: [] for entry in entries}
    for _ in range(rounds):
        for entry in entries:
            answer = run_worker(entry, work, seconds)
            answers[entry.heading].append(answer)
            print(f"{work.name:8} {entry.heading:13} {answer['seconds'] * 1e6:10.1f} us", file=sys.stderr)
    taken = {heading: [answer["seconds"] for answer in found] for heading, found in answers.items()}
    rivals = [entry.heading for entry in entries if entry.rival]
    ratios = {
        "fastest peer": ratio(taken, rivals, work.peer_limit),
        "floor": ratio(taken, [FLOOR.heading], work.floor_limit),
        SCAN.heading: ratio(taken, [SCAN.heading], None),
    }
    return {
        **summary(work.name, work.title, taken, ratios),
        "fastest": min(rivals, key=lambda heading: median(taken[heading])),
        "steps": {heading: [answer["steps"] for answer in found] for heading, found in answers.items()},
        "losses": {heading: found[-1]["loss"] for heading, found in answers.items() if heading != FLOOR.heading},
    }


def run_worker(entry: Entry, work: Work, seconds: float) -> Result:
    """Start a process for one library and one work; SystemExit with its last words where it fails."""
    command = [sys.executable, "-m", f"benchmarks.peers.{entry.module}", work.name, "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        sys.exit(f"benchmarks: {entry.heading} failed on {work.name}: {last[0]}")
    answer: Result = json.loads(done.stdout.splitlines()[-1])
    return answer


def measure_pair(
    name: str, title: str, npnet: Callable[[], float], other: Callable[[], float], rounds: int, limit: float
) -> Result:
    """Two commands in turn, each once before without being timed."""
    taken: Seconds = {NPNET.heading: [], "other": []}
    npnet()
    other()
    for _ in range(rounds):
        taken[NPNET.heading].append(npnet())
        taken["other"].append(other())
        print(f"{name:8} npnet {taken[NPNET.heading][-1]:.3f} s, other {taken['other'][-1]:.3f} s", file=sys.stderr)
    return summary(name, title, taken, {"other": ratio(taken, ["other"], limit)})


def ratio(taken: Seconds, others: Sequence[str], limit: float | None) -> Result:
    """How long npnet takes, as a share of the fastest of the others in the same round."""
    rows = zip(taken[NPNET.heading], *(taken[other] for other in others), strict=True)
    rounds = [own / min(rest) for own, *rest in rows]
    middle = median(rounds)
    return {"rounds": rounds, "median": middle, "limit": limit, "met": None if limit is None else middle <= limit}


def summary(name: str, title: str, taken: Seconds, ratios: Result) -> Result:
    """Return the fields of every measurement in speed.json."""
    medians = {heading: median(values) for heading, values in taken.items()}
    return {"name": name, "title": title, "seconds": taken, "medians": medians, "ratios": ratios}
