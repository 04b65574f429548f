"""The target of a table: its task, its classes, and the target columns as an array."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows
from npnet.errors import DataError
from npnet.registry import nearest
from npnet.spec import Spec
from npnet.text import listed, quoted

TargetTask = Literal["binary", "multiclass", "multilabel", "regression", "counts"]
TaskOption = Literal["classification", TargetTask]

AS_CLASSES = "write task: classification, which makes classes of text"
WHOLE = re.compile(r"[+-]?\d{1,300}", re.ASCII)
FEWEST_ROWS = 10  # with fewer, as many classes as rows are only reported
MOST_CLASSES = 20  # of whole numbers that are taken for classes
SHOWN = 3  # classes of a single row that a message names
EXACT = 2**53  # float64 does not hold every whole number from here on


class Target(Spec):
    """The task, names and classes of the target columns in training; stored with the run.

    `classes` holds for each target column the names of its classes in the order of their codes: none for regression
    and counts, and for each of several labels two, the second of which is 1.
    """

    task: TargetTask
    names: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def infer(
        cls, frame: Frame, names: Sequence[str], task: TaskOption | None = None, positive_class: str | int | None = None
    ) -> "Target":
        """Infer the target from the rows that have one, unless `task` decides.

        One column of text is classes. One of numbers is classes where they are whole and few, at most 2 distinct
        values, or at most 20 that make up no more than 5 % of the rows; else it is a regression. Several columns
        are labels where each has two levels, or two whole numbers; else they are a regression. Counts are never
        inferred. Two classes are ordered as numbers or by code point and the second is class 1, unless
        `positive_class` names the other. Raises DataError for a task that does not apply, and for a target of one
        value.
        """
        if not names:  # the targets of a network that reproduces its inputs are found later
            return cls(task="regression", names=())
        columns = [find(frame, name).loaded() for name in names]
        chosen = task or _inferred(columns)
        if chosen in ("regression", "counts"):
            for column in columns:
                _refuse_no_regression(column, chosen)
            found = cls(task=chosen, names=tuple(names))
        elif chosen == "multilabel" or len(columns) > 1:
            found = cls(task="multilabel", names=tuple(names), classes=tuple(map(_two_classes, columns)))
        else:
            classes = _positive_last(_classes_of(columns[0]), names[0], positive_class)
            _refuse_classes_of_one_row(columns[0], classes)
            found = cls(task="multiclass" if len(classes) > 2 else "binary", names=tuple(names), classes=(classes,))
        if chosen not in ("classification", found.task):
            one = f"the target {quoted(found.names[0])} has {len(found.classes[0])} classes"
            what = f"there are {len(found.names)} targets" if len(found.names) > 1 else one
            raise DataError(f"{what}, which does not fit task: {chosen}", f"write task: {found.task}")
        if positive_class is not None and found.task != "binary":
            raise DataError(f"positive_class: is for two classes; the task is {found.task}", "take positive_class out")
        return found

    @property
    def class_names(self) -> tuple[str, ...]:
        """The class names in the order of their codes; for several labels those of the classes 1."""
        if self.task == "multilabel":
            return tuple(second for _, second in self.classes)
        return self.classes[0] if self.classes else ()

    @property
    def negatives(self) -> tuple[str, ...]:
        """The names of the classes 0 of several labels; empty for another target."""
        return tuple(first for first, _ in self.classes) if self.task == "multilabel" else ()

    def encode(self, frame: Frame) -> NDArray[Any]:
        """Return the target of every row.

        Codes (samples,) int64, labels (samples, targets) int64, or values (samples, targets) float64. Raises DataError
        for rows without a target, a class that training never saw, and numbers that are not counts.
        """
        columns = [find(frame, name).loaded() for name in self.names]
        for column in columns:
            gaps = np.flatnonzero(column.missing)
            if len(gaps):
                count = f"{len(gaps)} row{'s' if len(gaps) > 1 else ''}"
                what = f"the target {quoted(column.name)} is empty in {count}, first in row {frame.rows[gaps[0]]}"
                raise DataError(what, "write drop_rows: true, which leaves such rows out")
        if not self.classes:
            values = [self._values(column, frame.rows) for column in columns]
            return np.stack(values, axis=1) if values else np.empty((len(frame), 0))
        each = zip(columns, self.classes, strict=True)
        codes = [_class_codes(column, classes, frame.rows) for column, classes in each]
        return np.stack(codes, axis=1) if self.task == "multilabel" else codes[0]

    def _values(self, column: Column, rows: Rows) -> NDArray[np.float64]:
        if column.kind != "number":
            raise DataError(f"the target {quoted(column.name)} is {column.content}, not numbers", AS_CLASSES)
        values = column.values.astype(np.float64)
        off = (values < 0) | (values != np.floor(values))
        if self.task == "counts" and off.any():
            first = int(np.argmax(off))
            what = f"row {rows[first]}: the target {quoted(column.name)} is {values[first]:g}, which is no count"
            raise DataError(what, "write task: regression; counts are whole numbers from 0")
        return values


def with_target(frame: Frame, names: Sequence[str]) -> Rows:
    """Return the positions of the rows that have every target: those that `drop_rows` leaves."""
    missing = np.zeros(len(frame), bool)
    for name in names:
        missing |= find(frame, name).missing
    return np.flatnonzero(~missing)


def find(frame: Frame, name: str) -> Column:
    """Return the column of a name; raises DataError with the nearest name where there is none."""
    if name not in frame.columns:
        known = list(frame.columns)
        near = nearest(name, known)
        question = f"did you mean {quoted(near)}? " if near else ""
        raise DataError(f"there is no column {quoted(name)}", f"{question}The columns are: {listed(known, 30)}")
    return frame.columns[name]


def _inferred(columns: Sequence[Column]) -> TaskOption:
    if len(columns) > 1:
        return "multilabel" if all(map(_has_two_levels, columns)) else "regression"
    if columns[0].kind != "number":
        return "classification"
    values = _present(columns[0])
    distinct = len(np.unique(values))
    few = distinct <= 2 or distinct <= min(MOST_CLASSES, len(values) // 20)
    return "classification" if _all_whole(values) and few else "regression"


def _has_two_levels(column: Column) -> bool:
    if column.kind == "category":
        return len(column.level_counts()) == 2
    return column.kind == "number" and _all_whole(_present(column)) and len(np.unique(_present(column))) == 2


def _present(column: Column) -> NDArray[np.float64]:
    return np.asarray(column.values[~column.missing], np.float64)


def _all_whole(values: NDArray[np.float64]) -> bool:
    return bool(len(values) and (np.abs(values) < EXACT).all() and (values == np.floor(values)).all())


def _refuse_no_regression(column: Column, task: str) -> None:
    name = quoted(column.name)
    if column.kind != "number":
        raise DataError(f"the target {name} is {column.content}, not numbers as {task} needs", AS_CLASSES)
    values = _present(column)
    if not len(values):
        raise DataError(f"the target {name} has no value")
    if (values == values[0]).all():
        raise DataError(f"the target {name} is {values[0]:g} in every row", "there is nothing to learn")


# Classes


def _classes_of(column: Column) -> tuple[str, ...]:
    """Return the classes of a column: whole numbers by size, also as text, text by code point."""
    name = quoted(column.name)
    if column.kind == "datetime":
        what = f"the target {name} is dates, which are no classes"
        raise DataError(what, "choose another target, or write days or seconds into the file as numbers")
    names = _classes_of_numbers(column) if column.kind == "number" else _classes_of_texts(column)
    if len(names) < 2:
        only = f"a single class, {quoted(names[0])}" if names else "no value"
        raise DataError(f"the target {name} has {only}", "it needs two or more")
    return names


def _refuse_classes_of_one_row(column: Column, classes: tuple[str, ...]) -> None:
    """Raise DataError for as many classes as rows: a class that is trained on has no row to be scored on."""
    if len(classes) >= FEWEST_ROWS and len(classes) == np.count_nonzero(~column.missing):
        what = f"the target {quoted(column.name)} has as many classes as rows, {len(classes)}"
        other = "choose another target, as this one is an identifier or a free text"
        raise DataError(what, "write task: regression" if column.kind == "number" else other)


def _classes_of_numbers(column: Column) -> tuple[str, ...]:
    values = np.unique(_present(column))
    if len(values) and not _all_whole(values):
        odd = values[(values != np.floor(values)) | (np.abs(values) >= EXACT)][0]
        hint = "write task: regression; numbers with decimals are no classes"
        raise DataError(f"the target {quoted(column.name)} has numbers such as {odd:g}", hint)
    return tuple(str(int(value)) for value in values)


def _classes_of_texts(column: Column) -> tuple[str, ...]:
    return in_order(column.level_counts())


def in_order(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts in the order of classes: whole numbers by size, others by code point."""
    found = sorted(texts)
    return tuple(sorted(found, key=int) if all(map(WHOLE.fullmatch, found)) else found)


