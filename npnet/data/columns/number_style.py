"""How the numbers of a table are written: decimal sign, thousands separator, units and percent signs.

A number in its plain form is digits with at most one point, perhaps a sign and an exponent: `12`, `-3.5`, `.5`, `1e-3`.
A `NumberStyle` allows more, and only what it names:

- `decimal: ","` writes `3,5` for 3.5; a point then is no decimal sign any more.
- `thousands: "."` allows groups of three digits, `1.234.567,5`, and a comma also those of India, `12,34,567`; groups of
  other sizes are no numbers. A blank stands for every kind of blank (also U+00A0 and U+202F), an apostrophe for the
  typographic one too.
- `units: ["$"]` allows such a text before or behind the number, with or without a blank: `$5`, `-$5`, `5 $`. An
  amount in parentheses is negative: `($5)` is -5.
- A minus sign may be a typographic one, or stand behind the number: `4.50-`.
- `percent: true` allows a percent sign behind the number and divides by 100: `45%` is 0.45, as a spreadsheet stores it.
- `truths` allows true and false in any case for 1 and 0. It is set for columns in which a run saw only 0 and 1.
"""

import re
from dataclasses import dataclass
from functools import cached_property

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII)
BLANKS, APOSTROPHES = " \u00a0\u2009\u202f", "'\u2019"
SAME = {" ": BLANKS, "'": APOSTROPHES}  # separators that are written in several ways
TRUTHS = {"true": "1", "false": "0"}
SIGNS = str.maketrans({"\u2212": "-"})  # a minus sign that is no hyphen


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written, beyond the plain form."""

    decimal: str = "."
    thousands: str | None = None
    units: tuple[str, ...] = ()
    percent: bool = False
    truths: bool = False

    @cached_property
    def is_plain(self) -> bool:
        """Whether numbers have the plain form only."""
        return self == PLAIN

    def plain(self, text: str) -> str | None:
        """Return a number in the plain form; None for a text that is not a number of this style."""
        if self.is_plain and NUMBER.fullmatch(text):
            return text
        if self.truths and text.lower() in TRUTHS:
            return TRUTHS[text.lower()]
        text = text.translate(SIGNS)
        if text.startswith("(") and text.endswith(")") and (self.units or self.thousands):
            inner = self.plain(text[1:-1].strip())
            return None if inner is None or inner.startswith(("-", "+")) else f"-{inner}"
        found = self._pattern.fullmatch(text)
        if not found or bool(found["sign"]) + bool(found["inner"]) + bool(found["after"]) > 1:
            return None
        whole = re.sub(r"\D", "", found["whole"] or "")
        fraction = f".{found['fraction']}" if found["fraction"] else ""
        digits = f"{found['sign'] or found['inner'] or found['after'] or ''}{whole}{fraction}"
        if found["percent"]:
            return None if found["exponent"] else f"{digits}e-2"
        return f"{digits}{found['exponent'] or ''}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        decimal, whole = re.escape(self.decimal), r"\d+"
        if self.thousands is not None:
            separator = f"[{re.escape(SAME.get(self.thousands, self.thousands))}]"
            india = r"\d{1,2}(?:,\d\d)+,\d{3}|" if self.thousands == "," else ""
            whole = rf"(?:{india}\d{{1,3}}(?P<separator>{separator})\d{{3}}(?:(?P=separator)\d{{3}})*|\d+)"
        unit = "|".join(re.escape(unit) for unit in sorted(self.units, key=len, reverse=True))
        before, behind = (f"(?:(?:{unit})[{BLANKS}]?)?", f"(?:[{BLANKS}]?(?:{unit}))?") if unit else ("", "")
        percent = f"(?P<percent>[{BLANKS}]?%)?" if self.percent else "(?P<percent>(?!))?"
        number = rf"(?={decimal}?\d)(?P<whole>{whole})?(?:{decimal}(?P<fraction>\d*))?(?P<exponent>[eE][+-]?\d+)?"
        return re.compile(rf"(?P<sign>[+-]?){before}(?P<inner>[+-]?){number}{percent}{behind}(?P<after>-?)", re.ASCII)


PLAIN = NumberStyle()
