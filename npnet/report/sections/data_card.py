"""The data card: columns, gaps, classes, splits, distributions against the target, drift, findings."""

from collections.abc import Iterator, Sequence

import numpy as np

from npnet.data.checks.distributions import Distribution, Drift, against, distribution
from npnet.data.datasets import VALUES
from npnet.errors import DataError
from npnet.plots.layout import plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Page, Section
from npnet.report.parts import Cell, NumberTable, card, counted, figure, grid, legend_of, table_of
from npnet.report.sections.columns import class_legend, column_figure, time_figure
from npnet.report.sections.verdict import top
from npnet.runner.data_report import DataReport
from npnet.text import first_of, listed

MOST_FIGURES = 18  # columns with a chart: of more, those with the strongest association
MOST_BARS = 15
MOST_TARGETS = 6
MOST_LISTED = 1000  # rows of a table with a row for each column
CHANCE = 0.01  # for all columns together: less likely differences are named
FOUND = 40  # findings listed
CLASSES = 20


def data_page(report: DataReport, name: str) -> Page:
    """Return the data card as a page of its own."""
    inspection, dataset = report.inspection, report.dataset
    chips = [("task", dataset.task, ""), ("rows", f"{inspection.rows:,}", "")]
    chips += [(split, f"{rows:,}", "") for split, rows in report.parts.items()]
    count = len(inspection.findings)
    what = f"{counted(count, 'finding')} to look at before a training." if count else "Nothing looks odd."
    size = f"{counted(inspection.rows, 'row')} and {counted(len(dataset.frame.columns), 'feature')}"
    targets = listed((plain(target, 40) for target in dataset.targets), 5)
    sentence = joined(f"{size} to predict {targets}. ", element("b", what))
    return Page(f"{name}: data", top(name, "npnet data report", sentence, chips), sections(report))


def sections(report: DataReport) -> list[Section]:
    """Return the sections of the data card."""
    dataset = report.dataset
    if not dataset.targets:
        what = "the data card shows columns against a target, and dataset.table names none"
        raise DataError(what, "write target: COLUMN under dataset.table; npnet data check needs none")
    each = [distribution(column, dataset, report.rows) for column in dataset.frame.columns.values()]
    names = listed((plain(target, 40) for target in dataset.targets), 5)
    rows = sum(report.parts.values())
    lede = f"{counted(rows, 'row')}, {counted(len(each), 'feature')}, {dataset.task} target {names}."
    first = joined(_findings(report), grid(_split_table(report), *_targets(report)), _columns(report, each))
    found = [Section("data", "Data", lede, first), _distributions(report, each)]
    found += [one for one in (_drift(each), _over_time(each)) if one is not None]
    return found


def _findings(report: DataReport) -> Markup | None:
    texts = [*report.notes, *(finding.message for finding in report.inspection.findings)]
    if not texts:
        return None
    items = [element("li", plain(text, 400)) for text in first_of(texts, "npnet data check --json lists all", FOUND)]
    return element("div", element("b", f"{counted(len(texts), 'finding')}"), element("ul", *items), class_="callout")


def _split_table(report: DataReport) -> Markup:
    """Return the rows of each set, by class, and from when to when it reaches."""
    splits, total = list(report.parts), sum(report.parts.values())
    columns: dict[str, list[Cell]] = {"of": ["rows", "share"]}
    for split in splits:
        columns[split] = [report.parts[split], f"{100 * report.parts[split] / total:.1f} %"]
    classes = list(next(iter(report.classes.values()), {}))
    for name in classes[:CLASSES]:
        columns["of"].append(plain(name, 30))
        for split in splits:
            columns[split].append(report.classes[split][name])
    for place, word in enumerate(("from", "to") if report.spans else ()):
        columns["of"].append(word)
        for split in splits:
            columns[split].append(report.spans[split][place])
    note = f"The first of {report.folds} folds. " if report.folds > 1 else ""
    note += f"The first {CLASSES} of {len(classes)} classes." if len(classes) > CLASSES else ""
    return card("Splits", table_of(NumberTable(columns), "rows of each split"), note=note)


def _targets(report: DataReport) -> Iterator[Markup]:
    """Yield how each target is distributed, or the first ones; of classes their shares in each set."""
    if report.dataset.task in VALUES:
        for which, name in enumerate(report.dataset.targets[:MOST_TARGETS]):
            yield _target(report, which, name)
    elif report.classes:
        yield _class_bars(report)


