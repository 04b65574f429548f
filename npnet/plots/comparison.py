"""The loss curves of several runs in one picture: the best is thick, no more than twelve have names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.backend import styled
from npnet.plots.kinds import Drawing, Numbers
from npnet.plots.layout import Labels, legend, page
from npnet.plots.material import Floats
from npnet.plots.runs.curves import epoch_axis, value_axis
from npnet.plots.style import CLASS_COLOURS, GREY, LINES, Look, plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ("run", "epoch", "train_loss", "validation_loss")
NAMED = 12  # lines of the legend
FEW = 4  # runs of which the train curve is shown too
MANY = 16  # runs whose lines are thin
FAR = 3  # times the largest loss of the run in the middle: a run that rises higher is cut off


@dataclass(frozen=True)
class Curve:
    """The losses of one run: epochs (n,), values (n,), all finite, of its validation or else its train part."""

    run: str
    part: str
    epochs: Floats
    values: Floats
    train: Floats  # of the same epochs; may be NaN

    @classmethod
    def of(cls, run: str, history: Mapping[str, Floats]) -> "Curve | None":
        """From the columns of history.csv; None where no loss was recorded."""
        for part in ("validation", "train"):
            values = history.get(f"{part}_loss", np.empty(0))
            there = np.isfinite(values)
            if there.any():
                return cls(run, part, history["epoch"][there], values[there], history["train_loss"][there])
        return None

    @property
    def best(self) -> float:
        """Its least loss."""
        return float(self.values.min())


def losses(histories: Mapping[str, Mapping[str, Floats]]) -> Drawing:
    """Loss by epoch of every run in which one was recorded; ValueError where there is none."""
    found = [curve for run, history in histories.items() if (curve := Curve.of(run, history))]
    if not found:
        raise ValueError("no run has a loss to draw")
    ranked = sorted(found, key=lambda curve: curve.best)
    with styled():
        box = page("Loss by epoch", (f"{len(found)} runs", _said(ranked)), 9.2, 4.8)
        axes = box.axes(left=0.85, right=3.25)
        paint(axes, ranked)
        limit(axes, ranked)
    return Drawing(box.figure, numbers({curve.run: histories[curve.run] for curve in found}))


def paint(axes: "Axes", ranked: Sequence[Curve]) -> None:
    """The worst first, so that better ones lie on top; the legend goes from the best to the worst."""
    named = ranked if len(ranked) <= NAMED else ranked[: NAMED - 1]
    labels: Labels = []
    for place, curve in reversed(list(enumerate(ranked))):
        look = _look(place, len(ranked)) if place < len(named) else _background(len(ranked))
        (artist,) = axes.plot(curve.epochs, curve.values, marker="o" if len(curve.epochs) == 1 else "", **look)
        if len(ranked) <= FEW and curve.part != "train":
            axes.plot(curve.epochs, curve.train, **look | {"linewidth": 0.9, "alpha": 0.55})
        if place <= len(named):
            label = f"{plain(curve.run, 30)}  {short(curve.best)}" if place < len(named) else _others(ranked)
            labels.insert(0, (label, artist))
    best = ranked[0]
    least = int(best.values.argmin())
    axes.plot(
        best.epochs[least], best.values[least], "o", color=CLASS_COLOURS[0], markersize=6, zorder=6, clip_on=False
    )
    legend(axes, labels, "run and its least loss, the best first")


def limit(axes: "Axes", ranked: Sequence[Curve]) -> None:
    """Room for all curves, but not for one that shot far above the others."""
    epoch_axis(axes, np.concatenate([curve.epochs for curve in ranked]))
    near = [curve.values for curve in ranked if not is_far(curve, ranked)]
    value_axis(axes, near, "loss")
    if len(near) < len(ranked):
        low, high = ranked[0].best, max(float(values.max()) for values in near)
        margin = 0.04 * (high - low)
        axes.set_ylim(*((low / 1.2, high * 1.2) if axes.get_yscale() == "log" else (low - margin, high + margin)))


def is_far(curve: Curve, ranked: Sequence[Curve]) -> bool:
    """Whether a curve rises so far above those of the others that it would press them flat."""
    return float(curve.values.max()) > FAR * float(np.median([other.values.max() for other in ranked]))


def numbers(histories: Mapping[str, Mapping[str, Floats]]) -> Numbers:
    """A row for each epoch of each run, one run after the other."""
    lengths = [len(history["epoch"]) for history in histories.values()]
    columns = {"run": np.repeat(np.array(list(histories), dtype=object), lengths)}
    for name in COLUMNS[1:]:
        parts = [history.get(name, np.full(n, np.nan)) for history, n in zip(histories.values(), lengths, strict=True)]
        columns[name] = np.concatenate(parts)
    return columns


def _look(place: int, count: int) -> Look:
    colour, line = CLASS_COLOURS[place % len(CLASS_COLOURS)], LINES[place // len(CLASS_COLOURS) % len(LINES)]
    width = 2.6 if place == 0 else 1.0 if count > MANY else 1.4
    return {"color": colour, "linestyle": line, "linewidth": width, "zorder": 5 if place == 0 else 4}


def _background(count: int) -> Look:
    return {"color": GREY, "linewidth": 0.6 if count > MANY else 0.9, "alpha": 0.5, "zorder": 2}


def _others(ranked: Sequence[Curve]) -> str:
    rest = ranked[NAMED - 1 :]
    return f"{len(rest)} others  {short(rest[0].best)} to {short(rest[-1].best)}"


def _said(ranked: Sequence[Curve]) -> str:
    parts = list(dict.fromkeys(curve.part for curve in ranked))
    shown = f"{parts[0]} part" if len(parts) == 1 else "validation part, train part where a run has no other"
    shown += "; the thin line is the train part" if len(ranked) <= FEW and parts != ["train"] else ""
    far = sum(is_far(curve, ranked) for curve in ranked)
    return f"{shown}; {far} rise{'s' * (far == 1)} above the picture" if far else shown
