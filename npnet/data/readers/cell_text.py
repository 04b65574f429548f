"""The text of a value of Python, as a CSV file holds it, or as the column that it stands in is known to spell it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real

import numpy as np

from npnet.data.columns.type_rules import NUMBER

TRUTHS = {"true": True, "false": False}


class CellText:
    """The text of any value in one column, of which some texts are `known`.

    A number or a truth value that none of them spells as Python does is taken for the only one that means the same: 7
    for `007`, 1.0 for `1`, True for `true`.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._alike: dict[float, list[str]] = {}
        for text in self._known:
            if NUMBER.fullmatch(text):
                self._alike.setdefault(float(text), []).append(text)
        self._truths: dict[bool, list[str]] = {True: [], False: []}
        for text in self._known:
            if text.lower() in TRUTHS:
                self._truths[TRUTHS[text.lower()]].append(text)

    def of(self, value: object) -> str:
        """The text of a value; TypeError for what is neither text, a number, true or false, nor a date."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool | np.bool_):
            return self._known_or(str(value), self._truths[bool(value)])
        if isinstance(value, Real | Decimal):
            text = str(int(value)) if isinstance(value, Integral) else str(value)
            return self._known_or(text, self._alike.get(_float(value), []))
        if isinstance(value, np.datetime64):
            return str(value.astype("datetime64[us]"))
        if isinstance(value, date | datetime):
            return value.isoformat()
        raise TypeError(type(value).__name__)

    def _known_or(self, text: str, others: list[str]) -> str:
        return others[0] if text not in self._known and len(others) == 1 else text


def _float(value: Real | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return np.inf
