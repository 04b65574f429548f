"""What the cells of a column mean, and which of its texts mean missing.

A text that does not fit its column is an exception. It means missing where it is one of the usual markers; where nearly
all cells fit, so does a word; else so does a word that comes again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from npnet.data.columns import Kind

Texts = Mapping[str, int]  # distinct texts of a column, without blanks around them, and how often each comes

ALWAYS = frozenset({"NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "null", "NULL", "Null", "?"})
MARKERS = ALWAYS | frozenset(
    {
        "na",
        "None",
        "none",
        "NONE",
        "-",
        "--",
        "---",
        "\u2013",
        "\u2014",
        "?",
        "??",
        ".",
        "..",
        "*",
        "\\N",
        "nil",
        "(null)",
    }
    | {"missing", "Missing", "MISSING", "unknown", "Unknown", "UNKNOWN", "not available", "undefined"}
    | {"n.a.", "N.A.", "k.A.", "k. A.", "#DIV/0!", "#VALUE!", "#REF!", "#NULL!"}
    | {"0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000"}
)
TRUTHS = frozenset(
    {"true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "0", "1"}
    | {"ja", "nein", "oui", "non", "si", "sim", "nao", "wahr", "falsch", "vrai", "faux"}
)
WORD = re.compile(r"[^\W\d]+([ ./-][^\W\d]+)*\.?")
SHARE, DOUBT = 0.9, 0.5  # of the cells that decide a kind, and from which on it is in doubt
MOST_WORDS, FEW = 5, 2  # texts that may mean missing beside the markers: of a clear column, of one in doubt


@dataclass(frozen=True)
class Meaning:
    """What a column holds: its kind, and how its cells are written where that is not the usual way.

    `forms` are the forms that all dates fit: one, or two where the day and the month can be exchanged; the form
    "duration" belongs to numbers. `missing` are texts that mean missing, `exceptions` those that fit in no way.
    """

    kind: Kind
    forms: tuple[str, ...] = ()
    ranks: Mapping[str, float] | None = None
    units: tuple[str, ...] = ()
    percent: bool = False
    missing: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    are_codes: bool = False


class Unfitting(NamedTuple):
    """The texts that do not fit a column: those that mean missing, and the others."""

    missing: tuple[str, ...]
    exceptions: tuple[str, ...]


def judged(texts: Texts, fits: Callable[[str], bool]) -> Unfitting | None:
    """Return the texts that do not fit; None where too few cells do."""
    others = [text for text in texts if not fits(text)]
    markers = [text for text in others if text in MARKERS]
    exceptions = [text for text in others if text not in MARKERS]
    total = sum(texts.values()) - sum(texts[text] for text in markers)
    fitting = total - sum(texts[text] for text in exceptions)
    if not fitting or fitting < DOUBT * total:
        return None
    words = [text for text in exceptions if WORD.fullmatch(text)]
    clear = fitting >= SHARE * total and len(exceptions) <= MOST_WORDS
    repeated = [text for text in words if texts[text] > 1] if len(exceptions) <= FEW else []
    missing = words if clear else repeated
    return Unfitting((*markers, *missing), tuple(text for text in exceptions if text not in missing))


def category_markers(texts: Texts) -> tuple[str, ...]:
    """Return the texts of categories that mean missing, unless they may be codes of two letters, such as NA."""
    others = [text for text in texts if text not in MARKERS]
    if others and {text.lower() for text in others} <= TRUTHS:
        return tuple(text for text in texts if text in MARKERS)
    others = [text for text in texts if text not in ALWAYS]
    codes = sum(bool(re.fullmatch("[A-Z]{2}", text)) for text in others) * 2 > len(others)
    return tuple(text for text in texts if text in ALWAYS and not (codes and text == "NA"))
