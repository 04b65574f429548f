"""Configs: YAML files to typed experiments, every error with its file, line and column."""

from npnet.config.experiment import EarlyStopping, Experiment
from npnet.config.loaded import Loaded, load, load_alone, load_text, load_tree

__all__ = ["EarlyStopping", "Experiment", "Loaded", "load", "load_alone", "load_text", "load_tree"]
