"""Configs: YAML files to typed experiments, every mistake with its file, line and column."""

from npnet.config.conflicts import check_conflicts
from npnet.config.experiment import EarlyStopping, Experiment
from npnet.config.loaded import Loaded, load, load_alone

__all__ = ["EarlyStopping", "Experiment", "Loaded", "check_conflicts", "load", "load_alone"]
