"""The display of long work: a frame on a terminal, lines elsewhere, all lines in log.txt; that of a training."""

import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from npnet.cli.console.plain import short
from npnet.cli.console.screen import Output, Painted, Screen
from npnet.diagnosis.setup_verdicts import warnings
from npnet.engine.graph import network_text
from npnet.engine.loop import Progress, epochs_text
from npnet.metrics import DECIDED
from npnet.model.trainer import Trainer
from npnet.rundir.run import RunFolder
from npnet.runner.notes import remarks, unused
from npnet.text import duration, one_line, plural

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table

    from npnet.cli.console.forming import Forming

LINE_SECONDS = 10.0
"""Seconds between two lines off a terminal."""
FRAME_SECONDS, LONGEST = 0.1, 4.0
"""Seconds between two frames of the live display, at least and at most."""
SHARE = 0.01
"""Share of the time of a training that goes into frames, whose drawing takes longer than a short epoch."""
NARROW = 32
TRAINING = "training"


class LenientStream:
    """A stream as Rich expects it, on which no write fails; what Rich draws on it is `Escaped`."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.encoding = "utf-8" if output.unicode else "ascii"

    def write(self, text: str) -> int:
        """Write a text, or lose it."""
        self.output.try_write(Painted(text))
        return len(text)

    def flush(self) -> None:
        """Do nothing: every write is flushed."""

    def isatty(self) -> bool:
        """Return True: the stream stands for a terminal."""
        return True


class Display:
    """The progress of long work; subclasses give the frame, and set `log` for log.txt."""

    log: Callable[[str], None]

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.live: Live | None = None

    def frame(self, width: int) -> "RenderableType":
        """Return what a terminal of this width shows now."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the live display where there is a terminal, and draw a frame."""
        if not self.screen.err.moves or self.screen.quiet:
            return
        from rich.live import Live

        from npnet.cli.console.tables import plain_console

        output = self.screen.err
        file = cast(IO[str], LenientStream(output))
        console = plain_console(file, force_terminal=True, no_color=not output.color)
        self.live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self.live.start()
        self.draw()

    def draw(self) -> None:
        """Draw a frame where there is a live display."""
        if self.live:
            from npnet.cli.console.tables import Escaped

            self.live.update(Escaped(self.frame(self.live.console.width)), refresh=True)

    def close(self) -> bool:
        """Remove the live display; return whether there was one."""
        live, self.live = self.live, None
        if live:
            live.stop()
        return live is not None

    def end(self) -> None:
        """End the display; subclasses say how the work ended."""
        self.close()

    def line(self, text: str) -> None:
        """Write a line to the log, and to the screen where there is no live display."""
        self.log(text)
        if self.live is None:
            self.screen.info(text)

    def warn(self, text: str) -> None:
        """Write a warning above the live display, and to the log."""
        self.log(f"warning: {one_line(text)}")
        reopen = self.close()
        self.screen.warn(text)
        if reopen:
            self.open()


def bar(left: str, share: float, right: str) -> "Table":
    """Return a progress bar between two texts; `share` is 0 to 1."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, min_width=4)
    grid.add_column(no_wrap=True, justify="right")
    done = ProgressBar(total=1.0, completed=share, complete_style="cyan", finished_style="cyan")
    grid.add_row(Text(left), done, Text(right, style="dim"))
    return grid


class PictureDisplay(Display):
    """The progress of an animation, picture by picture."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self.log = lambda _: None
        self.done, self.count = 0, 1
        self.next_line = time.monotonic() + LINE_SECONDS

    def drawn(self, done: int, count: int) -> None:
        """Show how many pictures are drawn; the last one removes the live display."""
        self.done, self.count = done, count
        if self.live is None and done < count:
            self.open()
        self.draw()
        if time.monotonic() >= self.next_line:
            self.next_line = time.monotonic() + LINE_SECONDS
            self.line(f"{done} of {plural(count, 'picture')} drawn")
        if done == count:
            self.close()

    def frame(self, width: int) -> "RenderableType":
        """Return the bar."""
        return bar("animation", self.done / self.count, f"{self.done} of {plural(self.count, 'picture')}")


