"""`KEY=VALUE` overrides, put into the tree of a config: values, or values for a sweep."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from shlex import quote
from typing import Any

from npnet.config.experiment import Experiment
from npnet.config.nodes import WIDTH, ConfigIssue, Node, Path, SourceLocation, dotted, shown
from npnet.config.reader import DEPTH, read_text
from npnet.config.type_info import accepted, below, is_leaf, spell_out
from npnet.config.writer import flow
from npnet.data.datasets.table import Table
from npnet.errors import DataError, UsageError
from npnet.registry import Registry

SIGNS = frozenset(",|'\"#%;\t&*!@`")  # which stand for themselves as the whole value of an override
SHORT = "dataset.table"  # where the keys of a table are, which overrides may name alone


def key_of(text: str) -> str:
    """Return the dotted key of an override; a key of a table alone stands for `dataset.table.KEY`.

    Of `target`, which an experiment has too, `inputs` and `null` are values for the experiment.
    """
    key, equals, value = text.partition("=")
    key, own = key.strip(), value.strip() in ("inputs", "null") or not equals
    first = key.partition(".")[0]
    of_table = first in Table.model_fields and (first not in Experiment.model_fields or (first == "target" and not own))
    return f"{SHORT}.{key}" if of_table else key


@contextmanager
def hints_as_overrides() -> Iterator[None]:
    """Inside, the hints of a DataError are written as overrides of the command line."""
    try:
        yield
    except DataError as error:
        from npnet.config.suggestions import as_override

        if error.hint is None or (hint := as_override(error.hint)) == error.hint:
            raise
        raise type(error)(error.message, hint) from error


def with_overrides(root: Node, texts: Sequence[str], issues: list[ConfigIssue]) -> Node:
    """Return the tree of a config with every `KEY=VALUE` put in, in order; issues found are appended."""
    for text in texts:
        _, value, found = read_override(text)
        issues += found
        try:
            root = put(root, Experiment, tuple(key_of(text).split(".")), value)
        except LookupError as error:
            issues.append(ConfigIssue(value.start, *error.args))
    return root


def read_override(text: str) -> tuple[str, Node, list[ConfigIssue]]:
    """Read `KEY=VALUE`, the value as YAML or as one sign; raise UsageError for a text of another form."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")) or key.count(".") >= DEPTH:
        hint = "write KEY=VALUE, for example learning_rate=0.01"
        if match := re.fullmatch(r"([\w.]+)\s*:\s*(\S.*)", text):
            hint = f"write {quote(f'{match[1]}={match[2]}')}"
        elif re.fullmatch(r"[a-z]\w*", text) and len(text) < WIDTH:
            hint = f"write {text}=VALUE"
        raise UsageError(f"not an override: {shown(text)}", hint)
    if value and value in SIGNS:
        value = f'"{value}"' if value != '"' else "'\"'"
    start, line = len(text) - len(value) + 1, shown(text, 10**6)
    issues: list[ConfigIssue] = []
    if len(value) == 1 and not value.isalnum() and value not in "[]{}~":  # a sign, whose quotes the shell has taken
        root = Node(value, SourceLocation.of_override(key, start + 1, line))
    else:
        root, issues = read_text(value, lambda _, column: SourceLocation.of_override(key, start + column, line))
    return key, replace(root, key_location=SourceLocation.of_override(key, 1, line)), issues


def put(node: Node | None, kind: Any, path: tuple[str, ...], new: Node, above: Path = ()) -> Node:
    """Return a tree with a new value at a path below it.

    `above` is the path from the root of the config to `node`. Raise LookupError(message, hint) for a wrong path.
    """
    if not path:
        return new
    node = spell_out(node or Node([] if accepted(kind).item else {}, new.location, new.key_location), kind)
    key: str | int = path[0]
    if isinstance(node.value, list):
        key = _position(path, node.value, kind, new, above)
    elif not isinstance(node.value, dict) or is_leaf(kind):
        raise LookupError(f"{dotted(above)} has no options, so none can be set", _write(above, new))
    elif (registry := accepted(kind).registry) is not None and node.value and path[0] not in node.value:
        _check_replaceable(node, registry, path, new, above)
        node = Node({}, node.location, node.key_location)
    return node.with_child(key, put(node.child(key), below(kind, key), path[1:], new, (*above, key)))


