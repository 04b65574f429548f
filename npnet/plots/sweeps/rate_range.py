"""The picture of a range test: the loss after some steps by the learning rate."""

import numpy as np

from npnet.diagnosis.rate_range import RateRange
from npnet.plots.kinds import Drawing
from npnet.plots.layout import page, short, tidy
from npnet.plots.style import BLUE, GREY, VERMILLION, styled


def draw_rate_range(found: RateRange, name: str) -> Drawing:
    """Loss after the steps of a range test by learning rate, the suggested rate marked."""
    with styled(), np.errstate(all="ignore"):
        box = page("Loss by learning rate", (name, f"after {found.steps} steps"), 6.4, 4.4)
        axes, (rates, losses) = box.axes(left=0.9, bottom=0.75), found.shown
        rates, losses = (rates, losses) if len(rates) else (found.rates, np.full(len(found.rates), np.nan))
        axes.plot(rates, losses, color=BLUE, marker="o", markersize=4)
        axes.axhline(found.start, color=GREY, linestyle=(0, (1.2, 1.2)), linewidth=1)
        axes.set_xscale("log")
        ticks = 10.0 ** np.arange(np.ceil(np.log10(rates[0])), np.log10(rates[-1]) + 1e-6)
        axes.set_xticks(ticks, [tidy(f"{tick:g}") for tick in ticks])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("learning rate (log scale)")
        axes.set_ylabel("training loss")
        box.note(f"dotted: the loss before training, {short(found.start)}")
        if found.suggested is not None:
            axes.axvline(found.suggested, color=VERMILLION, linestyle=(0, (5, 1.5)), linewidth=1)
            box.write(f"suggested: {found.suggested:g}", 4.4, 0.2, fontsize=8.5, color=VERMILLION)
        return Drawing(box.figure, {"learning_rate": found.rates, "train_loss": found.losses})
