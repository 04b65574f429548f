"""Extends: one config that builds on others; mappings merge, lists replace, the later wins."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from npnet.config.files import read_bytes
from npnet.config.locations import ConfigIssue, SourceLocation, refusal, shown
from npnet.config.nodes import Node
from npnet.config.reader import Reading, read
from npnet.config.shorthand import merged
from npnet.errors import UsageError

FILES = 20  # files that one config may stand on


class Family:
    """A config file and all that it extends, read once each, with their mistakes."""

    def __init__(self, path: Path, kind: Any) -> None:
        self.kind = kind
        self.mistakes: list[ConfigIssue] = []
        self.count = 0
        self.text = read_bytes(path)
        self.root = self.extended(read(self.text, shown(str(path), 200)), path, (_true(path),))

    def extended(self, reading: Reading, path: Path, line: tuple[Path, ...]) -> Node:
        """The tree of a file merged over those of its bases; `line` are the files that led here."""
        self.mistakes += reading.mistakes
        root = reading.root
        if not isinstance(root.value, dict) or "extends" not in root.value:
            return root
        own = replace(root, value={key: node for key, node in root.value.items() if key != "extends"})
        tree: Node | None = None
        for base in self.bases(root.value["extends"]):
            found = self.base(base, path.parent, line)
            tree = found if tree is None else merged(tree, found, self.kind)
        return own if tree is None else merged(tree, own, self.kind)

    def bases(self, node: Node) -> Iterator[Node]:
        """The entries of `extends`: one file name or a list of them."""
        for entry in node.value if isinstance(node.value, list) else [node]:
            if isinstance(entry.value, str) and entry.value:
                yield entry
            else:
                self.mistakes.append(
                    ConfigIssue(entry.place, "extends must be a file name or a list of them", "write extends: FILE")
                )

    def base(self, node: Node, folder: Path, line: tuple[Path, ...]) -> Node:
        """The tree of one base, with its own bases merged in."""
        path = folder / str(node.value)
        self.count += 1
        if _true(path) in line:
            raise refusal(
                [
                    ConfigIssue(
                        node.place,
                        f"{shown(str(node.value))} extends itself, by way of this file",
                        "take it out of extends",
                    )
                ]
            )
        if self.count > FILES:
            raise refusal([ConfigIssue(node.place, f"a config can stand on {FILES} others at most")])
        reading = read(self.bytes_of(path, node.place), shown(str(path), 200))
        if not isinstance(reading.root.value, dict):
            self.mistakes.append(ConfigIssue(reading.root.place, "a config is a mapping, key: value on each line"))
            return replace(reading.root, value={})
        return self.extended(reading, path, (*line, _true(path)))

    def bytes_of(self, path: Path, place: SourceLocation) -> bytes:
        """The bytes of a base; a ConfigError at the line that names it where there is no such file."""
        try:
            return read_bytes(path)
        except UsageError as error:
            raise refusal([ConfigIssue(place, error.message, error.hint)]) from None


def _true(path: Path) -> Path:
    """Where a path leads; unlike Path.resolve, it takes a link to itself."""
    return Path(os.path.realpath(path))
