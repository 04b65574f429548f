"""Run folders: the files that a training leaves, and the only code that knows their names."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from npnet.rundir.names import CONFIG, RESOLVED, owner

if TYPE_CHECKING:
    from npnet.rundir.diff import Difference, difference, differing_settings, settings
    from npnet.rundir.index import Entry, listing
    from npnet.rundir.new_run import NewRun, claim, claim_folder, reclaim
    from npnet.rundir.run import Run, best_trial_of, find, is_sweep, remove, set_tags
    from npnet.rundir.writer import RunWriter, with_threshold

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
    "diff": ("Difference", "difference", "differing_settings", "settings"),
    "index": ("Entry", "listing"),
    "new_run": ("NewRun", "claim", "claim_folder", "reclaim"),
    "run": ("Run", "best_trial_of", "find", "is_sweep", "remove", "set_tags"),
    "writer": ("RunWriter", "with_threshold"),
}


def __getattr__(name: str) -> Any:
    """Import a name of `__all__` on first use: listing runs then needs no NumPy."""
    for module, names in HOMES.items():
        if name in names:
            return getattr(import_module(f"npnet.rundir.{module}"), name)
    raise AttributeError(f"module 'npnet.rundir' has no attribute {name!r}")
