"""Pictures of a training, drawn from plain arrays, each with its numbers beside it as CSV."""

from npnet.plots import boundary, calibration, confusion, curves, importance, ranking, regression, summary, threshold
from npnet.plots.kinds import Drawing, Plot, plot, plots, suits
from npnet.plots.material import Material, Predictions
from npnet.plots.pictures import draw, usual

__all__ = [
    "Drawing",
    "Material",
    "Plot",
    "Predictions",
    "boundary",
    "calibration",
    "confusion",
    "curves",
    "draw",
    "importance",
    "plot",
    "plots",
    "ranking",
    "regression",
    "suits",
    "summary",
    "threshold",
    "usual",
]
