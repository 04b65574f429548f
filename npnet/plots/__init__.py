"""Plots of a training or a sweep, drawn from plain arrays, with their numbers as CSV."""

from npnet.plots import (  # noqa: F401 - importing a module registers its plots
    animation,
    boundary,
    class_curves,
    confusion,
    curves,
    importance,
    regression,
    summary,
    threshold,
)
from npnet.plots.inside import attention, feature_maps, gates, reproductions  # noqa: F401
from npnet.plots.kinds import Material, Predictions, draw, lacking_data, plots, suitable, suits, usual
from npnet.plots.sweeps import SweepMaterial, overview, trials  # noqa: F401 - the order of listings

__all__ = [
    "Material",
    "Predictions",
    "SweepMaterial",
    "draw",
    "lacking_data",
    "plots",
    "suitable",
    "suits",
    "usual",
]
