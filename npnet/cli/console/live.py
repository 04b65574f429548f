"""The live display: a bar of the epochs, the values of the last one, the best so far, redrawn in place."""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from npnet.cli.console.numbers import short
from npnet.cli.console.streams import Output, Painted
from npnet.cli.console.tables import Escaped

if TYPE_CHECKING:
    from npnet.cli.console.progress import State

NARROW = 32


class Lenient:
    """A stream as Rich takes it, on which nothing fails; what Rich draws there is `Escaped`."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.encoding = "utf-8" if output.unicode else "ascii"

    def write(self, text: str) -> int:
        """Write, or lose it."""
        self.output.write_if_heard(Painted(text))
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def isatty(self) -> bool:
        """It stands for a terminal."""
        return True


class LiveDisplay:
    """A few lines at the bottom of the terminal that follow what is going on; they vanish at its end."""

    def __init__(self, frame: Callable[[int], RenderableType], output: Output) -> None:
        self.frame = frame
        console = Console(
            file=cast(IO[str], Lenient(output)),
            force_terminal=True,
            no_color=not output.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self.live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self.live.start()
        self.draw()

    def draw(self) -> None:
        """Draw a frame."""
        self.live.update(Escaped(self.frame(self.live.console.width)), refresh=True)

    def close(self) -> None:
        """Take the lines away, and give the cursor back."""
        self.live.stop()


def training_frame(state: "State", width: int) -> RenderableType:
    """All lines of one moment, as many columns wide as the terminal is."""
    return Group(_bar(state), _values(state, narrow=width < NARROW), Text.assemble(("best  ", "dim"), state.best))


def _bar(state: "State") -> RenderableType:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, min_width=4)
    grid.add_column(no_wrap=True, justify="right")
    right = f"{state.left} left" if state.stage == "training" else f"{state.stage} ..."
    bar = ProgressBar(total=1.0, completed=state.share, complete_style="cyan", finished_style="cyan")
    grid.add_row(Text(f"epoch {state.epoch}"), bar, Text(right, style="dim"))
    return grid


def _values(state: "State", narrow: bool) -> RenderableType:
    """The last values: a row for the loss and each metric, a column for each part, where both have room."""
    parts = list(dict.fromkeys(name.partition("_")[0] for name in state.measured))
    names = list(dict.fromkeys(name.partition("_")[2] for name in state.measured))
    parts = parts[-1:] if narrow else parts
    table = Table.grid(padding=(0, 2))
    for justify in ("left", *("right" for _ in parts)):
        table.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_row("", *(Text(part, style="dim") for part in parts))
    for name in names:
        table.add_row(Text(name), *(Text(short(state.measured.get(f"{part}_{name}"))) for part in parts))
    return table
