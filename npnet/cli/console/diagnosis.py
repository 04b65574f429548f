"""The page of a diagnosis: its verdicts, the worst first, and what could not be judged."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from npnet.diagnosis.diagnose import Diagnosis
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
