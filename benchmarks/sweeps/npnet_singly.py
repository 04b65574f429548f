"""npnet: one training after another in one process, each with its folder, without pictures."""

import json
from pathlib import Path
from statistics import mean

from benchmarks.sweeps import RATES, SEEDS
from benchmarks.sweeps.worker import CONFIG_FILE, main
from npnet.config import load
from npnet.machine.signals import Stop
from npnet.runner import RunOptions, run_training


class Silent:
    """Nobody is told how a training goes."""

    def begin(self, *_: object) -> None: ...
    def progress(self, *_: object) -> None: ...
    def stage(self, *_: object) -> None: ...
    def warn(self, *_: object) -> None: ...
    def end(self) -> None: ...


class Singly:
    """What a loop over `npnet train` does, but for starting its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def train(self) -> None:
        for rate in RATES:
            for seed in range(SEEDS):
                words = [f"learning_rate={rate!r}", f"model_seed={seed}", "threads=1"]
                options = RunOptions(self.folder / "runs")
                run_training(load(self.folder / CONFIG_FILE, words), options, Silent(), Stop())

    def loss(self) -> float:
        found = (self.folder / "runs").glob("[!.l]*/metrics.json")
        return float(mean(json.loads(metrics.read_text())["train"]["loss"] for metrics in found))


if __name__ == "__main__":
    main(Singly)
