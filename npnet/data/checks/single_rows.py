"""Classes that a single row has: they can be learned or scored, never both."""

from collections.abc import Mapping

from npnet.text import listed, quoted

NAMED = 3


def single_rows(target: str, classes: Mapping[str, int]) -> str | None:
    """What to know of a target by the rows of each of its classes; None where no class has a single row."""
    single = [name for name, rows in classes.items() if rows == 1]
    if not single:
        return None
    if len(single) == len(classes):
        what = f"{quoted(target)} has as many classes as rows, {len(classes)}"
        return f"{what}: if it is an identifier, choose another target; if it is a number, write task: regression"
    which = listed(map(quoted, single), NAMED)
    what = f"{len(single)} of {len(classes)} classes of {quoted(target)} have a single row each ({which})"
    return f"{what}: such a class is either trained on or scored, never both"
