"""The screen: results on standard output, everything else on standard error."""

import json
import sys
from typing import TYPE_CHECKING

from npnet.cli.console.streams import Output, Painted, UnreadError
from npnet.errors import ConfigError, MachineError, NpnetError, Problem
from npnet.text import escaped, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

BOLD_RED, BOLD_YELLOW = "\x1b[1;31m", "\x1b[1;33m"


class Screen:
    """Where a command writes; `quiet` leaves out all but results, warnings and errors."""

    def __init__(self, *, quiet: bool = False, color: bool | None = None) -> None:
        self.quiet = quiet
        self.out, self.err = Output(sys.stdout, color), Output(sys.stderr, color)

    @property
    def listens(self) -> bool:
        """Whether standard input is a person at a terminal."""
        return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()

    def result(self, text: str) -> None:
        """Write a result; UnreadError or MachineError where it cannot be delivered."""
        try:
            self.out.write(text if text.endswith("\n") else f"{text}\n")
        except BrokenPipeError as error:
            raise UnreadError from error
        except OSError as error:
            raise MachineError(f"cannot write to standard output: {error.strerror}") from error

    def result_json(self, value: object) -> None:
        """Write one JSON object; what is not finite becomes null."""
        from npnet.storage.strict_json import to_json

        text = to_json(value).decode()
        self.result(text if self.out.unicode else json.dumps(json.loads(text), indent=2))

    def result_table(self, table: "RenderableType") -> None:
        """Write a table as a result."""
        from npnet.cli.console.tables import text_of

        self.result(text_of(table, self.out))

    def say(self, text: str) -> None:
        """Tell the user something that is no result."""
        if not self.quiet:
            self.err.write_if_heard(f"{one_line(text)}\n")

    def say_table(self, table: "RenderableType") -> None:
        """Show a table that is no result."""
        from npnet.cli.console.tables import text_of

        if not self.quiet:
            self.err.write_if_heard(text_of(table, self.err))

    def warn(self, text: str) -> None:
        """Tell what went wrong and stopped nothing."""
        self.err.write_if_heard(Painted.joined(self._painted("npnet: warning:", BOLD_YELLOW), f" {one_line(text)}\n"))

    def error(self, error: NpnetError) -> None:
        """Tell an error: what and where in one line, of a config the line itself, and a hint."""
        problems = error.problems if isinstance(error, ConfigError) else [Problem(error.message, hint=error.hint)]
        self.err.write_if_heard(Painted.joined(*map(self._problem, problems)))

    def _problem(self, problem: Problem) -> Painted:
        place = f"{problem.where}: " if problem.where else ""
        lines = [f" {one_line(place + problem.message)}"]
        lines += [f"    {escaped(line)}" for line in (problem.excerpt or "").splitlines()]
        lines += [f"hint: {one_line(problem.hint)}"] if problem.hint else []
        return Painted.joined(self._painted("npnet: error:", BOLD_RED), *(f"{line}\n" for line in lines))

    def _painted(self, text: str, style: str) -> str:
        return Painted.of(text, style) if self.err.color else text
