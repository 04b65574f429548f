"""A worker by itself: starts, trains a group of a sweep some times, and prints seconds as JSON.

python -m benchmarks.scale.group SWEEP GROUP ROUNDS CLOCK BEGAN; BEGAN is what the clock showed when it was started.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.scale.clocks import CLOCKS, Clock
from npnet.rundir.names import trial_name
from npnet.storage.disk import remove_folder
from npnet.sweeps.context import sweep_context
from npnet.sweeps.waves import Task, WavePlan, read_wave
from npnet.sweeps.worker import work

CALLS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.listdir", "os.scandir"}


class Counter:
    """What is asked of the file system while `counting`: calls on files and folders, and synced writes."""

    def __init__(self) -> None:
        self.counting, self.calls, self.syncs = False, 0, 0
        sys.addaudithook(self.hear)
        sync = os.fsync

        def counted(descriptor: Any) -> None:
            self.syncs += self.counting
            sync(descriptor)

        os.fsync = counted  # type: ignore[assignment]

    def hear(self, event: str, _: object) -> None:
        self.calls += self.counting and event in CALLS


def main(folder: Path, group: int, rounds: int, clock: Clock, began: float) -> None:
    """Train a group that is there already some times anew, and count in the last round."""
    wave = read_wave(folder, 0)
    sweep_context(folder)
    start, counter, seconds = clock() - began, Counter(), []
    for left in reversed(range(rounds)):
        counter.counting = left == 0
        seconds.append(train(folder, wave, group, clock))
    trials = len(wave.groups[group])
    print(
        json.dumps(
            {"start": start, "seconds": seconds, "calls": counter.calls / trials, "syncs": counter.syncs / trials}
        )
    )


def train(folder: Path, wave: WavePlan, group: int, clock: Clock) -> float:
    """Seconds to train a group whose folders were removed."""
    for trial in wave.groups[group]:
        remove_folder(wave.trials_folder / trial_name(trial.number))
    wave.leases_folder.mkdir(exist_ok=True)
    began = clock()
    work(Task(str(folder), 0, group))
    return clock() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), CLOCKS[sys.argv[4]], float(sys.argv[5]))
