"""The page of one run."""

from typing import Any

from npnet.config import load_alone
from npnet.errors import DataError
from npnet.report.inside_data import inside_data
from npnet.report.network_data import network_data
from npnet.report.page import Page, Section, json_text
from npnet.report.page_engine import INSIDE, SCRIPTS, STYLES, TRACE
from npnet.report.sections import (
    curves,
    data_card,
    importance,
    inside,
    network,
    predictions,
    repeat,
    scores,
    settings,
    trace,
    verdict,
)
from npnet.report.trace_data import trace_data
from npnet.report.view import RunView, viewing
from npnet.rundir import names
from npnet.rundir.run import RunFolder
from npnet.runner.data_report import report_data
from npnet.runner.worked_step.tracing import traced_rows

MOST_TRACE = 250_000
"""Bytes of the traced rows above which a page has none."""
MOST_BYTES = 450_000
"""Bytes of the data of a network above which its last state and its slots are left out: a usual page is below 1 MB."""


def run_page(run: RunFolder, quick: bool = False) -> Page:
    """Return the page of a run; `quick` shows what its folder alone has. Raise RunError for a damaged run."""
    with viewing(run, quick) as view:
        return page_of(view)


def page_of(view: RunView) -> Page:
    """Return the page of what is shown, its sections in the order of their questions."""
    predicted, data = predictions.section(view)
    player = _player(view)
    within = view.material.inside() if view.material.inside and player else None
    traced = _traced(view)
    found: list[Section | None] = [
        scores.section(view),
        curves.section(view),
        predicted,
        importance.section(view),
        network.section(view, bool(player)),
        None if within is None else inside.section(within),
        trace.section() if traced else None,
        settings.section(view),
        *_data(view),
        repeat.section(view),
    ]
    sections = [one for one in found if one is not None]
    scripts, styles = (SCRIPTS, STYLES) if player else ((), ())
    own = ["threshold"] if "threshold" in data else []
    if within is not None:
        scripts, player = (*scripts, *INSIDE), {**player, "inside": inside_data(within)}
    if traced:
        scripts, player = (*scripts, *TRACE), {**player, **traced}
    return Page(str(view.info["name"]), verdict.head(view), sections, [*own, *scripts], styles, {**data, **player})


def _player(view: RunView) -> dict[str, Any]:
    """Return the data of the network for the script that shows it; nothing without the data of the run.

    Of a large network the last state and the slots of the optimizer are left out.
    """
    if view.predictor is None:
        return {}
    found = network_data(view.run, view.predictor)
    if len(json_text(found)) > MOST_BYTES and found.get("best"):
        found |= {"last": None, "best": {**found["best"], "slots": None}}
    return {"network": found}


def _traced(view: RunView) -> dict[str, Any]:
    """Return the data of traced rows; nothing for a network whose numbers a person could not read."""
    rows = [] if view.predictor is None else traced_rows(view.predictor)
    found = {"trace": trace_data(rows)} if rows else {}
    return found if len(json_text(found)) < MOST_TRACE else {}


def _data(view: RunView) -> list[Section]:
    """Return the data card; of data that cannot be opened, none."""
    if view.predictor is None:
        return []
    loaded = load_alone(view.run.resolved_path, view.run.read(names.RESOLVED))
    try:
        return data_card.sections(report_data(loaded))
    except DataError:
        return []
