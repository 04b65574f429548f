"""Values of new rows that training never saw: counted, reported, refused."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from npnet.data.columns import Frame
from npnet.data.preprocessing import Preparation, Unknown, unseen_values
from npnet.data.preprocessing.steps import CategoryStep
from npnet.errors import DataError
from npnet.text import listed, plural, quoted

NAMED, MOST_FREQUENT = 5, 3  # unknown values that a warning names: of few rows, and of many
MANY = 0.2  # of the rows
LEAST = 2  # rows: the value of a single row may well be unknown


@dataclass
class Unseen:
    """The values that training never saw, by column and text, in `rows` rows; "" stands for an unexpected gap.

    `first` are the row, the column and the text of the first.
    """

    preparation: Preparation
    rows: int = 0
    counts: Unknown = field(default_factory=dict)
    first: tuple[int, str, str] | None = None
    filled: Counter[str] = field(default_factory=Counter)

    def add(self, frame: Frame) -> "Unseen":
        """Count the values of more rows."""
        self.rows += len(frame)
        if self.preparation.aggregates:
            frame = self.preparation.extended(frame)
        frame = self.preparation.rows(frame)
        for step in self.preparation.steps:
            column = frame.columns[step.column]
            if isinstance(step, CategoryStep):
                self.filled[step.column] += int(np.count_nonzero(~column.missing))
            if counts := unseen_values(step, column):
                self.counts.setdefault(step.column, Counter()).update(counts)
                found = [(_first_row(frame, step.column, text), step.column, text) for text in counts]
                self.first = min([*([self.first] if self.first else []), *found])
        return self

    def refuse_any(self) -> None:
        """Raise DataError that names the first row with a value that training never saw, if there is one."""
        if self.first:
            row, name, text = self.first
            what = f"{quoted(text)} in column {quoted(name)} is a value that training never saw"
            empty = f"column {quoted(name)} is empty, which it never was in training"
            raise DataError(f"row {row}: {what if text else empty}", "without --strict it is taken as unknown")

    def refuse_all(self) -> None:
        """Raise DataError for a column whose values are all unknown, unless training learned what other values mean."""
        for step in self.preparation.steps:
            texts = Counter({text: n for text, n in self.counts.get(step.column, Counter()).items() if text})
            if not isinstance(step, CategoryStep) or step.pooled or self.rows < LEAST:
                continue
            if texts and texts.total() == self.filled[step.column]:
                what = f"training saw none of the {plural(texts.total(), 'value')} of column {quoted(step.column)}"
                known = f"it saw {listed(map(quoted, step.places), NAMED)}"
                raise DataError(f"{what} ({_frequent(texts, MOST_FREQUENT)})", f"{known}: spell the values so")

    def warnings(self) -> list[str]:
        """Return a line for each column with values that training never saw."""
        return [self._warning(name, Counter(counts)) for name, counts in self.counts.items()]

    def _warning(self, name: str, counts: Counter[str]) -> str:
        rows, gaps = counts.total(), counts.pop("", 0)
        many = rows >= MANY * self.rows and len(counts) > MOST_FREQUENT
        words = [_frequent(counts, MOST_FREQUENT if many else NAMED)] if counts else []
        words += [f"empty {gaps}"] if gaps else []
        share = f" ({rows / self.rows:.0%})" if many else ""
        hold = "row holds" if rows == 1 else "rows hold"
        return (
            f"column {quoted(name)}: {rows} {hold}{share} what training never saw, taken as unknown: {', '.join(words)}"
        )


def _frequent(counts: Counter[str], most: int) -> str:
    words = [f"{quoted(text)} {count}" for text, count in counts.most_common(most)]
    return ", ".join([*words, *([f"{len(counts) - most} others"] if len(counts) > most else [])])


def _first_row(frame: Frame, name: str, text: str) -> int:
    column = frame.columns[name]
    wanted = column.values == column.levels.index(text) if text else column.missing
    return int(frame.rows[np.argmax(wanted)])
