"""Validation errors of pydantic in npnet's words, each at the line that causes it."""

from collections.abc import Iterator, Sized
from functools import reduce
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from npnet.config.nodes import ConfigIssue, Node, Path, SourceLocation, dotted, plain_float, shown
from npnet.config.suggestions import (
    as_override,
    suggest_beside_optimizer,
    suggest_key,
    suggest_layer,
    suggest_table,
    suggest_value,
    write_key,
)
from npnet.config.type_info import accepted, below, describe, follow
from npnet.config.writer import flow
from npnet.data.datasets import datasets
from npnet.errors import AdvisedError, OptionError, UnknownName
from npnet.nn.layer import layers
from npnet.nn.optimizers import optimizers
from npnet.registry import Registry, nearest
from npnet.text import article

DEFAULT = "adam"  # the suggested owner of an option that several registered things have
REQUIRED = {
    "dataset": "dataset: {table: {path: FILE, target: COLUMN}}",
    "layers": "layers: [{linear: 16}, relu, linear]",
}
"""The keys that a config must have, each with an example."""
TABLE = "table"
"""The data set that a mapping of a path and a target is most likely to mean."""
NAME_KEYS = ("name", "type", "class_name", "class", "kind", "_target_")  # other libraries' keys for a name


def issues_of(error: ValidationError, root: Node, kind: Any) -> Iterator[ConfigIssue]:
    """Yield the issues of a failed validation; a union gives its most deeply nested issue."""
    details = error.errors(include_url=False)
    done = {path[:end] for path, _ in (follow(kind, detail["loc"]) for detail in details) for end in range(len(path))}
    for detail in details:
        counted = len(detail["input"]) if isinstance(detail["input"], Sized) else 0
        if detail["type"] == "too_short" and counted >= detail["ctx"]["min_length"]:
            continue  # pydantic counts only the items without an error
        path, inner = follow(kind, detail["loc"])
        if detail["type"] == "extra_forbidden":
            yield _unknown_key(root, path, inner, str(detail["loc"][-1]))
        elif detail["type"] == "missing":
            yield _missing_key(root, path)
        elif path not in done:
            done.add(path)
            yield _wrong_value(detail, root.walk(path)[-1], path, inner)


def non_finite(node: Node, root_kind: Any, path: Path = ()) -> Iterator[ConfigIssue]:
    """Yield an issue for every number of a tree that is not finite; `path` leads from the root to `node`."""
    children = enumerate(node.value) if isinstance(node.value, list) else node.items.items()
    for key, child in children:
        yield from non_finite(child, root_kind, (*path, key))
    if not isinstance(node.value, float) or isfinite(node.value):
        return
    kind = reduce(below, path, root_kind)
    if kind is not None:
        spec = accepted(kind).spec
        main = spec.main_option() if spec and not accepted(kind).none_word else None
        if main:  # a short form
            path, kind = (*path, main), below(kind, main)
        message = must_be(path, kind, node.value)
        yield ConfigIssue(node.location, message, "numbers are finite, and at most 1.8e308")


def _unknown_key(root: Node, path: Path, kind: Any, key: str) -> ConfigIssue:
    spec = accepted(kind).spec
    known = [*(spec.model_fields if spec else ()), *(() if path else ("extends",))]
    hint = suggest_key(root, path, key, root.walk((*path, key))[-1])
    if hint is None and (near := nearest(key, known)):
        hint = f'did you mean "{near}"?'
    if hint is None:
        owner = f"the keys of {dotted(path)}" if path else "the keys"
        hint = f"{owner} are: {', '.join(known)}" if known else f"{dotted(path)} has no options; write it alone"
    return ConfigIssue(root.location_of((*path, key), of_key=True), f'unknown key "{shown(key)}"', hint)


def _missing_key(root: Node, path: Path) -> ConfigIssue:
    above, key = path[:-1], path[-1]
    if not above:
        hint = f"write {REQUIRED[str(key)]}; npnet init writes a whole config"
        return ConfigIssue(root.location, f'the key "{key}" is missing', hint)
    plain = ".".join(str(word) for word in path if not isinstance(word, int))
    hint = f"add {key} to {dotted(above)}; npnet config explain {plain} describes it"
    return ConfigIssue(root.location_of(above, of_key=True), f'{dotted(above)} needs the key "{key}"', hint)


def _wrong_value(detail: ErrorDetails, node: Node, path: Path, kind: Any) -> ConfigIssue:
    value, limits = detail["input"], detail.get("ctx", {})
    if detail["type"] == "value_error":
        return _rejected(limits["error"], node, path, kind)
    if detail["type"] in ("too_short", "too_long") and isinstance(value, Sized):
        limit = f"at least {limits['min_length']}" if "min_length" in limits else f"at most {limits['max_length']}"
        return ConfigIssue(node.location, f"{dotted(path)} has {len(value)} items, it takes {limit}")
    return ConfigIssue(node.location, must_be(path, kind, value), suggest_value(node, kind))


