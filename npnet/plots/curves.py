"""Loss, metrics and learning rate by epoch, and the losses of several runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from npnet.plots.kinds import Drawing, Material, Numbers, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, Labels, legend, page, plain, short, spread, tidy
from npnet.plots.style import BLUE, CLASS_COLOURS, GREY, LINES, PART_COLOURS, PART_LINES, PART_MARKERS, Look, styled
from npnet.text import plural

PARTS = ("train", "validation")
FEW = 40  # points up to this number are marked one by one
COLUMNS = ("epoch", "train_loss", "validation_loss")
NAMED = 12  # runs in the legend
FEW_RUNS = 4  # runs whose training curve is drawn too
MANY_RUNS = 16  # runs whose lines are thin
FAR = 3  # times the median of the runs' largest losses: the curve of a run that rises higher is cut off


def recorded(material: Material, column: str) -> bool:
    """Return whether a column of the history has a finite value."""
    return bool(np.isfinite(material.history.get(column, np.empty(0))).any())


def losses_recorded(material: Material) -> str | None:
    """Require at least one epoch."""
    return None if any(recorded(material, f"{part}_loss") for part in PARTS) else "needs at least one epoch of training"


def measured(material: Material) -> list[str]:
    """Return the names of the metrics in the history, in its order."""
    names = [column.removeprefix("train_").removeprefix("validation_") for column in material.history]
    found = [name for name, column in zip(names, material.history, strict=True) if name != column and name != "loss"]
    return [name for name in dict.fromkeys(found) if any(recorded(material, f"{part}_{name}") for part in PARTS)]


def metrics_recorded(material: Material) -> str | None:
    """Require a metric in the history."""
    return None if measured(material) else "needs a metric computed while training"


def rates_recorded(material: Material) -> str | None:
    """Require the column learning_rate."""
    return None if recorded(material, "learning_rate") else "needs at least one epoch of training"


@plot("loss", needs=losses_recorded)
def loss(material: Material) -> Drawing:
    """Loss of the training and validation set at each epoch, the best epoch marked."""
    box = sheet(material, "Loss by epoch")
    return Drawing(box.figure, paint_quantity(box, material, "loss"))


@plot("metrics", needs=metrics_recorded)
def metrics(material: Material) -> Drawing:
    """Each metric of the training and validation set by epoch, the best epoch marked."""
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
    epochs, rates = finite_points(material, "learning_rate")
    axes = box.axes(left=0.9)
    axes.plot(epochs, rates, color=BLUE, marker="o" if len(epochs) <= FEW else "", markersize=4)
    _epoch_axis(axes, epochs)
    value_axis(axes, [rates], "learning rate")
    _mark_best(axes, material)
    return Drawing(box.figure, {name: material.history[name] for name in ("epoch", "learning_rate")})


def paint_quantity(box: Box, material: Material, name: str) -> dict[str, Floats]:
    """Draw `train_<name>` and `validation_<name>`; return the columns that are drawn."""
    axes = box.axes(left=0.85, right=0.85)
    shown = [part for part in PARTS if recorded(material, f"{part}_{name}")]
    curves = {part: finite_points(material, f"{part}_{name}") for part in shown}
    for part, (epochs, values) in curves.items():
        look: Look = {"color": PART_COLOURS[part], "linestyle": PART_LINES[part]}
        few = PART_MARKERS[part] if len(epochs) <= FEW else ""
        axes.plot(epochs, values, marker=few, markersize=4, clip_on=False, **look)
    _epoch_axis(axes, np.concatenate([epochs for epochs, _ in curves.values()]))
    value_axis(axes, [values for _, values in curves.values()], plain(name, 30))
    _mark_best(axes, material)
    _label_ends(axes, box.height - 0.75, curves)
    return {"epoch": material.history["epoch"]} | {f"{p}_{name}": material.history[f"{p}_{name}"] for p in shown}


def finite_points(material: Material, column: str) -> tuple[Floats, Floats]:
    """Return the epochs at which a column is finite, and its values there."""
    values = material.history[column]
    finite = np.isfinite(values)
    return material.history["epoch"][finite], values[finite]


def _epoch_axis(axes: Axes, epochs: Floats) -> None:
    """Label the x axis with whole epochs, from the first to the last."""
    from matplotlib.ticker import MaxNLocator

    first, last = float(epochs.min()), float(epochs.max())
    margin = 0.02 * (last - first) or 0.5
    axes.set_xlim(first - margin, last + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("epoch")


def value_axis(axes: Axes, series: list[Floats], label: str) -> None:
    """Label the y axis, logarithmic where the values span more than two decades."""
    from matplotlib.ticker import NullFormatter

    values = np.concatenate(series)
    if values.min() > 0 and values.max() > 100 * values.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: tidy(f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        label += " (log scale)"
    axes.set_ylabel(label)


def _mark_best(axes: Axes, material: Material) -> None:
    """Draw a dashed line at the best epoch, labelled above the axes."""
    if material.best_epoch is None:
        return
    first, last = axes.get_xlim()
    axes.axvline(material.best_epoch, color=GREY, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    side = (material.best_epoch - first) / (last - first)
    align = "left" if side < 0.15 else "right" if side > 0.85 else "center"
    text, each = f"best epoch {material.best_epoch:,}", material.best_epochs
    if each and each[0] < each[1]:
        text = f"best epochs {each[0]:,} to {each[1]:,}, median {material.best_epoch:,}"
    look: Look = {"ha": align, "va": "bottom", "fontsize": 8.5, "color": GREY}
    axes.text(material.best_epoch, 1.015, text, transform=axes.get_xaxis_transform(), **look)


def _label_ends(axes: Axes, height: float, curves: dict[str, tuple[Floats, Floats]]) -> None:
    """Write the split and last value beside the end of each curve; the height is in inches."""
    axes.get_ylim()  # settles the limits that transData uses
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = [float(to_axes.transform((epochs[-1], values[-1]))[1]) for epochs, values in curves.values()]
    for (part, (_, values)), y in zip(curves.items(), spread(ends, 0.33 / height), strict=True):
        text, colour = f"{part}\n{short(values[-1])}", PART_COLOURS[part]
        axes.text(1.02, y, text, transform=axes.transAxes, va="center", color=colour, fontsize=8.5, linespacing=1.1)


@dataclass(frozen=True)
class LossCurve:
    """Finite losses (n,) of a run by epoch (n,), of its validation or else training set."""

    run: str
    part: str
    epochs: Floats
    values: Floats
    train: Floats  # of the same epochs; may be NaN

    @classmethod
    def of(cls, run: str, history: Mapping[str, Floats]) -> "LossCurve | None":
        """Return the curve of a history.csv by its columns; None where it has no loss."""
        for part in ("validation", "train"):
            values = history.get(f"{part}_loss", np.empty(0))
            finite = np.isfinite(values)
            if finite.any():
                return cls(run, part, history["epoch"][finite], values[finite], history["train_loss"][finite])
        return None

    @property
    def best(self) -> float:
        """Least loss."""
        return float(self.values.min())


def losses(histories: Mapping[str, Mapping[str, Floats]]) -> Drawing:
    """Draw the loss of several runs by epoch; raise ValueError where no run has a loss."""
    found = [curve for run, history in histories.items() if (curve := LossCurve.of(run, history))]
    if not found:
        raise ValueError("no run has a loss to draw")
    ranked = sorted(found, key=lambda curve: curve.best)
    highest = [float(curve.values.max()) for curve in ranked]
    near = [curve for curve, high in zip(ranked, highest, strict=True) if high <= FAR * float(np.median(highest))]
    with styled():
        box = page(
            "Loss by epoch", (plural(len(found), "run"), _description(ranked, len(ranked) - len(near))), 9.2, 4.8
        )
        axes = box.axes(left=0.85, right=3.25)
        _paint_runs(axes, ranked)
        _epoch_axis(axes, np.concatenate([curve.epochs for curve in ranked]))
        value_axis(axes, [curve.values for curve in near], "loss")
        if len(near) < len(ranked):  # room for all curves but those that shot far above the others
            low, high = ranked[0].best, max(float(curve.values.max()) for curve in near)
            margin = 0.04 * (high - low)
            logarithmic = axes.get_yscale() == "log"
            axes.set_ylim(*((low / 1.2, high * 1.2) if logarithmic else (low - margin, high + margin)))
    return Drawing(box.figure, _loss_columns({curve.run: histories[curve.run] for curve in found}))


def _paint_runs(axes: Axes, ranked: Sequence[LossCurve]) -> None:
    """Draw the worst first, so that better curves lie on top; the legend begins with the best."""
    count = len(ranked)
    named = count if count <= NAMED else NAMED - 1
    labels: Labels = []
    for rank, curve in reversed(list(enumerate(ranked))):
        look = _look(rank, named, count)
        (artist,) = axes.plot(curve.epochs, curve.values, marker="o" if len(curve.epochs) == 1 else "", **look)
        if count <= FEW_RUNS and curve.part != "train":
            axes.plot(curve.epochs, curve.train, **look | {"linewidth": 0.9, "alpha": 0.55})
        if rank <= named:
            rest = ranked[NAMED - 1 :]
            others = f"{len(rest)} others  {short(rest[0].best)} to {short(rest[-1].best)}" if rest else ""
            labels.insert(0, (f"{plain(curve.run, 30)}  {short(curve.best)}" if rank < named else others, artist))
    best = ranked[0]
    least = int(best.values.argmin())
    look = {"color": CLASS_COLOURS[0], "markersize": 6, "zorder": 6, "clip_on": False}
    axes.plot(best.epochs[least], best.values[least], "o", **look)
    legend(axes, labels, "run and its least loss, the best first")


def _look(rank: int, named: int, count: int) -> Look:
    """Return how the curve of a run is drawn: in colour if the legend names it, the best thick, others grey."""
    if rank >= named:
        return {"color": GREY, "linewidth": 0.6 if count > MANY_RUNS else 0.9, "alpha": 0.5, "zorder": 2}
    colour, line = CLASS_COLOURS[rank % len(CLASS_COLOURS)], LINES[rank // len(CLASS_COLOURS) % len(LINES)]
    width = 2.6 if rank == 0 else 1.0 if count > MANY_RUNS else 1.4
    return {"color": colour, "linestyle": line, "linewidth": width, "zorder": 5 if rank == 0 else 4}


def _description(ranked: Sequence[LossCurve], far: int) -> str:
    parts = list(dict.fromkeys(curve.part for curve in ranked))
    shown = f"{parts[0]} set" if len(parts) == 1 else "validation set, training set where a run has no other"
    shown += "; the thin line is the training set" if len(ranked) <= FEW_RUNS and parts != ["train"] else ""
    return f"{shown}; {far} rise{'s' * (far == 1)} above the picture" if far else shown


def _loss_columns(histories: Mapping[str, Mapping[str, Floats]]) -> Numbers:
    """Return a row for each epoch of each run, one run after the other."""
    lengths = [len(history["epoch"]) for history in histories.values()]
    columns = {"run": np.repeat(np.array(list(histories), dtype=object), lengths)}
    for name in COLUMNS:
        parts = [history.get(name, np.full(n, np.nan)) for history, n in zip(histories.values(), lengths, strict=True)]
        columns[name] = np.concatenate(parts)
    return columns
