"""Scalars: what a plain word of YAML means, by the core schema of YAML 1.2.

`1e-3` is a number, `no` and `12:30:45` and `2024-01-31` are text. One rule is stricter than the standard: a whole
number with leading zeros is text, because YAML 1.1 reads `010` as 8 and 1.2 reads it as 10.
"""

import math
import re
from collections.abc import Callable

Scalar = None | bool | int | float | str

DIGITS = 100  # a longer number is a mistake

NULL = re.compile(r"~|null|Null|NULL|")
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
PATTERNS: dict[str, re.Pattern[str]] = {"null": NULL, "bool": BOOL, "int": INT, "float": FLOAT}


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _decimal(text: str) -> float:
    return float(text.replace(".", "", 1) if text.lstrip("+-").lower() in (".inf", ".nan") else text)


MEANINGS: dict[str, Callable[[str], Scalar]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _integer,
    "float": _decimal,
}


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; ValueError for a number of more than 100 digits.

    >>> resolve("1e-3"), resolve("no"), resolve("~")
    (0.001, 'no', None)
    """
    for kind, pattern in PATTERNS.items():
        if pattern.fullmatch(text):
            if len(text) > DIGITS:
                raise ValueError(f"a number of {len(text)} digits is too long")
            return MEANINGS[kind](text)
    return text


def plain_float(number: float) -> str:
    """A float so that `resolve` gives back the same one: its repr, `.inf`, `-.inf` or `.nan`."""
    if math.isfinite(number):
        return repr(number)
    return ".nan" if math.isnan(number) else (".inf" if number > 0 else "-.inf")
