"""Overrides: `KEY=VALUE` of the command line, put into the tree of a config."""

from typing import Any

from npnet.config.keys import below, registry_of
from npnet.config.places import Mistake, Place, shown
from npnet.config.reader import DEPTH, parse
from npnet.config.spelling import spell_out
from npnet.config.tree import Node, Path, dotted
from npnet.errors import UsageError


def override(root: Node, kind: Any, texts: list[str]) -> tuple[Node, list[Mistake]]:
    """The tree with every `KEY=VALUE` put in, in order, and what is wrong with the others."""
    mistakes: list[Mistake] = []
    for text in texts:
        key, value, found = read_override(text)
        mistakes += found
        try:
            root = put(root, kind, tuple(key.split(".")), value, ())
        except LookupError as error:
            mistakes.append(Mistake(value.key or value.place, *error.args))
    return root, mistakes


def read_override(text: str) -> tuple[str, Node, tuple[Mistake, ...]]:
    """Key and value of `KEY=VALUE`, the value read as YAML; UsageError for another form."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")) or key.count(".") >= DEPTH:
        raise UsageError(f"not an override: {shown(text)}", "write KEY=VALUE, for example learning_rate=0.01")
    name, line = f"command line: {shown(key)}", shown(text, 10**6)
    start = len(text) - len(value) + 1
    reading = parse(value, lambda _, column: Place(name, 0, start + column, line))
    node = Node(reading.root.value, reading.root.place, key=Place(name, 0, 1, line))
    return key, node, reading.mistakes


def put(node: Node | None, kind: Any, path: tuple[str, ...], new: Node, above: Path) -> Node:
    """The tree with a new value at a path; LookupError (message, hint) where it leads nowhere."""
    if not path:
        return new
    node = spell_out(node or Node({}, new.place, new.key), kind)
    key: str | int = path[0]
    if isinstance(node.value, list):
        key = _position(path[0], len(node.value), above)
    elif not isinstance(node.value, dict):
        raise LookupError(
            f"{dotted(above)} has no options, so none can be set", f"write {'.'.join(map(str, above))}=VALUE"
        )
    elif registry_of(kind) is not None and path[0] not in node.value and node.value:
        node = _renamed(node, path[0], above)
    below_it = put(node.child(key), below(kind, key), path[1:], new, (*above, key))
    return node.having(key, below_it)


def _position(word: str, length: int, above: Path) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise LookupError(f"{dotted(above)} is a list; its items are numbers", f"write {dotted(above)}.0")
    if int(word) >= length:
        last = f"numbered 0 to {length - 1}" if length else "so there is none to change"
        raise LookupError(f"{dotted(above)} has {length} item{'s' * (length != 1)}, {last}")
    return int(word)


def _renamed(node: Node, name: str, above: Path) -> Node:
    assert isinstance(node.value, dict)
    if above and isinstance(above[-1], int):
        there = ", ".join(map(shown, node.value))
        raise LookupError(f"{dotted(above)} is {there}, not {shown(name)}", f"write {'.'.join(map(str, above))}=VALUE")
    return Node({}, node.place, node.key)
