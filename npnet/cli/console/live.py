"""The display of long work: a frame on a terminal, lines elsewhere, all lines in log.txt."""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, cast

from npnet.cli.console.screen import Output, Painted, Screen
from npnet.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table

LINE_SECONDS = 10.0
"""Seconds between two lines off a terminal."""


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
