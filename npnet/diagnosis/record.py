"""The record of a training: its settings, history, and predictions, as the verdicts read them."""

import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.diagnosis.outcome import Outcome
from npnet.errors import RunError
from npnet.model.outputs import Calibration
from npnet.model.predictor import Scores, SplitPredictor
from npnet.model.train_state import NEVER
from npnet.rundir.names import OUT_OF_FOLD, PREDICTED
from npnet.rundir.restore import DataMetadata, experiment_of, read_weights
from npnet.rundir.run import RunFolder
from npnet.rundir.table import OF_TARGET, PROBABILITY, Columns, endings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Record:
    """What a run keeps of its training.

    `history` has the columns of history.csv; `initial_loss` is the mean training loss before the first step, None where
    it is not kept; `outcomes` are the predictions of the sets that did not train, by split; `folds` counts those of a
    cross-validation.
    """

    resolved: Path
    run: str
    status: str
    experiment: Experiment
    history: Mapping[str, Floats]
    best_epoch: int | None = None
    initial_loss: float | None = None
    task: str = ""
    classes: tuple[str, ...] = ()
    folds: int = 1
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    metrics: Scores = field(default_factory=dict)
    baselines: Mapping[str, Scores] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def held_out(self) -> tuple[str, Outcome] | None:
        """The predictions of rows that did not train, and their split: validation, out of fold, or test."""
        for split in ("validation", OUT_OF_FOLD, "test"):
            if split in self.outcomes:
                return split, self.outcomes[split]
        return None

    @property
    def config(self) -> str:
        """The path of the config of the run, as a command has it."""
        return shlex.quote(str(self.resolved))

    @property
    def folder(self) -> str:
        """The path of the run, as a command has it."""
        return shlex.quote(str(self.resolved.parent))

    def train(self, *settings: str) -> str:
        """Return the command that trains this config again with other settings."""
        return " ".join(["npnet train", self.config, *map(shlex.quote, settings)])

    @property
    def seeds(self) -> str:
        """The command that trains this config with several seeds, at its learning rate and at a third of it."""
        rate = self.experiment.learning_rate or 0.01
        return f"npnet sweep {self.config} 'learning_rate=[{rate / 3:.2g},{rate:.6g}]' --seeds 5"

    def curve(self, name: str) -> tuple[Floats, Floats]:
        """Return the epochs and the values of a column of the history where it was measured and is finite."""
        values = self.history.get(name, np.empty(0))
        known = np.isfinite(values)
        return self.history.get("epoch", np.empty(0))[known], values[known]


def record_of(run: RunFolder) -> Record:
    """Return the record of a run folder; what a run that did not finish lacks is empty."""
    experiment, info, known = experiment_of(run)[0], run.info, dict[str, Any]()
    with suppress(RunError):  # an interrupted run may have no weights yet
        data = read_weights(run)[1]
        known = {"task": data.task, "classes": data.classes, "calibration": data.calibration}
        known["folds"] = len(data.preparations)
        known["metrics"] = run.metrics()
        tables = {split: run.predictions(split) for split in run.predicted}
        known["outcomes"] = {split: outcome_of(one, data) for split, one in tables.items() if OF_TARGET not in one}
    return Record(
        resolved=run.resolved_path,
        run=run.id,
        status=run.status,
        experiment=experiment,
        history=run.history(),
        best_epoch=info["best_epoch"],
        initial_loss=_initial_loss(run),
        baselines=run.baselines(),
        **known,
    )


def record_of_training(
    predictor: SplitPredictor, run: RunFolder, status: str, metrics: Scores, baselines: Mapping[str, Scores]
) -> Record:
    """Return the record of a training that has just ended, without reading what is in memory."""
    crossed = len(predictor.folds) > 1
    each = {OUT_OF_FOLD: predictor.out_of_fold()} if crossed else {}
    for split in () if crossed else PREDICTED:
        if split in predictor.data.parts:
            each[split] = predictor.predictions(split)
    task, initial = predictor.data.task, predictor.stack_trainer.state.initial_loss[predictor.models]
    return Record(
        resolved=run.resolved_path,
        run=run.id,
        status=status,
        experiment=predictor.experiment,
        history=run.history(),
        best_epoch=predictor.best_epoch,
        initial_loss=float(initial.mean()) if (initial < NEVER).all() else None,
        task=task,
        classes=predictor.data.classes,
        folds=len(predictor.folds),
        outcomes={split: Outcome(task, part.y, output) for split, (part, output) in each.items()},
        metrics=metrics,
        baselines=baselines,
        calibration=predictor.calibration,
    )


def outcome_of(columns: Columns, data: DataMetadata) -> Outcome:
    """Return the targets and outputs that a table of predictions holds."""
    ends = endings(data.targets)
    if data.task in ("binary", "multiclass"):
        codes = {name: code for code, name in enumerate(data.classes)}
        y = np.array([codes[name] for name in columns["target"].tolist()], np.int64)
        output = np.stack([columns[f"{PROBABILITY}{name}"] for name in data.classes])
        return Outcome(data.task, y, output[1:] if data.task == "binary" else output)
    targets = [columns[f"target{end}"] for end in ends]
    if data.task == "multilabel":
        words = [{no: 0, yes: 1, "0": 0, "1": 1} for no, yes in zip(data.negatives, data.classes, strict=True)]
        y = np.stack([[each[str(cell)] for cell in cells] for each, cells in zip(words, targets, strict=True)], axis=1)
        return Outcome(data.task, y, np.stack([columns[f"probability{end}"] for end in ends]))
    return Outcome(data.task, np.stack(targets, axis=1), np.stack([columns[f"prediction{end}"] for end in ends]))


def _initial_loss(run: RunFolder) -> float | None:
    """Return the mean loss before training that the last checkpoint has; None without one."""
    if not run.checkpoints:
        return None
    with suppress(RunError, KeyError):
        losses = run.checkpoint()[0]["initial_loss"]
        return float(losses.mean()) if (losses < NEVER).all() else None
    return None
