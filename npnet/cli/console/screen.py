"""The screen: results on standard output, messages on standard error."""

import errno
import io
import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TextIO

from npnet.errors import ConfigError, MachineError, NpnetError, Problem
from npnet.text import escaped, one_line, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAIN, BOLD_RED, BOLD_YELLOW = "\x1b[0m", "\x1b[1;31m", "\x1b[1;33m"


NAMED_COMMAND = re.compile(
    r"\bnpnet (?:train|resume|evaluate|predict|plot|report|export|sweep|gradcheck|explain-step) [^\s;,:`A-Z][^\s;,:`]*"
)
"""A command in a message, with the config or the run that it reads."""


class UnreadError(Exception):
    """Standard output is a pipe whose reader has closed it."""


class Painted(str):
    """Text with escape codes of npnet's own; all text of other origin in it is escaped."""

    @classmethod
    def of(cls, text: str, style: str) -> Self:
        """Return a text in a style, such as `ESC[1m`."""
        return cls(f"{style}{visible(text)}{PLAIN}")

    @classmethod
    def joined(cls, *pieces: str) -> Self:
        """Return the pieces as one text; those that are not painted are escaped."""
        return cls("".join(piece if isinstance(piece, Painted) else visible(piece) for piece in pieces))


class Output:
    """A stream with its width and colours; None stands for a closed stream.

    All text reaches a terminal through this class: text that is not `Painted` is escaped there. Files and pipes get
    every byte unchanged.
    """

    def __init__(self, stream: TextIO | None, color: bool | None = None) -> None:
        self.stream = stream
        self.terminal = stream is not None and not stream.closed and stream.isatty()
        understands_escapes = os.environ.get("TERM", "") not in ("", "dumb", "unknown")
        # Whether a live display can move the cursor
        self.moves = self.terminal and understands_escapes and not in_a_cell()
        self.color = (self.moves and not os.environ.get("NO_COLOR")) if color is None else color
        self.unicode = (getattr(stream, "encoding", None) or "ascii").lower().startswith("utf")

    @property
    def width(self) -> int | None:
        """Columns of the terminal, or COLUMNS; None where nothing limits a line."""
        columns = os.environ.get("COLUMNS", "")
        if columns.isdigit() and int(columns) > 0:
            return int(columns)
        if not self.terminal or self.stream is None:
            return None
        with suppress(OSError):
            return os.get_terminal_size(self.stream.fileno()).columns or None
        return None

    def write(self, text: str) -> None:
        """Write and flush; raise OSError where the stream is closed, full, or no longer read."""
        if self.stream is None:
            raise OSError(errno.EBADF, "it is closed")
        try:
            self.stream.write(Painted.joined(text) if self.terminal else text)
            self.stream.flush()
        except OSError:
            _discard_buffer(self.stream)
            self.stream = None
            raise

    def try_write(self, text: str) -> None:
        """Write a text that may be lost: a failure to write it stops nothing."""
        if self.stream is not None:
            with suppress(OSError):
                self.write(text)


def in_a_cell() -> bool:
    """Return whether a cell of a notebook started this process (`!npnet train`).

    Jupyter gives it a terminal, but the notebook keeps every byte as text: bars and colours would stay as escape codes.
    """
    plots = os.environ.get("MPLBACKEND", "")
    return "JPY_PARENT_PID" in os.environ or plots.endswith("matplotlib_inline.backend_inline")


class Screen:
    """Both outputs of a command; `quiet` drops all but results, warnings and errors.

    `options` are words that the commands in messages need too, as `--plugin snake.py`.
    """

    def __init__(self, *, quiet: bool = False, color: bool | None = None, options: str = "") -> None:
        self.quiet, self.options = quiet, options
        self.out, self.err = Output(sys.stdout, color), Output(sys.stderr, color)

    def result(self, text: str) -> None:
        """Write a result, and end its line; raise UnreadError or MachineError where it cannot be delivered."""
        self.result_part(text if text.endswith("\n") else f"{text}\n")

    def result_part(self, text: str) -> None:
        """Write a piece of a result, as `result` does."""
        try:
            self.out.write(text)
        except BrokenPipeError as error:
            raise UnreadError from error
        except OSError as error:
            raise MachineError(f"cannot write to standard output: {error.strerror}") from error

    def result_json(self, value: object) -> None:
        """Write one JSON object; values that are not finite become null."""
        from npnet.storage.strict_json import to_json

        text = to_json(value).decode()
        if not self.out.unicode:
            import json

            text = json.dumps(json.loads(text), indent=2)
        self.result(text)

    def result_table(self, table: "RenderableType") -> None:
        """Write a table as a result."""
        from npnet.cli.console.tables import text_of

        self.result(text_of(table, self.out))

    def info(self, text: str) -> None:
        """Write a line that is not a result to standard error."""
        if not self.quiet:
            self.err.try_write(f"{self._message(text)}\n")

    def info_table(self, table: "RenderableType") -> None:
        """Write a table that is not a result to standard error."""
        from npnet.cli.console.tables import text_of

        if not self.quiet:
            self.err.try_write(text_of(table, self.err))

    def warn(self, text: str) -> None:
        """Write a warning."""
        self.err.try_write(Painted.joined(self._painted("npnet: warning:", BOLD_YELLOW), f" {self._message(text)}\n"))

    def error(self, error: NpnetError) -> None:
        """Write an error: its place and message in a line, the lines of a config, and a hint."""
        problems = error.problems if isinstance(error, ConfigError) else [Problem(error.message, hint=error.hint)]
        self.err.try_write(Painted.joined(*map(self._problem, problems)))

    def _problem(self, problem: Problem) -> Painted:
        where = f"{problem.where}: " if problem.where else ""
        lines = [f" {self._message(where + problem.message)}"]
        lines += [f"    {escaped(line)}" for line in (problem.excerpt or "").splitlines()]
        lines += [f"hint: {self._message(problem.hint)}"] if problem.hint else []
        return Painted.joined(self._painted("npnet: error:", BOLD_RED), *(f"{line}\n" for line in lines))

    def _message(self, text: str) -> str:
        """Return a message as one line; a command in it that reads a config or a run gets the options."""
        if self.options and self.options not in text:
            text = NAMED_COMMAND.sub(lambda found: f"{found[0]} {self.options}", text)
        return one_line(text)

    def _painted(self, text: str, style: str) -> str:
        return Painted.of(text, style) if self.err.color else text


def mend_streams() -> None:
    """Open closed standard streams on the null device; buffer both outputs, and let them replace letters they lack.

    Otherwise the next file to be opened would get the number of a closed stream, and its messages. Without a buffer, as
    under PYTHONUNBUFFERED, Python takes a write that a full disk cuts short for a whole one.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
            encoding = stream.encoding
            setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(stream.detach()), encoding, "replace"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _discard_buffer(stream: TextIO) -> None:
    """Send what is still buffered to the null device, or Python would report it at exit."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
