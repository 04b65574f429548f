"""Config: YAML files to typed experiments, every mistake with its file, line and column."""

from npnet.config.experiment import EarlyStopping, Experiment
from npnet.config.load import Loaded, load

__all__ = ["EarlyStopping", "Experiment", "Loaded", "load"]