class TrainingDisplay(Display):
    """The progress of a training; satisfies `npnet.runner.Show`."""

    def begin(self, run: RunFolder, trainer: Trainer, log: Callable[[str], None]) -> None:
        """Show the network, its data and what to know of them, and open the live display."""
        self.log, self.trainer = log, trainer
        self.first = trainer.stack_trainer.epoch  # epochs done before this training, where it continues a run
        self.began, self.stage_name = time.monotonic(), TRAINING
        self.next_frame = self.next_line = 0.0
        self.cost = SHARE * FRAME_SECONDS  # of a frame, in seconds
        self.latest: Progress | None = None
        self.written: Progress | None = None  # the last progress that has a line
        self.values: dict[str, float] = {}
        self.forming: Forming | None = None
        self.ending = "the training was cut short"
        for verdict in warnings(trainer):
            self.warn(verdict.message)
        experiment, data = trainer.experiment, trainer.data
        rows = ", ".join(f"{len(part.X)} {name}" for name, part in data.parts.items())
        count, each = (f"{experiment.ensemble} networks ", " each") if experiment.ensemble > 1 else ("", "")
        network = network_text(experiment.layers, data.inputs)
        self.line(f"{count}{network} ({trainer.size} parameters{each}), rows: {rows}")
        for line in (*remarks(trainer), *unused(trainer)):
            self.line(line)
        if self.first:
            self.line(f"continues after epoch {self._position()[0]}")
        if self.screen.err.moves and not self.screen.quiet:
            self.forming = _forming(trainer, self.screen.err)
        self.open()

    def progress(self, progress: Progress) -> None:
        """Draw a frame and write a line where the last one is old enough."""
        self.latest = progress
        if progress.values:
            self.values = {name: progress.mean(name) for name in progress.values}
            if self.forming:
                self.forming.bars.add(self.values)
        now = time.monotonic()
        if now >= self.next_frame:
            self.draw()
            drawn = time.monotonic()
            self.cost = min(drawn - now, 3 * self.cost)  # a single slow frame counts little
            self.next_frame = drawn + min(max(FRAME_SECONDS, self.cost / SHARE), LONGEST)
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

    def _position(self) -> tuple[str, float, str]:
        """Return the epoch as 42/100, the share of all epochs that is done, and the time left at the pace until now."""
        latest, epochs = self.latest, self.trainer.experiment.epochs
        if latest is None:
            return f"{self.first}/{epochs}", 0.0, "?"
        share = (latest.epoch - 1 + latest.batch / latest.batches) / latest.epochs
        done = share - self.first / max(epochs, 1)
        left = duration((time.monotonic() - self.began) / done * (1 - share)) if done > 0 else "?"
        return f"{latest.epoch}/{epochs}", share, left

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
        """Return the bar, the latest values, the best value so far, and what forms where there is room for it."""
        from rich.console import Group
        from rich.text import Text

        epoch, share, left = self._position()
        right = f"{left} left" if self.stage_name == TRAINING else f"{self.stage_name} ..."
        best = Text.assemble(("best  ", "dim"), self.best)
        shown: list[RenderableType] = [bar(f"epoch {epoch}", share, right), self._values(narrow=width < NARROW), best]
        if self.forming and self.live and self.stage_name == TRAINING:
            used = len({name.partition("_")[2] for name in self.values}) + 4
            shown += self.forming.drawn(width, self.live.console.height - used)
        return Group(*shown)

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
        epoch, _, left = self._position()
        self.line(f"epoch {epoch}{batch}  {values}  {left} left")


def _forming(trainer: Trainer, output: Output) -> "Forming":
    from npnet.cli.console.forming import Forming

    return Forming(trainer, output)
