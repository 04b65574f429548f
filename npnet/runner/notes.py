"""Notes: what to know of the data of a training before it begins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.data.checks import single_rows
from npnet.metrics import for_task, lacking
from npnet.model.fitting import Fitting
from npnet.nn.layer import layers
from npnet.text import first_of, listed, quoted

BOUNDS = {
    "relu": "at 0 or above",
    "softplus": "above 0",
    "tanh": "between -1 and 1",
    "elu": "above -alpha",
    "selu": "above -1.76",
    "gelu": "above -0.17",
    "silu": "above -0.28",
    "mish": "above -0.31",
}
"""The activations whose outputs are bounded, and where; sigmoid and softmax have checks of their own."""
ONE_ROW = {
    "validation": "the validation part has one row: it alone chooses the best epoch",
    "test": "the test part has one row: its scores say little about other rows",
}


def warnings(fitting: Fitting) -> list[str]:
    """What may be wrong with the data of a run, each thing once, the first of many."""
    return [*of_data(fitting), *undefined(fitting, fitting.data.parts)]


def of_data(fitting: Fitting) -> list[str]:
    """What may be wrong with columns and sizes, each thing once, the first of many."""
    found = list(dict.fromkeys(_of_columns(fitting)))
    columns = first_of(found, "npnet data check lists every column")
    return [*columns, *_of_sizes(fitting), *_of_classes(fitting), *_of_last_layer(fitting)]


def undefined(fitting: Fitting, parts: Iterable[str]) -> Iterator[str]:
    """A line for each score that is undefined on one of some parts, and so null in metrics.json."""
    task, several = fitting.data.task, len(fitting.sides) // len(fitting.folds)
    for part in [one for one in parts if one in fitting.data.parts]:
        each = [side.parts[part].y for side in fitting.sides]
        targets = [np.concatenate(each[start : start + several]) for start in range(0, len(each), several)]
        for name in for_task(task):
            lacks = {fold: lack for fold, y in enumerate(targets, 1) if (lack := lacking(name, y, task))}
            if lacks:
                which = f"which {_folds(list(lacks), len(targets))}that part lacks"
                yield f"{name} of {part} is null: it needs {next(iter(lacks.values()))}, {which}"


def _folds(some: Sequence[int], folds: int) -> str:
    """Which of the folds, as far as there are several, in front of their part."""
    if folds == 1:
        return ""
    return "every fold of " if len(some) == folds else f"fold {listed(some)} of "


def unfinite(fitting: Fitting, scores: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A line for each part that has no scores because of what the networks say of some of its rows."""
    for part in fitting.data.parts:
        if any(np.isnan(value) for value in scores.get(part, {}).values()):
            said = [fitting.said(part, fold)[1] for fold in range(len(fitting.folds))]
            yield from not_finite(part, np.concatenate(said, axis=1))


def not_finite(part: str, output: NDArray[np.float64]) -> Iterator[str]:
    """A line for outputs (outputs, samples) that give no scores, where some are not finite."""
    rows = np.count_nonzero(~np.isfinite(output).all(axis=0))
    if rows:
        of = f"{rows} of {output.shape[1]} rows"
        yield f"the scores of {part} are null: what the network says of {of} is not a finite number"


def filled(fitting: Fitting) -> str | None:
    """Which columns have gaps that are filled, if any have."""
    names = [step.column for step in fitting.data.preparation.steps if step.kind != "category" and step.gaps]
    if not names:
        return None
    columns = f"{len(names)} column{'s' * (len(names) != 1)}"
    return f"gaps are filled by the median, and marked, in {columns}: {listed(map(quoted, names))}"


def whole_batches(fitting: Fitting) -> str | None:
    """That each batch is all rows, where a larger one is asked for."""
    size, rows = fitting.experiment.batch_size, _rows(fitting)
    if size == "all" or size <= rows:
        return None
    return f"batch_size {size} is more than the {_to_train_on(rows)}: each batch is all of them"


def _of_columns(fitting: Fitting) -> Iterator[str]:
    for fold in fitting.folds:
        yield from fold.notes


def _of_sizes(fitting: Fitting) -> Iterator[str]:
    rows, inputs = _rows(fitting), fitting.data.inputs
    if inputs > rows:
        yield f"there are {inputs} inputs and only {_to_train_on(rows)}, which may be learned by heart"
    if len(fitting.folds) == 1:
        parts = fitting.data.parts
        yield from (text for name, text in ONE_ROW.items() if name in parts and len(parts[name].y) == 1)


def _of_classes(fitting: Fitting) -> Iterator[str]:
    data = fitting.data
    if data.task not in ("binary", "multiclass"):
        return
    codes = np.concatenate([part.y for part in data.parts.values()])
    rows = np.bincount(codes, minlength=len(data.classes)).tolist()
    note = single_rows(data.targets[0], dict(zip(data.classes, rows, strict=True)))
    yield from [note] if note else []


def _of_last_layer(fitting: Fitting) -> Iterator[str]:
    """That an activation keeps the raw scores, which a loss takes as any numbers, within bounds."""
    name = layers.name_of(fitting.experiment.layers[-1])
    if name in BOUNDS and name != fitting.loss.link:
        part = "probabilities" if fitting.data.classes else "predictions"
        yield f"{name} as the last layer keeps the outputs {BOUNDS[name]}, and so the {part} in bounds: take {name} out"


def _rows(fitting: Fitting) -> int:
    """The rows that a model trains on: as many in every fold."""
    return len(fitting.data.parts["train"].y)


def _to_train_on(rows: int) -> str:
    return f"{rows} row{'s' * (rows != 1)} to train on"
