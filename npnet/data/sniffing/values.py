"""What a column means by its texts: ordered ranges, dates, durations, numbers, or categories."""

import re
from itertools import pairwise
from math import inf

from npnet.data.columns.number_style import NumberStyle
from npnet.data.sniffing.meaning import MARKERS, Meaning, Texts, category_markers
from npnet.data.sniffing.numbers import CODE, SYMBOL, number_meaning
from npnet.data.sniffing.times import number_form, time_meaning

MONEY = re.compile(rf"\s?(?:{SYMBOL}|{CODE}|%)\s?")
SIZE = r"\d+(?:\.\d+)?"
RANGE = re.compile(
    rf"(?P<low>{SIZE})\s?(?:-|\u2013|to|bis|\.\.)\s?(?P<high>{SIZE})|"
    rf"(?P<from>{SIZE})\s?(?:\+|and over|or more|or older|and above|und mehr)|"
    rf"(?:>=?|over|above|\u00fcber|\u2265)\s?(?P<above>{SIZE})|"
    rf"(?:<=?|under|below|up to|unter|\u2264)\s?(?P<below>{SIZE})",
    re.IGNORECASE,
)
MOST_RANGES = 60


def meaning_of(name: str, texts: Texts, style: NumberStyle) -> Meaning:
    """Return what a column means."""
    known = {text: count for text, count in texts.items() if text}
    if not set(known) - MARKERS:
        return Meaning("number", missing=tuple(known))
    found = _range_meaning(known) or time_meaning(known) or number_meaning(known, style)
    if found is None:
        return Meaning("category", missing=category_markers(known))
    if (found.kind == "number" or found.are_codes) and (unit := number_form(name, known)):
        return Meaning("datetime", (unit,), missing=found.missing, exceptions=found.exceptions)
    return found


def _range_meaning(texts: Texts) -> Meaning | None:
    """Return ranges such as 18-25 and 65+ with their middles, if they do not overlap."""
    if len(texts) > MOST_RANGES + len(MARKERS):
        return None
    found = {text: match for text in texts if (match := RANGE.fullmatch(_bare(text)))}
    others = [text for text in texts if text not in found]
    if not 2 <= len(found) <= MOST_RANGES or any(text not in MARKERS for text in others):
        return None
    bounds = sorted((_bounds(match), text) for text, match in found.items())
    pairs = [pair for pair, _ in bounds]
    if any(low > high for low, high in pairs) or not any(-inf < low < high < inf for low, high in pairs):
        return None
    if any(before[1] > after[0] for before, after in pairwise(pairs)):
        return None
    return Meaning("number", ranks={text: _middle(*pair) for pair, text in bounds}, missing=tuple(others))


def _bare(text: str) -> str:
    """Return a text without currencies, percent signs and thousands separators."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", MONEY.sub("", text))


def _bounds(match: re.Match[str]) -> tuple[float, float]:
    if match["low"]:
        return float(match["low"]), float(match["high"])
    if match["below"]:
        return -inf, float(match["below"])
    return float(match["from"] or match["above"]), inf


def _middle(low: float, high: float) -> float:
    return high if low == -inf else low if high == inf else (low + high) / 2
