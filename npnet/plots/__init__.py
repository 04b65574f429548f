"""Plots of a training or a sweep, drawn from plain arrays, with their numbers as CSV."""

from npnet.plots import (  # noqa: F401 - importing a module registers its plots
    boundary,
    class_curves,
    confusion,
    curves,
    importance,
    regression,
    summary,
    threshold,
)
from npnet.plots.kinds import (
    Drawing,
    Material,
    Plot,
    Predictions,
    draw,
    lacking_data,
    plot,
    plots,
    suitable,
    suits,
    usual,
)
from npnet.plots.sweeps import SweepMaterial, overview, trials  # noqa: F401 - the order of listings

__all__ = [
    "Drawing",
    "Material",
    "Plot",
    "Predictions",
    "SweepMaterial",
    "draw",
    "lacking_data",
    "plot",
    "plots",
    "suitable",
    "suits",
    "usual",
]
