"""The page of a diagnosis: its verdicts, the worst first, and what could not be judged."""

import math
from collections.abc import Iterator

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from npnet.cli.console.curves import Curve, curve_picture
from npnet.cli.console.pictures import CURVE_ROWS, USUAL, WIDEST, style_of_stream
from npnet.cli.console.screen import Output
from npnet.diagnosis.diagnose import Diagnosis
from npnet.diagnosis.rate_range import RateRange
from npnet.text import one_line, plural

STYLES = {"problem": "bold red", "warning": "bold yellow", "note": "bold"}


def diagnosis_page(found: Diagnosis) -> RenderableType:
    """Return the verdicts with their next commands, then the kinds that found nothing, then the others."""
    return Group(*_lines(found))


def _lines(found: Diagnosis) -> Iterator[RenderableType]:
    for verdict in found.verdicts:
        where = f", epoch {verdict.epoch}" if verdict.epoch is not None else ""
        source = (f"from the {verdict.evidence}{where}", "dim")
        yield Text.assemble((verdict.severity, STYLES[verdict.severity]), f"  {verdict.name}  ", source)
        yield Padding(Text(one_line(verdict.message)), (0, 0, 0, 2))
        if verdict.command:
            yield Padding(Text(f"next: {one_line(verdict.command)}"), (0, 0, 0, 2))
        yield Text()
    if not found.verdicts:
        yield Text(f"nothing found by {plural(len(found.passed), 'judgement')}")
        yield Text()
    if found.note:
        yield Text(one_line(found.note))
    if found.passed:
        yield Text(f"judged, and nothing found: {', '.join(found.passed)}")
    if found.unjudged:
        yield Text("not judged:")
    for need in found.unjudged:
        what = f"{need.name} needs {need.needs}"
        yield Padding(Text(f"{what}: {one_line(need.command)}" if need.command else what), (0, 0, 0, 2))


def rate_picture(found: RateRange, output: Output) -> RenderableType:
    """Return the losses of a range test by the logarithm of the learning rate, the suggested rate marked."""
    rates, losses = found.shown
    if not len(rates):
        return Text("all learning rates diverge")
    curve = Curve("train", np.log10(rates), losses)
    marked = {} if found.suggested is None else {f"{found.suggested:g}": math.log10(found.suggested)}
    title = f"loss after {found.steps} steps by log10 of the learning rate; {found.start:.3g} before them"
    lines = curve_picture(
        [curve], title, style_of_stream(output), min(output.width or USUAL, WIDEST), CURVE_ROWS, marked
    )
    for line in lines:
        line.no_wrap, line.overflow = True, "ignore"
    return Group(*lines)
