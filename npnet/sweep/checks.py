"""Checks: does a trial fit the data and the memory? Asked before anything is allocated for it."""

from npnet.config import Experiment, Facts
from npnet.config.memory import needed
from npnet.config.shapes import faults
from npnet.errors import ConfigError
from npnet.memory import SHARE, available, size_text


def require_trainable(experiment: Experiment, facts: Facts) -> None:
    """ConfigError with the first reason for which npnet train would refuse an experiment with such data."""
    for _, message, hint in faults(experiment, facts):
        raise ConfigError(message, hint)
    need, free = needed(experiment, facts), available()
    if need > SHARE * free:
        raise ConfigError(f"the training needs {size_text(need)}, {size_text(free)} are available")
