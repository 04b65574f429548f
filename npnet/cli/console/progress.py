"""How a training goes: bars that move on a terminal, a line now and then elsewhere, and all lines in log.txt."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from npnet.cli.console.numbers import duration, short
from npnet.cli.console.screen import Screen
from npnet.engine.graph import network_text
from npnet.engine.loop import Progress, epochs_text
from npnet.metrics import DECIDED
from npnet.model.fitting import Fitting
from npnet.rundir import Run
from npnet.runner.notes import filled, warnings, whole_batches
from npnet.runner.unused import unused
from npnet.text import one_line

if TYPE_CHECKING:
    from npnet.cli.console.live import LiveDisplay

LINES = 10.0
"""Seconds between two plain lines."""
FRAMES = 0.1
"""Seconds between two frames of the live display: epochs of a millisecond are not drawn one by one."""


class State:
    """Where a training is, as both displays tell it; nothing is computed before it is shown."""

    def __init__(self, name: str, fitting: Fitting) -> None:
        self.name, self.fitting = name, fitting
        self.latest: Progress | None = None
        self.measured: dict[str, float] = {}
        self.stage = "training"
        self.began = time.monotonic()
        self.batches_done = fitting.trainer.epoch  # epochs that were done before this training, which goes on

    @property
    def share(self) -> float:
        """How much of the epochs is done, from 0 to 1."""
        if self.latest is None:
            return 0.0
        return (self.latest.epoch - 1 + self.latest.batch / self.latest.batches) / self.latest.epochs

    @property
    def epoch(self) -> str:
        """The epoch of all epochs: 42/100."""
        return f"{self.latest.epoch if self.latest else self.batches_done}/{self.fitting.experiment.epochs}"

    @property
    def left(self) -> str:
        """The time that the rest of the epochs would take at the pace until now."""
        seconds, share = time.monotonic() - self.began, self.share
        here = share - self.batches_done / max(self.fitting.experiment.epochs, 1)
        return duration(seconds / here * (1 - share)) if here > 0 else "?"

    @property
    def best(self) -> str:
        """The best epoch and its value: validation_loss 0.0148 in epoch 37; of several networks the mean."""
        found = self.fitting.monitored
        if not np.isfinite(found["value"]):
            return "none yet"
        metric = found["name"].partition("_")[2]
        chosen = isinstance(self.fitting.experiment.threshold, str) and metric in DECIDED
        value = f"{found['name']} {short(found['value'])}{' (decided above 0.5)' if chosen else ''}"
        if found["networks"] == 1:
            return f"{value} in epoch {found['first_epoch']}"
        return f"{value}, the mean of {found['networks']} networks, each at its best ({epochs_text(**found)})"

    def note(self, progress: Progress) -> None:
        """Keep what was said last."""
        self.latest = progress
        if progress.values:
            self.measured = {name: progress.mean(name) for name in progress.values}


class TrainingDisplay:
    """Shows a training on the screen; satisfies `npnet.runner.Show`."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.live: LiveDisplay | None = None

    def begin(self, run: Run, fitting: Fitting, log: Callable[[str], None]) -> None:
        """Say what is trained and what to know of it, and open the live display where there is a terminal."""
        self.state, self.log = State(run.id, fitting), log
        self.next_frame = self.next_line = 0.0
        self.written: Progress | None = None
        self.ending = "the training was cut short"
        for text in warnings(fitting):
            self.warn(text)
        for line in (summary(fitting), filled(fitting), whole_batches(fitting), *unused(fitting)):
            if line:
                self._say(line)
        if self.state.batches_done:
            self._say(f"goes on after epoch {self.state.epoch}")
        if self.screen.err.moves and not self.screen.quiet:
            self._go_live()

    def _go_live(self) -> None:
        from npnet.cli.console.live import LiveDisplay, training_frame

        self.live = LiveDisplay(partial(training_frame, self.state), self.screen.err)

    def progress(self, progress: Progress) -> None:
        """Note an epoch; draw a frame or write a line if the last one is old enough."""
        self.state.note(progress)
        now = time.monotonic()
        if self.live and now >= self.next_frame:
            self.live.draw()
            self.next_frame = now + FRAMES
        if now >= self.next_line:
            self._line()
            self.next_line = now + LINES

    def stage(self, name: str) -> None:
        """Tell of the next piece of work; when it is the first after the epochs, how those went."""
        if self.state.stage == "training":
            self._line()
            self.ending = self._ending()
            self._say(self.ending)
        self.state.stage = name
        if self.live:
            self.live.draw()

    def warn(self, text: str) -> None:
        """Tell what went wrong and stopped nothing."""
        self.log(f"warning: {one_line(text)}")
        if self.state.stage != "training":
            self.end()
        if self.live is None:
            self.screen.warn(text)
            return
        self.live.close()
        self.screen.warn(text)
        self._go_live()

    def end(self) -> None:
        """Take the live display away, and leave in its place how the epochs went."""
        if self.live:
            self.live.close()
            self.live = None
            self.screen.say(self.ending)

    def _line(self) -> None:
        latest = self.state.latest
        if latest is None or latest is self.written:
            return
        self.written = latest
        values = "  ".join(f"{name} {short(value)}" for name, value in self.state.measured.items())
        batch = "" if latest.complete else f" batch {latest.batch}/{latest.batches}"
        self._say(f"epoch {self.state.epoch}{batch}  {values}  {self.state.left} left")

    def _ending(self) -> str:
        epochs = (self.state.latest.epoch if self.state.latest else self.state.batches_done) - self.state.batches_done
        took = duration(time.monotonic() - self.state.began)
        return f"{epochs} epoch{'s' * (epochs != 1)} in {took}; best: {self.state.best}"

    def _say(self, text: str) -> None:
        self.log(text)
        if self.live is None:
            self.screen.say(text)


def summary(fitting: Fitting) -> str:
    """What is trained, in a line: the network as `network_text` has it, and the rows of the data."""
    experiment, data = fitting.experiment, fitting.data
    rows = ", ".join(f"{len(part.X)} {name}" for name, part in data.parts.items())
    network = network_text(experiment.layers, data.inputs)
    count = f"{experiment.ensemble} networks " if experiment.ensemble > 1 else ""
    return f"{count}{network} ({fitting.size} parameters{' each' if count else ''}), rows: {rows}"
