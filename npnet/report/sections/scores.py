"""Scores with their intervals, those of every split, and those of baselines."""

import numpy as np

from npnet.metrics import OF_POSITIVE, metrics
from npnet.plots.layout import plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Section
from npnet.report.parts import Cell, NumberTable, card, figure, grid, table_of
from npnet.report.view import RunView, defined

LOSS = "loss"
FEW = 4  # metrics: beside more, the loss is in the table alone


def section(view: RunView) -> Section | None:
    """Return the scores of a run; None while there are none."""
    if view.judged is None:
        return None
    lede = f"Scores of the {view.judged} set."
    if view.folds > 1:
        lede = f"Means over the test sets of {view.folds} folds, with the deviation between folds."
    elif view.intervals:
        draws = f"{view.draws:,} bootstrap samples of these rows"
        lede += f" Below each, the interval with 95 % of its values over {draws}."
    tables = [_all_splits(view)]
    if view.material.baselines:
        tables.insert(0, _baselines(view))
    return Section("scores", "Scores", lede, joined(_cards(view), grid(*tables)))


def _cards(view: RunView) -> Markup:
    names = [name for name in view.scores if name != LOSS and name in metrics]
    names += [LOSS] if len(names) < FEW else []
    names.sort(key=lambda name: name != view.headline)  # stable
    return element("ul", *(_card(view, name) for name in names if name in view.scores), class_="scores")


def _card(view: RunView, name: str) -> Markup:
    span, main = view.intervals.get(name), name == view.headline
    deviation = view.material.metrics.get("test_deviation", {}).get(name)
    note = f"± {short(deviation)} between folds" if deviation is not None and defined(deviation) else ""
    if span and defined(span[0]):
        note = f"{short(span[0])} to {short(span[1])}" if view.folds == 1 else note
    better = "less is better" if name == LOSS or metrics[name].goal == "minimize" else "more is better"
    parts = [("name", name), ("figure", short(view.scores[name])), ("range", note or better)]
    inner = [element("div", words, class_=look) for look, words in parts]
    return element("li", *inner, class_="score main" if main else "score")


def _all_splits(view: RunView) -> Markup:
    """Return the scores of every split side by side."""
    scores = view.material.metrics
    names = list(dict.fromkeys(name for some in scores.values() for name in some))
    columns: dict[str, list[Cell]] = {
        "metric": [*names],
        **{split: [some.get(name) for name in names] for split, some in scores.items()},
    }
    note = ""
    if (rule := view.rule) is not None:
        chosen = f", the best for {rule.chosen_for} on the validation set" if rule.chosen_for else ""
        of = ", ".join(name for name in names if name in OF_POSITIVE)
        note = f"{of}: of the class “{plain(rule.positive_class, 30)}”, decided above {rule.threshold:.4g}{chosen}."
    return card(
        "Every split",
        table_of(NumberTable(columns), "scores of every split"),
        note=note,
        wide=not view.material.baselines,
    )


def _baselines(view: RunView) -> Markup:
    """Return the main score beside those of the baselines, and a table of all metrics."""
    split, name = view.judged or "", view.headline or ""
    found = {"network": dict(view.scores)} | {
        one: dict(some.get(split, {})) for one, some in view.material.baselines.items()
    }
    values = {one: some.get(name) for one, some in found.items()}
    known = {one: float(value) for one, value in values.items() if value is not None and defined(value)}
    span = view.intervals.get(name)
    ends = [*known.values(), *(span if span and defined(span[0]) else ())]
    rows = [one.replace("_", " ") for one in reversed(known)]
    chart = Chart(Axis.of(ends, name, margin=0.08, log=False), Axis.named(rows), height=64 + 34 * len(rows))
    for row, one in enumerate(reversed(known)):
        chart.rule("gridline", y=row)
        if one == "network" and span and defined(span[0]) and view.folds == 1:
            chart.line(np.array(span), np.array([row, row]), "c1")
        look = "c1" if one == "network" else "c0"
        chart.markers(np.array([known[one]]), np.array([row]), 0 if one == "network" else 3, look, 5)
    names = [metric for metric in found["network"] if metric != LOSS]
    numbers: dict[str, list[Cell]] = {
        "metric": [*names],
        **{one: [some.get(metric) for metric in names] for one, some in found.items()},
    }
    alt = "; ".join(f"{one} {short(value)}" for one, value in known.items())
    drawing = chart.svg(f"{name} of the network and of baselines", alt, "baselines-chart")
    legend = [
        (swatch("c1", 0, bool(span)), "network", ""),
        (swatch("c0", 3, False), "scikit-learn with its defaults", ""),
    ]
    note = f"{name} on the {split} set: models of scikit-learn, fitted on the same rows."
    return figure("baselines", "Beside simple models", drawing, NumberTable(numbers), note, legend)
