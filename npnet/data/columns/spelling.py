"""Spellings of a value: `True`, `true`, `TRUE` and 1 may mean the same, and so do `1` and `1.0`.

A text that a table holds and another does not is taken for the only text of the other that means the same. Within a
table, spellings of a truth value become one level: the most frequent spelling.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from npnet.data.columns import MISSING, Column, Frame
from npnet.data.columns.number_style import NUMBER, TRUTHS
from npnet.data.columns.spill_file import TranslatedCodes
from npnet.text import listed, quoted

DIGIT = re.compile(r"([01])(\.0*)?")
LOOK = 1000  # values that show that most columns are not of 0 and 1
LONGEST = 400  # letters of a text that is compared as a number


class Spellings:
    """The texts that a column is known to hold."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._numbers: dict[Decimal, list[str]] = {}
        self._truths: dict[Decimal, list[str]] = {}
        for text in self._known:
            if (truth := TRUTHS.get(text.lower())) is not None:
                self._truths.setdefault(Decimal(truth), []).append(text)
            elif (number := _number(text)) is not None:
                self._numbers.setdefault(number, []).append(text)
        binary = self._numbers.keys() <= {Decimal(0), Decimal(1)}
        self._are_truths = binary and len(self._known) == sum(
            map(len, [*self._truths.values(), *self._numbers.values()])
        )

    def of(self, text: str) -> str:
        """Return the only known text that means the same as a text that is not known; else the text itself."""
        if text in self._known:
            return text
        truth = TRUTHS.get(text.lower())
        number = Decimal(truth) if truth is not None else _number(text)
        if number is None:
            return text
        first, second = (self._numbers, self._truths) if truth is None else (self._truths, self._numbers)
        found = first.get(number, []) or (second.get(number, []) if self._are_truths else [])
        return found[0] if len(found) == 1 else text


def respelled(frame: Frame, known: Mapping[str, Collection[str]]) -> Frame:
    """Return a frame whose categories are spelled as the texts that their columns are known to hold."""
    columns = dict(frame.columns)
    for name, texts in known.items():
        column = columns.get(name)
        if column is not None and column.kind == "category" and not set(column.levels) <= set(texts):
            spellings = Spellings(texts)
            columns[name] = _with_levels(column, {level: spellings.of(level) for level in column.levels})
    return Frame(columns, frame.rows)


def with_one_spelling(columns: Mapping[str, Column]) -> tuple[dict[str, Column], tuple[str, ...]]:
    """Return columns in which each truth value has one spelling, and notes on what was changed."""
    found, notes = dict(columns), []
    for name, column in columns.items():
        if column.kind != "category":
            continue
        for group in _groups(column.levels):
            counts = found[name].level_counts()
            chosen = max(group, key=lambda text: (counts[text], text))
            same = {text: chosen if text in group else text for text in found[name].levels}
            found[name] = _with_levels(found[name], same)
            others = listed(map(quoted, sorted(set(group) - {chosen})))
            notes.append(f"column {quoted(name)}: {others} means the same as {quoted(chosen)}, and is taken for it")
    return found, tuple(notes)


def are_truths(column: Column) -> bool:
    """Return whether the numbers of a column are 0 and 1."""
    for rows in (slice(LOOK), slice(None)) if column.kind == "number" else ():
        known = column[rows]
        known = known[~np.isnan(known)]
        if not (len(known) and ((known == 0) | (known == 1)).all()):
            return False
    return column.kind == "number"


def _groups(levels: Collection[str]) -> list[list[str]]:
    """Return the groups of several texts that mean the same truth value; 0 and 1 do beside true and false alone."""
    words = {text: TRUTHS[text.lower()] for text in levels if text.lower() in TRUTHS}
    digits = {text: match[1] for text in levels if (match := DIGIT.fullmatch(text))}
    meanings = words | digits if words and len(words) + len(digits) == len(levels) else words
    groups: dict[str, list[str]] = {}
    for text, meaning in meanings.items():
        groups.setdefault(meaning, []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def _with_levels(column: Column, texts: Mapping[str, str]) -> Column:
    """Return a column with other texts for its levels; levels of one text become one."""
    levels = tuple(sorted(set(texts.values())))
    code = {text: number for number, text in enumerate(levels)}
    table = np.array([*(code[texts[level]] for level in column.levels), MISSING], np.int32)
    return replace(column, stored=TranslatedCodes(column.stored, table), levels=levels)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if len(text) <= LONGEST and NUMBER.fullmatch(text) else None
