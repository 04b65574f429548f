"""Tables drawn by Rich: runs, scores, layers, gradients and NumPy calls."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import IO, TYPE_CHECKING, Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from npnet.cli.console.plain import ENDLESS, short
from npnet.cli.console.screen import Output, Painted
from npnet.machine.resources import size_text
from npnet.metrics import DECIDED, OF_POSITIVE
from npnet.metrics.calibration import DecisionRule
from npnet.nn.shape import Shape
from npnet.text import one_line, plural, quoted, visible

if TYPE_CHECKING:
    from npnet.runner.network_checks import GradientCheck, Operand, Outline, StepCall

TITLE = 12  # letters of a column title that stays on one line

Scores = Mapping[str, Mapping[str, float]]


class Escaped:
    """A Rich renderable whose texts are escaped; its colours and cursor moves stay."""

    def __init__(self, renderable: RenderableType) -> None:
        self.renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the segments, their texts escaped."""
        for text, style, control in console.render(self.renderable, options):
            yield Segment(text if control else visible(text), style, control)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the columns that it needs."""
        return Measurement.get(console, options, self.renderable)


def plain_console(file: IO[str], **settings: Any) -> Console:
    """Return a Rich console that writes text as it is, in a notebook too: no markup, no emoji, no highlighting."""
    plain: dict[str, Any] = {
        "highlight": False,
        "markup": False,
        "emoji": False,
        "legacy_windows": False,
        "force_jupyter": False,
    }
    return Console(file=file, **plain, **settings)


def text_of(renderable: RenderableType, output: Output) -> Painted:
    """Return a table as text, as wide as it needs off a terminal, ASCII without Unicode."""
    buffer, width = StringIO(), output.width or ENDLESS
    console = plain_console(buffer, width=width, force_terminal=output.color, no_color=not output.color)
    if console.measure(renderable, options=console.options.update_width(ENDLESS)).minimum > console.width:
        console.width = ENDLESS  # the terminal wraps the lines: better than numbers that are cut
    console.print(Escaped(renderable))
    text = "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().split("\n")[:-1])
    return Painted(text if output.unicode else text.replace("─", "-"))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> Table:
    """Return a table; columns in `numbers` are aligned right and, like the first, never fold."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for index, name in enumerate(columns):
        justify: JustifyMethod = "right" if name in numbers else "left"
        whole = index == 0 or name in numbers
        made.add_column(
            Text("\n".join(map(one_line, name.split("\n")))), justify=justify, no_wrap=whole, overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text(_cell(value)) for value in row))
    return made


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in GitHub's Markdown."""
    lines = [list(map(one_line, columns)), ["---"] * len(columns), *(list(map(_cell, row)) for row in rows)]
    escaped = (" | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in escaped)


def scores_table(
    metrics: Scores,
    rule: DecisionRule | None = None,
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> RenderableType:
    """Return a row for each metric, a column for each split, and below it the decision rule."""
    names = dict.fromkeys(name for scores in metrics.values() for name in scores)
    columns: dict[str, Mapping[str, object]] = {}
    for split in metrics:
        columns[split] = metrics[split]
        if intervals and split in intervals:
            columns[f"{split} 95 %"] = {name: _interval(intervals[split].get(name)) for name in names}
    rows = [[name, *(cells.get(name) for cells in columns.values())] for name in names]
    made = table(["metric", *columns], rows, list(columns))
    line = rule_text(rule, names) if rule else ""
    return Group(made, Text(one_line(line), overflow="fold")) if line else made


def rule_text(rule: DecisionRule, names: Iterable[str]) -> str:
    """Return the positive class and the threshold for the metrics that need them, else "".

    >>> rule_text(DecisionRule("spam", 0.7436, "f1"), ["loss", "accuracy", "f1", "recall"])
    'f1, recall: positive class "spam", decided above 0.7436 (best f1)'
    """
    shown = [name for name in names if name in DECIDED]
    if not shown:
        return ""
    of_class = ", ".join(name for name in shown if name in OF_POSITIVE)
    chosen = f" (best {rule.chosen_for})" if rule.chosen_for else ""
    which = f"positive class {quoted(rule.positive_class)}, decided above {short(rule.threshold)}{chosen}"
    return f"{of_class}: {which}" if of_class else which


def _interval(span: tuple[float, float] | None) -> str:
    return f"{short(span[0])} to {short(span[1])}" if span and math.isfinite(span[0]) else ""


def baselines_table(
    metrics: Scores, baselines: Mapping[str, Scores], rule: DecisionRule | None = None
) -> RenderableType | None:
    """Return the scores of the network and the baselines on their last common split.

    None where there is no such split, or it has no metric. A line below names thresholds that are not the same.
    """
    splits = [split for split in metrics if baselines and all(split in scores for scores in baselines.values())]
    names = [name for name in metrics[splits[-1]] if name != "loss"] if splits else []
    if not names:
        return None
    columns = {"network": metrics[splits[-1]], **{name: scores[splits[-1]] for name, scores in baselines.items()}}
    rows = [[name, *(scores.get(name) for scores in columns.values())] for name in names]
    titles = list(map(_two_lines, columns))
    made = table([f"on {splits[-1]}", *titles], rows, titles)
    if rule is None or rule.threshold == 0.5:
        return made
    return Group(made, Text(f"the network decides above {short(rule.threshold)}, the others above 0.5"))


def _two_lines(name: str) -> str:
    """Break a long name after the underscore nearest to its middle."""
    breaks = [index + 1 for index, letter in enumerate(name) if letter == "_"]
    if len(name) <= TITLE or not breaks:
        return name
    middle = min(breaks, key=lambda index: abs(index - len(name) / 2))
    return f"{name[:middle]}\n{name[middle:]}"


def outline_table(outline: "Outline") -> RenderableType:
    """Return the layers with their shapes and parameters, and below them the training."""
    rows = [
        [line.name, line.kind, line.inputs, Shape(line.outputs, line.positions).text(), line.parameters]
        for line in outline.layers
    ]
    layers = table(["name", "layer", "inputs", "outputs", "parameters"], rows, ["inputs", "outputs", "parameters"])
    counts = ", ".join(f"{count} {split}" for split, count in outline.rows.items())
    steps = f"{plural(outline.epochs, 'epoch')} of {plural(outline.steps, 'step')}"
    if outline.batches > 1:
        steps = f"{steps} of {plural(outline.step_rows, 'row')} in {outline.batches} batches"
    steps = f"{steps}, {plural(outline.threads, 'thread')}"
    total = f"{outline.parameters} parameters; rows: {counts}; {steps}; {size_text(outline.memory)} of memory"
    return Group(layers, Text(), Text(total))


def gradient_table(check: "GradientCheck") -> Table:
    """Return the gradient check, a row for each tensor."""
    rows = [
        [
            one.name,
            "x".join(map(str, one.shape)),
            f"{one.checked}{f' (+{one.kinks} at kinks)' if one.kinks else ''}",
            f"{one.error:.1e}",
            f"{one.ratio:.6f}",
            "right" if one.passed else f"WRONG; {check.hint(one)}",
        ]
        for one in check.tensors
    ]
    return table(["tensor", "shape", "entries", "error", "ratio", "gradient"], rows, ["entries", "error", "ratio"])


def step_calls_table(calls: "Sequence[StepCall]") -> Table:
    """Return the NumPy calls of a step, a row for each."""

    def text(operand: "Operand") -> str:
        return f"{operand.name} {operand.shape}".replace(",)", ")") if operand.shape else operand.name

    stages = ["", *(call.stage for call in calls)]
    rows = [
        [
            number,
            "" if call.stage == stages[number - 1] else call.stage,
            call.method,
            call.function,
            ", ".join(map(text, call.inputs)),
            text(call.output),
        ]
        for number, call in enumerate(calls, 1)
    ]
    return table(["", "stage", "method", "call", "reads", "writes"], rows, [""])


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return short(value) if isinstance(value, float) else one_line(str(value))
