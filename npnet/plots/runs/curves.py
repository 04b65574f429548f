"""What was recorded at each epoch: loss, metrics and learning rate as curves."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, plot
from npnet.plots.layout import Box, sheet, spread
from npnet.plots.material import Floats, Material
from npnet.plots.style import BLUE, GREY, PART_COLOURS, PART_LINES, PART_MARKERS, Look, plain, short, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARTS = ("train", "validation")
FEW = 40  # points up to this number are marked one by one


def recorded(material: Material, column: str) -> bool:
    """Whether a column of the history has any finite value."""
    return bool(np.isfinite(material.history.get(column, np.empty(0))).any())


def losses_recorded(material: Material) -> str | None:
    """Needs at least one epoch."""
    return None if any(recorded(material, f"{part}_loss") for part in PARTS) else "needs at least one epoch of training"


def measured(material: Material) -> list[str]:
    """The names of the metrics in the history, in its order."""
    names = [column.removeprefix("train_").removeprefix("validation_") for column in material.history]
    found = [name for name, column in zip(names, material.history, strict=True) if name != column and name != "loss"]
    return [name for name in dict.fromkeys(found) if any(recorded(material, f"{part}_{name}") for part in PARTS)]


def metrics_recorded(material: Material) -> str | None:
    """Needs a metric in the history."""
    return None if measured(material) else "needs a metric computed while training"


def rates_recorded(material: Material) -> str | None:
    """Needs the column learning_rate."""
    return None if recorded(material, "learning_rate") else "needs at least one epoch of training"


@plot("loss", needs=losses_recorded)
def loss(material: Material) -> Drawing:
    """Loss of the train and validation part at each epoch, the best epoch marked."""
    box = sheet(material, "Loss by epoch")
    return Drawing(box.figure, paint_quantity(box, material, "loss"))


@plot("metrics", needs=metrics_recorded)
def metrics(material: Material) -> Drawing:
    """Each metric of the train and validation part by epoch, the best epoch marked."""
    names = measured(material)
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    width, height = (6.4, 4.4) if len(names) == 1 else (4.1 * columns, 0.7 + 2.9 * rows)
    page = sheet(material, "Metrics by epoch", width, height)
    numbers: dict[str, Floats] = {}
    for box, name in zip(page.grid(len(names), columns), names, strict=True):
        numbers |= paint_quantity(box, material, name)
    return Drawing(page.figure, numbers)


@plot("learning_rate", needs=rates_recorded)
def learning_rate(material: Material) -> Drawing:
    """Learning rate of each epoch, as the schedule set it."""
    box = sheet(material, "Learning rate by epoch")
    epochs, rates = points(material, "learning_rate")
    axes = box.axes(left=0.9)
    axes.plot(epochs, rates, color=BLUE, marker="o" if len(epochs) <= FEW else "", markersize=4)
    epoch_axis(axes, epochs)
    value_axis(axes, [rates], "learning rate")
    mark_best(axes, material)
    return Drawing(box.figure, {name: material.history[name] for name in ("epoch", "learning_rate")})


def paint_quantity(box: Box, material: Material, name: str) -> dict[str, Floats]:
    """Curves of `train_<name>` and `validation_<name>`; gives the columns that are shown."""
    axes = box.axes(left=0.85, right=0.85)
    shown = [part for part in PARTS if recorded(material, f"{part}_{name}")]
    curves = {part: points(material, f"{part}_{name}") for part in shown}
    for part, (epochs, values) in curves.items():
        look: Look = {"color": PART_COLOURS[part], "linestyle": PART_LINES[part]}
        few = PART_MARKERS[part] if len(epochs) <= FEW else ""
        axes.plot(epochs, values, marker=few, markersize=4, clip_on=False, **look)
    epoch_axis(axes, np.concatenate([epochs for epochs, _ in curves.values()]))
    value_axis(axes, [values for _, values in curves.values()], plain(name, 30))
    mark_best(axes, material)
    label_ends(axes, box.height - 0.75, curves)
    return {"epoch": material.history["epoch"]} | {f"{p}_{name}": material.history[f"{p}_{name}"] for p in shown}


def points(material: Material, column: str) -> tuple[Floats, Floats]:
    """The epochs at which a column has a finite value, and these values."""
    values = material.history[column]
    there = np.isfinite(values)
    return material.history["epoch"][there], values[there]


def epoch_axis(axes: "Axes", epochs: Floats) -> None:
    """Whole numbers from the first epoch to the last."""
    from matplotlib.ticker import MaxNLocator

    first, last = float(epochs.min()), float(epochs.max())
    margin = 0.02 * (last - first) or 0.5
    axes.set_xlim(first - margin, last + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("epoch")


def value_axis(axes: "Axes", series: list[Floats], label: str) -> None:
    """A logarithmic axis where the values span more than two decades."""
    from matplotlib.ticker import NullFormatter

    values = np.concatenate(series)
    if values.min() > 0 and values.max() > 100 * values.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: tidy(f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        label += " (log scale)"
    axes.set_ylabel(label)


def mark_best(axes: "Axes", material: Material) -> None:
    """A dashed line at the best epoch, labelled above the axes."""
    if material.best_epoch is None:
        return
    first, last = axes.get_xlim()
    axes.axvline(material.best_epoch, color=GREY, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    side = (material.best_epoch - first) / (last - first)
    align = "left" if side < 0.15 else "right" if side > 0.85 else "center"
    place = (material.best_epoch, 1.015)
    text, each = f"best epoch {material.best_epoch:,}", material.best_epochs
    if each and each[0] < each[1]:
        text = f"best epochs {each[0]:,} to {each[1]:,}, median {material.best_epoch:,}"
    axes.text(*place, text, transform=axes.get_xaxis_transform(), ha=align, va="bottom", fontsize=8.5, color=GREY)


def label_ends(axes: "Axes", height: float, curves: dict[str, tuple[Floats, Floats]]) -> None:
    """Each curve's part and last value beside its end, moved apart; the height is in inches."""
    axes.get_ylim()  # settles the limits that transData uses
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = [float(to_axes.transform((epochs[-1], values[-1]))[1]) for epochs, values in curves.values()]
    for (part, (_, values)), place in zip(curves.items(), spread(ends, 0.33 / height), strict=True):
        text, colour = f"{part}\n{short(values[-1])}", PART_COLOURS[part]
        axes.text(1.02, place, text, transform=axes.transAxes, va="center", color=colour, fontsize=8.5, linespacing=1.1)
