"""Places and mistakes: where something is written, and what is wrong there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from npnet.errors import ConfigError, Problem
from npnet.text import one_line

COMMAND_LINE = "command line: "
WIDTH = 100  # characters of a line that an excerpt shows


def shown(text: str, limit: int = 60) -> str:
    """A text as messages show it: control characters escaped, and cut when it is long."""
    return one_line(text, limit)


@dataclass(frozen=True)
class SourceLocation:
    """A line and column of a file, both from 1; line 0 stands for the command line."""

    file: str
    line: int = 0
    column: int = 1
    text: str = ""  # the whole line

    @classmethod
    def of_override(cls, key: str, column: int, line: str) -> "SourceLocation":
        """A place in a KEY=VALUE of the command line."""
        return cls(f"{COMMAND_LINE}{shown(key)}", 0, column, line)

    @property
    def on_command_line(self) -> bool:
        """Whether it is in a KEY=VALUE of the command line."""
        return self.file.startswith(COMMAND_LINE)

    @property
    def key(self) -> str:
        """The key of a KEY=VALUE of the command line."""
        return self.file.removeprefix(COMMAND_LINE)

    @property
    def where(self) -> str:
        """The place as an editor takes it: `circles.yaml:7:3`."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def excerpt(self) -> str | None:
        """The line and, under it, a caret at the column; a long line is cut around the caret."""
        if not self.text.strip():
            return None
        start = max(0, self.column - WIDTH // 2) if len(self.text) > WIDTH else 0
        line = "".join(letter if letter.isprintable() else " " for letter in self.text[start : start + WIDTH])
        return f"{line.rstrip()}\n{' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True)
class ConfigIssue:
    """What is wrong at a place, and a hint to mend it."""

    place: SourceLocation
    message: str
    hint: str | None = None

    def problem(self) -> Problem:
        """The mistake as an error carries it."""
        return Problem(self.message, self.place.where, self.hint, self.place.excerpt)


def refusal(mistakes: Iterable[ConfigIssue], first_file: str = "") -> ConfigError:
    """The error that holds all mistakes: by file, the first one first, by line, then overrides."""

    def order(mistake: ConfigIssue) -> tuple[bool, bool, str, int, int]:
        place = mistake.place
        written = (place.file != first_file, place.file, place.line, place.column)
        return (False, *written) if place.line else (True, False, "", 0, 0)

    unique = dict.fromkeys(sorted(mistakes, key=order))
    return ConfigError([mistake.problem() for mistake in unique])


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML counts them."""
    return re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