def _target(report: DataReport, which: int, name: str) -> Markup:
    """Return how a target of values is distributed on the training set."""
    y, id_ = report.dataset.y.reshape(len(report.dataset), -1)[:, which], f"target-{which}" if which else "target"
    counts, edges = np.histogram(y[report.rows["train"]], bins=24)
    name = plain(name, 30)
    chart = Chart(Axis.of(edges, name, 0.01, log=False), Axis.between(0, counts.max() * 1.05, "rows"))
    for count, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        chart.bar(low, high, 0, count, "c1")
    alt = f"{name} from {short(float(edges[0]))} to {short(float(edges[-1]))} on the training set."
    numbers = NumberTable({"from": edges[:-1], "to": edges[1:], "rows": counts})
    return figure(id_, f"Target {name}", chart.svg(f"Target {name}", alt, f"{id_}-chart"), numbers)


def _class_bars(report: DataReport) -> Markup:
    """Return the share of each class in each set, side by side."""
    splits, classes = list(report.parts), list(next(iter(report.classes.values())))[:CLASSES]
    shares = {s: [report.classes[s][name] / max(report.parts[s], 1) for name in classes] for s in splits}
    largest = max(max(values) for values in shares.values())
    names = [plain(name, 20) for name in reversed(classes)]
    chart = Chart(Axis.between(0, largest * 1.04, "share of rows"), Axis.named(names), height=60 + 34 * len(names))
    looks = dict(zip(splits, ("c1", "c2", "c7"), strict=False))
    for row, name in enumerate(reversed(range(len(classes)))):
        for place, split in enumerate(splits):
            top = row + 0.4 - 0.8 * place / len(splits)
            chart.bar(0, shares[split][name], top - 0.8 / len(splits) + 0.03, top, looks[split])
    title = f"Target {plain(report.dataset.targets[0], 30)}"
    alt = "; ".join(
        f"{plain(name, 30)}: {100 * shares['train'][code]:.1f} % of the training set"
        for code, name in enumerate(classes)
    )
    numbers = NumberTable({"class": classes, **{f"share of {split}": values for split, values in shares.items()}})
    legend = [(swatch(f"{look} block"), split, "") for split, look in looks.items()]
    return figure("target", title, chart.svg(title, alt, "target-chart"), numbers, "Share of each class.", legend)


def _columns(report: DataReport, each: list[Distribution]) -> Markup:
    """Return a row for each column."""
    summaries = {one.name: one for one in report.inspection.columns}
    found = {one.column.name: one for one in each}
    names = [*found, *(name for name in summaries if name not in found)]
    rows = report.inspection.rows
    notes: dict[str, list[str]] = {name: [role] for name, role in report.roles.items()}
    for finding in report.inspection.findings:
        for name in finding.columns[:1]:
            notes.setdefault(name, []).append(finding.fault)
    columns: dict[str, list[Cell]] = {
        "column": [*names],
        "kind": [summaries[name].kind if name in summaries else found[name].column.kind for name in names],
        "missing": [_percent(summaries[name].missing / max(rows, 1)) if name in summaries else "" for name in names],
        "distinct": [summaries[name].distinct if name in summaries else None for name in names],
        "explains": [f"{100 * found[name].association:.0f} %" if name in found else "" for name in names],
        "note": [", ".join(dict.fromkeys(notes.get(name, []))) for name in names],
    }
    what = "the target" if len(report.dataset.targets) == 1 else plain(report.dataset.targets[0], 40)
    note = f"“Explains”: the share of the variance or impurity of {what} between the bins of a column, in training."
    return card("Columns", table_of(NumberTable(columns, MOST_LISTED), "columns"), note=note, wide=True)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share else ""


def _distributions(report: DataReport, each: list[Distribution]) -> Section:
    """Return each column against the target; of several targets each can be opened."""
    dataset = report.dataset
    classes = ("no", "yes") if dataset.task == "multilabel" else dataset.classes
    keys = legend_of(class_legend(classes)) if classes else None
    shown = min(len(each), MOST_FIGURES)
    lede = "Each column on the training set, the one that explains most of the target first."
    lede += f" Shown: {shown} of {len(each)} columns." if shown < len(each) else ""
    names = dataset.targets[:MOST_TARGETS]
    lede += f" Shown: {len(names)} of {len(dataset.targets)} targets." if len(names) < len(dataset.targets) else ""
    charts = [_against(report, each, classes, which) for which in range(len(names))]
    if len(names) > 1:
        heads = [element("summary", element("b", f"Target {plain(name, 60)}")) for name in names]
        pairs = zip(heads, charts, strict=True)
        charts = [element("details", *pair, class_="target", open=not at) for at, pair in enumerate(pairs)]
    title = "Columns against the target" + "s" * (len(names) > 1)
    return Section("distributions", title, lede, joined(keys, *charts))


