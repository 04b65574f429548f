"""Run folders: what a training leaves behind, and the only code that knows the names of its files."""

from npnet.rundir.answering import answering, is_sweep
from npnet.rundir.difference import Difference, difference
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.run import Run
from npnet.rundir.shelf import find, listing, remove, set_tags
from npnet.rundir.writer import NewRun, RunWriter, claim, claim_folder, reclaim

__all__ = [
    "CONFIG",
    "RESOLVED",
    "Difference",
    "NewRun",
    "Run",
    "RunWriter",
    "answering",
    "claim",
    "claim_folder",
    "difference",
    "find",
    "is_sweep",
    "listing",
    "reclaim",
    "remove",
    "set_tags",
]
