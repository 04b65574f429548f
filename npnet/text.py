"""Text in messages: escaping for terminals, quoted names, articles, counts, spans of time, and shortened lists."""

import re
from collections.abc import Iterable, Sequence
from unicodedata import category

MOST = 10
PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|nan|inf)$)[^\W\d]\w*", re.IGNORECASE)


def escaped(text: str) -> str:
    """Escape every control character, line end and direction mark of a text.

    Those of JSON from U+007F on, so that JSON stays the same JSON.

    >>> escaped("a\\x1b[31m"), escaped("a\\x9b2J\\u202e")
    ('a\\\\x1b[31m', 'a\\\\u009b2J\\\\u202e')
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def visible(text: str) -> str:
    """Escape a text of several lines, except their ends."""
    return "\n".join(map(escaped, text.split("\n")))


def one_line(text: str, limit: int = 1000) -> str:
    """Return a text as a single escaped line, cut at a length."""
    return escaped(text if len(text) <= limit else f"{text[: limit - 3]}...")


def quoted(text: str) -> str:
    """Quote a text for an error message: escaped, and cut at 60 characters."""
    return in_quotes(text if len(text) <= 60 else f"{text[:57]}...")


def in_quotes(text: str) -> str:
    """Write a text in quotes, escaped and whole, as an option has it."""
    import json

    return escaped(json.dumps(text, ensure_ascii=False))


def as_yaml(text: str) -> str:
    """Write a text as YAML in a hint: plain where it is a simple word, else in quotes, and never cut.

    >>> as_yaml("day"), as_yaml('a: "b"')
    ('day', '"a: \\\\"b\\\\""')
    """
    return text if PLAIN.fullmatch(text) else in_quotes(text)


def article(noun: str) -> str:
    """Return the article that goes with a noun."""
    return "an" if noun[0] in "aeiou" else "a"


def listed(names: Iterable[object], most: int = MOST, total: int | None = None) -> str:
    """Join names with commas, at most `most` of them; `total` counts those not given.

    >>> listed("abc"), listed(range(300), 3)
    ('a, b, c', '0, 1, 2 and 297 more')
    """
    texts = list(map(str, names))
    shown = ", ".join(texts[:most])
    rest = (len(texts) if total is None else total) - min(len(texts), most)
    return f"{shown} and {rest} more" if rest > 0 else shown


def first_of(lines: Sequence[str], where: str, most: int = MOST) -> list[str]:
    """Return at most `most` lines of a kind; `where` names the place that lists all.

    >>> first_of(["a", "b", "c"], "see log.txt", 2)
    ['a', 'b', 'and 1 more of this kind; see log.txt']
    """
    rest = len(lines) - most
    return [*lines[:most], f"and {rest} more of this kind; {where}"] if rest > 0 else [*lines]


def duration(seconds: float) -> str:
    """Return a span of time as 0.3 s, 12 s, 2:05 or 1:02:05.

    >>> duration(0.34), duration(125), duration(3725)
    ('0.3 s', '2:05', '1:02:05')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "epoch"), plural(2, "epoch")
    ('1 epoch', '2 epochs')
    """
    return f"{count} {noun}{'s' * (count != 1)}"


def _escaped(letter: str) -> str:
    if letter.isprintable() or category(letter) == "Zs":  # spaces such as U+00A0 and U+3000
        return letter
    if letter < "\x7f":
        return repr(letter)[1:-1]
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
