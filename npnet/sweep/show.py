"""Who is told how a sweep goes; what it does with that is its own affair."""

from collections.abc import Callable
from typing import Protocol

from npnet.rundir import Run
from npnet.sweep.plan import SweepPlan
from npnet.sweep.results import SweepResults


class SweepShow(Protocol):
    """Who is told how a sweep goes."""

    def begin(self, run: Run, plan: SweepPlan, outcomes: SweepResults, log: Callable[[str], None]) -> None:
        """The folder is there; `outcomes` is what is known so far."""

    def trained(self, trials: int, waiting: int) -> None:
        """Some trials have ended, so many groups are still to come."""

    def warn(self, text: str) -> None:
        """Something went wrong that does not stop the sweep."""

    def end(self) -> None:
        """Nothing more will come."""
