"""npnet: the whole of a sweep, from its plan to the table, with a folder for each trial."""

import csv
from pathlib import Path

from benchmarks.sweeps.worker import CONFIG_FILE, main
from npnet.config import load
from npnet.machine.signals import Stop
from npnet.sweeps.driver import run_sweep
from npnet.sweeps.plan import SweepOptions, make_plan


class Silent:
    """Nobody is told how a sweep goes."""

    def begin(self, *_: object) -> None: ...
    def trained(self, *_: object) -> None: ...
    def warn(self, *_: object) -> None: ...
    def end(self) -> None: ...


class Sweep:
    """What `npnet sweep` does once it is imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def train(self) -> None:
        options = SweepOptions(self.folder, run_dir=self.folder / "sweep")
        run_sweep(make_plan(load(self.folder / CONFIG_FILE)), options, Silent(), Stop())

    def loss(self) -> float:
        return mean_loss(self.folder / "sweep")


def mean_loss(sweep: Path) -> float:
    """Give the mean of a column of the table."""
    with (sweep / "trials.csv").open(newline="") as table:
        found = [float(row["train.loss"]) for row in csv.DictReader(table)]
    return sum(found) / len(found)


if __name__ == "__main__":
    main(Sweep)
