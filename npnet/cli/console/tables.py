"""Tables as text: as wide as they need off a terminal, ASCII where a stream speaks nothing else."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from npnet.cli.console.numbers import short
from npnet.cli.console.streams import Output, Painted
from npnet.machine.resources import size_text
from npnet.metrics import DECIDED, OF_POSITIVE
from npnet.metrics.calibration import DecisionRule
from npnet.text import escaped, one_line, quoted

if TYPE_CHECKING:
    from npnet.engine.trace import Operand, StepCall
    from npnet.runner import Outline
    from npnet.runner.gradients import GradientCheck

ENDLESS = 10_000  # columns
TITLE = 12  # letters of a title above numbers of which there are many

Scores = Mapping[str, Mapping[str, float]]


class Escaped:
    """Something that Rich draws, with every text in it escaped; its colours and the moves of the cursor stay."""

    def __init__(self, renderable: RenderableType) -> None:
        self.renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """The pieces of the picture."""
        for text, style, control in console.render(self.renderable, options):
            yield Segment(text if control or text == "\n" else escaped(text), style, control)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """The columns that it takes."""
        return Measurement.get(console, options, self.renderable)


def text_of(renderable: RenderableType, output: Output) -> Painted:
    """What a table looks like on a stream."""
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=output.width or ENDLESS,
        force_terminal=output.color,
        no_color=not output.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    if console.measure(renderable, options=console.options.update_width(ENDLESS)).minimum > console.width:
        console.width = ENDLESS  # cut numbers say nothing: rather let the terminal wrap the lines
    console.print(Escaped(renderable))
    text = "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().split("\n")[:-1])
    return Painted(text if output.unicode else text.replace("─", "-"))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> Table:
    """Rows under a heading; the columns named in `numbers` are aligned at the right. They and the first never fold."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, name in enumerate(columns):
        justify: JustifyMethod = "right" if name in numbers else "left"
        whole = place == 0 or name in numbers
        made.add_column(
            Text("\n".join(map(one_line, name.split("\n")))), justify=justify, no_wrap=whole, overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text(_cell(value)) for value in row))
    return made


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same as a table of GitHub's Markdown."""
    lines = [list(map(one_line, columns)), ["---"] * len(columns), *(list(map(_cell, row)) for row in rows)]
    escaped = (" | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in escaped)


def metrics_table(metrics: Scores, intervals: Mapping[str, Mapping[str, tuple[float, float]]] | None = None) -> Table:
    """A row for each metric, a column for each part; intervals stand behind their values."""
    names = dict.fromkeys(name for scores in metrics.values() for name in scores)
    cells: dict[str, Callable[[str], object]] = {}
    for part in metrics:
        cells[part] = metrics[part].get
        if intervals and part in intervals:
            cells[f"{part} 95 %"] = partial(_span, intervals[part])
    rows = [[name, *(cell(name) for cell in cells.values())] for name in names]
    return table(["metric", *cells], rows, list(cells))


def scores_text(
    metrics: Scores,
    rule: DecisionRule | None = None,
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> RenderableType:
    """The table of metrics, and below it what those of decisions are about, where any is shown."""
    names = dict.fromkeys(name for scores in metrics.values() for name in scores)
    line = rule_text(rule, names) if rule else ""
    made = metrics_table(metrics, intervals)
    return Group(made, Text(one_line(line), overflow="fold")) if line else made


def rule_text(rule: DecisionRule, names: Iterable[str]) -> str:
    """Which class the metrics of these names are of, and above which probability it is decided; "" for no such metric.

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


def _span(found: Mapping[str, tuple[float, float]], name: str) -> str:
    low, high = found.get(name, (math.nan, math.nan))
    return f"{short(low)} to {short(high)}" if math.isfinite(low) else ""


def baselines_text(
    metrics: Scores, baselines: Mapping[str, Scores], rule: DecisionRule | None = None
) -> RenderableType | None:
    """The scores of the network and of each baseline on the last part, and where their thresholds are not the same.

    None where there is no part, or no metric, that all of them have.
    """
    made = baselines_table(metrics, baselines)
    if made is None or rule is None or rule.threshold == 0.5:
        return made
    return Group(made, Text(f"the network decides above {short(rule.threshold)}, the others above 0.5"))


def baselines_table(metrics: Scores, baselines: Mapping[str, Scores]) -> Table | None:
    """The scores of the network and of each baseline on the last part that all of them have; None without one."""
    parts = [part for part in metrics if baselines and all(part in scores for scores in baselines.values())]
    names = [name for name in metrics[parts[-1]] if name != "loss"] if parts else []
    if not names:
        return None
    columns = {"network": metrics[parts[-1]], **{name: scores[parts[-1]] for name, scores in baselines.items()}}
    rows = [[name, *(scores.get(name) for scores in columns.values())] for name in names]
    titles = list(map(_two_lines, columns))
    return table([f"on {parts[-1]}", *titles], rows, titles)


def _two_lines(name: str) -> str:
    """A long name broken behind the underscore that is nearest to its middle."""
    breaks = [place + 1 for place, letter in enumerate(name) if letter == "_"]
    if len(name) <= TITLE or not breaks:
        return name
    middle = min(breaks, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:middle]}\n{name[middle:]}"


def outline_text(outline: "Outline") -> RenderableType:
    """The layers of a network with their shapes and parameters, and how it would be trained."""
    rows = [[line.name, line.kind, line.inputs, line.outputs, line.parameters] for line in outline.layers]
    layers = table(["name", "layer", "inputs", "outputs", "parameters"], rows, ["inputs", "outputs", "parameters"])
    parts = ", ".join(f"{count} {part}" for part, count in outline.rows.items())
    steps = f"{outline.epochs} epochs of {outline.steps} steps, {outline.threads} thread{'s' * (outline.threads > 1)}"
    total = f"{outline.parameters} parameters; rows: {parts}; {steps}; {size_text(outline.memory)} of memory"
    return Group(layers, Text(), Text(total))


def gradient_table(check: "GradientCheck") -> Table:
    """The gradient check, a row for each tensor."""
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
    """The NumPy calls of a step, a row for each."""

    def written(operand: "Operand") -> str:
        return f"{operand.name} {operand.shape}".replace(",)", ")") if operand.shape else operand.name

    stages = ["", *(call.stage for call in calls)]
    rows = [
        [
            number,
            "" if call.stage == stages[number - 1] else call.stage,
            call.method,
            call.function,
            ", ".join(map(written, call.inputs)),
            written(call.output),
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
