"""npnet in Python: models of layers that train on arrays and tables, trainings of configs, and their runs."""

from npnet.api.arguments import LAYERS
from npnet.api.inspection.contract import check_layer
from npnet.api.model import Model, load
from npnet.api.plain import PlainLayer
from npnet.api.run import Run, Sweep, runs
from npnet.api.training import sweep, train

__all__ = ["LAYERS", "Model", "PlainLayer", "Run", "Sweep", "check_layer", "load", "runs", "sweep", "train"]
