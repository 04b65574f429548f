"""Rows of the table of hints: what was typed, the error, its hint, and the same with the hint followed."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

TABLES = [Path(__file__).parent / name for name in ("hints.yaml", "tables.yaml")]
CHECK = "config check c.yaml"
BASE = {
    "dataset": "dataset: {xor: {samples: 40}}",
    "layers": "layers: [{linear: 4}, relu, linear]",
    "epochs": "epochs: 2",
}
"""The lines of c.yaml by their keys; those of a row come in their place, or after them."""


@dataclass(frozen=True)
class Row:
    """A command, or lines of its config, that are wrong; what is said; and the command or lines that are right."""

    error: str
    hint: str
    command: str = CHECK
    config: str = ""
    right_command: str | None = None
    right_config: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    right_files: Mapping[str, str] = field(default_factory=dict)
    code: int = 0
    long: bool = False

    @property
    def name(self) -> str:
        """What tells the row from others."""
        return (self.config.replace("\n", "; ") if self.command == CHECK else self.command)[:70]

    @property
    def right(self) -> str:
        """All that is typed once the hint is followed."""
        command = self.command if self.right_command is None else self.right_command
        config = self.config if self.right_config is None else self.right_config
        return f"{command}\n{config}"

    def has(self, text: str) -> bool:
        """Whether one of the ways that a hint offers is what is typed in the end."""
        typed = flat(self.right)
        ways = [text, *(way.partition(" if ")[0] for way in re.split(r", or | or |, ", text))]
        sought = (SOME.sub(".+", re.escape(flat(way.strip()))) for way in ways)
        return any(re.search(rf"(?<![\w-]){way}(?![\w-])", typed) for way in sought)


def rows() -> Iterator[Row]:
    """Every row of the tables."""
    for table in TABLES:
        for entry in yaml.safe_load(table.read_text("utf-8")):
            yield Row(**entry)


def config_of(lines: str) -> str:
    """Return a config with these lines: a key that the usual config has is replaced, another one added."""
    blocks = re.split(r"(?m)^(?=\w)", lines)
    own = {block.partition(":")[0]: block for block in blocks if block.strip()}
    usual = [line for key, line in BASE.items() if key not in own]
    return "\n".join([*usual, *(block.rstrip("\n") for block in own.values())]) + "\n"


def told(err: str) -> list[tuple[str, str | None]]:
    """Return the errors on a stream without their places, each with its hint."""
    found: list[tuple[str, str | None]] = []
    for line in err.splitlines():
        if line.startswith("npnet: error: "):
            found.append((PLACE.sub("", line.removeprefix("npnet: error: ")), None))
        elif line.startswith("hint: ") and found:
            found[-1] = found[-1][0], line.removeprefix("hint: ")
    return found


PLACE = re.compile(r"^(c\.yaml:\d+:\d+|command line: [^ :]+): ")


def flat(text: str) -> str:
    """Return a text without quotes and without the blanks of YAML."""
    return re.sub(r"(?<=[:,\[{]) +", "", re.sub("[\"']", "", text))


def words(command: str) -> list[str]:
    """Split a command as a shell does."""
    return shlex.split(command)


def disobeys(row: Row) -> str | None:
    """Return what of its hint a row does not do; None where it does one thing of it, as far as that can be seen."""
    wanted = [*QUESTION.findall(row.hint), *WRITE.findall(row.hint)][:1]
    out = [way for found in OUT.findall(row.hint)[:1] for way in "".join(found).split(", or ")]
    done = [*map(row.has, wanted), *(not row.has(text) for text in out)]
    return None if not done or any(done) or row.right_files else f"{' and '.join(wanted + out)}: {row.right}"


QUESTION = re.compile(r"did you mean [\"']?([^\"'?]+)")
WRITE = re.compile(
    r"(?:write|add) (?:it without quotes: |it as a layer of its own: - |as the last layer )?"
    r"(?!it |the value |one object|\"key)(.+?)"
    r"(?= instead| under | beside | to | as | too|; |, which|, the |: all|: counts|$)"
)
OUT = re.compile(r"take ([\w.]+) out|leave (?:out )?([\w.=/-]+(?:, or [\w.=/ -]+)?)")
SOME = re.compile("VALUE|COLUMN|FILE|NAME|TAG")


def filled(row: Row, said: list[tuple[str, str | None]]) -> dict[str, Any]:
    """Return a row with the first error and hint of some output, for adding it to the table."""
    error, hint = said[0]
    return {**vars(row), "error": error, "hint": hint}
