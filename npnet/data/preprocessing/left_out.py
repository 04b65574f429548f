"""Columns from which nothing can be learned."""

from collections.abc import Sequence

from npnet.data.columns import Column
from npnet.data.preprocessing.steps import varies
from npnet.text import listed, quoted


def left_out(reason: str, names: Sequence[str]) -> str:
    """Return the warning of columns that are left out for the same reason."""
    if len(names) == 1:
        return f"column {quoted(names[0])} is left out: {reason}"
    each = reason.replace("it is", "each is").replace("of it", "of any")
    return f"columns {listed(map(quoted, names))} are left out: {each}"


def useless(column: Column) -> str | None:
    """Return why nothing can be learned from a column, None where it can."""
    missing = column.missing
    if missing.all():
        return "it is empty in every row"
    differs = (column.values != column.values[0]).any() if column.kind == "category" else varies(column.values)
    return None if differs or missing.any() else "it is the same in every row"
