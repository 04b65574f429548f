"""Crashes: `python -m tests.faults.crash` kills trainings before, after and half-way through every call that writes.

Each is then resumed, and must end in the bytes of a training that was not killed, with nothing left over.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.forks import KILLED, each, room
from tests.faults.harness import summed
from tests.faults.hindrances import Hindrance
from tests.faults.seam import Call
from tests.faults.trainings import Training, Tree, differences, golden_of, prepare, under

BEFORE, HALF, AFTER = "before", "half-way through", "after"


@dataclass(frozen=True)
class Point:
    """Where a training is killed: at which of its calls, and whether before, half-way or after."""

    number: int
    when: str
    what: str

    def __str__(self) -> str:
        return f"{self.when} call {self.number}, {self.what}"


class Noter:
    """Makes calls and notes them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> object:
        """Make a call."""
        self.calls.append(call)
        return call()


class Killer:
    """Makes calls until the one at which it kills its own process."""

    def __init__(self, point: Point) -> None:
        self.point, self.number = point, 0

    def __call__(self, call: Call) -> object:
        """Make a call, or die at it."""
        self.number += 1
        if self.number != self.point.number:
            return call()
        try:
            if self.point.when != BEFORE:
                (call.half if self.point.when == HALF else call)()
        finally:  # also where the call is refused, as to remove what is not there
            os.kill(os.getpid(), signal.SIGKILL)
        return None


def points_of(calls: Sequence[Call]) -> list[Point]:
    """Every point at which a training with these calls can be killed."""
    found = []
    for number, call in enumerate(calls, 1):
        half = [HALF] if call.name == "write" else []
        what = f"{call.name} {Path(call.paths[-1]).name}"
        found += [Point(number, when, what) for when in (BEFORE, *half, AFTER)]
    return found


def killed(training: Training, golden: Tree, hindered: Hindrance, point: Point) -> str:
    """Kill a training at a point and go on with it; what is wrong then, empty where nothing is."""
    with room() as folder:
        place = prepare(Path(folder))
        ended = under(Killer(point), training.begin, place, hindered)
        if ended.code != KILLED:
            return f"{point}: not killed, exit code {ended.code}: {ended.stderr}"
        ended = under(Call.__call__, training.go_on, place)
        wrong = f"exit code {ended.code}: {ended.stderr}" if ended.code else differences(place, golden)
        return f"{point}: {wrong}" if wrong else ""


def swept(training: Training, every: int, jobs: int, hindered: Hindrance) -> Counter[str]:
    """Kill a training at every point, or at each of so many, and print what came of it."""
    start = time.monotonic()
    calls = Noter()
    with room() as folder:
        golden = golden_of(training, Path(folder), calls, hindered)
    points = points_of(calls.calls)[::every]
    wrong = [text for text in each(partial(killed, training, golden, hindered), points, jobs) if text]
    print(f"{training.name}: {len(points) - len(wrong):,} of {len(points):,} kills ended in the same bytes", end=" ")
    print(f"({len(calls.calls)} calls, {time.monotonic() - start:.0f} s)", *wrong[:10], sep="\n  ", flush=True)
    return Counter(points=len(points), wrong=len(wrong))


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep over the trainings; 1 where one did not end as it must."""
    total = summed(swept, __doc__ or "", arguments)
    print(f"{total['points']:,} kills, {total['wrong']:,} of them not recovered")
    return int(total["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
