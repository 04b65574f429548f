"""The table of runs as lines: what Rich would print, in a fraction of the time where there are thousands of rows."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from npnet.cli.console.numbers import duration, short
from npnet.cli.console.streams import Output, Painted
from npnet.text import one_line

if TYPE_CHECKING:
    from npnet.rundir import Entry

COLUMNS = ("run", "status", "epoch", "took", "score", "tags")
NUMBERS = ("epoch", "took")  # aligned at the right
GAP = "  "
NARROWEST = 10  # columns that the tags are folded into
BOLD = "\x1b[1m"


def runs_text(runs: Sequence["Entry"], output: Output) -> Painted:
    """A line for each run: how it ended, its best epoch or how many trials, its score, its tags."""
    rows = list(map(_cells, runs))
    columns = zip(COLUMNS, *rows, strict=True)
    widths = [max(map(len if "".join(column).isascii() else _width, column)) for column in columns]
    taken = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    if output.width and taken + min(widths[-1], NARROWEST) <= output.width:  # else the terminal wraps the lines
        widths[-1] = min(widths[-1], output.width - taken)
    heading = _line(COLUMNS, widths)
    rule = ("─" if output.unicode else "-") * min(taken + widths[-1] + 1, output.width or taken + widths[-1] + 1)
    lines = [Painted.of(heading, BOLD) if output.color else heading, rule]
    plain = GAP.join(
        f"{{:{'>' if name in NUMBERS else '<'}{width}}}" for name, width in zip(COLUMNS, widths, strict=True)
    )
    for row in rows:
        line = plain.format(*row)
        whole = line.isascii() and len(row[-1]) <= widths[-1]
        lines += [line.rstrip()] if whole else _folded(row, widths)
    return Painted.joined(*(piece for line in lines for piece in (line, "\n")))


def _cells(run: "Entry") -> tuple[str, ...]:
    headline = run.headline
    score = "-" if headline is None else f"{one_line(headline[0])} {short(headline[1])}"
    epoch = "-" if run.best_epoch is None else str(run.best_epoch)
    epoch = epoch if run.trials is None else f"{run.trials} trials"
    took = "-" if run.seconds is None else duration(run.seconds)
    return run.id, run.status, epoch, took, score, one_line(" ".join(run.tags))


def _folded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """The line of a row, and below it what of its tags has no room."""
    if _width(row[-1]) <= widths[-1]:
        yield _line(row, widths)
        return
    first, *others = wrap(row[-1], widths[-1], break_on_hyphens=False)
    yield _line((*row[:-1], first), widths)
    for text in others:
        yield _line((*[""] * (len(row) - 1), text), widths)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for name, text, width in zip(COLUMNS, row, widths, strict=True):
        blank = " " * (width - _width(text))
        cells.append(blank + text if name in NUMBERS else text + blank)
    return GAP.join(cells).rstrip()


def _width(text: str) -> int:
    """The columns that a text takes: wide letters (日) two, marks upon a letter none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
