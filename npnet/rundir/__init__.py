"""Run folders: what a training leaves behind, and the only code that knows the names of its files."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from npnet.rundir.names import CONFIG, RESOLVED

if TYPE_CHECKING:
    from npnet.rundir.best_trial import best_trial_of, is_sweep
    from npnet.rundir.diff import Difference, difference, differing_settings, settings
    from npnet.rundir.entry import Entry
    from npnet.rundir.index import listing
    from npnet.rundir.new_run import NewRun, claim, claim_folder
    from npnet.rundir.ownership import owner
    from npnet.rundir.run import Run
    from npnet.rundir.run_store import find, remove, set_tags
    from npnet.rundir.scores import with_threshold
    from npnet.rundir.writer import RunWriter, reclaim

__all__ = [
    "CONFIG",
    "RESOLVED",
    "Difference",
    "Entry",
    "NewRun",
    "Run",
    "RunWriter",
    "best_trial_of",
    "claim",
    "claim_folder",
    "difference",
    "differing_settings",
    "find",
    "is_sweep",
    "listing",
    "owner",
    "reclaim",
    "remove",
    "set_tags",
    "settings",
    "with_threshold",
]
HOMES = {
    "best_trial": ("best_trial_of", "is_sweep"),
    "diff": ("Difference", "difference", "differing_settings", "settings"),
    "entry": ("Entry",),
    "index": ("listing",),
    "new_run": ("NewRun", "claim", "claim_folder"),
    "ownership": ("owner",),
    "run": ("Run",),
    "scores": ("with_threshold",),
    "run_store": ("find", "remove", "set_tags"),
    "writer": ("RunWriter", "reclaim"),
}


def __getattr__(name: str) -> Any:
    """What stands in `__all__`, imported when it is asked for: runs are listed without NumPy."""
    for module, held in HOMES.items():
        if name in held:
            return getattr(import_module(f"npnet.rundir.{module}"), name)
    raise AttributeError(f"module 'npnet.rundir' has no attribute {name!r}")
