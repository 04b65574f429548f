"""Results: what a training leaves in its run folder, row by row and at its end."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Task
from npnet.data.columns import Frame
from npnet.data.datasets import VALUES
from npnet.engine.loop import Progress
from npnet.metrics import decide
from npnet.model.fitting import Fitting
from npnet.model.output_transform import Calibration
from npnet.model.predictor import Predictor
from npnet.rundir.table import endings

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

BLOCK = 1 << 16  # rows that are predicted, and written, at a time
CELLS = 1 << 20  # where they have many cells each


class Names(Protocol):
    """What data, and what weights say of their data, both know."""

    @property
    def task(self) -> Task:
        """What is predicted."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the targets."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their codes."""


def history_columns(fitting: Fitting) -> list[str]:
    """The values in a row of history.csv, in order: the losses, then each metric of both parts."""
    parts = [part for part in ("train", "validation") if part in fitting.data.parts]
    return [f"{part}_{name}" for name in ("loss", *fitting.watched) for part in parts]


def history_row(progress: Progress, columns: list[str]) -> dict[str, float]:
    """The row of an epoch; NaN where it was not evaluated."""
    values = {name: progress.mean(name) for name in columns}
    return {"epoch": progress.epoch, **values, "learning_rate": float(progress.learning_rate[0])}


def predictions(fitting: Fitting, part: Part, output: Floats) -> Columns:
    """The columns of a part's predictions from its outputs (outputs, samples): row, target, prediction, and more.

    Classes go by name, with probability_<class> for each; several targets have a column of their own each.
    """
    data = fitting.data
    labels = fitting.data.task in ("binary", "multiclass")
    y = [np.array(data.classes)[part.y]] if labels else part.y.T
    targets = {f"target{end}": column for end, column in zip(endings(data.targets), y, strict=True)}
    said, chances = answers(data, fitting.calibration, output)
    return {"row": part.rows, **targets, **said, **chances}


def in_blocks(fitting: Fitting, part: Part, output: Floats) -> Iterator[Columns]:
    """Such columns, block after block of rows, with the bounds of intervals; what folds held has none."""
    size = block_of(output.shape[0])
    for start in range(0, len(part.y), size):
        rows = np.arange(start, min(start + size, len(part.y)))
        block = part.take(rows)
        spread = bounds(fitting.data, fitting.predictor, block.frame) if len(fitting.folds) == 1 else {}
        yield {**predictions(fitting, block, output[:, rows]), **spread}


def block_of(outputs: int) -> int:
    """How many rows of so many outputs are written at a time."""
    return min(BLOCK, max(CELLS // outputs, 1))


def bounds(data: Names, predictor: Predictor, frame: Frame) -> Columns:
    """The quantiles of a regression's intervals as columns, quantile_<q>; nothing where one value is predicted."""
    names = predictor.loss.quantiles
    if not names:
        return {}
    each = zip(endings(data.targets), predictor.quantiles(frame), strict=True)
    return {
        f"quantile_{q:g}{end}": _finite(values)
        for end, several in each
        for q, values in zip(names, several, strict=True)
    }


def answers(data: Names, calibration: Calibration, output: Floats) -> tuple[Columns, Columns]:
    """What outputs (outputs, samples) say: the columns prediction, and those of probabilities, none of values.

    An output that is not finite says nothing: NaN in a column of numbers, "" of classes, None of labels.
    """
    ends, output = endings(data.targets), _finite(output)
    if data.task in VALUES:
        return {f"prediction{end}": values for end, values in zip(ends, output, strict=True)}, {}
    if data.task == "multilabel":
        said = {f"prediction{end}": _labels(chance) for end, chance in zip(ends, output, strict=True)}
        return said, {f"probability{end}": chance for end, chance in zip(ends, output, strict=True)}
    names = np.array(data.classes)[decide(calibration.apply_threshold(output, data.task))]
    said = {"prediction": np.where(np.isnan(output).any(axis=0), "", names)}
    each = np.concatenate([1 - output, output]) if len(output) == 1 else output
    return said, {f"probability_{name}": chance for name, chance in zip(data.classes, each, strict=True)}


def lacks(predictions: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of such predictions say nothing."""
    if predictions.dtype.kind == "f":
        return np.asarray(np.isnan(predictions))
    return np.array([value in ("", None) for value in predictions.tolist()], bool)


def _labels(chance: Floats) -> NDArray[Any]:
    labels: NDArray[Any] = (chance > 0.5).astype(int)
    unknown = np.isnan(chance)
    if unknown.any():
        labels = labels.astype(object)
        labels[unknown] = None
    return labels


def _finite(output: Floats) -> Floats:
    """Outputs with NaN for what is not finite."""
    return output if np.isfinite(output).all() else np.where(np.isfinite(output), output, np.nan)
