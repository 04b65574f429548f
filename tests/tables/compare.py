"""Compare what a program understood of a file with the right reading of its case."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.tables.case import Case, Reading, Value, Wrong

LEFT_OUT = ("identifier", "index")


@dataclass(frozen=True)
class Understood:
    """What a program made of a column: its kind, the value of every row, and the order of an ordered one."""

    kind: str
    values: Sequence[Value]
    order: tuple[str, ...] = ()


def differences(case: Case, columns: Mapping[str | int, Understood]) -> list[str]:
    """Return what is wrong with the columns that a program understood; nothing where one right reading fits each.

    Columns that the program left out may be missing, where that is right: identifiers, indexes and free texts.
    """
    found = {bare(name): column for name, column in columns.items()}
    right = {bare(name): case.readings(name) for name in case.columns}
    wrong = [f"{name!r} is no column of the file" for name in found if name not in right]
    for name, readings in right.items():
        misfits = [misfit(reading, found.get(name), case.rows) for reading in readings]
        if all(misfits):
            wrong.append(f"{name!r}: {' or '.join(dict.fromkeys(misfits))}")
    return wrong


def message_differences(wrong: Wrong, message: str) -> list[str]:
    """Return the words and lines that an error's message and hint should have and do not have."""
    words = [word for word in wrong.words if word.lower() not in message.lower()]
    return words + [line for line in wrong.lines if plain(line) not in plain(message)]


def misfit(reading: Reading, column: Understood | None, rows: int) -> str:
    """Return why a column does not fit a reading, or an empty text."""
    if column is None or column.kind in LEFT_OUT:
        return "" if reading.kind in (*LEFT_OUT, "text") else f"left out, not read as {reading.kind}"
    if column.kind != reading.kind:
        return f"read as {column.kind}, not as {reading.kind}"
    if len(column.values) != rows:
        return f"{len(column.values)} rows, not {rows}"
    for place, value in {**dict(enumerate(reading.first)), **reading.rows}.items():
        if not same(reading.kind, column.values[place], value):
            return f"row {place} is {column.values[place]!r}, not {value!r}"
    gaps = sum(value is None or value != value for value in column.values)
    if gaps != reading.gaps:
        return f"{gaps} gaps, not {reading.gaps}"
    if reading.order and column.order and tuple(map(str.strip, column.order)) != reading.order:
        return f"in the order {column.order}, not {reading.order}"
    return ""


def same(kind: str, value: Value, right: Value) -> bool:
    """Return whether a value is the right one; numbers may be of single precision."""
    if value is None or value != value or right is None:
        return right is None and (value is None or value != value)
    if kind in ("number", "duration"):
        return not isinstance(value, str) and math.isclose(value, float(right), rel_tol=1e-6)
    if kind == "truth":
        return not isinstance(value, str) and bool(value) is right
    if kind == "datetime":
        return instant(str(value)) == instant(str(right))
    return str(value).strip() == right


def instant(text: str) -> datetime:
    """Return the time of an ISO text; without a zone it counts as UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def bare(name: str | int) -> str | int:
    return name.strip(" #") if isinstance(name, str) else name


def plain(text: str) -> str:
    """Return a text without quotes and blanks, which YAML lets a hint choose; an override counts as its key."""
    return "".join(re.sub(r"(\w)=", r"\1:", text.lower()).replace('"', "").replace("'", "").split())
