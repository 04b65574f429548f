"""One column of text as numbers or as classes; a cell that does not fit is named by row and column."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.data.source import quoted
from npnet.errors import DataError

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
EXACT = 2**53  # whole numbers from here on do not all have a float64


def numbers(cells: Sequence[str], name: str, path: str, hint: str) -> NDArray[np.float64]:
    """The column as float64; DataError at its first cell that is no number or none that float64 holds."""
    values = _floats(cells)
    if values is not None and np.abs(values).max() < EXACT:
        return values
    for row, cell in enumerate(cells, 1):
        fault = _fault(cell)
        if fault:
            raise DataError(f"{path}: row {row}: {_shown(cell)}column {quoted(name)} {fault}", hint)
    return np.array([float(cell) for cell in cells])


def refuse_gaps(cells: Sequence[str], name: str, path: str) -> None:
    """DataError where cells of the target are empty: how many, and the first of them."""
    gaps = [row for row, cell in enumerate(cells, 1) if not cell]
    if gaps:
        count = f"{len(gaps)} row{'s' if len(gaps) > 1 else ''}"
        raise DataError(
            f"{path}: the target {quoted(name)} is empty in {count}, first in row {gaps[0]}",
            "take rows without a target out of the file",
        )


def looks_like_classes(cells: Sequence[str]) -> bool:
    """Whether a target without gaps holds classes: text, or whole numbers of few different values.

    A column with 90 % numbers is one of numbers: its other cells are mistakes, not classes.
    """
    distinct = set(cells)
    values = _floats(tuple(distinct))
    if values is None:
        return sum(_is_number(cell) for cell in cells) < 0.9 * len(cells)
    count = len(np.unique(values))
    return _whole(values) and (count <= 2 or count <= min(20, len(cells) // 20))


def class_codes(cells: Sequence[str], name: str, path: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The class codes of a target and the names of the classes in their order.

    Whole numbers are ordered as numbers, and 1 and 1.0 are one class; text is ordered by code point, and so are
    whole numbers too long for a float64. Numbers with decimals are a DataError.
    """
    distinct = sorted(set(cells))
    values = _floats(distinct)
    if values is None or np.abs(values).max() >= EXACT:
        code = {label: index for index, label in enumerate(distinct)}
        return np.array([code[cell] for cell in cells]), tuple(distinct)
    if not _whole(values):
        label = next(label for label in cells if not float(label).is_integer())
        hint = "numbers with decimals are no classes; task: regression predicts them"
        raise DataError(f"{path}: row {cells.index(label) + 1}: the target {quoted(name)} is {label}", hint)
    classes = sorted({int(value) for value in values})
    code = {label: classes.index(int(value)) for label, value in zip(distinct, values, strict=True)}
    return np.array([code[cell] for cell in cells]), tuple(str(number) for number in classes)


def _floats(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """All cells as finite numbers, or None; `float` alone would also take 1_000, nan and other scripts' digits."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():
        return None
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _is_number(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or NOT_FINITE.fullmatch(cell))


def _whole(values: NDArray[np.float64]) -> bool:
    return bool((np.abs(values) < EXACT).all() and (values == np.round(values)).all())


def _shown(cell: str) -> str:
    short = cell if len(cell) <= 60 else f"{cell[:57]}..."
    return f"{short!r} in " if cell else ""


def _fault(cell: str) -> str | None:
    if not cell:
        return "is empty"
    if NOT_FINITE.fullmatch(cell):
        return "is not finite"
    if not NUMBER.fullmatch(cell):
        return "is not a number"
    if not math.isfinite(float(cell)):
        return "is too large"
    if WHOLE.fullmatch(cell) and int(float(cell)) != int(cell):
        return "has more digits than float64 holds"
    return None
