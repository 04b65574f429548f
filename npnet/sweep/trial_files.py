"""Files of trials that trained in one stack: their histories and their scores."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import Progress
from npnet.metrics import DECIDED, for_task, measure
from npnet.model.cross_validation import Scores, all_scores
from npnet.model.fitting import Fitting
from npnet.rundir.table import line
from npnet.runner.results import history_columns


class Histories:
    """The history of each trial of a stack: a row for every epoch until its models have stopped.

    `before` holds the file of an earlier wave by the trial's index in the stack; its history continues there.
    """

    def __init__(self, fittings: Sequence[Fitting], before: Mapping[int, bytes]) -> None:
        self.fittings, self.before = fittings, before
        self.columns = history_columns(fittings[0])
        self._rows: list[list[bytes]] = [[] for _ in fittings]
        self._seconds: list[tuple[int, float]] = []
        self._finished = [fitting.finished for fitting in fittings]

    def add(self, progress: Progress) -> None:
        """Add a complete epoch to the trials that were still training."""
        self._seconds.append((progress.epoch, progress.seconds / len(self.fittings)))
        means = [self._means(progress.values.get(name)) for name in self.columns]
        rates = progress.learning_rate.reshape(len(self.fittings), -1)[:, 0].tolist()
        for index, row in enumerate(zip(*means, rates, strict=True)):
            if not self._finished[index]:
                self._rows[index].append(line([progress.epoch, *row]))
        self._finished = [fitting.finished for fitting in self.fittings]

    def _means(self, values: NDArray[np.float64] | None) -> list[float]:
        if values is None:
            return [float("nan")] * len(self.fittings)
        return [float(mean) for mean in values.reshape(len(self.fittings), -1).mean(axis=1)]

    def history(self, index: int) -> bytes:
        """Return the file history.csv of a trial."""
        head = self.before.get(index) or (",".join(["epoch", *self.columns, "learning_rate"]) + "\n").encode()
        return head + b"".join(self._rows[index])

    def timing(self, index: int) -> bytes:
        """Return the file timing.csv of a trial: its share of the seconds of each epoch."""
        rows = [line([epoch, round(seconds, 6)]) for epoch, seconds in self._seconds[: len(self._rows[index])]]
        return b"epoch,seconds\n" + b"".join(rows)


def scores_of(fittings: Sequence[Fitting]) -> list[Scores]:
    """Return the loss and the metrics of every split, for each trial of a stack.

    Each metric is measured with one call for the whole stack; of a cross-validation, trial by trial.
    """
    if len(fittings[0].folds) > 1:
        return [all_scores(fitting) for fitting in fittings]
    scores: list[Scores] = [{} for _ in fittings]
    task, calibrations = fittings[0].data.task, [fitting.calibration for fitting in fittings]
    for split in fittings[0].data.parts:
        predictions = [fitting.said(split) for fitting in fittings]
        y, outputs = predictions[0][0].y, np.stack([output for _, output in predictions])
        decided = np.stack(
            [
                output if calibration.threshold == 0.5 else calibration.apply_threshold(output, task)
                for calibration, output in zip(calibrations, outputs, strict=True)
            ]
        )
        columns = {
            name: measure(name, y, decided if name in DECIDED else outputs, task).tolist() for name in for_task(task)
        }
        for index, fitting in enumerate(fittings):
            metrics = {name: values[index] for name, values in columns.items()}
            scores[index][split] = {"loss": fitting.mean_loss(split), **metrics}
    return scores


def finite(scores: Scores) -> dict[str, dict[str, float | None]]:
    """Return scores as JSON has them: None in place of a number that is not finite."""
    return {
        split: {name: value if math.isfinite(value) else None for name, value in each.items()}
        for split, each in scores.items()
    }
