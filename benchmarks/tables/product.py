"""npnet's column: `preset: tabular` as a user runs it, from the file that trains to predictions of another."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables.clock import timed
from benchmarks.tables.sources import Halves, Table, score
from npnet import config
from npnet.config.files import preset_text
from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
from npnet.experiment.resources import limited
from npnet.model.trainer import Trainer
from npnet.runner.prepared_run import prepare_run

NAME, PRESET = "npnet", "tabular"
TRAIN, TEST, CONFIG = "train.csv", "test.csv", "config.yaml"


def recipe() -> str:
    """Return the preset as it is measured."""
    return preset_text(PRESET)


def measure(halves: Halves) -> dict[str, float]:
    """Return the score on the held-out rows, and the seconds from reading the config and the files to predictions."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(halves, folder)
        with timed() as taken:
            classes, output = predicted(folder)
    return {"score": score(halves.table.task, halves.y_test, as_scored(output, classes, halves.table)), **taken}


def write(halves: Halves, folder: Path) -> None:
    """Write a config, the rows to learn from, and those to predict, which have no target."""
    table = halves.table
    y = table.labels[halves.y] if table.classes else halves.y
    halves.X.assign(**{table.target: y}).to_csv(folder / TRAIN, index=False)
    halves.X_test.to_csv(folder / TEST, index=False)
    source = {"table": {"path": TRAIN, "target": table.target}}
    experiment = {"preset": PRESET, "dataset": source, "split": {"test": 0}}
    (folder / CONFIG).write_text(json.dumps(experiment))


def predicted(folder: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Do what `npnet train` and `npnet predict` do, but for the run folder: classes and outputs (outputs, rows)."""
    ready = prepare_run(config.load(folder / CONFIG))
    with limited(ready.experiment.threads):
        fitting = Trainer(ready.experiment, ready.folds)
        for _ in fitting.fit():
            pass
        rows, _ = read_frame(ReadOptions(path=TEST), folder, ready.data.schema, needs=ready.data.features)
        return ready.data.classes, fitting.predictor().outputs(rows)


def as_scored(output: NDArray[np.float64], classes: tuple[str, ...], table: Table) -> NDArray[np.float64]:
    """Values, the probability of the second class, or (rows, classes), classes in the order of the table's codes."""
    if table.task == "regression":
        values: NDArray[np.float64] = output[0]
        return values
    chances = np.stack([1 - output[0], output[0]]) if table.task == "binary" else output
    chances = chances[[classes.index(str(label)) for label in table.labels]]
    return chances[1] if table.task == "binary" else chances.T