def _against(report: DataReport, each: list[Distribution], classes: Sequence[str], which: int) -> Markup:
    """Return the charts of the columns that explain most of a target."""
    dataset = report.dataset
    found = [against(one, dataset, report.rows, which) for one in each] if which else each
    ranked = sorted(found, key=lambda one: -one.association)[:MOST_FIGURES]
    place = f"{which}-" if which else ""
    cards = [
        column_figure(one, classes, dataset.targets[which], f"column-{place}{at}") for at, one in enumerate(ranked)
    ]
    return element("div", *cards, class_="grid small")


def _drift(each: list[Distribution]) -> Section | None:
    """Return which columns differ between the training set and other sets."""
    found = [(one, split, drift) for one in each for split, drift in one.drift.items()]
    if not found:
        return None
    found.sort(key=lambda item: -item[2].distance)
    limit = CHANCE / len(found)
    differing = [item for item in found if item[2].chance < limit]
    lede = "No column differs between the sets by more than chance would explain."
    if differing:
        names = listed(dict.fromkeys(plain(one.column.name, 40) for one, _, _ in differing), 6)
        lede = f"The sets differ by more than chance would explain in {names}."
    made = _distances(found, [item[2].chance < limit for item in found])
    return Section("drift", "Drift between splits", lede, made)


def _distances(found: list[tuple[Distribution, str, Drift]], differing: list[bool]) -> Markup:
    """Return the distances of the sets from the training set, the largest first, those that differ marked."""
    shown = min(len(found), MOST_BARS)
    names = [f"{plain(one.column.name, 18)} · {split}" for one, split, _ in found[:shown]]
    reach = max(found[0][2].distance * 1.05, 0.05)
    axes = Axis.between(0, reach, "distance from the training set"), Axis.named(names[::-1])
    chart = Chart(*axes, height=60 + 22 * shown)
    for place in range(shown):
        row = shown - 1 - place
        chart.bar(0, found[place][2].distance, row - 0.3, row + 0.3, "c2" if differing[place] else "c1")
    alt = "; ".join(f"{name} {short(drift.distance)}" for name, (_, _, drift) in zip(names, found, strict=False))
    numbers = NumberTable(
        {
            "column": [one.column.name for one, _, _ in found],
            "set": [split for _, split, _ in found],
            "distance": [drift.distance for _, _, drift in found],
            "chance": [drift.chance for _, _, drift in found],
        },
        MOST_LISTED,
    )
    title = "Distance between sets"
    note = "Kolmogorov-Smirnov distance of numbers and dates, total variation of categories; 0 is the same, 1 is apart."
    svg = chart.svg(title, alt, "drift-chart")
    beside = element("div", svg, table_of(numbers, "distances"), class_="pair start")
    legend = [(swatch("c1 block"), "as by chance", ""), (swatch("c2 block"), "more than by chance", "")]
    return figure("drift-figure", title, beside, note=note, legend=legend, wide=True)


def _over_time(each: list[Distribution]) -> Section | None:
    """Return the columns whose means move most over time, compared with how they vary."""
    timed = [one for one in each if len(one.over_time)]
    if not timed:
        return None
    ranked = sorted(timed, key=lambda one: -_movement(one))[:MOST_FIGURES]
    cards = [time_figure(one, index) for index, one in enumerate(ranked)]
    lede = "Means over time, the column that moves most first: what drifts here will go on doing so."
    return Section("time", "Drift over time", lede, element("div", *cards, class_="grid small"))


def _movement(one: Distribution) -> float:
    """Return the deviation of the means, relative to that of the values."""
    known = one.over_time[np.isfinite(one.over_time)]
    if not len(known):
        return 0.0
    if one.column.kind == "category":
        return float(known.std())
    values = one.column.values
    spread = float(np.nanstd(values)) or 1.0
    return float(known.std()) / spread
