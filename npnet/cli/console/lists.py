"""Lists: names with what they are, and under each its options."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill

Pair = tuple[str, str]
Item = tuple[str, str, Sequence[Pair]]  # a name, what it is, its options by name

ENDLESS = 10_000
NARROW = 50
INDENT = "    "
OPTION = 18  # columns for the name of an option


def definitions(found: Mapping[str, Sequence[Item]], width: int | None) -> str:
    """The items of one kind, or of several under headings."""
    sections = []
    for heading, items in found.items():
        title = [f"{heading}:"] if len(found) > 1 else []
        sections.append("\n".join([*title, *_lines(items, width or ENDLESS)]))
    return "\n\n".join(sections)


def _lines(items: Sequence[Item], width: int) -> Iterator[str]:
    column = max((len(name) for name, _, _ in items), default=0)
    for name, text, options in items:
        yield _line(name, text, column, width)
        for option, says in options:
            yield _line(f"{INDENT}{option}", says, OPTION, width)


def _line(name: str, text: str, column: int, width: int) -> str:
    if width < NARROW:
        return f"{name}\n{fill(text, width, initial_indent=INDENT * 2, subsequent_indent=INDENT * 2)}"
    return fill(f"{name:{column}}  {text}", width, subsequent_indent=" " * (column + 2), break_on_hyphens=False)
