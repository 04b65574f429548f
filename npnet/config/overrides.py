"""Overrides: `KEY=VALUE` of the command line, put into the tree of a config."""

import re
from dataclasses import replace
from shlex import quote
from typing import Any

from npnet.config.dumper import flow
from npnet.config.locations import WIDTH, ConfigIssue, SourceLocation, shown
from npnet.config.nodes import Node, Path, dotted
from npnet.config.reader import DEPTH, parse
from npnet.config.shorthand import spell_out
from npnet.config.type_info import below, is_leaf, item_of, registry_of
from npnet.errors import UsageError
from npnet.registry import Registry


def override(root: Node, kind: Any, texts: list[str]) -> tuple[Node, list[ConfigIssue]]:
    """The tree with every `KEY=VALUE` put in, in order, and what is wrong with the others."""
    mistakes: list[ConfigIssue] = []
    for text in texts:
        key, value, found = read_override(text)
        mistakes += found
        try:
            root = put(root, kind, tuple(key.split(".")), value, ())
        except LookupError as error:
            mistakes.append(ConfigIssue(value.key or value.place, *error.args))
    return root, mistakes


def read_override(text: str) -> tuple[str, Node, tuple[ConfigIssue, ...]]:
    """Key and value of `KEY=VALUE`, the value read as YAML; UsageError for another form."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")) or key.count(".") >= DEPTH:
        raise UsageError(f"not an override: {shown(text)}", _as_override(text))
    start, line = len(text) - len(value) + 1, shown(text, 10**6)
    reading = parse(value, lambda _, column: SourceLocation.of_override(key, start + column, line))
    node = Node(reading.root.value, reading.root.place, key=SourceLocation.of_override(key, 1, line))
    return key, node, reading.mistakes


def _as_override(text: str) -> str:
    """How KEY: VALUE, or a key alone, is written as an override."""
    if match := re.fullmatch(r"([\w.]+)\s*:\s*(\S.*)", text):
        return f"write {quote(f'{match[1]}={match[2]}')}"
    if re.fullmatch(r"[a-z]\w*", text) and len(text) < WIDTH:
        return f"write {text}=VALUE"
    return "write KEY=VALUE, for example learning_rate=0.01"


def put(node: Node | None, kind: Any, path: tuple[str, ...], new: Node, above: Path) -> Node:
    """The tree with a new value at a path; LookupError (message, hint) where it leads nowhere."""
    if not path:
        return new
    node = spell_out(node or Node([] if item_of(kind) else {}, new.place, new.key), kind)
    key: str | int = path[0]
    if isinstance(node.value, list):
        key = _position(path, node.value, kind, new, above)
    elif not isinstance(node.value, dict) or is_leaf(kind):
        raise LookupError(f"{dotted(above)} has no options, so none can be set", _write(above, new))
    elif registry_of(kind) is not None and path[0] not in node.value and node.value:
        node = _renamed(node, kind, path, new, above)
    below_it = put(node.child(key), below(kind, key), path[1:], new, (*above, key))
    return node.having(key, below_it)


def _write(path: Path, new: Node) -> str:
    """The hint to write a value under a key: write layers.0.linear.units=32."""
    key = ".".join(map(str, path))
    return f"write {quote(f'{key}={flow(new.plain())}')}"


def _position(path: tuple[str, ...], items: list[Node], kind: Any, new: Node, above: Path) -> int:
    """The number of an item; LookupError for a number that none has, and for a name."""
    word, *rest = path
    if not items:
        only = new if not rest else _nested(tuple(rest), new)
        raise LookupError(f"{dotted(above)} has no items", _write(above, replace(new, value=[only])))
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        place, inner = _meant(word, items)
        hint = _to_item((*above, place), items[place], kind, (*inner, *rest), new)
        raise LookupError(f"{dotted(above)} is a list; its items are numbers", hint)
    if int(word) >= len(items):
        count = f"{len(items)} item{'s' * (len(items) != 1)}"
        if int(word) == len(items) and not rest:  # one more
            hint = _write(above, replace(new, value=[*items, new]))
        else:
            hint = _to_item((*above, len(items) - 1), items[-1], kind, tuple(rest), new)
        raise LookupError(f"{dotted(above)} has {count}, numbered 0 to {len(items) - 1}", hint)
    return int(word)


def _to_item(above: Path, item: Node, kind: Any, path: tuple[str, ...], new: Node) -> str:
    """The hint to set a value in an item of a list; where that leads nowhere, the hint that says so."""
    try:
        put(item, below(kind, 0), path, new, above)
    except LookupError as error:
        return str(error.args[1])
    return _write((*above, *path), new)


def _meant(word: str, items: list[Node]) -> tuple[int, tuple[str, ...]]:
    """The number of the item that a word means: the first of that name, or counted from the end; and its name."""
    if word.startswith("-") and word[1:].isdigit() and 0 < int(word[1:]) <= len(items):
        return len(items) - int(word[1:]), ()
    for place, item in enumerate(items):
        if item.value == word or (isinstance(item.value, dict) and word in item.value):
            return place, (word,)
    return 0, ()


def _renamed(node: Node, kind: Any, path: tuple[str, ...], new: Node, above: Path) -> Node:
    """Nothing, for another thing to be named; LookupError where that stands in a list, or is an option of what is."""
    assert isinstance(node.value, dict)
    name, registry = path[0], registry_of(kind)
    there = next(iter(node.value))
    options = registry[there].model_fields if registry and there in registry else {}
    if name in options or (above and isinstance(above[-1], int)):
        inside = (*above, there, *path) if name in options else above
        value = new if name in options else _other(path, new, registry)
        raise LookupError(f"{dotted(above)} is {shown(there)}, not {shown(name)}", _write(inside, value))
    return Node({}, node.place, node.key)


def _other(path: tuple[str, ...], new: Node, registry: Registry[Any] | None) -> Node:
    """Another thing with a value under its option: {dropout: {rate: 0.3}}; its name alone where it has no such one."""
    name, *options = path
    spec = registry.get(name) if registry else None
    if spec is None or not spec.model_fields or (options and options[0] not in spec.model_fields):
        return replace(new, value=name)
    return _nested(path, new)


def _nested(path: tuple[str, ...], value: Node) -> Node:
    """A value under names: {dropout: {rate: 0.3}}."""
    for name in reversed(path):
        value = Node({name: value}, value.place)
    return value
