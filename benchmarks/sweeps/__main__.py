"""Time sweeps beside the peers: `make bench` prints it, or `taskset -c 0 python -m benchmarks.sweeps [ROUNDS]`.

Ways take turns, each in a process of its own on one core with one thread, after one round that does not count;
medians count, a ratio is the median of the ratios of each round. Peers that are not installed are left out.

`python -m benchmarks.sweeps many [COUNT...]` prints the memory of sweeps of thousands.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import machine
from benchmarks.measure import ROOT
from benchmarks.sweeps import CONFIG, EPOCHS, STACK, SWEEP, TRIALS, WAYS, Way
from benchmarks.sweeps.many import main as main_many
from benchmarks.sweeps.worker import CONFIG_FILE

ROUNDS = 5
COMMAND = "npnet sweep, the command"
Clocks = dict[str, float]  # seconds of the trainings and of the whole process, by the clock and of the processor
Taken = dict[str, list[Clocks]]  # of each round, by the name of the way
HEAD = f"{'seconds':26}{'trainings':>11}{'processor':>11}{'process':>11}{'processor':>11}   the sweep takes of it"


def main(rounds: int) -> None:
    """Measure every way in turn, and print the table."""
    core = machine.pin()
    taken, losses = measure(rounds)
    print(f"{TRIALS} trainings of 2-16-16-1, batches of 32, {EPOCHS} epochs; core {core}, {rounds} rounds, medians")
    print(HEAD)
    for name, clocks in taken.items():
        columns = ("trainings", "training", "process", "processing")
        numbers = "".join(f"{middle(clocks, column):11.2f}" if column in clocks[0] else " " * 11 for column in columns)
        print(f"{name:26}{numbers}   {share(name, taken):54} {losses[name]}")
    around = median(one["training"] - two["training"] for one, two in pairs(taken, SWEEP.name, STACK.name)) / TRIALS
    print(f"around each training: {1000 * around:.1f} ms of the processor (plan, folder, scores, table)")


def middle(clocks: list[Clocks], column: str) -> float:
    """Return the median of a column."""
    return median(one[column] for one in clocks)


def pairs(taken: Taken, one: str, other: str) -> Iterable[tuple[Clocks, Clocks]]:
    """Return what two ways took in the same rounds."""
    return zip(taken[one], taken[other], strict=True)


def share(name: str, taken: Taken) -> str:
    """Return the share of time that the sweep takes, of its trainings and of its process, and the target.

    Ratios are those of the processor's seconds, which others who work on the machine hardly change.
    """
    if name in (COMMAND, SWEEP.name, STACK.name):
        return ""
    inside = median(one["training"] / other["training"] for one, other in pairs(taken, SWEEP.name, name))
    whole = median(one["processing"] / other["processing"] for one, other in pairs(taken, COMMAND, name))
    limit = next(way.limit for way in WAYS if way.name == name)
    wanted = "" if limit is None else f" (<= {limit:.3g}: {'met' if inside <= limit else 'missed'})"
    return f"trainings {inside:.3f}{wanted}, process {whole:.3f}"


def measure(rounds: int) -> tuple[Taken, dict[str, str]]:
    """Seconds of every way in every round but the first, and what became of the loss."""
    taken: Taken = defaultdict(list)
    losses = {COMMAND: ""}
    ways = [way for way in WAYS if find_spec(way.package)]
    # Folders are kept to the end: where many files were just removed, a file system takes longer to make new ones.
    with tempfile.TemporaryDirectory() as place:
        print(f"making a file of a trial costs {1e6 * file_cost(Path(place)):.0f} us in {place}", flush=True)
        for turn in range(rounds + 1):
            taken[COMMAND] += [run_command(new_folder(place, f"{turn}-command"))] * (turn > 0)
            for way in ways:
                clocks, loss = run_way(way, new_folder(place, f"{turn}-{way.module}"))
                taken[way.name] += [clocks] * (turn > 0)
                losses[way.name] = f"loss {loss:.4f}"
                print(f"{way.name:26} {clocks['trainings']:9.2f} s {clocks['training']:9.2f} s", file=sys.stderr)
    return taken, losses


def file_cost(folder: Path, count: int = 500) -> float:
    """Seconds to make a file there: 30 us on a quiet ext4, 20 times that where many were just removed."""
    began = perf_counter()
    for number in range(count):
        (folder / str(number)).write_bytes(bytes(1000))
    return (perf_counter() - began) / count


def new_folder(place: str, name: str) -> Path:
    """Return a folder with the config."""
    folder = Path(place, name)
    folder.mkdir()
    (folder / CONFIG_FILE).write_text(CONFIG)
    return folder


def run_command(folder: Path) -> Clocks:
    """Seconds of `npnet sweep` from its start to its table; SystemExit where it fails."""
    command = [sys.executable, "-m", "npnet", "sweep", str(folder / CONFIG_FILE), "-q", "--run-dir", str(folder / "s")]
    return timed(command)[0]


def run_way(way: Way, folder: Path) -> tuple[Clocks, float]:
    """Seconds of a process that trains that way, and its loss; SystemExit where it fails."""
    clocks, said = timed([sys.executable, "-m", f"benchmarks.sweeps.{way.module}", str(folder)])
    answer = json.loads(said.splitlines()[-1])
    return clocks | {"trainings": answer["seconds"], "training": answer["processor"]}, answer["loss"]


def timed(command: list[str]) -> tuple[Clocks, str]:
    """Seconds of a command, and what it printed; SystemExit with its last words where it fails."""
    began, worked = perf_counter(), children()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    clocks = {"process": perf_counter() - began, "processing": children() - worked}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        sys.exit(f"benchmarks: {' '.join(command)} failed: {last[0]}")
    return clocks, done.stdout


def children() -> float:
    """Seconds that a processor has worked for processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["many", *counts]:
            main_many(counts)
        case [*rounds]:
            main(int(rounds[0]) if rounds else ROUNDS)
