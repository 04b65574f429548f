"""Cells that hold several tags, such as `rock;jazz`."""

from collections import Counter
from collections.abc import Iterable

SIGNS = (";", "|", ",", "/")
MOST = 50  # tags of a column


def tags_of(levels: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the sign between tags, and the tags, of a column whose texts are lists of a few words that come again."""
    texts = list(levels)
    for sign in SIGNS:
        cells = [[tag.strip() for tag in text.split(sign)] for text in texts]
        counts = Counter(tag for cell in cells for tag in set(cell))
        several = sum(len(cell) > 1 for cell in cells)
        repeated = sum(count > 1 for count in counts.values())
        if several >= 2 and "" not in counts and len(counts) <= min(MOST, len(texts)) and repeated * 2 > len(counts):
            return sign, tuple(sorted(counts))
    return None
