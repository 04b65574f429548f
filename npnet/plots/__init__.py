"""Pictures of a training or a sweep, drawn from plain arrays, each with its numbers beside it as CSV."""

from npnet.plots import (
    boundary,
    calibration,
    confusion,
    curves,
    importance,
    overview,
    parallel,
    ranking,
    regression,
    rungs,
    seeds,
    slices,
    summary,
    threshold,
)
from npnet.plots.kinds import Drawing, Plot, plot, plots, suits
from npnet.plots.material import Material, Predictions
from npnet.plots.pictures import draw, usual
from npnet.plots.trials import SweepMaterial

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
    "overview",
    "parallel",
    "plot",
    "plots",
    "ranking",
    "regression",
    "rungs",
    "seeds",
    "slices",
    "suits",
    "summary",
    "threshold",
    "usual",
]
