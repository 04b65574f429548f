"""Keys: what the types of a config say about a key.

Messages, overrides, schema and `explain` all ask here.

A *type* is an annotation as a spec declares it: `Annotated[int, Gt(0)]`, `Annotated[Layer, Named(layers)]`,
`tuple[LayerSpec, ...]`, a `Spec`, or a union of such.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as bounds
from pydantic import GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from npnet.config.nodes import Path
from npnet.registry import Registry
from npnet.spec import Named, Spec

BASES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
WORDS = (("gt", "greater than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))


@dataclass(frozen=True)
class Also:
    """Other ways to write a value than its type: in words, as JSON schemas, the word for None if not null."""

    words: str
    schemas: tuple[dict[str, Any], ...]
    nothing: str | None = None

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [*self.schemas, handler(schema)]}


def type_of(field: FieldInfo) -> Any:
    """The annotation of a field with the bounds that its declaration adds."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def branches(kind: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The alternatives of a type, None left out: each bare, with what its annotations say of it."""
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


def registry_of(kind: Any) -> Registry[Any] | None:
    """The registry that a type takes names from, if any."""
    return next((note.registry for _, notes in branches(kind) for note in notes if isinstance(note, Named)), None)


def spec_of(kind: Any) -> type[Spec] | None:
    """The spec whose options a type takes, if any; registered kinds take a name before them."""
    if registry_of(kind):
        return None
    return next((bare for bare, _ in branches(kind) if isinstance(bare, type) and issubclass(bare, Spec)), None)


def item_of(kind: Any) -> Any:
    """The type of a list's items, or None for what is no list."""
    return next((get_args(bare)[0] for bare, _ in branches(kind) if get_origin(bare) in (tuple, list)), None)


def values_of(kind: Any) -> Any:
    """The type of the values of a mapping whose keys are free, or None for what is no such mapping."""
    return next((get_args(bare)[1] for bare, _ in branches(kind) if get_origin(bare) is dict), None)


def below(kind: Any, key: str | int) -> Any:
    """The type one key deeper, of an option, a registered name, a free key or an item; None without one."""
    registry, spec = registry_of(kind), spec_of(kind)
    if isinstance(key, int):
        return item_of(kind)
    if registry is not None:
        return registry.get(key)
    if spec is not None:
        return type_of(spec.model_fields[key]) if key in spec.model_fields else None
    return values_of(kind)


def is_leaf(kind: Any) -> bool:
    """Whether a value of this type has nothing inside that could be set."""
    inner = (registry_of(kind), spec_of(kind), item_of(kind), values_of(kind))
    return kind is not None and all(one is None for one in inner)


def follow(kind: Any, location: Path) -> tuple[Path, Any]:
    """The path and the type of a location of pydantic, which also names the branch of a union it tried."""
    path: Path = ()
    labelled = False
    for key in location:
        if not labelled and len(list(branches(kind))) > 1:
            labelled = True
            kind = next((spec for spec in _specs(kind) if spec.__name__ == key), kind)
            continue
        deeper = below(kind, key)
        if deeper is not None:
            path, kind, labelled = (*path, key), deeper, False
    return path, kind


def _specs(kind: Any) -> Iterator[type[Spec]]:
    return (bare for bare, _ in branches(kind) if isinstance(bare, type) and issubclass(bare, Spec))


def describe(kind: Any) -> str:
    """What a type takes, as a sentence goes on after "must be": `a number greater than 0`."""
    ways = dict.fromkeys([*(note.words for note in _also(kind)), *(_describe(*branch) for branch in branches(kind))])
    if BASES[float] in ways:
        ways.pop(BASES[int], None)
    return (", or " if sum(", each " in way for way in ways) > 1 else " or ").join(ways)


def nothing_of(kind: Any) -> str | None:
    """The word that stands for None where a type has one, such as `off`."""
    return next((note.nothing for note in _also(kind)), None)


def _also(kind: Any) -> Iterator[Also]:
    return (note for _, notes in branches(kind) for note in notes if isinstance(note, Also))


def _describe(bare: Any, notes: tuple[Any, ...]) -> str:
    named = next((note for note in notes if isinstance(note, Named)), None)
    if named:
        return f"{article(named.registry.kind)} {named.registry.kind}"
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
    found = {}
    for note in notes:
        found.update({name: getattr(note, name) for name, _ in WORDS if isinstance(note, _BOUNDS[name])})
    if set(found) == {"ge", "le"}:
        return f" from {number(found['ge'])} to {number(found['le'])}"
    limits = " and ".join(f"{words} {number(found[name])}" for name, words in WORDS if name in found)
    return f" of {limits}" if limits.startswith("at") else f" {limits}" if limits else ""


_BOUNDS: dict[str, Any] = {"gt": bounds.Gt, "ge": bounds.Ge, "lt": bounds.Lt, "le": bounds.Le}


def number(value: float) -> str:
    """A bound as people write it: `10**7`, `2**63 - 1`, `1e6`."""
    if isinstance(value, int):
        if value < 0:
            return f"-{number(-value)}"
        zeros, bits = len(str(value)) - 1, value.bit_length()
        if zeros > 5 and value in (10**zeros, 2**bits - 1):
            return f"10**{zeros}" if value == 10**zeros else f"2**{bits} - 1"
        return str(value)
    return f"{value:g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def article(noun: str) -> str:
    """The article that goes with a noun."""
    return "an" if noun[0] in "aeiou" else "a"
