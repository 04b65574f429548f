"""Predictions as columns, of rows that were read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.datasets import VALUES
from npnet.data.reproduction import REPRODUCTION, reproduced, reproduction_errors
from npnet.experiment.resources import limited
from npnet.model.predictor import Predictor
from npnet.rundir.restore import DataMetadata
from npnet.rundir.table import endings
from npnet.runner.results import Columns, labels_in_words, prediction_columns, quantile_columns


class RowPredictor:
    """A predictor with what it knows of its data, and its number of BLAS threads.

    `unpredicted` counts rows without a prediction. `marks` are the names of columns that tell rows apart, beside their
    predictions.
    """

    marks: tuple[str, ...] = ()

    def __init__(self, predictor: Predictor, data: DataMetadata, threads: int) -> None:
        self.predictor, self.data, self.threads = predictor, data, threads
        self.unpredicted = 0

    def outputs(self, frame: Frame) -> NDArray[np.float64]:
        """Return outputs (outputs, samples), averaged over the networks."""
        with limited(self.threads):
            return self.predictor.outputs(frame)

    def outputs_by_row(self, frame: Frame) -> NDArray[np.float64]:
        """Return outputs (samples, outputs), of positions (samples, positions, outputs) with NaN where none exists."""
        output = self.outputs(frame).T
        if not self.data.steps:
            return output
        found = np.full_like(output, np.nan)
        found[self._existing(frame)] = output[self._existing(frame)]
        return found.reshape(len(frame), self.steps, -1)

    @property
    def has_classes(self) -> bool:
        """Whether the task has probabilities."""
        return self.data.task not in VALUES

    def predictions(self, frame: Frame, proba: bool) -> Columns:
        """Return the columns prediction, if `proba` probabilities, and quantiles.

        Where positions have targets there is a row for each, with its number as `position`; `rows_of` returns the rows
        of the frame. Rows without a prediction, whose outputs are not finite, add to `unpredicted`.
        """
        output = self.outputs(frame)[:, self._existing(frame)]
        self.unpredicted += int(np.count_nonzero(~np.isfinite(output).all(axis=0)))
        columns, chances = prediction_columns(self.data, self.predictor.calibration, output)
        spread = quantile_columns(self.data, self.predictor, frame)
        if self.data.task == "multilabel":
            columns = labels_in_words(self.data, columns)
        where: Columns = {"position": self._existing(frame) % self.steps + 1} if self.data.steps else {}
        where = {**{name: frame.marks[name][self.rows_of(frame)] for name in self.marks}, **where}
        if self.data.reproduces:
            errors = reproduction_errors(self.targets(frame), output, self.data.target_scalers[0])
            where = {**where, REPRODUCTION: np.where(np.isfinite(errors), errors, np.nan)}
        return {**where, **columns, **spread, **(chances if proba else {})}

    def targets(self, frame: Frame) -> NDArray[Any]:
        """Return the targets of rows that have them; of a network that reproduces its inputs, every row has."""
        if self.data.reproduces:
            return reproduced(self.data.preparations[0], frame)
        return self.data.target.encode(frame)

    @property
    def steps(self) -> int:
        """The number of outputs of a row: one, or one at each position."""
        return self.predictor.network.graph.shapes[-1].count

    def rows_of(self, frame: Frame) -> NDArray[np.intp]:
        """Return the index of the row of each prediction."""
        return self._existing(frame) // self.steps

    def existing(self, frame: Frame) -> NDArray[np.bool_]:
        """Return which outputs of each row are at positions that exist, (samples, positions)."""
        preparation = self.data.preparations[0]
        if not (self.data.steps and preparation.ragged):
            return np.ones((len(frame), self.steps), bool)
        return preparation.existing(frame)

    def _existing(self, frame: Frame) -> NDArray[np.intp]:
        """Return the indices of these outputs, row by row and position by position."""
        return np.flatnonzero(self.existing(frame))

    def column_names(self, proba: bool) -> set[str]:
        """Return the names of the columns of predictions."""
        data = self.data
        count = {"binary": 1, "multiclass": len(data.classes)}.get(data.task, len(data.targets))
        output = np.zeros((count, 0))
        columns, chances = prediction_columns(self.data, self.predictor.calibration, output)
        if data.task == "multilabel":
            columns = labels_in_words(data, columns)
        spread = {f"quantile_{q:g}{end}" for end in endings(self.data.targets) for q in self.predictor.loss.quantiles}
        more = [name for name, has in (("position", data.steps), (REPRODUCTION, data.reproduces)) if has]
        return {*self.marks, *columns, *spread, *more, *(chances if proba else ())}
