"""The progress of a training or a sweep in Python: one block of a notebook, lines of a terminal, warnings."""

import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

from npnet.api.reporting import warn
from npnet.cli.console.progress import Display, TrainingDisplay
from npnet.cli.console.screen import Screen
from npnet.cli.console.sweeping import SweepDisplay
from npnet.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 72  # columns of the block in a notebook
HTML = '<pre style="margin:0;line-height:1.3;white-space:pre-wrap">{code}</pre>'


class PythonDisplay(Display):
    """A display whose warnings are those of Python; on a terminal it is the live display of the command."""

    def warn(self, text: str) -> None:
        """Warn at the line that called npnet, and write the warning to the log."""
        self.log(f"warning: {one_line(text)}")
        warn([text])


class NotebookDisplay(PythonDisplay):
    """A display as one output of a notebook's cell, which is replaced as the work goes on."""

    handle: Any = None
    last = ""

    def line(self, text: str) -> None:
        """Write a line to the log."""
        self.last = text
        super().line(text)

    def end(self) -> None:
        """Replace the frame by the last line: how the work ended."""
        super().end()
        if self.handle is not None:
            from rich.text import Text

            self._update(Text(self.closing_line()))

    def closing_line(self) -> str:
        """Return how the work ended, which stays in the cell."""
        return self.last

    def open(self) -> None:
        """Add an output to the cell."""
        import IPython.display

        if self.handle is None:
            display: Any = IPython.display.display
            self.handle = display(bundle(self.frame(WIDTH)), raw=True, display_id=True)

    def draw(self) -> None:
        """Replace the output by a frame of now."""
        if self.handle is not None:
            self._update(self.frame(WIDTH))

    def close(self) -> bool:
        """Leave the last frame in the cell."""
        self.draw()
        return False

    def _update(self, shown: "RenderableType") -> None:
        self.handle.update(bundle(shown), raw=True)


class PythonTrainingDisplay(PythonDisplay, TrainingDisplay):
    """The progress of a training in Python."""


class NotebookTrainingDisplay(NotebookDisplay, TrainingDisplay):
    """The progress of a training in a notebook."""

    def closing_line(self) -> str:
        """Return how many epochs took how long, or that the training was cut short, and the best one."""
        return self.ending if "best" in self.ending else f"{self.ending}; best: {self.best}"


class PythonSweepDisplay(PythonDisplay, SweepDisplay):
    """The progress of a sweep in Python."""


class NotebookSweepDisplay(NotebookDisplay, SweepDisplay):
    """The progress of a sweep in a notebook."""


def training_display(quiet: bool) -> TrainingDisplay:
    """Return the display of a training that suits where Python runs; `quiet` shows warnings alone."""
    if not quiet and in_notebook():
        return NotebookTrainingDisplay(Screen(quiet=True))
    return PythonTrainingDisplay(_screen(quiet))


def sweep_display(quiet: bool) -> SweepDisplay:
    """Return the display of a sweep that suits where Python runs; `quiet` shows warnings alone."""
    if not quiet and in_notebook():
        return NotebookSweepDisplay(Screen(quiet=True))
    return PythonSweepDisplay(_screen(quiet))


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def bundle(shown: "RenderableType") -> dict[str, str]:
    """Return a renderable of Rich as the output of a cell: HTML, and plain text."""
    from npnet.cli.console.tables import Escaped, plain_console

    console = plain_console(StringIO(), record=True, width=WIDTH, force_terminal=True)
    console.print(Escaped(shown))
    html = console.export_html(inline_styles=True, code_format=HTML, clear=False)
    return {"text/html": html, "text/plain": console.export_text()}


def _screen(quiet: bool) -> Screen:
    """Return the screen of a terminal; off a terminal, one that shows nothing."""
    screen = Screen(quiet=quiet)
    screen.quiet = quiet or not screen.err.moves
    return screen
