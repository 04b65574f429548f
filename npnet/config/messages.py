"""Messages: what pydantic finds wrong, in npnet's words, each at the line that is to blame."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from npnet.config.keys import below, branches, describe, follow, nothing_of, registry_of, spec_of
from npnet.config.places import Mistake, shown
from npnet.config.scalars import plain_float, resolve
from npnet.config.tree import Node, Path, dotted
from npnet.errors import OptionError, UnknownName
from npnet.registry import nearest


def mistakes_of(error: ValidationError, root: Node, kind: Any) -> Iterator[Mistake]:
    """Every mistake that a validation found; the branches of a union make one, as deep inside as any of them came."""
    details = error.errors(include_url=False)
    told = {path[:end] for path, _ in (follow(kind, detail["loc"]) for detail in details) for end in range(len(path))}
    for detail in details:
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # pydantic counts only the items without a mistake
        path, inner = follow(kind, detail["loc"])
        if detail["type"] == "extra_forbidden":
            yield _unknown_key(root, path, inner, str(detail["loc"][-1]))
        elif detail["type"] == "missing":
            yield _missing(root, path)
        elif path not in told:
            told.add(path)
            yield _wrong_value(detail, root, path, inner)


def unbounded(node: Node, kind: Any, path: Path = ()) -> Iterator[Mistake]:
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
        yield Mistake(node.place, sentence(path, kind, node.value), "numbers are finite, and at most 1.8e308")


def _unknown_key(root: Node, path: Path, kind: Any, key: str) -> Mistake:
    spec = spec_of(kind)
    known = list(spec.model_fields) if spec else []
    near = nearest(key, known)
    place = root.place_of((*path, key), of_key=True)
    if near:
        return Mistake(place, f'unknown key "{shown(key)}"; did you mean "{near}"?')
    owner = f"the keys of {dotted(path)}" if path else "the keys"
    hint = f"{owner} are: {', '.join(known)}" if known else f"{dotted(path)} has no options; write it alone"
    return Mistake(place, f'unknown key "{shown(key)}"', hint)


def _missing(root: Node, path: Path) -> Mistake:
    *above, key = path
    if not above:
        return Mistake(root.place, f'the key "{key}" is missing', "npnet init writes a whole config")
    place = root.place_of(tuple(above), of_key=True)
    return Mistake(place, f'{dotted(tuple(above))} needs the key "{key}"', f"npnet config explain {_plain(path)}")


def _wrong_value(detail: ErrorDetails, root: Node, path: Path, kind: Any) -> Mistake:
    node = root.walk(path)[-1]
    if detail["type"] == "value_error":
        return _refused(detail["ctx"]["error"], node, path, kind)
    if detail["type"] in ("too_short", "too_long"):
        return _wrong_length(detail, node, path)
    value = detail["input"]
    return Mistake(node.place, sentence(path, kind, value), _hint(value, kind))


def _wrong_length(detail: ErrorDetails, node: Node, path: Path) -> Mistake:
    limits = detail["ctx"]
    least = f"at least {limits['min_length']}" if "min_length" in limits else f"at most {limits['max_length']}"
    return Mistake(node.place, f"{dotted(path)} has {len(detail['input'])} items, it takes {least}")


def _refused(error: Exception, node: Node, path: Path, kind: Any) -> Mistake:
    """What a validator of npnet's own says."""
    registry, place = registry_of(kind), node.place
    if isinstance(error, OptionError):
        return Mistake(node.place_of(error.path), f"{dotted((*path, *error.path))}: {error.message}", error.hint)
    if isinstance(node.value, dict) and node.value:
        place = next(iter(node.value.values())).key or place
    if registry is None or isinstance(error, UnknownName):
        return Mistake(place, str(error))
    names = list(node.value) if isinstance(node.value, dict) else []
    if len(names) > 1 and names[0] in registry:
        return Mistake(place, f"{dotted(path)} names {len(names)} things", f"indent the options more than {names[0]}")
    hint = None if registry.keys() & names else f"the {registry.kind} names are: {', '.join(registry)}"
    return Mistake(place, f"{dotted(path)}: {error}", hint)


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


def _hint(value: object, kind: Any) -> str | None:
    """How to write a number that was written as text."""
    if not isinstance(value, str) or not any(bare in (int, float) for bare, _ in branches(kind)):
        return None
    if isinstance(resolve(value[:50]), int | float):
        return f"write it without quotes: {shown(value)}"
    bare = value.replace("_", "").replace(",", "")
    bare = bare.lstrip("0") or bare
    return f"write {shown(bare)}" if bare != value and isinstance(resolve(bare[:50]), int | float) else None


def _plain(path: Path) -> str:
    return ".".join(str(key) for key in path if not isinstance(key, int))
