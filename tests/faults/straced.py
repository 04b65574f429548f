"""Kills by strace: `python -m tests.faults.straced` has the system itself kill real npnet processes at their calls.

One series for each kind of call, as strace counts them apart. What the seam of the other harnesses cannot see would
show here. Each training is then resumed, and must end in the same bytes.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.crash import Noter
from tests.faults.forks import KILLED, each, room
from tests.faults.seam import Call
from tests.faults.shell import ROOT
from tests.faults.strace import why_not
from tests.faults.trainings import QUIET, TRAININGS, Training, Tree, differences, golden_of, prepare, under

SERIES = ("write", "fsync", "rename", "mkdir", "openat", "unlink", "ftruncate", "close")
LAUNCH = """\
import sys
from npnet.cli import main
from tests.faults.hurry import hurried
with hurried():
    sys.exit(main(sys.argv[1:]))
"""
SAME = {"PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
PATIENCE = 120


@dataclass(frozen=True)
class Entry:
    """A call that strace kills a process at: which one of its kind."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


def traced(words: Sequence[str], place: Path, *options: str) -> int:
    """Run npnet in a place under strace; its exit code, negative where a signal ended it."""
    command = ["strace", "-f", "-qq", *options, sys.executable, "-c", LAUNCH, *words, *QUIET]
    return subprocess.run(
        command, cwd=place, env=os.environ | SAME, capture_output=True, timeout=PATIENCE, check=False
    ).returncode


def entries_of(training: Training) -> dict[str, list[Entry]]:
    """Return the calls of each kind that a training makes in its folder, numbered among all of that kind."""
    with room() as folder:
        place, log = prepare(Path(folder)), Path(folder) / "log"
        code = traced(training.words, place, "-y", "-o", str(log), "-e", f"trace={','.join(SERIES)}")
        assert code == 0, code
        lines = [line.split(maxsplit=1) for line in log.read_text(errors="replace").splitlines()]
        here = re.compile(rf'(?<!AT_FDCWD)<{place}[/>]|"{place}/')  # an open file or folder, or a path
        found, counts = {kind: list[Entry]() for kind in SERIES}, Counter[str]()
        for process, text in lines:
            kind = text.partition("(")[0]
            if process == lines[0][0] and kind in found:  # other processes are numbered apart
                counts[kind] += 1
                if here.search(text):
                    found[kind].append(Entry(kind, counts[kind]))
        return found


def killed(training: Training, golden: Tree, entry: Entry) -> str:
    """Have a process killed at a call, and go on with its training; what is wrong then, empty where nothing is."""
    with room() as folder:
        place = prepare(Path(folder))
        inject = f"inject={entry.kind}:signal=KILL:when={entry.number}"
        code = traced(training.words, place, "-o", os.devnull, "-e", f"trace={entry.kind}", "-e", inject)
        if code not in (KILLED, 128 - KILLED):
            return f"{entry}: not killed, exit code {code}"
        ended = under(Call.__call__, training.go_on, place)
        wrong = f"exit code {ended.code}: {ended.stderr}" if ended.code else differences(place, golden)
        return f"{entry}: {wrong}" if wrong else ""


def spread(entries: Sequence[Entry], most: int) -> Sequence[Entry]:
    """At most so many of some calls, from the first to the last."""
    return entries[:: max(1, -(-len(entries) // most))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill a training by every series and print the counts; 1 where one did not end as it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.straced", description=__doc__)
    parser.add_argument("--most", type=int, default=16, metavar="N", help="of each series, so many kills")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    parser.add_argument("--only", choices=SERIES, action="append", help="of the series, this one")
    given = parser.parse_args(arguments)
    if reason := why_not():
        print(f"NOTHING WAS KILLED BY STRACE: {reason}")
        return 0
    start, training, total = time.monotonic(), TRAININGS["train"], Counter[str]()
    with room() as folder:
        golden = golden_of(training, Path(folder), Noter())
    entries = entries_of(training)
    for kind in given.only or SERIES:
        chosen = spread(entries[kind], given.most)
        wrong = [text for text in each(partial(killed, training, golden), chosen, given.jobs) if text]
        print(f"{kind}: {len(chosen) - len(wrong)} of {len(chosen)} kills ended in the same bytes", end="")
        print("", *wrong[:10], sep="\n  ", flush=True)
        total += Counter(kills=len(chosen), wrong=len(wrong))
    seconds = time.monotonic() - start
    print(f"{total['kills']} kills by strace, {total['wrong']} of them not recovered ({seconds:.0f} s)")
    return int(total["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