def _rejected(error: Exception, node: Node, path: Path, kind: Any) -> ConfigIssue:
    """Return the issue of an error that a validator of npnet raised."""
    registry, location = accepted(kind).registry, node.location
    hint = error.hint if isinstance(error, AdvisedError) else None
    if isinstance(error, OptionError):
        whole = (*path, *error.path)
        hint = as_override(hint, whole) if hint and location.on_command_line else hint
        return ConfigIssue(node.location_of(error.path), f"{dotted(whole)}: {error.message}", hint)
    if node.items:
        location = next(iter(node.items.values())).key_location or location
    if isinstance(error, UnknownName) and registry is not None:
        inside = next(iter(node.items.values())).plain() if node.items else None
        hint = _suggest_name(error.name, inside, path, location, registry) or hint
        return ConfigIssue(location, error.message, hint)
    if isinstance(error, AdvisedError):
        return ConfigIssue(location, error.message, as_override(hint) if hint and location.on_command_line else hint)
    if registry is None:
        return ConfigIssue(location, str(error))
    if len(node.items) > 1:
        return _several_names(error, node, path, registry)
    return ConfigIssue(location, f"{dotted(path)}: {error}", _as_named(node.plain(), location, registry))


def _suggest_name(name: str, value: Any, path: Path, location: SourceLocation, registry: Registry[Any]) -> str | None:
    """Return the hint for an unknown name with a value; None where npnet has no counterpart."""
    hint = None
    if registry is layers:
        hint = suggest_layer(name, value, location)
    elif registry is optimizers:
        hint = suggest_beside_optimizer(name, value, location)
    elif registry is datasets:
        hint = suggest_table(name, location)
    if hint is None and name in NAME_KEYS and isinstance(value, str):
        hint = f"write {nearest(value, list(registry)) or value}"
    owners = [owner for owner, spec in registry.items() if name in getattr(spec, "model_fields", {})]
    if hint is not None or value is None or not owners:
        return hint
    owner = DEFAULT if DEFAULT in owners else owners[0]  # the name is an option of another thing
    if len(path) == 1:
        return write_key(f"{path[0]}.{owner}.{name}", value, location)
    return f"write {flow({owner: {name: value}})}"


def _several_names(error: Exception, node: Node, path: Path, registry: Registry[Any]) -> ConfigIssue:
    """Return the issue of a mapping with several keys where a single name is expected."""
    (first, *others), values = node.items, node.plain()
    message = f"{dotted(path)} names {len(node.items)} things"
    location = node.items[others[0]].start
    if named := next((key for key in NAME_KEYS if isinstance(values.get(key), str)), None):
        name = nearest(values.pop(named).rpartition(".")[2], list(registry))
        hint = _with_options(name, values, path, location, registry)
        return ConfigIssue(node.items[named].start, f"{dotted(path)}: {error}", hint)
    if first in registry and set(others) <= registry[first].model_fields.keys():
        return ConfigIssue(location, message, f"indent the options more than {first}")
    if owners := [name for name, spec in registry.items() if values.keys() <= spec.model_fields.keys()]:
        owner = TABLE if TABLE in owners else owners[0]  # images and windows have a path and a target too
        return ConfigIssue(node.location, f"{dotted(path)}: {error}", f"write {flow({owner: values})}")
    if first in registry and (hint := suggest_key(node, (*path, first), others[0], node.items[others[0]])):
        return ConfigIssue(location, message, hint)
    each = " and ".join(flow({name: options}) for name, options in values.items())
    return ConfigIssue(location, message, f"write {article(registry.kind)} {registry.kind} each: {each}")


def _with_options(
    name: str | None, values: Any, path: Path, location: SourceLocation, registry: Registry[Any]
) -> str | None:
    """Return the hint to write a name with its options, and where other values belong."""
    if name is None:
        return f"the names are: {', '.join(registry)}"
    own = {key: value for key, value in values.items() if key in registry[name].model_fields}
    others = values.keys() - own
    paths = [
        suggest_key(Node({}, location), (*path, name), key, Node(values[key], location, location)) for key in others
    ]
    return "; ".join([f"write {flow({name: own} if own else name)}", *filter(None, paths)])


def _as_named(value: Any, location: SourceLocation, registry: Registry[Any]) -> str:
    """Return the hint for a value without a name, or for a name in a list."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"write {nearest(value[0], list(registry)) or value[0]}"
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and value[0] in registry:
        return f"write {flow({value[0]: value[1]})}"
    if registry is layers and type(value) is int and value > 0:
        return f"write linear: {value}"
    if isinstance(value, dict) and (name := next(iter(value), "")) in registry:
        if not registry[name].model_fields:
            return f"write {name}"
        if registry is optimizers:
            return write_key("learning_rate", value[name], location)
    return f"the {registry.kind} names are: {', '.join(registry)}"


def must_be(path: Path, kind: Any, value: object) -> str:
    """Return the message what the value of a key must be, and what it is."""
    must = f"{dotted(path)} must be {describe(kind)}"
    if value is None:
        return f"{must}; it has no value"
    if isinstance(value, bool | str | dict | list | tuple):
        return f"{must}, not {_written(value)}"
    return f"{must}, it is {_written(value)}"


def _written(value: object) -> str:
    """Write a value as a message names it: `0.5`, `true`, `the text "x"`, `a list`."""
    if isinstance(value, bool):
        return str(value).lower()
    if value in ("", [], {}, ()):
        return f"an empty {'text' if value == '' else 'mapping' if value == {} else 'list'}"
    if isinstance(value, str):
        return f'the text "{shown(value)}"'
    if isinstance(value, float):
        return plain_float(value)
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else str(value)
