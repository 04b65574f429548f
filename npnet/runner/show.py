"""What a training reports while it goes on, to a screen or to nobody."""

from collections.abc import Callable
from typing import Protocol

from npnet.engine.loop import Progress
from npnet.model.fitting import Fitting
from npnet.rundir import Run


class Show(Protocol):
    """Who is told how a training goes; what it does with that is its own affair."""

    def begin(self, run: Run, fitting: Fitting, log: Callable[[str], None]) -> None:
        """The run folder is there; `log` adds a line to its log.txt."""

    def progress(self, progress: Progress) -> None:
        """An epoch, or part of a long one, is done."""

    def stage(self, name: str) -> None:
        """Another piece of work begins."""

    def warn(self, text: str) -> None:
        """Something went wrong that does not stop the training."""

    def end(self) -> None:
        """Nothing more will come."""
