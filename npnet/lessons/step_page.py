"""A worked step as one HTML page, which needs nothing else."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from npnet.report.elements import Markup, element, joined, lines
from npnet.report.page import Page, Section
from npnet.report.parts import Cell, NumberTable, card, table_of
from npnet.report.sections.verdict import top
from npnet.runner.worked_step.structure import (
    StepPart,
    StepStage,
    ValueGrid,
    WorkedStep,
    expression_text,
    number_text,
)

COMMAND = "explain-step"
MOST = 1000  # rows of a table


def step_page(step: WorkedStep, name: str) -> Page:
    """Return the page of a worked step."""
    rows = ", ".join(step.rows)
    sentence = joined(
        "Every number of one training step, taken from the engine: forward pass, loss, backward pass, update. ",
        "Numbers are rounded to four decimals here; the engine calculates with more.",
    )
    chips = [
        ("network", step.network, ""),
        ("parameters", str(step.parameters), ""),
        ("loss", step.loss, ""),
        ("optimizer", step.optimizer, ""),
        ("learning rate", number_text(step.learning_rate), ""),
        ("", rows, ""),
    ]
    sections = [_section(part) for part in step.parts]
    return Page(f"{name}: one step", top(name, f"npnet {COMMAND}", sentence, chips), sections, command=COMMAND)


def _section(part: StepPart) -> Section:
    return Section(part.name, part.name.capitalize(), part.note, joined(*map(_stage, part.stages)))


def _stage(stage: StepStage) -> Markup:
    formulas = "\n".join(stage.formulas)
    content = [
        element("pre", element("code", lines(formulas)), tabindex="0") if formulas else None,
        *(_table(grid, stage) for grid in stage.reads),
        *_lines(stage),
        *(_table(grid, stage) for grid in stage.tables),
    ]
    return card(f"{stage.name}: {stage.title}", *content, note=stage.note, wide=True)


def _lines(stage: StepStage) -> Iterator[Markup]:
    """Yield the lines of each row, with their results in bold."""
    for heading, of_row in groupby(stage.lines, lambda line: line.heading):
        if heading:
            yield element("p", heading, class_="note")
        code = list[Markup]()
        for line in of_row:
            text = f"{line.name} = {expression_text(line.expression)} = "
            code += [lines(text), element("b", number_text(line.value)), Markup("\n")]
        yield element("pre", element("code", *code), tabindex="0")


def _table(grid: ValueGrid, stage: StepStage) -> Markup:
    """Return the table of an array."""
    name = grid.name or "parameter"
    columns: dict[str, Sequence[Cell]] = {f"{name} ": [row or name for row in grid.rows]}  # no input has such a name
    for heading, column in zip(grid.columns, grid.values.T, strict=True):
        whole = bool((column == column.round()).all())
        columns[heading or "value"] = [int(value) if whole else float(value) for value in column]
    return table_of(NumberTable(columns, MOST), f"{name} of {stage.name}, {stage.title}")
