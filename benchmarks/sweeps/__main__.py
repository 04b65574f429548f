"""Time sweeps beside the peers: `make bench` prints it, or `taskset -c 0 python -m benchmarks.sweeps [ROUNDS]`.

Ways take turns, each in a process of its own on one core with one thread, after one round that does not count;
medians count, a ratio is the median of the ratios of each round. Peers that are not installed are left out.

`python -m benchmarks.sweeps many [COUNT...]` prints the memory of sweeps of thousands.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
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
Taken = dict[str, list[float]]  # of each round, by the name of the way


def main(rounds: int) -> None:
    """Measure every way in turn, and print the table."""
    core = machine.pin()
    trainings, processes, losses = measure(rounds)
    print(f"{TRIALS} trainings of 2-16-16-1, batches of 32, {EPOCHS} epochs; core {core}, {rounds} rounds, medians")
    print(f"{'':26} {'trainings':>11} {'process':>11}   the sweep takes of it")
    for name, seconds in processes.items():
        inside = f"{median(trainings[name]):9.2f} s" if name in trainings else " " * 11
        print(f"{name:26} {inside} {median(seconds):9.2f} s   {share(name, trainings, processes):30} {losses[name]}")
    around = median(map(float.__sub__, trainings[SWEEP.name], trainings[STACK.name])) / TRIALS
    print(f"around each training: {1000 * around:.1f} ms (plan, folder, scores, table)")


def share(name: str, trainings: Taken, processes: Taken) -> str:
    """What part of a way the sweep takes: of the trainings alone, of whole processes, and what is wanted."""
    if name == COMMAND:
        return ""
    inside = ratio(trainings[SWEEP.name], trainings[name])
    whole = ratio(processes[COMMAND], processes[name])
    limit = next(way.limit for way in WAYS if way.name == name)
    wanted = "" if limit is None else f" <= {limit:.3g}: {'met' if inside <= limit else 'missed'}"
    return f"{inside:.3f}{wanted}; processes {whole:.3f}"


def ratio(own: list[float], other: list[float]) -> float:
    """The median of the ratios of each round."""
    return median(one / another for one, another in zip(own, other, strict=True))


def measure(rounds: int) -> tuple[Taken, Taken, dict[str, str]]:
    """Seconds of the trainings and of the processes, and what became of the loss; the first round is left out."""
    trainings: Taken = defaultdict(list)
    processes: Taken = defaultdict(list)
    losses = {COMMAND: ""}
    # Folders are kept to the end: where many files were just removed, a file system takes longer to make new ones.
    ways = [way for way in WAYS if find_spec(way.package)]
    with tempfile.TemporaryDirectory() as place:
        print(f"making a file of a trial costs {1e6 * file_cost(Path(place)):.0f} us in {place}", flush=True)
        for turn in range(rounds + 1):
            whole = run_command(new_folder(place, f"{turn}-command"))
            processes[COMMAND] += [whole] * (turn > 0)
            for way in ways:
                whole, answer = run_way(way, new_folder(place, f"{turn}-{way.module}"))
                processes[way.name] += [whole] * (turn > 0)
                trainings[way.name] += [answer["seconds"]] * (turn > 0)
                losses[way.name] = f"loss {answer['loss']:.4f}"
                print(f"{way.name:26} {answer['seconds']:9.2f} s {whole:9.2f} s", file=sys.stderr, flush=True)
    return trainings, processes, losses


def file_cost(folder: Path, count: int = 500) -> float:
    """Seconds to make a file there: 30 us on a quiet ext4, 20 times that where many were just removed."""
    began = perf_counter()
    for number in range(count):
        (folder / str(number)).write_bytes(bytes(1000))
    return (perf_counter() - began) / count


def new_folder(place: str, name: str) -> Path:
    """A folder with the config."""
    folder = Path(place, name)
    folder.mkdir()
    (folder / CONFIG_FILE).write_text(CONFIG)
    return folder


def run_command(folder: Path) -> float:
    """Seconds of `npnet sweep` from its start to its table; SystemExit where it fails."""
    command = [sys.executable, "-m", "npnet", "sweep", str(folder / CONFIG_FILE), "-q", "--run-dir", str(folder / "s")]
    return timed(command)[0]


def run_way(way: Way, folder: Path) -> tuple[float, dict[str, float]]:
    """Seconds of a process that trains that way, and what it says; SystemExit where it fails."""
    whole, said = timed([sys.executable, "-m", f"benchmarks.sweeps.{way.module}", str(folder)])
    answer: dict[str, float] = json.loads(said.splitlines()[-1])
    return whole, answer


def timed(command: list[str]) -> tuple[float, str]:
    """Seconds of a command, and what it printed; SystemExit with its last words where it fails."""
    began = perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = perf_counter() - began
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        sys.exit(f"benchmarks: {' '.join(command)} failed: {last[0]}")
    return seconds, done.stdout


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["many", *counts]:
            main_many(counts)
        case [*rounds]:
            main(int(rounds[0]) if rounds else ROUNDS)
