"""Rungs of a halving: the score of every trial by epoch, and which trials continued."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, sweep_plot
from npnet.plots.layout import BLUE, GREY, INK, plain, sheet
from npnet.plots.sweeps import BEST, Curves, SweepMaterial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OUT = "#B5BFC7"  # of trials that ended early
CLOSE = 1.25  # a rung nearer to the next than this ratio has no label
MOST_RATIO = 4  # of the last rung to the first on a linear axis


def climbed(material: SweepMaterial) -> str | None:
    """Require rungs, and the score by epoch."""
    if not material.rungs:
        return "needs rungs; --method halving has them"
    part, _, score = material.score.partition(".")
    return None if material.curves() else f"needs {part}_{score} in the histories of the trials"


@sweep_plot("rungs", needs=climbed)
def rungs(material: SweepMaterial) -> Drawing:
    """Score of every trial of a halving by epoch, those that continued in colour."""
    page = sheet(material, "Which trials went on", 8.2, 4.8)
    axes, curves = page.axes(left=0.85, right=0.3, bottom=0.85, top=0.4), material.curves()
    axes.set_ylabel(plain(material.scored, 50))
    axes.set_ylim(*room(material, curves))
    paint_rungs(axes, material)
    paint_curves(axes, material, curves)
    for text, x, colour in (("ended early", 0.2, GREY), ("reached the last rung", 1.15, BLUE), ("the best", 2.7, BEST)):
        page.note(text, x, color=colour)
    found = list(curves.items())
    return Drawing(
        page.figure,
        {
            "number": np.concatenate([np.full(len(epochs), trial) for trial, (epochs, _) in found]),
            "epoch": np.concatenate([epochs for _, (epochs, _) in found]),
            material.score: np.concatenate([values for _, (_, values) in found]),
        },
    )


def room(material: SweepMaterial, curves: Curves) -> tuple[float, float]:
    """Return the ends of the axis: all final scores, and curves as far as near them."""
    low, high = np.nanmin(material.near), np.nanmax(material.near)
    reach = high - low
    every = np.concatenate([values for _, values in curves.values()])
    low, high = max(low - reach, every.min()), min(high + reach, every.max())
    margin = 0.05 * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def paint_curves(axes: "Axes", material: SweepMaterial, curves: Curves) -> None:
    """Draw the trials that ended early, then those of the last rung, then the best."""
    last = dict(zip(material.number.tolist(), material.epochs.tolist(), strict=True))
    best = set(material.number[material.best].tolist())
    final = material.rungs[-2][0] if len(material.rungs) > 1 else 0
    for trial, (epochs, values) in sorted(curves.items(), key=lambda item: (last[item[0]], item[0] in best)):
        survivor = last[trial] > final
        colour = BEST if trial in best else BLUE if survivor else OUT
        width = 2.2 if trial in best else 1.5 if survivor else 0.8
        axes.plot(epochs, values, color=colour, linewidth=width, alpha=1 if survivor else 0.8)
        axes.plot(epochs[-1:], values[-1:], "o", color=colour, markersize=4 if survivor else 3)


def paint_rungs(axes: "Axes", material: SweepMaterial) -> None:
    """Draw a dashed line at the end of each rung, with its number of trials."""
    ends = [epoch for epoch, _ in material.rungs]
    if ends[-1] > MOST_RATIO * ends[0]:
        axes.set_xscale("log")
        axes.set_xlim(0.9, ends[-1] * 1.12)
        axes.set_xlabel("epoch (log scale)")
    else:
        axes.set_xlabel("epoch")
    apart = [end * CLOSE < after for end, after in zip(ends, [*ends[1:], np.inf], strict=True)]
    axes.set_xticks(ends, [f"{end:,}" if room else "" for end, room in zip(ends, apart, strict=True)])
    axes.set_xticks([], minor=True)
    for index, (epoch, trials) in enumerate(material.rungs):
        axes.axvline(epoch, color=GREY, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
        text = f"{trials:,} trials" if index == 0 else f"{trials:,}" if apart[index] else ""
        axes.text(epoch, 1.02, text, transform=axes.get_xaxis_transform(), ha="center", fontsize=8.5, color=INK)
