"""Data of a model in Python: arrays and tables in memory as a dataset."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import GetPydanticSchema
from pydantic_core import core_schema
from typing_extensions import override

from npnet.data import Dataset, Source
from npnet.data.columns import Frame
from npnet.data.columns.schema import Schema
from npnet.data.datasets import refuse_few_rows
from npnet.data.datasets.targets import MOST_CLASSES, Target, TaskOption, with_target
from npnet.data.readers.in_memory import InMemory, is_table
from npnet.data.readers.reading import read_table
from npnet.errors import DataError, UsageError
from npnet.nn.losses import Loss
from npnet.runner.predictions.predicting import RunPredictor
from npnet.text import plural, quoted

Floats = NDArray[np.float64]
CHUNK = 1024  # rows that are copied at a time

HeldFrame = Annotated[Frame, GetPydanticSchema(lambda _source, _handler: core_schema.is_instance_schema(Frame))]
"""A frame as a field of a spec: held as it is, without a schema of its columns."""


class Arrays(Source):
    """Features and targets in memory; `layout` is the schema of features that have names.

    `decimals` is true if the only target holds floats other than 0 and 1, or more numbers than are taken for classes.
    """

    features: HeldFrame
    layout: Schema | None
    targets: HeldFrame
    decimals: bool
    task: TaskOption | None = None

    @classmethod
    def of(cls, X: object, Y: object, task: TaskOption | None, known: RunPredictor | None) -> Self:
        """Read features X and targets Y; raise DataError or UsageError where they are not valid.

        With a `known` model, columns of a table are found by the names of its features, and those of an array are
        taken in their order.
        """
        if task is not None and task not in get_args(TaskOption):
            names = [name for kind in get_args(TaskOption) for name in get_args(kind) or (kind,)]
            raise UsageError(f"there is no task {task!r}", f"the tasks are: {', '.join(names)}")
        if known is not None and (known.has_other_rows or known.whole):
            those = "on windows of a table" if known.whole else "with joined or aggregated columns"
            what = f"a run {those} is not trained further in Python"
            raise UsageError(what, "npnet train CONFIG weights=RUN trains it further")
        if known is None:
            features, layout = _features(X)
        else:
            features = known.read_table(X, known.data.features) if is_table(X) else known.by_position(matrix(X))
            layout = known.data.schema
        targets = _table_of_targets(Y)
        if targets.estimate != len(features):
            raise DataError(f"X has {plural(len(features), 'row')}, Y has {targets.estimate}")
        frame, _ = read_table(targets, text="category")
        first = next(iter(frame.columns.values()))
        decimals = targets.has_floats(first.name) and not np.isin(first.values, (0, 1)).all()
        decimals = decimals or (first.kind == "number" and len(np.unique(first.values)) > MOST_CLASSES)
        return cls(features=features, layout=layout, targets=frame, decimals=decimals, task=task)

    def with_task(self, loss: Loss | None) -> Self:
        """Return the data with a task: the given one, or that of the loss and the targets' type."""
        if self.task is not None:
            return self
        task: TaskOption | None
        if loss is not None and "regression" in loss.tasks:
            task = "regression"
        elif len(self.targets.columns) > 1:
            task = "multilabel" if loss is not None else None
        else:
            task = "classification" if loss is not None or not self.decimals else "regression"
        return self.model_copy(update={"task": task})

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        names, rows = tuple(self.targets.columns), len(self.targets)
        refuse_few_rows(rows)
        missing = np.setdiff1d(np.arange(rows), with_target(self.targets, names))
        if len(missing):
            what = f"Y is missing in {len(missing)} of {rows} rows, first in row {missing[0] + 1}"
            raise DataError(what, "leave these rows out of X and Y")
        target = Target.infer(self.targets, names, self.task)
        y = target.encode(self.targets)
        classes, negatives = target.class_names, target.negatives
        return Dataset(self.features, y, target.task, names, classes, schema=self.layout, negatives=negatives)


def matrix(X: Any) -> Floats:
    """Return numbers (samples, features), NaN where masked; raise DataError for anything else."""
    try:
        rows = np.asarray(X)
        if rows.dtype.kind in "cmM":
            raise TypeError
        if rows.dtype != np.float32 or np.ma.isMaskedArray(X):
            rows = np.ma.filled(np.ma.asarray(X, np.float64), np.nan)
    except (TypeError, ValueError, OverflowError):
        raise DataError("X holds something that is not a number", "a DataFrame may also hold text and dates") from None
    if rows.ndim != 2:
        raise DataError(f"X has the shape {rows.shape}; it takes rows and columns, (samples, features)")
    return rows


def numbers_of(X: object) -> Floats:
    """Return the columns of a table of numbers as an array; raise DataError for other columns."""
    frame, _ = read_table(InMemory(X))
    for column in frame.columns.values():
        if column.kind != "number":
            what = f"column {quoted(column.name)} of X is {column.content}, not numbers"
            raise DataError(what, "the network was trained on an array of numbers, or not at all")
    return frame.matrix


def _features(X: object) -> tuple[Frame, Schema | None]:
    """Return features by name, and their schema; columns of an array are called x1, x2, ..."""
    if is_table(X):
        return read_table(InMemory(X))
    rows = matrix(X)
    columns = np.empty(rows.shape, rows.dtype, order="F")  # columns are prepared one by one: each is contiguous
    for start in range(0, len(rows), CHUNK):
        columns[start : start + CHUNK] = rows[start : start + CHUNK]
    return Frame.of(columns, tuple(f"x{number}" for number in range(1, rows.shape[1] + 1))), None


def _table_of_targets(Y: Any) -> InMemory:
    """Return the targets as a table; those without names are called y, or y1, y2 and so on."""
    if is_table(Y):
        return InMemory(Y, name="Y")
    try:
        values = Y if np.ma.isMaskedArray(Y) else np.asarray(Y)
    except ValueError:
        raise DataError("Y has rows of unequal length") from None
    if values.ndim == 1:
        return InMemory({"y": Y}, name="Y")
    if values.ndim != 2:
        raise DataError(f"Y has the shape {values.shape}; it takes (samples,) or (samples, targets)")
    is_single = values.shape[1] == 1
    return InMemory({"y" if is_single else f"y{n}": column for n, column in enumerate(values.T, 1)}, name="Y")


def targets_frame(y: Any, names: Sequence[str]) -> Frame:
    """Return targets by the names that a model knows; those of an array are taken in their order.

    Raise DataError for another number of targets.
    """
    frame, _ = read_table(_table_of_targets(y), text="category")
    if set(names) <= set(frame.columns):
        return frame
    if len(frame.columns) != len(names):
        raise DataError(f"y has {plural(len(frame.columns), 'target')}, the model has {len(names)}")
    each = zip(names, frame.columns.values(), strict=True)
    return replace(frame, columns={name: replace(column, name=name) for name, column in each})
