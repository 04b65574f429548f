"""npnet in Python: models of layers that train on arrays and tables, trainings of configs, and their runs."""

from npnet.api.arguments import LAYERS
from npnet.api.model import Model, load
from npnet.api.run import Run, runs
from npnet.api.training import train

__all__ = ["LAYERS", "Model", "Run", "load", "runs", "train"]
