"""The values that the type of a key allows, for messages, overrides and the schema.

A *type* is an annotation as a spec declares it: `Annotated[int, Gt(0)]`, `Annotated[Layer, Named(layers)]`,
`tuple[LayerSpec, ...]`, a `Spec`, or a union of these.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as bounds
from pydantic import GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from npnet.config.nodes import Node, Path
from npnet.errors import AdvisedError
from npnet.registry import Registry
from npnet.spec import Named, Spec
from npnet.text import article

BASES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
LIMITS: dict[str, tuple[Any, str]] = {
    "gt": (bounds.Gt, "greater than"),
    "ge": (bounds.Ge, "at least"),
    "lt": (bounds.Lt, "less than"),
    "le": (bounds.Le, "at most"),
}


@dataclass(frozen=True)
class Shorthand:
    """Short ways to write a value: in words, as JSON Schemas, and the word for None."""

    words: str
    schemas: tuple[dict[str, Any], ...] = field(hash=False)
    none: str | None = None

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [*self.schemas, handler(schema)]}


@cache
def type_of(field: FieldInfo) -> Any:
    """Return the annotation of a field with the bounds that its declaration adds."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def branches(kind: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Yield the alternatives of a type except None: the bare type, and its metadata."""
    if get_origin(kind) is Annotated:
        bare, *notes = get_args(kind)
        flat = [part for note in notes for part in (note.metadata if isinstance(note, FieldInfo) else [note])]
        for branch, inner in branches(bare):
            yield branch, (*inner, *flat)
    elif get_origin(kind) in (Union, UnionType):
        for part in get_args(kind):
            yield from branches(part)
    elif kind is not NoneType:
        yield kind, ()


@dataclass(frozen=True)
class Accepted:
    """What a type accepts: registered names, options of specs, items of a list, values of a mapping with free keys."""

    registry: Registry[Any] | None
    specs: list[type[Spec]]
    spec: type[Spec] | None  # None where a name comes first
    item: Any
    value: Any
    none_word: str | None  # the word for None, such as `off`


@cache
def accepted(kind: Any) -> Accepted:
    """Return what a type accepts."""
    ways = list(branches(kind))
    notes = [note for _, notes in ways for note in notes]
    registry = next((note.registry for note in notes if isinstance(note, Named)), None)
    specs = [bare for bare, _ in ways if isinstance(bare, type) and issubclass(bare, Spec)]
    spec = specs[0] if specs and registry is None else None
    item = next((get_args(bare)[0] for bare, _ in ways if get_origin(bare) in (tuple, list)), None)
    value = next((get_args(bare)[1] for bare, _ in ways if get_origin(bare) is dict), None)
    none_word = next((note.none for note in notes if isinstance(note, Shorthand)), None)
    return Accepted(registry, specs, spec, item, value, none_word)


def below(kind: Any, key: str | int) -> Any:
    """Return the type of an option, registered name, free key or item of a type, or None."""
    found = accepted(kind)
    if isinstance(key, int):
        return found.item
    if found.registry is not None:
        with suppress(AdvisedError):  # of a package that cannot be imported: validation reports it
            return found.registry.look_up(key)
        return None
    if found.spec is not None:
        return type_of(found.spec.model_fields[key]) if key in found.spec.model_fields else None
    return found.value


def is_leaf(kind: Any) -> bool:
    """Whether a value of this type has no options, items or keys that could be set."""
    found = accepted(kind)
    return kind is not None and all(part is None for part in (found.registry, found.spec, found.item, found.value))


def follow(kind: Any, location: Path) -> tuple[Path, Any]:
    """Return the path and type of a location of pydantic, which names union branches too."""
    path: Path = ()
    labelled = False
    for key in location:
        if not labelled and len(list(branches(kind))) > 1:
            labelled = True
            kind = next((spec for spec in accepted(kind).specs if spec.__name__ == key), kind)
            continue
        deeper = below(kind, key)
        if deeper is not None:
            path, kind, labelled = (*path, key), deeper, False
    return path, kind


def spell_out(node: Node, kind: Any) -> Node:
    """Write short forms in full: `relu` as `{relu: {}}`, `{linear: 16}` with `{units: 16}`."""
    registry, spec = accepted(kind).registry, accepted(kind).spec
    if registry is not None and isinstance(node.value, str):
        return replace(node, value={node.value: replace(node, value={})})
    if registry is not None and isinstance(node.value, dict):
        return replace(node, value={name: spell_out(value, below(kind, name)) for name, value in node.value.items()})
    if spec is None or isinstance(node.value, dict) or (isinstance(node.value, list) and accepted(kind).item):
        return node
    if node.value is None or node.value is False or node.value == "off":
        return replace(node, value={})
    main = spec.main_option()
    return replace(node, value={main: node}) if main else node


def describe(kind: Any) -> str:
    """Describe the values a type accepts, to follow "must be": `a number greater than 0`."""
    found = list(branches(kind))
    shorthands = [note.words for _, notes in found for note in notes if isinstance(note, Shorthand)]
    single = [bare for bare, _ in found]
    again = [get_origin(bare) in (tuple, list) and get_args(bare)[0] in single for bare in single]
    texts = ("a list of these" if lists else _describe(*way) for way, lists in zip(found, again, strict=True))
    ways = dict.fromkeys([*shorthands, *texts])
    if BASES[float] in ways:
        ways.pop(BASES[int], None)
    return (", or " if sum(", each " in way for way in ways) > 1 else " or ").join(ways)


def _describe(bare: Any, notes: tuple[Any, ...]) -> str:
    for note in notes:
        if isinstance(note, Named):
            return f"{article(note.registry.kind)} {note.registry.kind}"
    if get_origin(bare) is Literal:
        return " or ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in get_args(bare))
    if get_origin(bare) in (tuple, list):
        return f"a list, each item {describe(get_args(bare)[0])}"
    if get_origin(bare) is dict:
        return f"a mapping, each value {describe(get_args(bare)[1])}"
    if isinstance(bare, type) and issubclass(bare, Spec):
        return f"options ({', '.join(bare.model_fields)})"
    return f"{BASES.get(bare, 'a value')}{_limits(notes)}"


def _limits(notes: tuple[Any, ...]) -> str:
    found = {name: getattr(n, name) for n in notes for name, (kind, _) in LIMITS.items() if isinstance(n, kind)}
    if set(found) == {"ge", "le"}:
        return f" from {number(found['ge'])} to {number(found['le'])}"
    limits = " and ".join(f"{words} {number(found[name])}" for name, (_, words) in LIMITS.items() if name in found)
    return f" of {limits}" if limits.startswith("at") else f" {limits}" if limits else ""


def number(value: float) -> str:
    """Write a bound as people do: `10**7`, `2**63 - 1`, `1e6`."""
    if isinstance(value, int):
        if value < 0:
            return f"-{number(-value)}"
        zeros, bits = len(str(value)) - 1, value.bit_length()
        if zeros > 5 and value in (10**zeros, 2**bits - 1):
            return f"10**{zeros}" if value == 10**zeros else f"2**{bits} - 1"
        return str(value)
    return f"{value:g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
