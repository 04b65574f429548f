"""Errors of the disk: `python -m tests.faults.ioerr` has every call that writes refused, for each of the reasons.

Once, or from then on. A training then goes on and ends with 0, or with 6 and one line; what was there before is as it
was, and once the disk is well again, going on ends in the bytes of a training that nothing befell.
"""

import errno
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from npnet.errors import MachineError
from tests.faults.crash import Noter
from tests.faults.forks import Ended, each, room
from tests.faults.harness import summed
from tests.faults.hindrances import Hindrance
from tests.faults.seam import Call
from tests.faults.trainings import (
    Training,
    Tree,
    bystanders,
    differences,
    golden_of,
    prepare,
    tree_of,
    under,
)

REASONS = ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "EMFILE", "EFBIG")
LOCKING = ("ENOLCK",)  # what a lock is refused for
FULL = ("ENOSPC", "EDQUOT")
ROOM_MAKING = ("unlink", "remove", "rmdir", "rename", "replace", "ftruncate", "fsync", "flock")  # a full disk lets them


@dataclass(frozen=True)
class Refusal:
    """Which call is refused, and why: that one alone, or all from then on that this reason is a reason for."""

    number: int
    what: str
    reason: str
    lasting: bool

    def __str__(self) -> str:
        return f"{self.reason} {'from' if self.lasting else 'at'} call {self.number}, {self.what}"

    def concerns(self, number: int, call: Call) -> bool:
        """Whether a call is one of those refused."""
        if number == self.number or not self.lasting:
            return number == self.number
        return number > self.number and not (self.reason in FULL and call.name in ROOM_MAKING)


class Refuser:
    """Makes calls but those that are refused; of a write that is, half is done, as where a disk fills up."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal, self.number = refusal, 0

    def __call__(self, call: Call) -> object:
        """Make a call, or refuse it."""
        self.number += 1
        if not self.refusal.concerns(self.number, call):
            return call()
        if call.name == "write":
            call.half()
        code = getattr(errno, self.refusal.reason)
        raise OSError(code, os.strerror(code), call.paths[-1].rstrip("/"))


def refusals_of(calls: Sequence[Call]) -> Iterator[Refusal]:
    """Every refusal of a training with these calls: `sync` alone is never refused, it has nothing to say."""
    for number, call in enumerate(calls, 1):
        for reason in () if call.name == "sync" else LOCKING if call.name == "flock" else REASONS:
            what = f"{call.name} {Path(call.paths[-1]).name}"
            yield from (Refusal(number, what, reason, lasting) for lasting in (False, True))


def borne(training: Training, golden: Tree, hindered: Hindrance, refusal: Refusal) -> str:
    """Refuse what is to be refused, then go on; what is wrong with either, empty where nothing is."""
    with room() as folder:
        place = prepare(Path(folder))
        before = bystanders(place)
        ended = under(Refuser(refusal), training.begin, place, hindered)
        if wrong := told_wrong(ended):
            return f"{refusal}: {wrong}"
        if changed := [name for name, data in before.items() if tree_of(place).get(name) != data]:
            return f"{refusal}: changed {changed}"
        ended = under(Call.__call__, training.go_on, place)
        wrong = f"then exit code {ended.code}: {ended.stderr}" if ended.code else differences(place, golden)
        return f"{refusal}: {wrong}" if wrong else ""


def told_wrong(ended: Ended) -> str:
    """Return what is wrong with the end of a command that met a disk error; empty where nothing is."""
    if ended.code not in (0, MachineError.code):
        return f"exit code {ended.code}: {ended.stderr[-500:]}"
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("npnet: warning: ")]
    explained = bool(lines) and lines[0].startswith("npnet: error: ")
    return "" if explained == bool(ended.code) and "Traceback" not in ended.stderr else f"stderr is {ended.stderr!r}"


def refused(training: Training, every: int, jobs: int, hindered: Hindrance) -> Counter[str]:
    """Refuse a training every call for every reason, or each of so many, and print what came of it."""
    start = time.monotonic()
    calls = Noter()
    with room() as folder:
        golden = golden_of(training, Path(folder), calls, hindered)
    refusals = list(refusals_of(calls.calls))[::every]
    wrong = [text for text in each(partial(borne, training, golden, hindered), refusals, jobs) if text]
    print(f"{training.name}: {len(refusals) - len(wrong):,} of {len(refusals):,} injected errors handled", end=" ")
    print(f"({len(calls.calls)} calls, {time.monotonic() - start:.0f} s)", *wrong[:10], sep="\n  ", flush=True)
    return Counter(tried=len(refusals), wrong=len(wrong))


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through a training and a sweep; 1 where an error was not borne."""
    total = summed(refused, __doc__ or "", arguments, ("train", "sweep"))
    print(f"{total['tried']:,} injected errors, {total['wrong']:,} of them not handled")
    return int(total["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
