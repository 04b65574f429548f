"""Pictures of a training or a sweep, drawn from plain arrays, each with its numbers beside it as CSV."""

from npnet.plots.kinds import Drawing, Plot, lacking_data, plot, plots, suits
from npnet.plots.material import Material, Predictions
from npnet.plots.pictures import draw, suitable, usual
from npnet.plots.runs import (
    boundary,
    calibration,
    confusion,
    curves,
    importance,
    ranking,
    regression,
    summary,
    threshold,
)
from npnet.plots.sweeps import overview, parallel, rungs, seeds, slices
from npnet.plots.sweeps.trials import SweepMaterial

__all__ = [
    "Drawing",
    "Material",
    "Plot",
    "Predictions",
    "SweepMaterial",
    "boundary",
    "calibration",
    "confusion",
    "curves",
    "draw",
    "importance",
    "lacking_data",
    "overview",
    "parallel",
    "plot",
    "plots",
    "ranking",
    "regression",
    "rungs",
    "seeds",
    "slices",
    "suitable",
    "suits",
    "summary",
    "threshold",
    "usual",
]
