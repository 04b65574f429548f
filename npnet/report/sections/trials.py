"""Figures of a sweep: the best points, the score by parameter, and trial by trial."""

from collections.abc import Callable

import numpy as np

from npnet.plots.layout import Floats, plain, short
from npnet.plots.sweeps import AxisScale, SweepMaterial, brief, value_text
from npnet.plots.sweeps.overview import best_so_far
from npnet.plots.sweeps.trials import MOST_RATIO, climbed, room
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Section
from npnet.report.parts import NumberTable, card, counted, figure
from npnet.sweeps.results import TrialTable

BEST_POINTS = 12
FAILED = 40  # trials that failed, in their table
MOST_KEYS = 9  # parameters with an axis or a slice
Link = Callable[[int], str]


def best_table(material: SweepMaterial, link: Link) -> Markup:
    """Return the best points, a row each, with links to their trials."""
    keys, names = list(material.cells), brief(list(material.cells))
    heads = ["", *(plain(names[key], 24) for key in keys), plain(material.score, 30), "±", "trials"]
    head = element(
        "tr",
        *(
            element("th", name or "rank", scope="col", class_="n" if name in (material.score, "±") else None)
            for name in heads
        ),
    )
    lines = []
    for rank, (point, mean, deviation) in enumerate(material.means[:BEST_POINTS], 1):
        rows = np.flatnonzero(material.point == point)
        cells = [element("td", plain(value_text(material.cells[key][rows[0]]), 40)) for key in keys]
        spread = short(deviation) if np.isfinite(deviation) else ""
        links = [
            joined(" " if place else "", trial_link(int(material.number[row]), link))
            for place, row in enumerate(rows.tolist())
        ]
        scores = [element("td", short(mean), class_="n"), element("td", spread, class_="n"), element("td", *links)]
        lines.append(
            element("tr", element("th", str(rank), scope="row"), *cells, *scores, class_="best" if rank == 1 else None)
        )
    made = element("table", element("thead", head), element("tbody", *lines))
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label="Table: the best points")


def failures(table: TrialTable, link: Link) -> Section | None:
    """Return the trials that failed, and why; None without one."""
    rows = np.flatnonzero(table.failed)
    if not len(rows):
        return None
    names = brief(list(table.cells))
    heads = [element("th", word, scope="col") for word in ("trial", *map(plain, names.values()), "how it ended")]
    lines = []
    for row in rows[:FAILED].tolist():
        cells = [element("td", plain(value_text(cells[row]), 40)) for cells in table.cells.values()]
        why = element("td", plain(table.status[row], 300), class_="long")
        lines.append(element("tr", element("th", trial_link(int(table.number[row]), link), scope="row"), *cells, why))
    made = element("table", element("thead", element("tr", *heads)), element("tbody", *lines))
    box = element("div", made, class_="scroll", tabindex="0", role="region", aria_label="Table: failed trials")
    lede = f"{len(rows):,} of {len(table.number):,} trials have no score."
    lede += f" The first {FAILED} of them:" if len(rows) > FAILED else ""
    return Section("failed", "Failed trials", lede, card("How they ended", box, wide=True))


def trial_link(number: int, link: Link) -> Markup:
    """Return a link to a trial."""
    return element("a", f"{number:04d}", href=link(number))


def slices(material: SweepMaterial) -> list[Markup]:
    """Return the score of each trial against each parameter."""
    keys = list(material.scales) if len(material.scales) <= MOST_KEYS else material.influential(MOST_KEYS)
    return [_slice(material, key, index) for index, key in enumerate(keys)]


def _slice(material: SweepMaterial, key: str, index: int) -> Markup:
    scale, near = material.scales[key], np.isfinite(material.near)
    axis = Axis(scale, plain(key, 40)) if scale.names else Axis.of(scale.values, plain(key, 40), 0.06, scale.log)
    score = Axis.of(material.near[near], plain(material.score, 28), 0.06)
    chart = Chart(axis, score, height=280)
    others = near & ~material.best
    chart.dots(scale.spread[others], material.values[others], "c1")
    _means(chart, scale, material.near)
    chart.markers(scale.spread[material.best], material.values[material.best], 3, "c2", 4.5)
    title = f"{plain(material.score, 30)} by {plain(brief(list(material.scales))[key], 30)}"
    where = np.flatnonzero(material.best)
    at = f"; the best point is at {value_text(material.cells[key][int(where[0])])}" if len(where) else ""
    alt = f"{counted(int(near.sum()), 'trial')}{at}."
    numbers = NumberTable(
        {
            "trial": material.number,
            key: [value_text(cell) for cell in material.cells[key]],
            material.score: material.values,
        }
    )
    legend = [
        (swatch("c1", 0, False), "a trial", ""),
        (swatch("c2", 3, False), "the best point", ""),
        (swatch("c7 thin"), "mean of a value", ""),
    ]
    return figure(f"slice-{index}", title, chart.svg(title, alt, f"slice-{index}-chart"), numbers, legend=legend)


