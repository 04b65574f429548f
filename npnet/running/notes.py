"""Notes: what to know of the data of a training before it begins."""

from collections.abc import Iterable, Iterator

import numpy as np

from npnet.data.text import quoted
from npnet.fitting import Fitting
from npnet.metrics import for_task, lacking

MOST = 10
"""Warnings that are told one by one."""
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
    more = len(found) - MOST
    rest = [f"and {more} more of this kind; npnet data check lists every column"] if more > 0 else []
    return [*found[:MOST], *rest, *_of_sizes(fitting)]


def undefined(fitting: Fitting, parts: Iterable[str]) -> Iterator[str]:
    """A line for each score that is undefined on one of some parts, and so null in metrics.json."""
    task, several = fitting.data.task, len(fitting.sides) // len(fitting.folds)
    for part in [one for one in parts if one in fitting.data.parts]:
        each = [side.parts[part].y for side in fitting.sides]
        targets = [np.concatenate(each[start : start + several]) for start in range(0, len(each), several)]
        for name in for_task(task):
            lacks = {fold: lack for fold, y in enumerate(targets, 1) if (lack := lacking(name, y, task))}
            where = f"fold {', '.join(map(str, lacks))} of that part" if len(targets) > 1 else "that part"
            if lacks:
                yield f"{name} of {part} is null: it needs {next(iter(lacks.values()))}, which {where} lacks"


def filled(fitting: Fitting) -> str | None:
    """Which columns have gaps that are filled, if any have."""
    names = [step.column for step in fitting.data.preparation.steps if step.kind != "category" and step.gaps]
    if not names:
        return None
    listed = ", ".join(map(quoted, names[:MOST])) + (", ..." if len(names) > MOST else "")
    return f"gaps are filled by the median, and marked, in {len(names)} column{'s' * (len(names) != 1)}: {listed}"


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


def _rows(fitting: Fitting) -> int:
    """The rows that a model trains on: as many in every fold."""
    return len(fitting.data.parts["train"].y)


def _to_train_on(rows: int) -> str:
    return f"{rows} row{'s' * (rows != 1)} to train on"
