"""Classes of a target column: their names in order, and the code of each row's class."""

import re

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import MISSING, Column
from npnet.data.preprocessing.categories import level_counts
from npnet.errors import DataError
from npnet.text import listed, quoted

Rows = NDArray[np.int64]

WHOLE = re.compile(r"[+-]?\d{1,300}", re.ASCII)
EXACT = 2**53  # whole numbers from here on do not all have a float64


def class_names(column: Column) -> tuple[str, ...]:
    """The classes of a column: whole numbers, also as text, by size, other text by code point.

    DataError for dates, numbers with decimals, and fewer than two classes.
    """
    name = quoted(column.name)
    if column.kind == "datetime":
        raise DataError(f"the target {name} is dates, which are no classes")
    names = _of_numbers(column) if column.kind == "number" else _of_texts(column)
    if len(names) < 2:
        only = f"a single class, {quoted(names[0])}" if names else "no value"
        raise DataError(f"the target {name} has {only}", "it needs two or more")
    return names


def positive_last(classes: tuple[str, ...], column: str, positive: str | int | None) -> tuple[str, ...]:
    """Two classes so ordered that `positive` is class 1; DataError where it is none."""
    if positive is None or len(classes) > 2:
        return classes
    if str(positive) not in classes:
        what = f"positive_class: {quoted(str(positive))} is no class of {quoted(column)}"
        raise DataError(what, f"write positive_class: {quoted(classes[1])}, or {quoted(classes[0])}")
    return classes if classes[1] == str(positive) else classes[::-1]


def class_codes(column: Column, classes: tuple[str, ...], rows: Rows) -> NDArray[np.int64]:
    """The code of each row's class; DataError with the row's number for any other value."""
    code = {name: index for index, name in enumerate(classes)}
    if column.kind == "category":
        texts, which = column.levels, column.values
    else:
        distinct, which = np.unique(column.values, return_inverse=True)
        texts = tuple(str(int(value)) if value.is_integer() else f"{value:g}" for value in distinct.tolist())
    codes = np.array([code.get(text, MISSING) for text in texts], np.int64)[which]
    strange = np.flatnonzero(codes == MISSING)
    if len(strange):
        text = texts[which[strange[0]]]
        what = f"row {rows[strange[0]]}: the target {quoted(column.name)} is {quoted(text)}"
        raise DataError(f"{what}, a class that training never saw", f"the classes are: {listed(classes)}")
    return np.asarray(codes)


def seen(column: Column) -> NDArray[np.float64]:
    """The values of a column of numbers that are not missing."""
    return np.asarray(column.values[~column.missing], np.float64)


def whole(values: NDArray[np.float64]) -> bool:
    """Whether there are values, and all of them are whole numbers that float64 tells apart."""
    return bool(len(values) and (np.abs(values) < EXACT).all() and (values == np.floor(values)).all())


def _of_numbers(column: Column) -> tuple[str, ...]:
    values = np.unique(seen(column))
    if len(values) and not whole(values):
        odd = values[(values != np.floor(values)) | (np.abs(values) >= EXACT)][0]
        hint = "write task: regression; numbers with decimals are no classes"
        raise DataError(f"the target {quoted(column.name)} has numbers such as {odd:g}", hint)
    return tuple(str(int(value)) for value in values)


def _of_texts(column: Column) -> tuple[str, ...]:
    texts = sorted(level_counts(column))
    return tuple(sorted(texts, key=int) if all(map(WHOLE.fullmatch, texts)) else texts)
