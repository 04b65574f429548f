"""Files of trials that trained in one stack: their histories and their scores."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from npnet.engine.loop import Progress
from npnet.metrics import DECIDED, for_task, measure
from npnet.model.predictor import Scores, SplitPredictor
from npnet.model.trainer import Trainer
from npnet.rundir.table import line
from npnet.runner.results import history_columns


class Histories:
    """The history of each trial of a stack: a row for every epoch until its models have stopped.

    `before` holds the file of an earlier wave by the trial's index in the stack; its history continues there.
    """

    def __init__(self, trainers: Sequence[Trainer], before: Mapping[int, bytes]) -> None:
        self.trainers, self.before = trainers, before
        self.columns = history_columns(trainers[0])
        self._rows: list[list[bytes]] = [[] for _ in trainers]
        self._seconds: list[tuple[int, float]] = []
        self._finished = [trainer.finished for trainer in trainers]

    def add(self, progress: Progress) -> None:
        """Add a complete epoch to the trials that were still training."""
        self._seconds.append((progress.epoch, progress.seconds / len(self.trainers)))
        trials, unmeasured = len(self.trainers), [np.nan] * len(self.trainers)
        columns = [
            progress.values[name].reshape(trials, -1).mean(axis=1).tolist() if name in progress.values else unmeasured
            for name in self.columns
        ]
        rates = progress.learning_rate.reshape(trials, -1)[:, 0].tolist()
        for index, row in enumerate(zip(*columns, rates, strict=True)):
            if not self._finished[index]:
                self._rows[index].append(line([progress.epoch, *row]))
        self._finished = [trainer.finished for trainer in self.trainers]

    def history(self, index: int) -> bytes:
        """Return the file history.csv of a trial."""
        head = self.before.get(index) or (",".join(["epoch", *self.columns, "learning_rate"]) + "\n").encode()
        return head + b"".join(self._rows[index])

    def timing(self, index: int) -> bytes:
        """Return the file timing.csv of a trial: its share of the seconds of each epoch."""
        rows = [line([epoch, round(seconds, 6)]) for epoch, seconds in self._seconds[: len(self._rows[index])]]
        return b"epoch,seconds\n" + b"".join(rows)


def scores_of(predictors: Sequence[SplitPredictor]) -> list[Scores]:
    """Return the loss and the metrics of every split, for each trial of a stack.

    Each metric is measured with one call for the whole stack; of a cross-validation, trial by trial.
    """
    if len(predictors[0].folds) > 1:
        return [predictor.all_scores() for predictor in predictors]
    scores: list[Scores] = [{} for _ in predictors]
    task, calibrations = predictors[0].data.task, [predictor.calibration for predictor in predictors]
    for split in predictors[0].data.parts:
        predictions = [predictor.predictions(split) for predictor in predictors]
        y, outputs = predictions[0][0].y, np.stack([output for _, output in predictions])
        decided = np.stack(
            [
                output if calibration.threshold == 0.5 else calibration.apply_threshold(output, task)
                for calibration, output in zip(calibrations, outputs, strict=True)
            ]
        )
        for scored, predictor in zip(scores, predictors, strict=True):
            scored[split] = {"loss": predictor.mean_loss(split)}
        for name in for_task(task):
            values = measure(name, y, decided if name in DECIDED else outputs, task)
            for scored, value in zip(scores, values.tolist(), strict=True):
                scored[split][name] = value
    return scores


def finite(scores: Scores) -> dict[str, dict[str, float | None]]:
    """Return scores as JSON has them: None in place of a number that is not finite."""
    return {
        split: {name: value if math.isfinite(value) else None for name, value in each.items()}
        for split, each in scores.items()
    }
