"""One way to train all of it, in a process of its own: prints the seconds of the trainings and the mean loss as JSON.

By hand, in a folder with sweep.yaml: taskset -c 0 python -m benchmarks.sweeps.jax_vmap FOLDER
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Protocol

import numpy as np

from benchmarks.worker import Affine
from benchmarks.worker import loss as loss_of
from benchmarks.works import Table

CONFIG_FILE = "sweep.yaml"


class Trainings(Protocol):
    """All trainings, with libraries imported and rows in memory."""

    def train(self) -> None:
        """Train all; whatever is compiled is compiled here, and all numbers are there at the end."""

    def loss(self) -> float:
        """Give the mean loss on the rows that were trained on, to see that all do the same."""


def main(prepare: Callable[[Path], Trainings]) -> None:
    """Time the trainings in the folder that the command line names."""
    trainings = prepare(Path(sys.argv[1]))
    began, worked = perf_counter(), process_time()
    trainings.train()
    seconds, processor = perf_counter() - began, process_time() - worked
    print(json.dumps({"seconds": seconds, "processor": processor, "loss": trainings.loss()}))


def rows(folder: Path) -> Table:
    """Give the rows that the config trains on, as npnet prepares them."""
    from npnet.config import load
    from npnet.experiment.resolved import prepare_folds

    experiment = load(folder / CONFIG_FILE).experiment
    [[data]] = prepare_folds(experiment, experiment.dataset.load(folder, 0))
    part = data.parts["train"]
    return Table(np.ascontiguousarray(part.X, np.float32), np.asarray(part.y).astype(np.int64))


def stacked_loss(weights: list[list[Affine]], table: Table) -> float:
    """Give the mean over models, each of which has W (out, in) and b (out,) of every layer."""
    layers = [zip(*layer, strict=True) for layer in zip(*weights, strict=True)]
    return loss_of([(np.stack(W), np.stack(b)) for W, b in layers], table)
