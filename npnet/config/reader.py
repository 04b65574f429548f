"""Reader: YAML text to a tree of plain values that know their lines and columns.

A subset of YAML: no tags, anchors, aliases, merge keys or second documents, no key twice, at most 20 levels and 10 000
values. The tree is built from PyYAML's events (its pure Python parser), so nothing is ever constructed by name.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from yaml.reader import Reader as YamlReader

from npnet.config.locations import ConfigIssue, SourceLocation, lines_of, refusal, shown
from npnet.config.nodes import Node
from npnet.config.scalars import Scalar, resolve
from npnet.config.yaml_errors import explain_syntax

DEPTH, NODES = 20, 10_000
At = Callable[[int, int], SourceLocation]  # the place of a line and a column, both counted from 0


@dataclass(frozen=True)
class Reading:
    """A tree and the mistakes that do not keep the rest of it from being checked."""

    root: Node
    mistakes: tuple[ConfigIssue, ...]


def decode(data: bytes, name: str) -> str:
    """The text of a file, UTF-8 with or without a mark; ConfigError names the byte that is not."""
    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise refusal(
                [ConfigIssue(SourceLocation(name, 1), f"the file is {encoding}, from byte 0 on", "save it as UTF-8")]
            )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = len(data) - len(error.object) + error.start  # a mark is cut off before decoding
        before = lines_of(data[:start].decode("utf-8-sig"))
        line = lines_of(data.decode("utf-8-sig", "replace"))[len(before) - 1]
        message = f"byte {start} (0x{data[start]:02x}) is not UTF-8"
        place = SourceLocation(name, len(before), len(before[-1]) + 1, line)
        raise refusal([ConfigIssue(place, message, "save the file as UTF-8")]) from None


def read(data: bytes, name: str) -> Reading:
    """The tree of a file's bytes; ConfigError where it is no YAML or more than npnet takes."""
    text = decode(data, name)
    lines = lines_of(text)
    return parse(
        text, lambda line, column: SourceLocation(name, line + 1, column + 1, lines[min(line, len(lines) - 1)])
    )


def parse(text: str, at: At) -> Reading:
    """The tree of a text whose lines and columns, from 0, are the places that `at` says."""
    return _Builder(text, at).build()


class _Builder:
    def __init__(self, text: str, at: At) -> None:
        self.text, self.at = text, at
        self.nodes = 0
        self.mistakes: list[ConfigIssue] = []
        self.events: Iterator[Event] = iter(())

    def build(self) -> Reading:
        self.refuse_control_characters()
        self.events = yaml.parse(self.text, Loader=yaml.SafeLoader)
        try:
            return self.document()
        except yaml.MarkedYAMLError as error:
            line, column, message, hint = explain_syntax(error, self.text)
            self.stop(self.at(line, column), message, hint)
        except (ValueError, OverflowError) as error:  # PyYAML lets those of chr() and int() through
            self.stop(self.at(0, 0), f"this is not YAML: {error}")

    def document(self) -> Reading:
        next(self.events)  # the start of the stream
        first = next(self.events)
        if not isinstance(first, yaml.DocumentStartEvent):
            return Reading(Node(None, self.at(0, 0)), ())
        root = self.node(next(self.events), 1)
        next(self.events)
        second = next(self.events)
        if isinstance(second, yaml.DocumentStartEvent):
            self.mistake(self.place(second), "a second document begins here", "one file holds one config")
        return Reading(root, tuple(self.mistakes))

    def node(self, event: Event, depth: int, key: SourceLocation | None = None) -> Node:
        self.bound(event, depth)
        if isinstance(event, NodeEvent):
            self.refuse_references(event)
        if isinstance(event, ScalarEvent):
            return Node(self.scalar(event), self.place(event), key)
        if isinstance(event, MappingStartEvent):
            return Node(self.mapping(depth), self.place(event), key)
        return Node(None if isinstance(event, AliasEvent) else self.sequence(depth), self.place(event), key)

    def sequence(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return items

    def mapping(self, depth: int) -> dict[str, Node]:
        items: dict[str, Node] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            place = self.place(event)
            key = self.key(event, depth)
            value = self.node(next(self.events), depth + 1, place)
            if key in items:
                self.twice(key, items[key].key or place, place)
            else:
                items[key] = value
        return items

    def twice(self, key: str, first: SourceLocation, second: SourceLocation) -> None:
        lines = f"in lines {first.line} and {second.line}" if first.line != second.line else "in one line"
        self.mistake(second, f'the key "{shown(key)}" is given twice, {lines}', "keep one of them")

    def key(self, event: Event, depth: int) -> str:
        node = self.node(event, depth + 1)
        if not isinstance(event, ScalarEvent):
            self.mistake(node.place, "a key must be a single word", "brackets and braces belong after the colon")
            return ""
        if event.value == "<<" and event.implicit[0]:
            self.mistake(node.place, "merge keys (<<) are not supported", "repeat the values, or use extends")
        return str(event.value)

    def scalar(self, event: ScalarEvent) -> Scalar:
        if re.search("[\0\ud800-\udfff]", event.value):
            self.mistake(self.place(event), "a text holds a character that no file can hold", "take out the escape")
            return None
        if not event.implicit[0]:
            return str(event.value)
        try:
            return resolve(event.value)
        except ValueError as error:
            self.mistake(self.place(event), str(error))
            return None

    def refuse_references(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            self.mistake(
                self.place(event), f"aliases (*{shown(str(event.anchor))}) are not supported", "repeat the value"
            )
        elif event.anchor is not None:
            self.mistake(
                self.place(event), f"anchors (&{shown(str(event.anchor))}) are not supported", "repeat the value"
            )
        elif isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            self.mistake(
                self.place(event), f"tags ({shown(str(event.tag))}) are not supported", "write the value alone"
            )

    def refuse_control_characters(self) -> None:
        found = YamlReader.NON_PRINTABLE.search(self.text)
        if found:
            before = lines_of(self.text[: found.start()])
            place = self.at(len(before) - 1, len(before[-1]))
            self.stop(place, f"the control character {found.group()!r} is not allowed", "is this a text file?")

    def bound(self, event: Event, depth: int) -> None:
        self.nodes += 1
        if depth > DEPTH:
            self.stop(self.place(event), f"the values are nested more than {DEPTH} levels deep")
        if self.nodes > NODES:
            self.stop(self.place(event), f"the file holds more than {NODES} values")

    def place(self, event: Event) -> SourceLocation:
        mark = event.start_mark
        assert mark is not None
        return self.at(mark.line, mark.column)

    def mistake(self, place: SourceLocation, message: str, hint: str | None = None) -> None:
        self.mistakes.append(ConfigIssue(place, message, hint))

    def stop(self, place: SourceLocation, message: str, hint: str | None = None) -> NoReturn:
        self.mistake(place, message, hint)
        raise refusal(self.mistakes, place.file) from None
