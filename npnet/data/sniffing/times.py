"""Columns of dates, Unix times and durations."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from npnet.data.columns.number_style import NUMBER
from npnet.data.columns.schema import DURATION
from npnet.data.columns.value_parsers import ANY_FORM, Parser, date_parser, duration_seconds
from npnet.data.sniffing.meaning import DOUBT, MARKERS, Meaning, Texts, judged

DATE = re.compile(
    r"(?P<one>\d{1,2})(?P<sign>[./-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})"
    r"(?P<time>(?P<gap>[ T]|, )\d{1,2}:\d\d(?P<seconds>:\d\d)?(?P<half> ?[AaPp][Mm])?)?"
)
TIME_NAME = re.compile(
    r"time|date|stamp|epoch|unix|created|updated|zeit|datum|^day|^tag|(^|_)(ts|at|dt|day|tag)($|_)", re.IGNORECASE
)
COMPACT = "%Y%m%d"
UNIX_RANGES = {
    "unix": (3e8, 4e9),
    "unix_ms": (3e11, 4e12),
    "unix_us": (3e14, 4e15),
    "unix_ns": (3e17, 4e18),
}  # from 1979 to 2096


def time_meaning(texts: Texts) -> Meaning | None:
    """Return the meaning of a column of dates or durations; None of another."""
    marked = {text: count for text, count in texts.items() if text not in MARKERS}
    if all(map(NUMBER.fullmatch, marked)):
        return None  # years and the like are numbers
    shapes = {text: found for text in marked if (found := DATE.fullmatch(text))}
    if sum(marked[text] for text in shapes) >= DOUBT * sum(marked.values()):
        forms = _forms(list(shapes.values()))
        unfitting = judged(texts, _parses(date_parser(forms[0]))) if forms else None
        return Meaning("datetime", forms, None, (), False, *unfitting) if unfitting else None
    if judged(marked, _parses(date_parser(ANY_FORM))) is None:
        return _duration_meaning(texts, marked)
    iso = judged(texts, _parses(date_parser(None)))
    clear = judged(texts, _parses(date_parser(ANY_FORM)))
    if iso is not None and clear is not None and len(iso.exceptions) <= len(clear.exceptions):
        return Meaning("datetime", (), None, (), False, *iso)
    return None if clear is None else Meaning("datetime", (ANY_FORM,), None, (), False, *clear)


def number_form(name: str, texts: Texts) -> str | None:
    """Return the form of dates written as numbers, Unix times or 20240131, whose name must say that they are."""
    numbers = [float(text) for text in texts if NUMBER.fullmatch(text)]
    if not TIME_NAME.search(name) or len(numbers) < 3:
        return None
    if all(re.fullmatch(r"(19|20)\d{6}", text) for text in texts if NUMBER.fullmatch(text)):
        return COMPACT if judged(texts, _parses(date_parser(COMPACT))) else None
    return next(
        (unit for unit, (low, high) in UNIX_RANGES.items() if low <= min(numbers) <= max(numbers) <= high), None
    )


def _duration_meaning(texts: Texts, marked: Texts) -> Meaning | None:
    written = sum(
        count for text, count in marked.items() if duration_seconds(text) is not None and not NUMBER.fullmatch(text)
    )
    if written < DOUBT * sum(marked.values()):
        return None
    unfitting = judged(texts, _parses(duration_seconds))
    return Meaning("number", (DURATION,), None, (), False, *unfitting) if unfitting else None


def _parses(parse: Parser) -> Callable[[str], bool]:
    return lambda text: parse(text) is not None


def _time_form(found: re.Match[str]) -> str:
    if not found["time"]:
        return ""
    seconds, half = ":%S" * bool(found["seconds"]), found["half"]
    return f"{found['gap']}%{'I' if half else 'H'}:%M{seconds}{' ' * (half or '').startswith(' ')}{'%p' * bool(half)}"


def _forms(shapes: Sequence[re.Match[str]]) -> tuple[str, ...]:
    """Return the forms of dates of three numbers: one, or two where no number is above 12."""
    sign = Counter(found["sign"] for found in shapes).most_common(1)[0][0]
    times = {_time_form(found) for found in shapes}
    years = {len(found["year"]) for found in shapes}
    if len(times) > 1 or len(years) > 1:
        return ()
    first, second = (max(int(found[part]) for found in shapes) for part in ("one", "two"))
    day, month = ("%d", "%m"), ("%m", "%d")
    orders = [day] if sign == "." or first > 12 else [month] if second > 12 else [day, month]
    year = "%Y" if years == {4} else "%y"
    return tuple(f"{sign.join((*order, year))}{next(iter(times))}" for order in orders)
