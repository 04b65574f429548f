"""What the harnesses of kills, power losses and errors have in common: their options, and how they sum up."""

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext

from tests.faults.hindrances import HINDRANCES, Hindrance
from tests.faults.shell import ROOT
from tests.faults.trainings import TRAININGS, Training

ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
Sweep = Callable[[Training, int, int, Hindrance], Counter[str]]


def summed(sweep: Sweep, what: str, arguments: Sequence[str] | None, usual: Iterable[str] = TRAININGS) -> Counter[str]:
    """Go through trainings, the usual ones or those that the command line names; the sum of what came of each."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="of all cases every Nth")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes at a time")
    parser.add_argument("--only", choices=TRAININGS, action="append", help="of the trainings this one")
    parser.add_argument("--without", choices=HINDRANCES, help="of npnet, take this out: the harness must then fail")
    given = parser.parse_args(arguments)
    hindered = HINDRANCES.get(given.without, nullcontext)
    trainings = [TRAININGS[name] for name in given.only or usual]
    return sum((sweep(training, given.every, given.jobs, hindered) for training in trainings), Counter())


def in_a_process(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a harness in a process of its own, without the threads that a child could not take along."""
    command = [sys.executable, "-W", "error", "-m", f"tests.faults.{module}", *arguments]
    surroundings = os.environ | {"PYTHONPATH": ROOT, **ALONE}
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=900, check=False)
