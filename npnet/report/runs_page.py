"""The page of several runs: overlaid curves, scores side by side, and only the settings that differ."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from npnet.errors import UsageError
from npnet.metrics import for_task, metrics
from npnet.plots.curves import LossCurve, finite_points, measured
from npnet.plots.from_run import folder_material
from npnet.plots.kinds import Material
from npnet.plots.layout import plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Page, Section
from npnet.report.parts import Cell, NumberTable, card, counted, figure, grid, table_of
from npnet.report.sections.verdict import top
from npnet.report.view import defined
from npnet.rundir.diff import differing_settings
from npnet.rundir.run import RunFolder
from npnet.text import listed

DASHES = ("", " dash1", " dash2", " dash3")
LOOKS = tuple(f"c{at % 7 + 1}{DASHES[(at + at // 7) % 4]}" for at in range(21))
NAMED = len(LOOKS)  # runs with a look of their own; further ones are grey
MOST_METRICS = 4
SPLITS = ("test", "validation", "train")
Materials = Mapping[str, Material]


def runs_page(named: Mapping[str, RunFolder], link: Callable[[RunFolder], str | None]) -> Page:
    """Return the page that compares runs, each by its name; `link` gives the address of a run's own page.

    Raise UsageError for runs of different tasks, RunError for a damaged run.
    """
    tasks = {name: str((run.info.get("dataset") or {}).get("task") or "unknown") for name, run in named.items()}
    _require_one_task(tasks)
    materials = {name: folder_material(run) for name, run in named.items()}
    task = next(iter(tasks.values()))
    scores = Scores(task, materials)
    links = {name: link(run) for name, run in named.items()}
    title = f"{len(named)} runs"
    fingerprints = {run.info["data"] for run in named.values()} - {None}
    sections = [scores.section(links, len(fingerprints) > 1), *_curves(materials), _settings(named)]
    chips = [("task", task, ""), *([("by", scores.headline, "")] if scores.headline else [])]
    return Page(title, top(title, "npnet report", scores.verdict(), chips), sections)


def _require_one_task(tasks: Mapping[str, str]) -> None:
    by_task: dict[str, list[str]] = {}
    for name, task in tasks.items():
        by_task.setdefault(task, []).append(name)
    if len(by_task) > 1:
        each = "; ".join(f"{task} of {listed(names, 3)}" for task, names in by_task.items())
        raise UsageError(f"runs of different tasks have no scores in common: {each}", "name runs of one task")


class Scores:
    """The scores of several runs on the split that judges most of them."""

    def __init__(self, task: str, materials: Materials) -> None:
        self.materials = materials
        self.split = next((split for split in SPLITS if any(split in one.metrics for one in materials.values())), "")
        self.of = {name: dict(one.metrics.get(self.split, {})) for name, one in materials.items()}
        known = [name for name in for_task(task) if any(defined(some.get(name)) for some in self.of.values())]
        self.names, self.headline = known, known[0] if known else ""

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Runs with their main score, the best first."""
        found = [(name, some.get(self.headline)) for name, some in self.of.items()]
        known = [(name, value) for name, value in found if value is not None and defined(value)]
        sign = -1 if self.headline and metrics[self.headline].goal == "maximize" else 1
        return sorted(known, key=lambda pair: sign * pair[1])

    def verdict(self) -> Markup:
        """Return the best run in a sentence."""
        if not self.ranked:
            return joined("None of these runs has a score yet.")
        (best, value), (_, worst) = self.ranked[0], self.ranked[-1]
        others = f"; the worst reaches {short(worst)}" if len(self.ranked) > 1 else ""
        where = f"Best on the {self.split} set is {plain(best, 60)} with {self.headline} "
        return joined(where, element("b", short(value)), f"{others}.")

    def section(self, links: Mapping[str, str | None], data_differ: bool) -> Section:
        """Return the scores side by side, the best of each metric marked."""
        best = {name: self._best(name) for name in self.names}
        heads = [
            element("th", word, scope="col", class_="n" if index else None)
            for index, word in enumerate(["run", *self.names])
        ]
        lines = []
        for run, some in self.of.items():
            href = links.get(run)
            name = element("a", plain(run, 60), href=href) if href else plain(run, 60)
            cells = [
                element("td", short(some.get(one)), class_="n win" if run == best[one] else "n") for one in self.names
            ]
            lines.append(element("tr", element("th", name, scope="row"), *cells))
        made = element("table", element("thead", element("tr", *heads)), element("tbody", *lines))
        box = element("div", made, class_="scroll", tabindex="0", role="region", aria_label="Table: scores of the runs")
        chart = self._chart() if self.ranked else None
        note = "The best of each metric is green and bold."
        lede = f"Scores of the {self.split} set." if self.split else "None of the runs has scores yet."
        lede += " The runs have different data: compare their scores with care." if data_differ else ""
        return Section("scores", "Scores", lede, joined(grid(chart), card("Side by side", box, note=note, wide=True)))

    def _best(self, metric: str) -> str | None:
        sign = -1 if metrics[metric].goal == "maximize" else 1
        known = {
            run: value for run, some in self.of.items() if (value := some.get(metric)) is not None and defined(value)
        }
        return min(known, key=lambda run: sign * known[run]) if len(known) > 1 else None

    def _chart(self) -> Markup:
        shown = self.ranked[:NAMED][::-1]
        names = [plain(name, 30) for name, _ in shown]
        values = np.array([value for _, value in shown])
        chart = Chart(Axis.of(values, self.headline, 0.08, log=False), Axis.named(names), height=64 + 26 * len(names))
        for row in range(len(names)):
            chart.rule("gridline", y=float(row))
        chart.markers(values, np.arange(len(names), dtype=float), 0, "c1", 5)
        alt = "; ".join(f"{name} {short(value)}" for name, value in self.ranked[:NAMED])
        title = f"{self.headline} of the {self.split} set"
        numbers = NumberTable(
            {"run": [name for name, _ in self.ranked], self.headline: [value for _, value in self.ranked]}
        )
        return figure("ranking", title, chart.svg(title, alt, "ranking-chart"), numbers)


