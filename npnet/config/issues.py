"""Messages: what pydantic finds wrong, in npnet's words, each at the line that is to blame."""

from collections.abc import Iterator, Sized
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from npnet.config.advice import as_override, beside_optimizer, misplaced, no_layer, table_of
from npnet.config.advice import written as advised
from npnet.config.corrections import correction
from npnet.config.dumper import flow
from npnet.config.locations import ConfigIssue, SourceLocation, shown
from npnet.config.nodes import Node, Path, dotted
from npnet.config.scalars import plain_float
from npnet.config.type_info import article, below, describe, follow, nothing_of, registry_of, spec_of
from npnet.data.source import datasets
from npnet.errors import AdvisedError, OptionError, UnknownName
from npnet.nn.layer import layers
from npnet.nn.optimizers import optimizers
from npnet.registry import Registry, nearest

EXTENDS = "extends"  # a key of files, which no experiment has
USUAL = "adam"  # of several things that have an option
KEYS = {
    "dataset": "dataset: {table: {path: FILE, target: COLUMN}}",
    "layers": "layers: [{linear: 16}, relu, linear]",
}  # that a config must have
NAME_KEYS = ("name", "type", "class_name", "class", "kind", "_target_")  # under which other libraries put a name


def mistakes_of(error: ValidationError, root: Node, kind: Any) -> Iterator[ConfigIssue]:
    """Every mistake that a validation found; the branches of a union make one, as deep inside as any of them came."""
    details = error.errors(include_url=False)
    told = {path[:end] for path, _ in (follow(kind, detail["loc"]) for detail in details) for end in range(len(path))}
    for detail in details:
        if (
            detail["type"] == "too_short"
            and isinstance(detail["input"], Sized)
            and len(detail["input"]) >= detail["ctx"]["min_length"]
        ):
            continue  # pydantic counts only the items without a mistake
        path, inner = follow(kind, detail["loc"])
        if detail["type"] == "extra_forbidden":
            yield _unknown_key(root, path, inner, str(detail["loc"][-1]))
        elif detail["type"] == "missing":
            yield _missing(root, path)
        elif path not in told:
            told.add(path)
            yield _wrong_value(detail, root, path, inner)


def unbounded(node: Node, kind: Any, path: Path = ()) -> Iterator[ConfigIssue]:
    """Every number of a tree that is not finite, with what its key takes."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from unbounded(child, below(kind, key), (*path, key))
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            yield from unbounded(child, below(kind, position), (*path, position))
    elif kind is not None and isinstance(node.value, float) and not isfinite(node.value):
        spec = spec_of(kind)
        main = spec.main_option() if spec and not nothing_of(kind) else None
        if main:  # a short form
            path, kind = (*path, main), below(kind, main)
        yield ConfigIssue(node.place, sentence(path, kind, node.value), "numbers are finite, and at most 1.8e308")


def _unknown_key(root: Node, path: Path, kind: Any, key: str) -> ConfigIssue:
    spec = spec_of(kind)
    known = list(spec.model_fields) if spec else []
    known += [] if path else [EXTENDS]
    place = root.place_of((*path, key), of_key=True)
    message = f'unknown key "{shown(key)}"'
    if advice := misplaced(root, path, key, root.walk((*path, key))[-1]):
        return ConfigIssue(place, message, advice)
    if near := nearest(key, known):
        return ConfigIssue(place, message, f'did you mean "{near}"?')
    owner = f"the keys of {dotted(path)}" if path else "the keys"
    hint = f"{owner} are: {', '.join(known)}" if known else f"{dotted(path)} has no options; write it alone"
    return ConfigIssue(place, message, hint)


def _missing(root: Node, path: Path) -> ConfigIssue:
    *above, key = path
    if not above:
        hint = f"write {KEYS[str(key)]}; npnet init writes a whole config"
        return ConfigIssue(root.place, f'the key "{key}" is missing', hint)
    place = root.place_of(tuple(above), of_key=True)
    return ConfigIssue(
        place,
        f'{dotted(tuple(above))} needs the key "{key}"',
        f"add {key} to {dotted(tuple(above))}; npnet config explain {_plain(path)} says what it takes",
    )


def _wrong_value(detail: ErrorDetails, root: Node, path: Path, kind: Any) -> ConfigIssue:
    node = root.walk(path)[-1]
    if detail["type"] == "value_error":
        return _refused(detail["ctx"]["error"], node, path, kind)
    if detail["type"] in ("too_short", "too_long"):
        return _wrong_length(detail, node, path)
    value = detail["input"]
    return ConfigIssue(node.place, sentence(path, kind, value), correction(node, kind))


def _wrong_length(detail: ErrorDetails, node: Node, path: Path) -> ConfigIssue:
    limits = detail["ctx"]
    least = f"at least {limits['min_length']}" if "min_length" in limits else f"at most {limits['max_length']}"
    return ConfigIssue(node.place, f"{dotted(path)} has {len(detail['input'])} items, it takes {least}")


def _refused(error: Exception, node: Node, path: Path, kind: Any) -> ConfigIssue:
    """What a validator of npnet's own says."""
    registry, place = registry_of(kind), node.place
    if isinstance(error, OptionError):
        place, whole = node.place_of(error.path), (*path, *error.path)
        hint = as_override(error.hint, whole) if error.hint and place.on_command_line else error.hint
        return ConfigIssue(place, f"{dotted(whole)}: {error.message}", hint)
    if isinstance(node.value, dict) and node.value:
        place = next(iter(node.value.values())).key or place
    if isinstance(error, UnknownName) and registry is not None:
        return _unknown_name(error, node, path, place, registry)
    if isinstance(error, AdvisedError):
        hint = as_override(error.hint) if error.hint and place.on_command_line else error.hint
        return ConfigIssue(place, error.message, hint)
    if registry is None:
        return ConfigIssue(place, str(error))
    if isinstance(node.value, dict) and len(node.value) > 1:
        return _several_names(error, node, path, registry)
    return ConfigIssue(place, f"{dotted(path)}: {error}", _as_named(node.plain(), place, registry))