def _means(chart: Chart, scale: AxisScale, values: Floats) -> None:
    """Draw a line through the mean of each value, where values repeat."""
    finite = np.isfinite(values)
    distinct, codes = np.unique(scale.values[finite], return_inverse=True)
    if 1 < len(distinct) < finite.sum():
        chart.line(distinct, np.bincount(codes, values[finite]) / np.bincount(codes), "c7 thin")


def order(material: SweepMaterial) -> Markup:
    """Return the score of each trial in order, and the best until then."""
    near = np.isfinite(material.near)
    numbers = material.number.astype(float)
    chart = Chart(
        Axis.whole(numbers, "trial", 0.03),
        Axis.of(material.near[near], plain(material.score, 28), 0.06),
        height=280,
    )
    chart.dots(numbers[near], material.values[near], "c1")
    running = best_so_far(material, material.near)
    chart.line(numbers, running, "c7 thin", steps=True)
    chart.markers(numbers[material.best], material.values[material.best], 3, "c2", 4.5)
    last = short(float(running[-1]))
    alt = f"The best score after all trials is {last}."
    table = NumberTable({"trial": material.number, material.score: material.values, "best until then": running})
    legend = [(swatch("c1", 0, False), "a trial", ""), (swatch("c7 thin"), "best until then", last)]
    return figure("order", "Trial by trial", chart.svg("Trial by trial", alt, "order-chart"), table, legend=legend)


def rungs(material: SweepMaterial) -> Markup | None:
    """Return the score of each trial of a halving by epoch, with the ends of the rungs; None without rungs."""
    if climbed(material) is not None:
        return None
    curves, ends = material.curves(), [epoch for epoch, _ in material.rungs]
    low, high = room(material, curves)
    log = ends[-1] > MOST_RATIO * ends[0]
    across = Axis(AxisScale(np.array([1.0, *ends]), log=log), "epoch (log scale)" if log else "epoch")
    chart = Chart(across, Axis.between(low, high, plain(material.score, 28)), height=280)
    for number, (epoch, trials) in enumerate(material.rungs):
        chart.rule("chance", x=float(epoch), note=counted(trials, "trial") if number == 0 else f"{trials:,}")
    for trial, look in trials_by_rung(material):
        if trial in curves:
            epochs, values = curves[trial]
            chart.line(np.asarray(epochs, float), np.clip(values, low, high), look)
            chart.markers(np.asarray(epochs[-1:], float), np.clip(values[-1:], low, high), 0, look.split()[0], 3)
    each = "; ".join(f"{counted(trials, 'trial')} to epoch {epoch:,}" for epoch, trials in material.rungs)
    found = [(trial, *curves[trial]) for trial, _ in trials_by_rung(material) if trial in curves]
    last = {"trial": [trial for trial, _, _ in found], "last epoch": [int(epochs[-1]) for _, epochs, _ in found]}
    table = NumberTable({**last, material.score: [float(values[-1]) for _, _, values in found]})
    legend = [
        (swatch("c0 thin faint"), "ended early", ""),
        (swatch("c1"), "reached the last rung", ""),
        (swatch("c2"), "the best point", ""),
    ]
    title = "Which trials went on"
    note = f"The score by epoch: {each}."
    return figure("rungs", title, chart.svg(title, note, "rungs-chart"), table, note, legend)


def trials_by_rung(material: SweepMaterial) -> list[tuple[int, str]]:
    """Return the numbers of the trials with their look, those that ended early first and the best last."""
    final = material.rungs[-2][0] if len(material.rungs) > 1 else 0
    looks = [
        "c2" if best else "c1 thin" if epochs > final else "c0 thin faint"
        for best, epochs in zip(material.best.tolist(), material.epochs.tolist(), strict=True)
    ]
    order = ("c0 thin faint", "c1 thin", "c2")
    pairs = zip(material.number.tolist(), looks, strict=True)
    return sorted(pairs, key=lambda pair: order.index(pair[1]))