def _write(path: Path, new: Node) -> str:
    """Return the hint to write a value under a key: `write layers.0.linear.units=32`."""
    key = ".".join(map(str, path))
    return f"write {quote(f'{key}={flow(new.plain())}')}"


def _position(path: tuple[str, ...], items: list[Node], kind: Any, new: Node, above: Path) -> int:
    """Return the number of a list item; raise LookupError for any other word."""
    word, *rest = path
    if not items:
        only = _nested(rest, new)
        raise LookupError(f"{dotted(above)} has no items", _write(above, replace(new, value=[only])))
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        position, inner = _meant_item(word, items)
        message = f"{dotted(above)} is a list; its items are numbers"
    elif int(word) >= len(items):
        position, inner = len(items) - 1, ()
        count = f"{len(items)} item{'s' * (len(items) != 1)}"
        message = f"{dotted(above)} has {count}, numbered 0 to {len(items) - 1}"
        if int(word) == len(items) and not rest:  # one item more
            raise LookupError(message, _write(above, replace(new, value=[*items, new])))
    else:
        return int(word)
    inner = (*inner, *rest)
    try:
        put(items[position], below(kind, 0), inner, new, (*above, position))
    except LookupError as error:  # the hint's path cannot be followed either: give its own hint
        raise LookupError(message, error.args[1]) from None
    raise LookupError(message, _write((*above, position, *inner), new))


def _meant_item(word: str, items: list[Node]) -> tuple[int, tuple[str, ...]]:
    """Return the position and the name that a word means: an item's name, or a negative number."""
    if word.startswith("-") and word[1:].isdigit() and 0 < int(word[1:]) <= len(items):
        return len(items) - int(word[1:]), ()
    for position, item in enumerate(items):
        if item.value == word or word in item.items:
            return position, (word,)
    return 0, ()


def _check_replaceable(node: Node, registry: Registry[Any], path: tuple[str, ...], new: Node, above: Path) -> None:
    """Raise LookupError where a name cannot replace the present name, as within a list."""
    name, present = path[0], next(iter(node.items))
    if name in getattr(registry.get(present), "model_fields", ()):
        hint = _write((*above, present, *path), new)
    elif above and isinstance(above[-1], int):
        spec = registry.get(name)
        nested = spec is not None and spec.model_fields and (len(path) == 1 or path[1] in spec.model_fields)
        hint = _write(above, _nested(path, new) if nested else replace(new, value=name))
    else:
        return
    raise LookupError(f"{dotted(above)} is {shown(present)}, not {shown(name)}", hint)


def _nested(path: Sequence[str], value: Node) -> Node:
    """Return a value under names: `{dropout: {rate: 0.3}}`."""
    for name in reversed(path):
        value = Node({name: value}, value.location)
    return value


def split_sweep_values(texts: Sequence[str]) -> tuple[dict[str, Node], list[str]]:
    """Split `KEY=VALUE` texts into the values of a sweep, by key, and other overrides.

    A list holds the values to try, or a list of lists for a key whose value is a list; so does a mapping with min, max.
    """
    sweep_values: dict[str, Node] = {}
    others = []
    for text in texts:
        key, node, issues = read_override(text)
        kind = kind_at(key)
        if isinstance(node.value, dict):
            is_sweep = bool(node.value.keys() & {"min", "max", "values"}) or is_leaf(kind)
        elif isinstance(node.value, list):
            is_nested = bool(node.value) and all(isinstance(item.value, list) for item in node.value)
            is_sweep = accepted(kind).item is None or is_nested
        else:
            is_sweep = False
        if is_sweep and not issues:
            sweep_values[key] = node
        else:
            others.append(text)
    return sweep_values, others


def kind_at(key: str) -> Any:
    """Return the type of a dotted key or of its main option; None for an unknown key."""
    kind: Any = Experiment
    for word in key.split("."):
        kind = below(kind, int(word) if word.isdecimal() and len(word) < 10 else word)
        if kind is None:
            return None
    spec = accepted(kind).spec
    main = spec.main_option() if spec else None
    return below(kind, main) if main else kind


def with_sweep_values(root: Node, key: str, values: Node) -> Node:
    """Return the tree of a config with one more parameter of its sweep."""
    empty = Node({}, values.location, values.location)
    sweep = root.child("sweep") or empty
    parameters = (sweep.child("parameters") or empty).with_child(key, values)
    return root.with_child("sweep", sweep.with_child("parameters", parameters))
