"""Lists in a line of text: the first names, and how many more there are."""

from collections.abc import Iterable

MOST = 10


def listed(names: Iterable[object], most: int = MOST) -> str:
    """Names with commas, however many there are.

    >>> listed("abc"), listed(range(300), 3)
    ('a, b, c', '0, 1, 2 and 297 more')
    """
    texts = list(map(str, names))
    rest = len(texts) - most
    return f"{', '.join(texts[:most])} and {rest} more" if rest > 0 else ", ".join(texts)
