"""Config: YAML files to typed experiments, every mistake with its file, line and column."""

from npnet.config.conflicts import check_conflicts
from npnet.config.experiment import EarlyStopping, Experiment
from npnet.config.facts import Facts, complete
from npnet.config.loaded import Loaded, load, load_alone
from npnet.config.memory import check_memory
from npnet.config.shapes import check

__all__ = [
    "EarlyStopping",
    "Experiment",
    "Facts",
    "Loaded",
    "check",
    "check_conflicts",
    "check_memory",
    "complete",
    "load",
    "load_alone",
]
