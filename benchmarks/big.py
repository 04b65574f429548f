"""Large tables: the memory of a training on many rows, the seconds of one on text and gaps, and reading alone.

python -m benchmarks.big memory [--rows 10000000]
python -m benchmarks.big seconds [--rows 300000]
python -m benchmarks.big reading [--rows 1000000]

Tables are made in a temporary folder (TMPDIR) and removed again; ten million rows take 2.5 GB of it, and about as much
while they are read.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import machine
from benchmarks.big_tables import COLUMNS, write_numbers, write_text
from benchmarks.measure import ROOT
from npnet.config import load
from npnet.engine.batches import Batches
from npnet.engine.loop import Rates, train
from npnet.engine.updates import Constraints, Updates
from npnet.experiment.resolved import DataInfo, prepare_folds, resolve
from npnet.experiment.resources import limited
from npnet.model.trainer import Trainer

CELL = 8  # bytes of a number in the table, with its comma
FACTOR, CONSTANT = 1.5, 0.5e9  # the limit: so many times the features in float32, and so many bytes
ROUNDS, BATCH, READING_ROUNDS = 7, 256, 5
READINGS = {
    "pandas": """\
import time, pandas
began = time.process_time()
frame = pandas.read_csv("table.csv")
print(time.process_time() - began)
""",
    "npnet": """\
import time, pandas
from pathlib import Path
from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
began = time.process_time()
frame = read_frame(ReadOptions(path="table.csv"), Path())
print(time.process_time() - began)
""",
    "npnet init": """\
import sys, time
from npnet.cli import main
sys.argv = ["npnet", "init", "--data", "table.csv", "--target", "y", "-o", "c.yaml", "-fq"]
main()
print(time.process_time())
""",
}
"""Programs that print the processor time of what they read."""
SMALL = """\
dataset: {table: {path: table.csv, target: y}}
layers: [{linear: 32}, relu, linear]
loss: mean_squared_error
epochs: 1
batch_size: 4096
"""
TEXT = f"""\
dataset: {{table: {{path: table.csv, target: y}}}}
layers: [{{linear: 64}}, relu, {{linear: 64}}, relu, linear]
loss: binary_cross_entropy
epochs: 3
batch_size: {BATCH}
"""


class Clock:
    """Seconds of one thing after the other, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.start()

    def start(self) -> None:
        """Begin anew: what was since the last stop does not count."""
        self._last = perf_counter()

    def stop(self, name: str) -> None:
        """Write down what has passed, and begin the next."""
        now = perf_counter()
        self.seconds[name], self._last = now - self._last, now


def main() -> None:
    """Make the table that is asked for, measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big", description="Train on large tables.")
    commands = parser.add_subparsers(required=True)
    for name, (rows, measure) in MEASURES.items():
        command = commands.add_parser(name, help=measure.__doc__)
        command.add_argument("--rows", metavar="N", type=int, default=rows, help="of the table (%(default)s)")
        command.set_defaults(measure=measure)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        arguments.measure(Path(folder), arguments.rows)


def measure_reading(folder: Path, rows: int) -> None:
    """Seconds and peak memory of reading a table of 20 columns with text and gaps, beside pandas; and of npnet init."""
    machine.pin()
    code = (
        f"from pathlib import Path; from benchmarks.big_tables import write_text; write_text(Path('table.csv'), {rows})"
    )
    _run(folder, code + "; print(0)")  # in a process of its own: another one inherits the peak of its parent
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in READINGS}
    for _ in range(READING_ROUNDS):
        for name, code in READINGS.items():
            found[name].append(_run(folder, code))
    print(f"{rows} rows of 20 columns with text and gaps, {READING_ROUNDS} rounds, medians of the processor time")
    for name, one in found.items():
        print(f"  {name:12} {median(time for time, _ in one):6.2f} s {max(peak for _, peak in one):8.0f} MB at most")
    pairs = list(zip(found["npnet"], found["pandas"], strict=True))
    print(f"npnet / pandas: time {median(own[0] / other[0] for own, other in pairs):.2f}, ", end="")
    print(f"memory {median(own[1] / other[1] for own, other in pairs):.2f}")


def _run(folder: Path, code: str) -> tuple[float, float]:
    """Run code in a process of its own; return the seconds that it prints, and its peak memory in MB."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=-1) as process:
        assert process.stdout is not None
        seconds = float(process.stdout.read().split()[-1])
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def measure_memory(folder: Path, rows: int) -> None:
    """Peak memory of `npnet train` on a table of 30 columns of numbers and a target."""
    needed, free = 2 * rows * (COLUMNS + 1) * CELL, shutil.disk_usage(folder).free
    if needed > free:
        sys.exit(f"benchmarks: {needed / 1e9:.1f} GB needed in {folder}, {free / 1e9:.1f} GB are free")
    write_numbers(folder / "table.csv", rows)
    (folder / "big.yaml").write_text(SMALL)
    start = perf_counter()
    command = [sys.executable, "-m", "npnet", "train", "big.yaml", "--no-plots", "-q"]
    process = subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    if status:
        sys.exit(f"benchmarks: {' '.join(command)} failed")
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    limit = FACTOR * rows * COLUMNS * 4 + CONSTANT
    print(f"{rows} rows of {COLUMNS} numbers and a target, {seconds:.1f} s")
    print(f"peak memory {peak / 1e9:.3f} GB, at most {limit / 1e9:.3f} GB: {'met' if peak <= limit else 'not met'}")


