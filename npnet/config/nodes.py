"""The tree of a config: plain values with the file, line and column of each."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from npnet.errors import ConfigError, Problem
from npnet.text import one_line

Scalar = None | bool | int | float | str
Path = tuple[str | int, ...]
KeyIssue = tuple[Path, str, str | None]  # the key, the message, and a hint

COMMAND_LINE = "command line: "
WIDTH = 100  # characters of a line that an excerpt shows
DIGITS = 100  # a longer number is refused
PATTERNS: dict[str, tuple[re.Pattern[str], Callable[[str], Scalar]]] = {
    "null": (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    "int": (
        re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"),
        lambda text: int(text, 0) if text[:2] in ("0o", "0x") else int(text),
    ),
    "float": (
        re.compile(
            r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
            r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
        lambda text: float(text.replace(".", "", 1) if text.lstrip("+-").lower() in (".inf", ".nan") else text),
    ),
}
"""How each kind of scalar is written, and the function that reads it."""


def parse_scalar(text: str) -> Scalar:
    """Return the value of a plain scalar by the core schema of YAML 1.2.

    `1e-3` is a number; `no`, `12:30:45` and `2024-01-31` are text. One rule is stricter than the standard: an integer
    with leading zeros is text, because YAML 1.1 reads `010` as 8 and YAML 1.2 as 10.
    Raise ValueError for a number of more than 100 digits.

    >>> parse_scalar("1e-3"), parse_scalar("no"), parse_scalar("~")
    (0.001, 'no', None)
    """
    for pattern, value_of in PATTERNS.values():
        if pattern.fullmatch(text):
            if len(text) > DIGITS:
                raise ValueError(f"a number of {len(text)} digits is too long")
            return value_of(text)
    return text


def plain_float(number: float) -> str:
    """Write a float so that `parse_scalar` returns it: its repr, `.inf`, `-.inf` or `.nan`."""
    if math.isfinite(number):
        return repr(number)
    return ".nan" if math.isnan(number) else (".inf" if number > 0 else "-.inf")


def shown(text: str, limit: int = 60) -> str:
    """Return a text as messages show it: control characters escaped, cut at a length."""
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
        """Return the location of a column in a KEY=VALUE of the command line."""
        return cls(f"{COMMAND_LINE}{shown(key)}", 0, column, line)

    @property
    def on_command_line(self) -> bool:
        """Whether the location is in a KEY=VALUE of the command line."""
        return self.file.startswith(COMMAND_LINE)

    @property
    def where(self) -> str:
        """The location as editors understand it: `circles.yaml:7:3`."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def excerpt(self) -> str | None:
        """The line with a caret under the column; a long line is cut around the caret."""
        if not self.text.strip():
            return None
        start = max(0, self.column - WIDTH // 2) if len(self.text) > WIDTH else 0
        line = "".join(letter if letter.isprintable() else " " for letter in self.text[start : start + WIDTH])
        return f"{line.rstrip()}\n{' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True)
class ConfigIssue:
    """An error at a location of a config, and a hint how to correct it."""

    location: SourceLocation
    message: str
    hint: str | None = None

    def problem(self) -> Problem:
        """Return the issue as an entry of a ConfigError."""
        return Problem(self.message, self.location.where, self.hint, self.location.excerpt)


def config_error(issues: Iterable[ConfigIssue], first_file: str = "") -> ConfigError:
    """Return the error of all issues: of `first_file`, of other files, then of overrides."""

    def order(issue: ConfigIssue) -> tuple[bool, bool, str, int, int]:
        at = issue.location
        return (False, at.file != first_file, at.file, at.line, at.column) if at.line else (True, False, "", 0, 0)

    return ConfigError([issue.problem() for issue in dict.fromkeys(sorted(issues, key=order))])


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as YAML counts them."""
    return re.split("\r\n|[\r\n\x85\u2028\u2029]", text)


@dataclass(frozen=True)
class Node:
    """A value of the tree, the location where it starts, and the location of the key above it."""

    value: "Scalar | dict[str, Node] | list[Node]"
    location: SourceLocation
    key_location: SourceLocation | None = None

    @classmethod
    def of(cls, value: Any, location: SourceLocation) -> "Node":
        """Return a value as a tree with every node at the same location; numbers of NumPy become those of Python."""
        if isinstance(value, Mapping):
            value = {str(key): cls.of(item, location) for key, item in value.items()}
        elif isinstance(value, list | tuple):
            value = [cls.of(item, location) for item in value]
        return cls(value.item() if isinstance(value, np.generic) else value, location, location)

    @property
    def start(self) -> SourceLocation:
        """The location of the key, or of the value where it has none."""
        return self.key_location or self.location

    def plain(self) -> Any:
        """Return the value alone, as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    @property
    def items(self) -> "dict[str, Node]":
        """The nodes of a mapping by key; empty for other values."""
        return self.value if isinstance(self.value, dict) else {}

    def child(self, key: str | int) -> "Node | None":
        """Return the node under a key of a mapping or at a position of a list, or None."""
        if isinstance(self.value, list):
            return self.value[key] if isinstance(key, int) and 0 <= key < len(self.value) else None
        return self.items.get(str(key))

    def walk(self, path: Path) -> "list[Node]":
        """Return the nodes along a path, from this node to the last one that is written.

        An option that a short form leaves out, such as `layers` in `residual: [relu]`, is skipped.
        """
        nodes = [self]
        for key in path:
            below = nodes[-1].child(key)
            if below is not None:
                nodes.append(below)
            elif not isinstance(nodes[-1].value, list) or isinstance(key, int):
                break
        return nodes

    def location_of(self, path: Path, of_key: bool = False) -> SourceLocation:
        """Return the location of the value or key at a path; else of the last node on the way."""
        nodes = self.walk(path)
        written = len(nodes) == len(path) + 1
        return nodes[-1].start if of_key and written else nodes[-1].location

    def with_child(self, key: str | int, node: "Node") -> "Node":
        """Return the same mapping or list with a child added or replaced."""
        if isinstance(self.value, list):
            position = int(key)
            return replace(self, value=[*self.value[:position], node, *self.value[position + 1 :]])
        return replace(self, value={**self.items, str(key): node})


def dotted(path: Path) -> str:
    """Return a path as messages write it: `layers[0].linear.units`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
