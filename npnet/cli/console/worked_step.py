"""A worked step as text: formulas, tables and lines in the width of a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.text import Text

from npnet.cli.console.screen import Output
from npnet.runner.worked_step.structure import (
    StepPart,
    StepStage,
    ValueGrid,
    WorkedStep,
    WrittenLine,
    column_texts,
    expression_text,
    number_text,
)
from npnet.text import one_line, plural

USUAL, WIDEST, NARROWEST = 80, 100, 40
HEAD, NAME = 18, 32  # letters of a column and of a row in a table
ROUNDED = "Numbers are rounded to four decimals here; the engine calculates with more."
ASCII = str.maketrans(
    {
        "·": "*",
        "²": "^2",
        "³": "^3",
        "√": "sqrt ",
        "Σ": "sum ",
        "σ": "sigma",
        "π": "pi",
        "±": "+-",
        "←": "<-",
        "─": "-",
        "ᵀ": "^T",
        "ᵗ": "^t",
        "⁺": "+",
        "¹": "1",
        "₁": "1",
        "₂": "2",
        "θ": "theta",
        "η": "eta",
        "μ": "mu",
        "ρ": "rho",
        "β": "beta",
        "ε": "epsilon",
        "λ": "lambda",
        "ŝ": "s^",
        "̂": "^",
    }
)
"""What stands for a letter where the terminal speaks ASCII."""


def worked_step_page(step: WorkedStep, output: Output) -> RenderableType:
    """Return a worked step as wide as the terminal, or as 80 columns."""
    width = max(NARROWEST, min(output.width or USUAL, WIDEST))
    lines = list(_page(step, width))
    if not output.unicode:
        lines = [_translated(line) for line in lines]
    for line in lines:
        line.no_wrap, line.overflow = True, "ignore"
    return Group(*lines)


def _translated(line: Text) -> Text:
    """Return a line in ASCII, with its styles."""
    return Text.assemble(*((piece.plain.translate(ASCII), piece.style or line.style) for piece in _pieces(line)))


def _pieces(line: Text) -> Iterator[Text]:
    ends = sorted({0, len(line), *(end for span in line.spans for end in (span.start, span.end))})
    for start, stop in pairwise(ends):
        styles = [str(span.style) for span in line.spans if span.start <= start and stop <= span.end]
        yield Text(line.plain[start:stop], style=" ".join(styles))


def _page(step: WorkedStep, width: int) -> Iterator[Text]:
    rows = ", ".join(step.rows)
    yield Text(f"One step of {step.network}, {plural(step.parameters, 'parameter')}, on {rows}", style="bold")
    yield Text(f"{step.loss}, {step.optimizer}, learning rate {number_text(step.learning_rate)}")
    yield from (Text(line, style="dim") for line in wrap(ROUNDED, width))
    for part in step.parts:
        yield Text()
        yield _rule(part, width)
        yield from (Text(line, style="dim") for line in wrap(part.note, width))
        for stage in part.stages:
            yield Text()
            yield from _stage(stage, width)


def _rule(part: StepPart, width: int) -> Text:
    head = f"── {part.name.upper()} "
    return Text.assemble((f"{head}{'─' * (width - len(head))}", "bold cyan"))


def _stage(stage: StepStage, width: int) -> Iterator[Text]:
    yield Text.assemble((stage.name, "bold"), f"  {stage.title}")
    for formula in stage.formulas:
        yield from (Text(line, style="cyan") for line in _folded(formula, width, 4))
    if stage.note:
        yield from (Text(line, style="dim") for line in _folded(stage.note, width, 2))
    for grid in stage.reads:
        yield from _table(grid, width)
    for heading, lines in groupby(stage.lines, lambda line: line.heading):
        yield Text()
        if heading:
            yield Text(f"  {one_line(heading)}", style="bold")
        for line in lines:
            yield from _line(line, width)
    for grid in stage.tables:
        yield from _table(grid, width)


def _line(line: WrittenLine, width: int) -> Iterator[Text]:
    """Yield a line, folded after its equals sign, with its result in bold."""
    start = f"    {line.name} = "
    result = number_text(line.value)
    body = f"{expression_text(line.expression)} = {result}"
    folded = wrap(body, width - len(start), break_long_words=False, break_on_hyphens=False) or [body]
    for number, text in enumerate(folded):
        lead = start if number == 0 else " " * len(start)
        if number + 1 < len(folded):
            yield Text(f"{lead}{text}")
        else:
            yield Text.assemble(f"{lead}{text.removesuffix(result)}", (result, "bold green"))


def _table(grid: ValueGrid, width: int) -> Iterator[Text]:
    """Yield a table, in several blocks of columns where it is too wide."""
    names = [one_line(name, NAME) for name in grid.rows]
    left = max(map(len, (*names, grid.name)), default=0)
    cells = [column_texts(column) for column in grid.values.T]
    heads = [one_line(name, HEAD) for name in grid.columns]
    widths = [max(map(len, (head, *column)), default=0) for head, column in zip(heads, cells, strict=True)]
    for first, stop in _blocks(widths, width - left - 2):
        yield Text()
        title = "".join(f"  {heads[at]:>{widths[at]}}" for at in range(first, stop))
        yield Text.assemble("  ", (f"{grid.name if first == 0 else '':<{left}}", "bold"), (title, "dim"))
        for row, name in enumerate(names):
            line = "".join(f"  {cells[at][row]:>{widths[at]}}" for at in range(first, stop))
            yield Text.assemble("  ", (f"{name:<{left}}", "dim"), line)


def _blocks(widths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Iterate over first and last column of blocks that fit into the room."""
    first, used = 0, 0
    for at, width in enumerate(widths):
        if at > first and used + width + 2 > room:
            yield first, at
            first, used = at, 0
        used += width + 2
    yield first, len(widths)


def _folded(text: str, width: int, indent: int) -> list[str]:
    return wrap(one_line(text), width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
