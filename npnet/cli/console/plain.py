"""Text without Rich: numbers, spans of time, lists of definitions, and the table of runs."""

import math
from collections.abc import Mapping, Sequence
from textwrap import fill, wrap
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from npnet.cli.console.screen import Output, Painted
from npnet.text import duration, one_line, plural

if TYPE_CHECKING:
    from npnet.rundir.index import Entry

Pair = tuple[str, str]
Item = tuple[str, str, Sequence[Pair]]  # a name, its description, its options with theirs

ENDLESS = 10_000
NARROW = 50
INDENT = "    "
OPTION = 18  # columns for the name of an option
COLUMNS = ("run", "status", "epoch", "took", "score", "tags")
NUMBERS = ("epoch", "took")  # aligned at the right
GAP = "  "
NARROWEST = 10  # columns that the tags are folded into
BOLD = "\x1b[1m"


def short(value: float | None) -> str:
    """Return a score or a loss as 0.9998, 53.13 or 1.2e-05; a dash where it is undefined.

    >>> short(0.99979), short(1234.56), short(0.0000123)
    ('0.9998', '1235', '1.23e-05')
    """
    if value is None or math.isnan(value):
        return "-"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 10:
        return f"{value:.4f}"
    return f"{value:.4g}" if 1e-4 <= abs(value) < 1e5 else f"{value:.3g}"


def definitions(found: Mapping[str, Sequence[Item]], width: int | None) -> str:
    """Return the items of one kind, or of several under headings, with their options below each."""
    sections = []
    for heading, items in found.items():
        lines = [f"{heading}:"] if len(found) > 1 else []
        column = max((len(name) for name, _, _ in items), default=0)
        for name, text, options in items:
            lines.append(_definition(name, text, column, width or ENDLESS))
            lines += [_definition(f"{INDENT}{option}", more, OPTION, width or ENDLESS) for option, more in options]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def _definition(name: str, text: str, column: int, width: int) -> str:
    if width < NARROW:
        return f"{name}\n{fill(text, width, initial_indent=INDENT * 2, subsequent_indent=INDENT * 2)}"
    return fill(f"{name:{column}}  {text}", width, subsequent_indent=" " * (column + 2), break_on_hyphens=False)


def runs_text(runs: Sequence["Entry"], output: Output) -> Painted:
    """Return a line for each run: status, best epoch or number of trials, time, score and tags.

    It equals what Rich prints, in a fraction of the time where there are thousands of rows.
    """
    rows = list(map(_cells, runs))
    columns = zip(COLUMNS, *rows, strict=True)
    widths = [max(map(len if "".join(column).isascii() else _width, column)) for column in columns]
    taken = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    if output.width and taken + min(widths[-1], NARROWEST) <= output.width:  # else the terminal wraps the lines
        widths[-1] = min(widths[-1], output.width - taken)
    heading = _line(COLUMNS, widths)
    rule = ("─" if output.unicode else "-") * min(taken + widths[-1] + 1, output.width or taken + widths[-1] + 1)
    lines = [Painted.of(heading, BOLD) if output.color else heading, rule]
    aligned = zip(COLUMNS, widths, strict=True)
    plain = GAP.join(f"{{:{'>' if name in NUMBERS else '<'}{width}}}" for name, width in aligned)  # of ASCII rows
    for row in rows:
        line = plain.format(*row)
        whole = line.isascii() and len(row[-1]) <= widths[-1]
        lines += [line.rstrip()] if whole else _folded(row, widths)
    return Painted.joined(*(piece for line in lines for piece in (line, "\n")))


def _cells(run: "Entry") -> tuple[str, ...]:
    headline = run.headline
    score = "-" if headline is None else f"{one_line(headline[0])} {short(headline[1])}"
    epoch = "-" if run.best_epoch is None else str(run.best_epoch)
    epoch = epoch if run.trials is None else plural(run.trials, "trial")
    took = "-" if run.seconds is None else duration(run.seconds)
    return run.id, run.status, epoch, took, score, one_line(" ".join(run.tags))


def _folded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the line of a row, and below it the rest of its tags where they are too long."""
    if _width(row[-1]) <= widths[-1]:
        return [_line(row, widths)]
    first, *others = wrap(row[-1], widths[-1], break_on_hyphens=False)
    blank = [""] * (len(row) - 1)
    return [_line((*row[:-1], first), widths), *(_line((*blank, text), widths) for text in others)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for name, text, width in zip(COLUMNS, row, widths, strict=True):
        blank = " " * (width - _width(text))
        cells.append(blank + text if name in NUMBERS else text + blank)
    return GAP.join(cells).rstrip()


def _width(text: str) -> int:
    """Return the columns of a text: wide letters (日) take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