def _unknown_name(
    error: UnknownName, node: Node, path: Path, place: SourceLocation, registry: Registry[Any]
) -> ConfigIssue:
    inside = next(iter(node.value.values())).plain() if isinstance(node.value, dict) else None
    hint = None
    if registry is layers:
        hint = no_layer(error.name, inside, place)
    elif registry is optimizers:
        hint = beside_optimizer(error.name, inside, place)
    elif registry is datasets:
        hint = table_of(error.name, place)
    if hint is None and error.name in NAME_KEYS and isinstance(inside, str):
        hint = f"write {nearest(inside, list(registry)) or inside}"
    return ConfigIssue(place, error.message, hint or _of_owner(error.name, inside, path, place, registry) or error.hint)


def _of_owner(option: str, value: Any, path: Path, place: SourceLocation, registry: Registry[Any]) -> str | None:
    """How an option is written that stands where the thing should be named that has it."""
    owners = [name for name, spec in registry.items() if option in getattr(spec, "model_fields", {})]
    if value is None or not owners:
        return None
    owner = USUAL if USUAL in owners else owners[0]
    if len(path) == 1:
        return advised(f"{path[0]}.{owner}.{option}", value, place)
    return f"write {flow({owner: {option: value}})}"


def _several_names(error: Exception, node: Node, path: Path, registry: Registry[Any]) -> ConfigIssue:
    """A mapping of several keys where one name is wanted: options of the first, its name under a key, or others."""
    assert isinstance(node.value, dict)
    (first, *others), values = node.value, node.plain()
    message = f"{dotted(path)} names {len(node.value)} things"
    place = node.value[others[0]].key or node.place
    if named := next((key for key in NAME_KEYS if isinstance(values.get(key), str)), None):
        hint = _with_name(nearest(values.pop(named).rpartition(".")[2], list(registry)), values, path, place, registry)
        return ConfigIssue(node.value[named].key or node.place, f"{dotted(path)}: {error}", hint)
    if first in registry and set(others) <= registry[first].model_fields.keys():
        return ConfigIssue(place, message, f"indent the options more than {first}")
    if owner := next((name for name, spec in registry.items() if values.keys() <= spec.model_fields.keys()), None):
        return ConfigIssue(node.place, f"{dotted(path)}: {error}", f"write {flow({owner: values})}")
    if first in registry and (advice := misplaced(node, (*path, first), others[0], node.value[others[0]])):
        return ConfigIssue(place, message, advice)
    each = " and ".join(flow({name: options}) for name, options in values.items())
    return ConfigIssue(place, message, f"write {article(registry.kind)} {registry.kind} each: {each}")


def _with_name(name: str | None, values: Any, path: Path, place: SourceLocation, registry: Registry[Any]) -> str:
    """A thing by its name with the options that it has, and where the others belong."""
    if name is None:
        return f"the names are: {', '.join(registry)}"
    own = {key: value for key, value in values.items() if key in registry[name].model_fields}
    other = [
        misplaced(Node({}, place), (*path, name), key, Node(values[key], place, place)) for key in values.keys() - own
    ]
    return "; ".join([f"write {flow({name: own} if own else name)}", *filter(None, other)])


def _as_named(value: Any, place: SourceLocation, registry: Registry[Any]) -> str | None:
    """How a thing is written that stands there without its name, or in a list."""
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
            return advised("learning_rate", value[name], place)
    return f"the {registry.kind} names are: {', '.join(registry)}"


def sentence(path: Path, kind: Any, value: object) -> str:
    """What the value under a key must be, and what it is."""
    must = f"{dotted(path)} must be {describe(kind)}"
    if value is None:
        return f"{must}; it has no value"
    if isinstance(value, bool | str | dict | list | tuple):
        return f"{must}, not {written(value)}"
    return f"{must}, it is {written(value)}"


def written(value: object) -> str:
    """A value as a message names it: `0.5`, `true`, `the text "x"`, `a list`."""
    if isinstance(value, bool):
        return str(value).lower()
    if value in ("", [], {}, ()):
        return f"an empty {'text' if value == '' else 'mapping' if value == {} else 'list'}"
    if isinstance(value, str):
        return f'the text "{shown(value)}"'
    if isinstance(value, float):
        return plain_float(value)
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else str(value)


def _plain(path: Path) -> str:
    return ".".join(str(key) for key in path if not isinstance(key, int))
