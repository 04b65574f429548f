"""Columns of numbers: the decimal sign and the thousands separator of a file, units, percent signs, and sentinels.

All columns of a file share one style of numbers, that which makes most of them numeric.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain, islice

from npnet.data.columns.number_style import BLANKS, NUMBER, NumberStyle
from npnet.data.columns.type_rules import EXACT
from npnet.data.sniffing.meaning import DOUBT, MARKERS, SHARE, Meaning, Texts, category_markers, judged

CONVENTIONS: tuple[tuple[str, str | None], ...] = (
    *((".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'")),
)
SYMBOL = r"R\$|US\$|[ACN]\$|NZ\$|[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9\u20ba]"
CODE = r"EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|CAD|AUD|BRL|Rs\.?|Fr\.?|kr\.?|z\u0142|K\u010d"
UNIT = r"[^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?[\u00b2\u00b3]?|\u00b0[CFK]?|\u2030"
MULTIPLES = re.compile(
    r"[kKMBGTmeExhsd]|bn|mn|Mi?o\.?|Mrd\.?|Tsd\.?|st|nd|rd|th|min|am|pm|AM|PM"
)  # no units of one size
WRITTEN = re.compile(
    rf"\(?[+\-\u2212]?(?P<before>{SYMBOL}|{CODE})?[{BLANKS}]?[+\-\u2212]?"
    rf"(?P<core>(?:\d[\d.,'\u2019{BLANKS}]*)?\d[.,]?|[.,]\d+)(?P<exponent>[eE][+-]?\d+)?"
    rf"[{BLANKS}]?(?P<behind>%|{SYMBOL}|{CODE}|{UNIT})?\)?-?"
)
ORDINALS, HALVES = frozenset({"st", "nd", "rd", "th"}), frozenset({"am", "pm", "AM", "PM", "st", "nd", "rd"})
NINES = re.compile(r"-?9+([.,]9*0*)?")
FEWEST = 10  # texts that leave no doubt that a column is written in one way
MOST = 2_000  # texts of a column that decide the style
GROUPED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")


def number_style(columns: Sequence[Texts], semicolons: bool = False) -> NumberStyle | None:
    """Return the decimal sign and the thousands separator of a file; None where two fit equally well.

    `semicolons` says that its cells are separated by those, as is usual where a comma is the decimal sign.
    """
    cores = []
    for texts in columns:
        marked = [text for text in islice(texts, MOST) if text not in MARKERS]
        found = [f"{shape['core']}{shape['exponent'] or ''}" for text in marked if (shape := WRITTEN.fullmatch(text))]
        if found and len(found) >= DOUBT * len(marked):
            cores.append(found)
    plain = all(map(NUMBER.fullmatch, chain.from_iterable(cores)))  # nothing fits better then
    scores = {convention: _score(NumberStyle(*convention), cores) for convention in CONVENTIONS[: 1 if plain else None]}
    fitting = [convention for convention, score in scores.items() if score == max(scores.values())]
    if semicolons and fitting[0] == (".", None) and any(map(_are_thousands, cores)):
        return NumberStyle(",", ".")
    if semicolons and fitting[0] == (".", None) and _may_be_thousands(cores):
        return None
    if fitting[0] == (",", None) and (".", ",") in fitting:
        return None if semicolons else NumberStyle(".", ",")
    return NumberStyle(*fitting[0])


def _score(style: NumberStyle, columns: Sequence[Sequence[str]]) -> tuple[int, float]:
    """Return how many columns are numbers in a style, and the sum of their shares of numbers."""
    shares = [sum(style.plain(text) is not None for text in texts) / len(texts) for texts in columns]
    return sum(share >= SHARE for share in shares), round(sum(shares), 6)


def _are_thousands(cores: Sequence[str]) -> bool:
    """Return whether points separate thousands: three digits after each, and no point in numbers below 1000."""
    grouped = [text for text in cores if GROUPED.fullmatch(text)]
    rest = [text for text in cores if not GROUPED.fullmatch(text)]
    return len(grouped) >= 3 and bool(rest) and all(re.fullmatch(r"\d{1,3}(,\d+)?", text) for text in rest)


def _may_be_thousands(columns: Sequence[Sequence[str]]) -> bool:
    """Return whether a column has three digits after each point, and none has another number of them."""
    pointed = [[text for text in texts if "." in text] for texts in columns]
    grouped = any(len(texts) >= FEWEST and all(map(GROUPED.fullmatch, texts)) for texts in pointed)
    return grouped and all(GROUPED.fullmatch(text) for texts in pointed for text in texts)


def number_meaning(texts: Texts, style: NumberStyle) -> Meaning | None:
    """Return the meaning of a column of numbers; None of another."""
    marked = {text: count for text, count in texts.items() if text not in MARKERS}
    shapes = {text: found for text in marked if (found := WRITTEN.fullmatch(text))}
    if sum(marked[text] for text in shapes) < DOUBT * sum(marked.values()):
        return None
    if _are_codes(marked):
        return Meaning("category", missing=category_markers(texts), are_codes=True)
    units = {found["before"] or found["behind"] or "" for found in shapes.values()} - {"", "%"}
    if len(units) > 1 or _are_multiples(units, shapes, marked) or _is_rare_suffix(units, shapes, marked):
        return None
    percent = any(found["behind"] == "%" for found in shapes.values())
    exact = NumberStyle(style.decimal, style.thousands, tuple(units), percent)
    unfitting = judged(texts, lambda text: exact.plain(text) is not None)
    if unfitting is None:
        return None
    numbers = {text: float(plain) for text in marked if (plain := exact.plain(text)) is not None}
    if any(abs(value) >= EXACT and re.fullmatch(r"[+-]?\d+", text) for text, value in numbers.items()):
        return Meaning("category", missing=category_markers(texts), are_codes=True)
    missing = (*unfitting.missing, *_sentinels(numbers, texts))
    return Meaning("number", (), None, tuple(units), percent, missing, unfitting.exceptions)


def _are_codes(texts: Texts) -> bool:
    """Return whether texts are digits with leading zeros or signs: all, or some of texts of one length."""
    digits = [text for text in texts if re.fullmatch(r"\+?\d+([-/ ]\d+)*", text, re.ASCII)]
    if sum(texts[text] for text in digits) < DOUBT * sum(texts.values()):
        return False
    heads = [re.split("[-/ ]", text)[0] for text in digits]
    zeros = [head for head in heads if head.startswith(("0", "+")) and len(head) > 1]
    return len(zeros) == len(heads) > 1 or (bool(zeros) and len(set(map(len, heads))) == 1)


def several_units(texts: Texts) -> tuple[str, str] | None:
    """Return texts of numbers with different units, such as 12k and 3.4M, of a column that holds little else."""
    marked = {text: count for text, count in texts.items() if text not in MARKERS}
    shapes = {text: found for text in marked if (found := WRITTEN.fullmatch(text))}
    if sum(marked[text] for text in shapes) < SHARE * sum(marked.values()) or not shapes:
        return None
    first: dict[str, str] = {}
    for text, found in shapes.items():
        first.setdefault(found["before"] or found["behind"] or "", text)
    units = set(first) - {""}
    if len(first) < 2 or any(len(unit) == 1 and unit.isalpha() and not MULTIPLES.fullmatch(unit) for unit in units):
        return None  # numbers, or codes such as 12A
    are_labels = len(shapes) < 2 * len(first) or any(found["core"].endswith(".") for found in shapes.values())
    if units <= ORDINALS or are_labels:
        return None  # ranks, or labels such as 1. White and 2. Black
    one, two = list(first.values())[:2]
    return one, two


def _are_multiples(units: set[str], shapes: Mapping[str, re.Match[str]], texts: Texts) -> bool:
    """Return whether units such as k stand for a factor, which some numbers have and others do not."""
    if not any(map(MULTIPLES.fullmatch, units)):
        return False
    return units <= HALVES or len(shapes) < len(texts) or any(not found["behind"] for found in shapes.values())


def _is_rare_suffix(units: set[str], shapes: Mapping[str, re.Match[str]], texts: Texts) -> bool:
    """Return whether letters follow few numbers, which are codes then."""
    if not units or any(found["before"] for found in shapes.values()):
        return False
    carrying = sum(texts[text] for text, found in shapes.items() if found["behind"] in units)
    return carrying < SHARE * sum(texts[text] for text in shapes)


def _sentinels(numbers: Mapping[str, float], texts: Texts) -> list[str]:
    """Return the texts of numbers of nines, such as -999, that lie far from all others and so mean missing."""
    rest = [value for text, value in numbers.items() if not NINES.fullmatch(text)]
    if len(rest) < 3:
        return []
    low, high = min(rest), max(rest)
    found = []
    for text, value in numbers.items():
        gap = max(low - value, value - high)
        below = value <= -99 and low >= 0
        if (
            NINES.fullmatch(text)
            and gap > 0
            and (gap > 3 * (high - low) or (texts[text] > 1 and (gap > high - low or below)))
        ):
            found.append(text)
    return found