def _curves(materials: Materials) -> Iterator[Section]:
    """Yield the losses and metrics of all runs by epoch, overlaid."""
    cards = [_overlay(materials, "loss")]
    common = [
        name
        for name in measured(next(iter(materials.values())))
        if all(name in measured(one) for one in materials.values())
    ]
    cards += [_overlay(materials, name) for name in common[:MOST_METRICS]]
    if any(cards):
        yield Section(
            "curves",
            "Training",
            "Of the validation set, or of the training set where a run has no other.",
            grid(*cards),
        )


def _overlay(materials: Materials, metric: str) -> Markup | None:
    curves = {}
    for name, one in materials.items():
        found = LossCurve.of(name, one.history)
        column = f"{found.part if found else 'train'}_{metric}"
        if column in one.history and np.isfinite(one.history[column]).any():
            curves[name] = finite_points(one, column)
    if not curves:
        return None
    x, y = (np.concatenate([curve[axis] for curve in curves.values()]) for axis in (0, 1))
    chart, legend = Chart(Axis.whole(x, "epoch"), Axis.of(y, metric)), []
    for index, (name, (epochs, values)) in enumerate(curves.items()):
        look = LOOKS[index] if index < NAMED else "c0 thin faint"
        chart.line(epochs, values, look)
        legend += [(swatch(look), plain(name, 34), short(float(values[-1])))] if index < NAMED else []
    epochs = np.unique(x)
    columns = {name: np.interp(epochs, *curve, left=np.nan, right=np.nan) for name, curve in curves.items()}
    title = f"{metric[:1].upper()}{metric[1:]} by epoch" if metric == "loss" else f"{metric} by epoch"
    alt = "; ".join(f"{name} ends at {short(float(values[-1]))}" for name, (_, values) in curves.items())
    numbers = NumberTable({"epoch": epochs.astype(int), **columns})
    return figure(f"overlay-{metric}", title, chart.svg(title, alt, f"overlay-{metric}-chart"), numbers, legend=legend)


def _settings(named: Mapping[str, RunFolder]) -> Section:
    """Return the settings that differ, a column for each run."""
    found = differing_settings(list(named.values()))
    if not found:
        return Section(
            "settings", "Settings that differ", "None: npnet runs diff A B also compares machine and data.", Markup("")
        )
    columns: dict[str, list[Cell]] = {"setting": list(found)}
    columns |= {name: [_text(values[index]) for values in found.values()] for index, name in enumerate(named)}
    lede = f"{counted(len(found), 'setting')} of these runs are not the same; all others are."
    return Section(
        "settings",
        "Settings that differ",
        lede,
        card("Settings", table_of(NumberTable(columns), "settings"), wide=True),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
