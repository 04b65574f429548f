"""Lists in a line of text: the first names, and how many more there are."""

from collections.abc import Iterable, Sequence

MOST = 10


def listed(names: Iterable[object], most: int = MOST, total: int | None = None) -> str:
    """Names with commas, however many there are; `total` counts them where not all are given.

    >>> listed("abc"), listed(range(300), 3)
    ('a, b, c', '0, 1, 2 and 297 more')
    """
    texts = list(map(str, names))
    shown = ", ".join(texts[:most])
    rest = (len(texts) if total is None else total) - min(len(texts), most)
    return f"{shown} and {rest} more" if rest > 0 else shown


def first_of(lines: Sequence[str], where: str, most: int = MOST) -> list[str]:
    """Lines of one kind, however many there are; `where` says what lists all of them.

    >>> first_of(["a", "b", "c"], "see log.txt", 2)
    ['a', 'b', 'and 1 more of this kind; see log.txt']
    """
    rest = len(lines) - most
    return [*lines[:most], f"and {rest} more of this kind; {where}"] if rest > 0 else [*lines]
