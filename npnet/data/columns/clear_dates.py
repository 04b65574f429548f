"""Dates in forms in which a day cannot be confused with a month, by their year or by the name of the month.

Names of months are those of English, German, French, Spanish, Italian, Portuguese and Dutch, in full or short:
`1 Mar 2024`, `01-Mar-24`, `March 1, 2024`, `1. März 2024`, `1er mars 2024`, `1 de marzo de 2024`.
"""

import re
from functools import cache

DAY_DIGITS, YEAR_DIGITS = r"\d\d?", r"\d{4}"
SHAPES = {
    re.compile(
        shape.replace("D", DAY_DIGITS).replace("Y", YEAR_DIGITS).replace("M", r"(?P<month>[^\W\d_]{3,}\.?)")
    ): form
    for shape, form in {
        "Y/D/D": "%Y/%m/%d",
        r"Y\.D\.D": "%Y.%m.%d",
        r"\d{8}": "%Y%m%d",
        "Y-D": "%Y-%m",
        "Y/D": "%Y/%m",
        "D/Y": "%m/%Y",
        "Y": "%Y",
        r"D(?:\.|er)? ?(?:de )?M (?:de )?Y": "%d %b %Y",
        "D-M-Y": "%d %b %Y",
        "D/M/Y": "%d %b %Y",
        r"D[ -]M[ -]\d\d": "%d %b %y",
        "M D,? Y": "%b %d %Y",
        "M[ -]Y": "%b %Y",
        "Y[ -]M[ -]D": "%Y %b %d",
    }.items()
}
TIME = re.compile(r" (?P<clock>\d{1,2}:\d\d(?P<seconds>:\d\d)?)(?P<half> ?[AaPp][Mm])?$")
MONTHS = """
jan january januar jänner janv janvier ene enero gen gennaio janeiro januari
feb february februar févr février fév febrero febbraio fev fevereiro februari
mar march mär märz mrz mars marzo março maart mrt
apr april avr avril abr abril aprile
may mai mayo mag maggio maio mei
jun june juni juin junio giu giugno junho
jul july juli juil juillet julio lug luglio julho
aug august août ago agosto augustus
sep sept september septembre septiembre set settembre setembro
oct october okt oktober octobre octubre ott ottobre out outubro
nov november novembre noviembre novembro
dec december dez dezember déc décembre dic diciembre dicembre dezembro
"""


@cache
def month_names() -> dict[str, str]:
    """Return the short English name of each name of a month, in small letters."""
    lines = MONTHS.split("\n")[1:-1]
    return {name: line.split()[0].title() for line in lines for name in line.split()}


def clear_form(text: str) -> tuple[str, str] | None:
    """Return a date with the short English name of its month, and its form; None for a text of another shape."""
    time = TIME.search(text)
    found = _date_form(text[: time.start()] if time else text)
    if found is None or time is None:
        return found
    half = f" {time['half'].strip()}" if time["half"] else ""
    clock = f"%{'I' if half else 'H'}:%M{':%S' * bool(time['seconds'])}{' %p' * bool(half)}"
    return f"{found[0]} {time['clock']}{half}", f"{found[1]} {clock}"


def _date_form(text: str) -> tuple[str, str] | None:
    for shape, form in SHAPES.items():
        found = shape.fullmatch(text)
        if found is None:
            continue
        if "%b" not in form:
            return text, form
        month = month_names().get(found["month"].rstrip(".").lower())
        if month is None:
            return None
        words, place = re.findall(r"\d+", text), form.split().index("%b")
        return " ".join([*words[:place], month, *words[place:]]), form
    return None