def _two_classes(column: Column) -> tuple[str, ...]:
    classes = _classes_of(column)
    if len(classes) > 2:
        raise DataError(f"the label {quoted(column.name)} has {len(classes)} values", "each of several labels has two")
    return classes


def _positive_last(classes: tuple[str, ...], column: str, positive: str | int | None) -> tuple[str, ...]:
    if positive is None or len(classes) > 2:
        return classes
    if str(positive) not in classes:
        what = f"positive_class: {quoted(str(positive))} is no class of {quoted(column)}"
        raise DataError(what, f"write positive_class: {quoted(classes[1])}, or {quoted(classes[0])}")
    return classes if classes[1] == str(positive) else classes[::-1]


def _class_codes(column: Column, classes: tuple[str, ...], rows: Rows) -> NDArray[np.int64]:
    """Return the code of each row's class; raises DataError for a value that is not a class."""
    code = {name: index for index, name in enumerate(classes)}
    if column.kind == "category":
        texts, which = column.levels, column.values
    else:
        distinct, which = np.unique(column.values, return_inverse=True)
        texts = tuple(str(int(value)) if value.is_integer() else f"{value:g}" for value in distinct.tolist())
    codes = np.array([code.get(text, MISSING) for text in texts], np.int64)[which]
    unknown = np.flatnonzero(codes == MISSING)
    if len(unknown):
        text = texts[which[unknown[0]]]
        what = f"row {rows[unknown[0]]}: the target {quoted(column.name)} is {quoted(text)}"
        raise DataError(f"{what}, a class that training never saw", f"the classes are: {listed(classes)}")
    return np.asarray(codes)


def single_rows(target: str, classes: Mapping[str, int]) -> str | None:
    """Return a message on classes of a single row, which are trained on or scored, never both.

    None where no class has a single row.
    """
    single = [name for name, rows in classes.items() if rows == 1]
    if not single:
        return None
    if len(single) == len(classes):
        what = f"{quoted(target)} has as many classes as rows, {len(classes)}"
        return f"{what}: if it is an identifier, choose another target; if it is a number, write task: regression"
    which = listed(map(quoted, single), SHOWN)
    has = "has" if len(single) == 1 else "have"
    what = f"{len(single)} of {len(classes)} classes of {quoted(target)} {has} a single row each ({which})"
    return f"{what}: such a class is either trained on or scored, never both"
