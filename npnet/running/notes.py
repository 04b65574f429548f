"""Notes: what to know of the data of a training before it begins."""

from collections.abc import Iterator

from npnet.data.text import quoted
from npnet.fitting import Fitting

MOST = 10
"""Warnings that are told one by one."""


def warnings(fitting: Fitting) -> list[str]:
    """What may be wrong with the data, each thing once, the first of many."""
    found = list(dict.fromkeys([*_of_columns(fitting), *_of_sizes(fitting)]))
    more = len(found) - MOST
    return found if more <= 0 else [*found[:MOST], f"and {more} more of this kind; npnet data check tells all of them"]


def filled(fitting: Fitting) -> str | None:
    """Which columns have gaps that are filled, if any have."""
    names = [step.column for step in fitting.data.preparation.steps if step.kind != "category" and step.gaps]
    if not names:
        return None
    listed = ", ".join(map(quoted, names[:MOST])) + (", ..." if len(names) > MOST else "")
    return f"gaps are filled by the median, and marked, in {len(names)} column{'s' * (len(names) != 1)}: {listed}"


def _of_columns(fitting: Fitting) -> Iterator[str]:
    for fold in fitting.folds:
        yield from fold.notes


def _of_sizes(fitting: Fitting) -> Iterator[str]:
    rows, inputs, size = len(fitting.data.parts["train"].X), fitting.data.inputs, fitting.experiment.batch_size
    if inputs > rows:
        yield f"there are {inputs} inputs and only {rows} rows to train on, which may be learned by heart"
    if size != "all" and size > rows:
        yield f"batch_size {size} is more than the {rows} rows to train on; each batch is all of them"