def measure_seconds(folder: Path, rows: int) -> None:
    """Seconds of a training on a table of 20 columns with text and gaps, beside pandas and the bare steps."""
    machine.pin()
    write_text(folder / "table.csv", rows)
    (folder / "big.yaml").write_text(TEXT)
    found = [seconds_of_parts(folder) for _ in range(ROUNDS)]
    middle = {name: median(one[name] for one in found) for name in found[0]}
    print(f"{rows} rows of 20 columns with text and gaps, {ROUNDS} rounds, medians, s")
    for name, seconds in middle.items():
        print(f"  {name:12} {seconds:6.3f}")
    for name, floor in (("pandas + steps", 1), ("3 pandas + steps", 3)):
        ratios = [one["all three"] / (floor * one["pandas"] + one["bare steps"]) for one in found]
        print(f"all three / ({name}): {median(ratios):.2f}")


def seconds_of_parts(folder: Path) -> dict[str, float]:
    """One round: what each part of a training takes, in this process; imports are no part of it."""
    import pandas as pd
    import sklearn.metrics  # noqa: F401 - else its import would be timed

    clock = Clock()
    pd.read_csv(folder / "table.csv")
    clock.stop("pandas")
    experiment = load(folder / "big.yaml").experiment
    with limited(1):
        clock.start()
        dataset = experiment.dataset.load(folder, experiment.seed)
        clock.stop("reading")
        folds = prepare_folds(experiment, dataset)
        clock.stop("preparing")
        resolved = resolve(experiment, DataInfo.of(folds[0][0]))
        fitting = Trainer(resolved, folds)
        for _ in fitting.fit():
            pass
        clock.stop("training")
        fitting.predictor().all_scores()
        clock.stop("scoring")
        bare_steps(Trainer(resolved, folds), clock)
    seconds = clock.seconds
    return seconds | {"all three": seconds["reading"] + seconds["preparing"] + seconds["training"]}


def bare_steps(fitting: Trainer, clock: Clock) -> None:
    """Train as `fit` does, without looking at what came of it."""
    experiment = fitting.experiment
    rates = Rates([fitting.stack_trainer.learners[0].learning_rate], experiment.epochs, experiment.schedule)
    updates = Updates(fitting.stack_trainer.network, experiment.optimizer, Constraints())
    batches = Batches(fitting.samples("train"), BATCH, experiment.seed)
    clock.start()
    for _ in train(fitting.stack_trainer.network, fitting.loss, updates, rates, batches, experiment.epochs):
        pass
    clock.stop("bare steps")


MEASURES = {
    "memory": (10_000_000, measure_memory),
    "seconds": (300_000, measure_seconds),
    "reading": (1_000_000, measure_reading),
}

if __name__ == "__main__":
    main()
