"""Results: what a training leaves in its run folder, row by row and at its end."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.data import Part
from npnet.data.source import VALUES
from npnet.fitting import Fitting
from npnet.metrics import decide
from npnet.training import Progress

PREDICTED = ("validation", "test")
OUT_OF_FOLD = "out_of_fold"


def history_columns(fitting: Fitting) -> list[str]:
    """The values in a row of history.csv, in order: the losses, then each metric of both parts."""
    parts = [part for part in ("train", "validation") if part in fitting.data.parts]
    return [f"{part}_{name}" for name in ("loss", *fitting.watched) for part in parts]


def history_row(progress: Progress, columns: list[str]) -> dict[str, float]:
    """The row of an epoch; NaN where it was not evaluated."""
    values = {name: progress.mean(name) for name in columns}
    return {"epoch": progress.epoch, **values, "learning_rate": float(progress.learning_rate[0])}


def last_state(fitting: Fitting) -> dict[str, NDArray[np.generic]]:
    """A copy of parameters, statistics and the optimizer's slots as they are now, before the best come back."""
    return {name: values.copy() for name, values in fitting.checkpoint().items()}


def predictions(fitting: Fitting, part: Part, output: NDArray[np.float64]) -> Mapping[str, ArrayLike]:
    """The columns of a part's predictions from its outputs (outputs, samples): row, target, prediction, and more.

    Classes go by name, with probability_<class> for each; several targets have a column of their own each.
    """
    data = fitting.data
    if data.task in VALUES:
        several = len(data.targets) > 1
        ends = [f"_{name}" for name in data.targets] if several else [""]
        targets = {f"target{end}": column for end, column in zip(ends, part.y.T, strict=True)}
        return {"row": part.rows, **targets, **{f"prediction{e}": y for e, y in zip(ends, output, strict=True)}}
    if data.task == "multilabel":
        pairs = zip(data.targets, part.y.T, output, strict=True)
        each = [
            {f"target_{n}": y, f"prediction_{n}": (p > 0.5).astype(int), f"probability_{n}": p} for n, y, p in pairs
        ]
        return {"row": part.rows, **{name: column for columns in each for name, column in columns.items()}}
    names = np.array(data.classes)
    chances = zip(data.classes, _of_every_class(output), strict=True)
    told = {
        "row": part.rows,
        "target": names[part.y],
        "prediction": names[decide(fitting.decisions.moved(output, data.task))],
    }
    return told | {f"probability_{name}": chance for name, chance in chances}


def _of_every_class(output: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of every class (classes, samples), also where only that of the second of two is given."""
    return np.concatenate([1 - output, output]) if len(output) == 1 else output
