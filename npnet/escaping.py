"""Text of unknown origin, fit to be shown: nothing in it controls a terminal or turns around what is beside it."""

from unicodedata import category


def escaped(text: str) -> str:
    """A text with every control character, line end and sign of direction as an escape sequence that can be read.

    Those of JSON from U+007F on, so that JSON stays the same JSON.

    >>> escaped("a\\x1b[31m"), escaped("a\\x9b2J\\u202e")
    ('a\\\\x1b[31m', 'a\\\\u009b2J\\\\u202e')
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def visible(text: str) -> str:
    """The same of a text of several lines, whose ends are kept."""
    return "\n".join(map(escaped, text.split("\n")))


def one_line(text: str, limit: int = 1000) -> str:
    """A text as one line, and not endless."""
    return escaped(text if len(text) <= limit else f"{text[: limit - 3]}...")


def _escaped(letter: str) -> str:
    if letter.isprintable() or category(letter) == "Zs":  # spaces such as U+00A0 and U+3000
        return letter
    if letter < "\x7f":
        return repr(letter)[1:-1]
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
