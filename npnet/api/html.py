"""How a model, a run and a sweep show themselves in a notebook: a compact form of the report.

Looks are written into every element: viewers of notebooks drop style sheets and scripts.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from npnet.plots.curves import PARTS, finite_points, recorded
from npnet.plots.layout import Floats, short
from npnet.report.chart import Axis, Chart
from npnet.report.elements import Markup, element, joined
from npnet.report.sections.verdict import verdict
from npnet.report.view import RunView, viewing
from npnet.rundir.run import RunFolder

LOOKS = {
    "chart": "width:100%;max-width:26em;overflow:visible;font-size:12px",
    "tick": "fill:currentColor;opacity:.7",
    "label": "fill:currentColor;opacity:.7",
    "small": "fill:currentColor;opacity:.7;font-size:10.5px",
    "axis": "stroke:currentColor;opacity:.6;fill:none",
    "gridline": "stroke:currentColor;opacity:.15;fill:none",
    "best": "stroke:currentColor;opacity:.6;fill:none;stroke-dasharray:4 3",
    "line": "stroke-width:2;fill:none",
    "c1": "stroke:#1f83c4",
    "c2": "stroke:#dd6b20",
    "dash1": "stroke-dasharray:7 3.5",
}
"""The look of each class of a chart, in colours that are seen on white and on black."""
COLOURS = {"train": "c1", "validation": "c2 dash1"}
TABLE = "color:inherit;font-size:inherit"
SIDES = "display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start"
FEWEST = 2  # epochs that make a curve
SCORES = 6  # in a card


def run_html(folder: RunFolder) -> str:
    """Return a run as HTML: its verdict, its scores and its loss."""
    with viewing(folder, quick=True) as view:
        head = element("p", element("b", str(view.info["name"])), f" · {view.run.id} · {view.status}")
        known = (f"{part}_loss" for part in PARTS if recorded(view.material, f"{part}_loss"))
        curves = {name.partition("_")[0]: finite_points(view.material, name) for name in known}
        parts = [scores_html(view), loss_html(curves, view.info["best_epoch"], folder.id)]
        return element("div", head, element("p", verdict(view)), element("div", *parts, style=SIDES))


def scores_html(view: RunView) -> Markup | None:
    """Return the first scores of every split as a table; None while there are none."""
    scores = view.material.metrics
    if not scores:
        return None
    names = list(dict.fromkeys(name for some in scores.values() for name in some))[:SCORES]
    cells = [[name, *(short(some.get(name)) for some in scores.values())] for name in names]
    return table_html(["", *scores], cells)


def table_html(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """Return a table whose first column names the rows."""
    sides = ["left", *["right"] * (len(heads) - 1)]

    def line(tag: str, cells: Sequence[str]) -> Markup:
        styles = [f"padding:2px 10px;text-align:{side}" for side in sides]
        return element("tr", *(element(tag, cell, style=style) for cell, style in zip(cells, styles, strict=True)))

    return element("table", line("th", heads), *(line("td", cells) for cells in rows), style=TABLE)


def loss_html(curves: Mapping[str, tuple[Floats, Floats]], best: int | None, id: str) -> Markup | None:  # noqa: A002
    """Return the loss of each split by epoch as a drawing; None for fewer than two epochs."""
    known = {name: points for name, points in curves.items() if len(points[0]) >= FEWEST}
    if not known:
        return None
    epochs, values = (np.concatenate(each) for each in zip(*known.values(), strict=True))
    chart = Chart(Axis.whole(epochs, "epoch"), Axis.of(values, "loss"), width=400, height=230, right=76)
    if best:
        chart.rule("best", x=best, note=f"best: {best:,}")
    for name, points in known.items():
        chart.line(*points, COLOURS[name])
        end = chart.at(points[0][-1:], points[1][-1:])[0]
        chart.words(name, float(end[0]) + 5, float(end[1]) + (-3 if name == "validation" else 10), look="small")
    alt = "; ".join(f"{name} from {short(values[0])} to {short(values[-1])}" for name, (_, values) in known.items())
    drawing = chart.svg("Loss by epoch", alt, f"npnet-{id}")
    return element("div", styled(drawing), style="flex:1 1 20em;max-width:28em")


def styled(drawing: Markup) -> Markup:
    """Return a drawing with the looks of its classes written into its elements."""

    def looks(found: re.Match[str]) -> str:
        return f'style="{";".join(LOOKS[name] for name in found[1].split() if name in LOOKS)}"'

    return Markup(re.sub(r'class="([^"]*)"', looks, drawing))


def model_html(table: Markup, loss: Sequence[float], id: str) -> str:  # noqa: A002
    """Return a model as HTML: the table of its layers, and its training loss."""
    epochs = np.arange(1.0, len(loss) + 1)
    curve = loss_html({"train": (epochs, np.asarray(loss, np.float64))}, None, id)
    return element("div", element("div", table), curve, style=SIDES)


def sweep_html(title: str, best: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a sweep as HTML: its best point, and a table of the best trials."""
    return joined(element("p", element("b", title)), element("p", best), table_html(heads, rows))
