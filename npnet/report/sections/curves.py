"""Loss, metrics and learning rate by epoch, the best epoch marked."""

from collections.abc import Iterator

import numpy as np

from npnet.plots.curves import FEW, PARTS, finite_points, measured, recorded
from npnet.plots.kinds import Material
from npnet.plots.layout import Floats, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup
from npnet.report.page import Section
from npnet.report.parts import NumberTable, card, facts, figure, grid
from npnet.report.sections.verdict import best_epochs
from npnet.report.view import RunView
from npnet.text import duration

LOOKS = {"train": "c1", "validation": "c2 dash1"}
MOST_METRICS = 5


def section(view: RunView) -> Section | None:
    """Return the curves of a training; None before its first epoch."""
    found = list(_figures(view.material))
    if not found:
        return None
    best = view.info["best_epoch"]  # None until the training has ended
    lede = "What each pass over the training set changed."
    lede += f" The network keeps its weights of epoch {best:,}." if best is not None and view.folds == 1 else ""
    return Section("curves", "Training", lede, grid(*found, _course(view) if len(found) % 2 else None))


def _course(view: RunView) -> Markup:
    """Return the training in numbers."""
    info, e, epochs = view.info, view.experiment, len(view.material.history["epoch"])
    monitored = info.get("monitored") or {}
    value = monitored.get("value")
    seconds = info["seconds"]
    pairs = [
        ("epochs", f"{epochs:,} of {e.epochs:,}"),
        ("best epoch", "" if info["best_epoch"] is None else best_epochs(view)),
        (f"{monitored.get('name', '')} there", "" if value is None else short(value)),
        ("stopped early", "yes" if e.early_stopping and view.status == "done" and epochs < e.epochs else ""),
        ("batch size", str(e.batch_size)),
        ("batches of a step", str(e.accumulate) if e.accumulate > 1 else ""),
        ("learning rate", "" if e.learning_rate is None else f"{e.learning_rate:g}"),
        ("time", "" if seconds is None else f"{duration(seconds)}, with all that followed the epochs"),
    ]
    return card("In numbers", facts(pairs))


def _figures(material: Material) -> Iterator[Markup]:
    names = [
        name
        for name in ("loss", *measured(material)[:MOST_METRICS])
        if any(recorded(material, f"{p}_{name}") for p in PARTS)
    ]
    for name in names:
        yield _curve(material, name)
    rates = material.history.get("learning_rate", np.empty(0))
    if names and len(rates) and np.nanmin(rates) < np.nanmax(rates):
        yield _rate(material)


def _curve(material: Material, name: str) -> Markup:
    """Return `train_<name>` and `validation_<name>` by epoch."""
    shown = [part for part in PARTS if recorded(material, f"{part}_{name}")]
    curves = {part: finite_points(material, f"{part}_{name}") for part in shown}
    chart = Chart(_epochs(curves), Axis.of(np.concatenate([values for _, values in curves.values()]), name))
    _mark_best(chart, material)
    legend, alt = [], []
    for part, (epochs, values) in curves.items():
        chart.line(epochs, values, LOOKS[part])
        shape = PARTS.index(part)
        if len(epochs) <= FEW:
            chart.markers(epochs, values, shape, LOOKS[part].split()[0], 2.8)
        legend.append((swatch(LOOKS[part]), part, short(values[-1])))
        alt.append(f"{part} from {short(values[0])} to {short(values[-1])}")
    columns = {"epoch": material.history["epoch"].astype(int)}
    numbers = NumberTable(columns | {f"{part}_{name}": material.history[f"{part}_{name}"] for part in shown})
    title = f"{name[:1].upper()}{name[1:]} by epoch" if name == "loss" else f"{name} by epoch"
    drawing = chart.svg(title, "; ".join(alt), f"curve-{name}-chart")
    return figure(f"curve-{name}", title, drawing, numbers, legend=legend)


def _rate(material: Material) -> Markup:
    epochs, rates = finite_points(material, "learning_rate")
    chart = Chart(_epochs({"": (epochs, rates)}), Axis.of(rates, "learning rate", log=False))
    _mark_best(chart, material)
    chart.line(epochs, rates, "c3")
    numbers = NumberTable({"epoch": epochs.astype(int), "learning_rate": rates})
    alt = f"from {short(rates[0])} to {short(rates[-1])}"
    drawing = chart.svg("Learning rate by epoch", alt, "curve-rate-chart")
    return figure("curve-rate", "Learning rate by epoch", drawing, numbers, "As the schedule set it.")


def _epochs(curves: dict[str, tuple[Floats, Floats]]) -> Axis:
    epochs = np.concatenate([epochs for epochs, _ in curves.values()])
    return Axis.whole(epochs, "epoch")


def _mark_best(chart: Chart, material: Material) -> None:
    if material.best_epoch:
        first, last = material.best_epochs or (0, 0)
        word = "median of the best" if first < last else "best"
        chart.rule("best", x=material.best_epoch, note=f"{word}: {material.best_epoch:,}")
