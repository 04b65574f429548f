"""What is predicted: a task, its classes, and the target columns of any table as an array."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import Column, Frame
from npnet.data.datasets.classes import class_codes, class_names, positive_last, seen, whole
from npnet.data.preprocessing.categories import level_counts
from npnet.errors import DataError
from npnet.registry import nearest
from npnet.spec import Spec
from npnet.text import listed, quoted

TargetTask = Literal["binary", "multiclass", "multilabel", "regression", "counts"]
Wish = Literal["classification", TargetTask]

AS_CLASSES = "write task: classification, which makes classes of text"


class Target(Spec):
    """What the target columns mean, as training saw them; stored with the run.

    `classes` holds for each target column the names of its classes in the order of their codes: none for regression
    and counts, and for each of several labels two, the second of which is 1.
    """

    task: TargetTask
    names: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def infer(
        cls, frame: Frame, names: Sequence[str], task: Wish | None = None, positive_class: str | int | None = None
    ) -> "Target":
        """Say what the target is, from the rows that have one; `task` decides otherwise.

        One column of text is classes. One of numbers is classes where they are whole and few, at most 2 distinct
        values, or at most 20 that make up no more than 5 % of the rows; else it is a regression. Several columns
        are labels where each has two levels, or two whole numbers; else they are a regression. Counts are never
        inferred. Two classes are ordered as numbers or by code point and the second is class 1; `positive_class`
        names another. DataError for a task that does not fit, and for a target of one value.
        """
        columns = [find(frame, name) for name in names]
        chosen = task or _inferred(columns)
        if chosen in ("regression", "counts"):
            found = cls(task=_of_numbers(columns, chosen), names=tuple(names))
        elif chosen == "multilabel" or len(columns) > 1:
            found = cls(task="multilabel", names=tuple(names), classes=tuple(map(_two_classes, columns)))
        else:
            classes = positive_last(class_names(columns[0]), names[0], positive_class)
            found = cls(task="multiclass" if len(classes) > 2 else "binary", names=tuple(names), classes=(classes,))
        _refuse_other_task(found, chosen)
        if positive_class is not None and found.task != "binary":
            raise DataError(f"positive_class: is for two classes; the task is {found.task}", "take positive_class out")
        return found

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes in the order of their codes, of several labels those of the classes 1."""
        if self.task == "multilabel":
            return tuple(second for _, second in self.classes)
        return self.classes[0] if self.classes else ()

    @property
    def negatives(self) -> tuple[str, ...]:
        """The names of the classes 0 of several labels; nothing of another target."""
        return tuple(first for first, _ in self.classes) if self.task == "multilabel" else ()

    def encode(self, frame: Frame) -> NDArray[Any]:
        """The target of every row.

        Codes (samples,) int64, labels (samples, targets) int64, or values (samples, targets) float64. DataError for
        rows without a target, a class that training never saw, and counts that are none.
        """
        columns = [find(frame, name) for name in self.names]
        for column in columns:
            _refuse_missing(column, frame)
        if not self.classes:
            return np.stack([self._values(column, frame) for column in columns], axis=1)
        each = zip(columns, self.classes, strict=True)
        codes = [class_codes(column, classes, frame.rows) for column, classes in each]
        return np.stack(codes, axis=1) if self.task == "multilabel" else codes[0]

    def strata(self, y: NDArray[Any]) -> NDArray[np.int64]:
        """The class or the set of labels of each row, as a code to stratify a split by."""
        if self.task == "multilabel":
            return np.asarray(np.unique(y, axis=0, return_inverse=True)[1], np.int64).reshape(-1)
        return np.asarray(y if self.classes else np.zeros(len(y)), np.int64)

    def _values(self, column: Column, frame: Frame) -> NDArray[np.float64]:
        if column.kind != "number":
            raise DataError(f"the target {quoted(column.name)} is {column.holds}, not numbers", AS_CLASSES)
        values = column.values.astype(np.float64)
        off = (values < 0) | (values != np.floor(values))
        if self.task == "counts" and off.any():
            first = int(np.argmax(off))
            what = f"row {frame.rows[first]}: the target {quoted(column.name)} is {values[first]:g}, which is no count"
            raise DataError(what, "write task: regression; counts are whole numbers from 0")
        return values


def with_target(frame: Frame, names: Sequence[str]) -> NDArray[np.int64]:
    """The positions of the rows that have every target: what `drop_rows` keeps."""
    missing = np.zeros(len(frame), bool)
    for name in names:
        missing |= find(frame, name).missing
    return np.flatnonzero(~missing)


def find(frame: Frame, name: str) -> Column:
    """The column of that name; DataError with the nearest name where there is none."""
    if name not in frame.columns:
        known = list(frame.columns)
        near = nearest(name, known)
        question = f"did you mean {quoted(near)}? " if near else ""
        raise DataError(f"there is no column {quoted(name)}", f"{question}The columns are: {listed(known, 30)}")
    return frame.columns[name]


def _inferred(columns: Sequence[Column]) -> Wish:
    if len(columns) > 1:
        return "multilabel" if all(map(_has_two_levels, columns)) else "regression"
    column = columns[0]
    if column.kind != "number":
        return "classification"
    values = seen(column)
    distinct = len(np.unique(values))
    few = distinct <= 2 or distinct <= min(20, len(values) // 20)
    return "classification" if whole(values) and few else "regression"


def _has_two_levels(column: Column) -> bool:
    if column.kind == "category":
        return len(level_counts(column)) == 2
    return column.kind == "number" and whole(seen(column)) and len(np.unique(seen(column))) == 2


def _two_classes(column: Column) -> tuple[str, ...]:
    classes = class_names(column)
    if len(classes) > 2:
        raise DataError(f"the label {quoted(column.name)} has {len(classes)} values", "each of several labels has two")
    return classes


def _of_numbers(columns: Sequence[Column], task: Literal["regression", "counts"]) -> TargetTask:
    """The task, once every column is found to hold numbers that are not all the same."""
    for column in columns:
        name = quoted(column.name)
        if column.kind != "number":
            raise DataError(f"the target {name} is {column.holds}, not numbers as {task} needs", AS_CLASSES)
        values = seen(column)
        if not len(values):
            raise DataError(f"the target {name} has no value")
        if (values == values[0]).all():
            raise DataError(f"the target {name} is {values[0]:g} in every row", "there is nothing to learn")
    return task


def _refuse_other_task(found: Target, wish: Wish) -> None:
    if wish in ("classification", found.task):
        return
    several = f"there are {len(found.names)} targets"
    one = f"the target {quoted(found.names[0])} has {len(found.classes[0])} classes"
    what = several if len(found.names) > 1 else one
    raise DataError(f"{what}, which does not fit task: {wish}", f"write task: {found.task}")


def _refuse_missing(column: Column, frame: Frame) -> None:
    gaps = np.flatnonzero(column.missing)
    if len(gaps):
        count = f"{len(gaps)} row{'s' if len(gaps) > 1 else ''}"
        what = f"the target {quoted(column.name)} is empty in {count}, first in row {frame.rows[gaps[0]]}"
        raise DataError(what, "write drop_rows: true, which leaves such rows out")
