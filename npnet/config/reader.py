"""YAML text to a tree of plain values that know their lines and columns.

A subset of YAML: no tags, anchors, aliases, merge keys or second documents, no duplicate keys, at most 20 levels and
10 000 values. The tree is built from PyYAML's events (its pure Python parser), so nothing is ever constructed by name.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any, NoReturn

import yaml

from npnet.config.nodes import ConfigIssue, Node, Scalar, SourceLocation, config_error, lines_of, parse_scalar, shown

DEPTH, NODES = 20, 10_000
FROM_THE_START = ("could not find", "found unexpected end", "expected ',' or")  # located where the construct begins

Hint = str | None
Locate = Callable[[int, int], SourceLocation]  # the location of a line and a column, both counted from 0

HINTS = FilePath(__file__).with_name("hints.yaml")


def read(data: bytes, name: str) -> tuple[Node, list[ConfigIssue]]:
    """Read the bytes of a file, UTF-8 with or without a byte order mark, as `read_text` does.

    Raise ConfigError for broken YAML, exceeded limits and other encodings.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the file is UTF-16, from byte 0 on"
        raise config_error([ConfigIssue(SourceLocation(name, 1), message, "save it as UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = len(data) - len(error.object) + error.start  # the mark is cut off before decoding
        before = lines_of(data[:start].decode("utf-8-sig"))
        line = lines_of(data.decode("utf-8-sig", "replace"))[len(before) - 1]
        location = SourceLocation(name, len(before), len(before[-1]) + 1, line)
        message = f"byte {start} (0x{data[start]:02x}) is not UTF-8"
        raise config_error([ConfigIssue(location, message, "save the file as UTF-8")]) from None
    lines = lines_of(text)
    return read_text(
        text, lambda line, column: SourceLocation(name, line + 1, column + 1, lines[min(line, len(lines) - 1)])
    )


@cache
def hints() -> dict[str, Any]:
    """Return the tables of messages and hints."""
    tables: dict[str, Any] = read(HINTS.read_bytes(), HINTS.name)[0].plain()
    return tables


def read_text(text: str, locate: Locate) -> tuple[Node, list[ConfigIssue]]:
    """Return the tree of a text, and the issues found that leave the rest of it readable.

    `locate` turns a line and column of the text, from 0, into a location.
    """
    tree = _TreeBuilder(locate, yaml.parse(text, Loader=yaml.SafeLoader))
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = lines_of(text[: found.start()])
        message = f"the control character {found.group()!r} is not allowed"
        tree.stop(locate(len(before) - 1, len(before[-1])), message, "is this a text file?")
    try:
        next(tree.events)  # the start of the stream
        if not isinstance(next(tree.events), yaml.DocumentStartEvent):
            return Node(None, locate(0, 0)), []
        root = tree.node(next(tree.events), 1)
        next(tree.events)  # the end of the document
        second = next(tree.events)
        if isinstance(second, yaml.DocumentStartEvent) and (mark := second.start_mark):
            location = locate(mark.line, mark.column)
            tree.issue(location, "a second document begins here", "one file holds one config")
    except yaml.MarkedYAMLError as error:
        tree.stop_at_syntax(error, text)
    except (ValueError, OverflowError) as error:  # PyYAML lets those of chr() and int() through
        tree.stop(locate(0, 0), f"this is not YAML: {error}")
    return root, tree.issues


@dataclass
class _TreeBuilder:
    locate: Locate
    events: Iterator[yaml.Event]
    nodes: int = 0
    issues: list[ConfigIssue] = field(default_factory=list)

    def node(self, event: Any, depth: int, key: SourceLocation | None = None) -> Node:
        """Return the value that starts with an event; aliases, anchors and tags are issues."""
        location = self.locate(event.start_mark.line, event.start_mark.column)
        self.nodes += 1
        if depth > DEPTH:
            self.stop(location, f"the values are nested more than {DEPTH} levels deep")
        if self.nodes > NODES:
            self.stop(location, f"the file holds more than {NODES} values")
        if isinstance(event, yaml.AliasEvent):
            self.issue(location, f"aliases (*{shown(str(event.anchor))}) are not supported", "repeat the value")
            return Node(None, location, key)
        if event.anchor is not None:
            self.issue(location, f"anchors (&{shown(str(event.anchor))}) are not supported", "repeat the value")
        elif event.tag is not None:
            self.issue(location, f"tags ({shown(str(event.tag))}) are not supported", "write the value alone")
        if isinstance(event, yaml.ScalarEvent):
            return Node(self.scalar(event, location), location, key)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self.mapping(depth), location, key)
        items = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(item, depth + 1))
        return Node(items, location, key)

    def mapping(self, depth: int) -> dict[str, Node]:
        items: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            location = self.node(event, depth + 1).location
            key = str(event.value) if isinstance(event, yaml.ScalarEvent) else ""
            if not isinstance(event, yaml.ScalarEvent):
                self.issue(location, "a key must be a single word", "brackets and braces belong after the colon")
            elif key == "<<" and event.implicit[0]:
                self.issue(location, "merge keys (<<) are not supported", "repeat the values, or use extends")
            value = self.node(next(self.events), depth + 1, location)
            if key in items:
                first, second = items[key].start.line, location.line
                lines = f"in lines {first} and {second}" if first != second else "in one line"
                self.issue(location, f'the key "{shown(key)}" is given twice, {lines}', "keep one of them")
            else:
                items[key] = value
        return items

    def scalar(self, event: yaml.ScalarEvent, location: SourceLocation) -> Scalar:
        if re.search("[\0\ud800-\udfff]", event.value):
            self.issue(location, "a text holds a character that no file can hold", "take out the escape")
            return None
        try:
            return parse_scalar(event.value) if event.implicit[0] else str(event.value)
        except ValueError as error:
            self.issue(location, str(error))
            return None

    def issue(self, location: SourceLocation, message: str, hint: Hint = None) -> None:
        self.issues.append(ConfigIssue(location, message, hint))

    def stop(self, location: SourceLocation, message: str, hint: Hint = None) -> NoReturn:
        self.issue(location, message, hint)
        raise config_error(self.issues, location.file) from None

    def stop_at_syntax(self, error: yaml.MarkedYAMLError, text: str) -> NoReturn:
        """Raise ConfigError for a syntax error, with npnet's message and hint."""
        problem = error.problem or "unreadable"
        mark = error.context_mark if problem.startswith(FROM_THE_START) else error.problem_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        letter = (lines_of(text)[line : line + 1] or [""])[0][column : column + 1]
        message, hint = next(
            (texts for begin, texts in hints()["syntax"].items() if problem.startswith(begin)),
            (f"this is not YAML: {shown(problem, 200)}", None),
        )
        if letter == "\t" or "'\\t'" in problem:
            message, hint = "a tab where YAML wants spaces", "indent with spaces"
        elif "cannot start any token" in problem:
            message, hint = f"a text cannot begin with {shown(letter)}", "put it in quotes"
        self.stop(self.locate(line, column), message, hint)
