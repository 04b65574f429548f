"""The end of work that Python started: finished, stopped by Ctrl-C, or diverged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from npnet.machine.signals import Interrupted, Stop, interruptible
from npnet.rundir.run import RunFolder, is_sweep
from npnet.runner import Ending

if TYPE_CHECKING:
    from npnet.model.predictor import SplitPredictor


def draw(run: RunFolder, predictor: "SplitPredictor") -> None:
    """Draw the usual plots of a training into its folder."""
    from npnet.plots.from_run import draw_usual

    draw_usual(run, predictor)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Inside, the first Ctrl-C asks the work to stop in good order; the second ends it at once."""
    with interruptible() as stop:
        try:
            yield stop
        except Interrupted as halted:
            if halted.hint:
                halted.add_note(f"hint: {halted.hint}")
            raise


def raise_for(ending: Ending, stop: Stop) -> None:
    """Raise Diverged or KeyboardInterrupt for a training that ended early, with the way to its run."""
    if ending.error is not None:
        ending.error.add_note(f'npnet.Run("{ending.run.id}") has its history, and the best weights before')
        raise ending.error
    raise_if_stopped(ending.run, stop)


def raise_if_stopped(run: RunFolder, stop: Stop) -> None:
    """Raise KeyboardInterrupt where a signal has ended the work on a run or a sweep."""
    if stop:
        halted = Interrupted(stop.number)
        name = "Sweep" if is_sweep(run) else "Run"
        halted.hint = f'npnet.{name}("{run.id}") has what is done so far, and its resume() continues'
        raise halted
