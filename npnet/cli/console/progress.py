"""The display of a training: a bar and the latest values, or a line now and then."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from npnet.cli.console.live import LINE_SECONDS, Display, bar
from npnet.cli.console.plain import duration, plural, short
from npnet.engine.graph import network_text
from npnet.engine.loop import Progress, epochs_text
from npnet.metrics import DECIDED
from npnet.model.trainer import Trainer
from npnet.rundir.run import Run
from npnet.runner.notes import filled, unused, warnings, whole_batches

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

FRAME_SECONDS = 0.1
"""Seconds between two frames of the live display, whose drawing takes longer than a short epoch."""
NARROW = 32
TRAINING = "training"


class TrainingDisplay(Display):
    """The progress of a training; satisfies `npnet.runner.Show`."""

    def begin(self, run: Run, trainer: Trainer, log: Callable[[str], None]) -> None:
        """Show the network, its data and what to know of them, and open the live display."""
        self.log, self.trainer = log, trainer
        self.first = trainer.stack_trainer.epoch  # epochs done before this training, where it continues a run
        self.began, self.stage_name = time.monotonic(), TRAINING
        self.next_frame = self.next_line = 0.0
        self.latest: Progress | None = None
        self.written: Progress | None = None  # the last progress that has a line
        self.values: dict[str, float] = {}
        self.ending = "the training was cut short"
        for text in warnings(trainer):
            self.warn(text)
        for line in (summary(trainer), filled(trainer), whole_batches(trainer), *unused(trainer)):
            if line:
                self.line(line)
        if self.first:
            self.line(f"continues after epoch {self.epoch}")
        self.open()

    def progress(self, progress: Progress) -> None:
        """Draw a frame and write a line where the last one is old enough."""
        self.latest = progress
        if progress.values:
            self.values = {name: progress.mean(name) for name in progress.values}
        now = time.monotonic()
        if now >= self.next_frame:
            self.draw()
            self.next_frame = now + FRAME_SECONDS
        if now >= self.next_line:
            self._epoch_line()
            self.next_line = now + LINE_SECONDS

    def stage(self, name: str) -> None:
        """Show the next stage; the first one after the epochs writes how those ended."""
        if self.stage_name == TRAINING:
            self._epoch_line()
            epochs = plural((self.latest.epoch if self.latest else self.first) - self.first, "epoch")
            self.ending = f"{epochs} in {duration(time.monotonic() - self.began)}; best: {self.best}"
            self.line(self.ending)
        self.stage_name = name
        self.draw()

    def warn(self, text: str) -> None:
        """Write a warning above the live display; after the epochs the display ends with it."""
        if self.live and self.stage_name != TRAINING:
            self.end()
        super().warn(text)

    def end(self) -> None:
        """Replace the live display by a line on the epochs."""
        if self.close():
            self.screen.info(self.ending)

    @property
    def share(self) -> float:
        """Share of the epochs that is done, 0 to 1."""
        if self.latest is None:
            return 0.0
        return (self.latest.epoch - 1 + self.latest.batch / self.latest.batches) / self.latest.epochs

    @property
    def epoch(self) -> str:
        """Epoch of all epochs, as 42/100."""
        return f"{self.latest.epoch if self.latest else self.first}/{self.trainer.experiment.epochs}"

    @property
    def left(self) -> str:
        """Time left at the pace until now."""
        done = self.share - self.first / max(self.trainer.experiment.epochs, 1)
        return duration((time.monotonic() - self.began) / done * (1 - self.share)) if done > 0 else "?"

    @property
    def best(self) -> str:
        """Best value and its epoch; of several networks the mean."""
        found = self.trainer.monitored
        if not np.isfinite(found["value"]):
            return "none yet"
        metric = found["name"].partition("_")[2]
        chosen = isinstance(self.trainer.experiment.threshold, str) and metric in DECIDED
        value = f"{found['name']} {short(found['value'])}{' (decided above 0.5)' if chosen else ''}"
        if found["networks"] == 1:
            return f"{value} in epoch {found['first_epoch']}"
        return f"{value}, the mean of {found['networks']} networks, each at its best ({epochs_text(**found)})"

    def frame(self, width: int) -> "RenderableType":
        """Return the bar, the latest values and the best value so far."""
        from rich.console import Group
        from rich.text import Text

        right = f"{self.left} left" if self.stage_name == TRAINING else f"{self.stage_name} ..."
        best = Text.assemble(("best  ", "dim"), self.best)
        return Group(bar(f"epoch {self.epoch}", self.share, right), self._values(narrow=width < NARROW), best)

    def _values(self, narrow: bool) -> "Table":
        """Return the latest values: a row for the loss and each metric, a column for each split."""
        from rich.table import Table
        from rich.text import Text

        splits = list(dict.fromkeys(name.partition("_")[0] for name in self.values))
        splits = splits[-1:] if narrow else splits
        table = Table.grid(padding=(0, 2))
        for split in ("", *splits):
            right: Any = "right" if split else "left"
            table.add_column(justify=right, no_wrap=True)
        table.add_row("", *(Text(split, style="dim") for split in splits))
        for name in dict.fromkeys(name.partition("_")[2] for name in self.values):
            table.add_row(Text(name), *(Text(short(self.values.get(f"{split}_{name}"))) for split in splits))
        return table

    def _epoch_line(self) -> None:
        latest = self.latest
        if latest is None or latest is self.written:
            return
        self.written = latest
        values = "  ".join(f"{name} {short(value)}" for name, value in self.values.items())
        batch = "" if latest.complete else f" batch {latest.batch}/{latest.batches}"
        self.line(f"epoch {self.epoch}{batch}  {values}  {self.left} left")


def summary(trainer: Trainer) -> str:
    """Return the network as `network_text` has it, and the rows of each split, in a line."""
    experiment, data = trainer.experiment, trainer.data
    rows = ", ".join(f"{len(part.X)} {name}" for name, part in data.parts.items())
    network = network_text(experiment.layers, data.inputs)
    count = f"{experiment.ensemble} networks " if experiment.ensemble > 1 else ""
    return f"{count}{network} ({trainer.size} parameters{' each' if count else ''}), rows: {rows}"
