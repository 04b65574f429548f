"""Explain: what a key of a config means, what it takes and its default."""

from collections.abc import Iterator
from inspect import getdoc
from textwrap import indent
from typing import Any

from pydantic.fields import FieldInfo

from npnet.config.experiment import Experiment
from npnet.config.locations import shown
from npnet.config.scalars import plain_float
from npnet.config.type_info import below, describe, item_of, nothing_of, registry_of, spec_of, type_of
from npnet.errors import UsageError
from npnet.registry import nearest
from npnet.registry.synonyms import synonym
from npnet.spec import Spec

DEPTH = 4  # keys of the longest path that a hint names


def explain(key: str) -> str:
    """What a dotted key means, such as `layers.linear.units`; numbers of items may be left out.

    UsageError with the nearest name for a key that does not exist.
    """
    kind: Any = Experiment
    field: FieldInfo | None = None
    above: list[str] = []
    for word in (word for word in key.split(".") if not word.isdigit()):
        deeper = below(kind, word)
        if deeper is None:
            raise _unknown(word, kind, above)
        spec = spec_of(kind)
        field = spec.model_fields[word] if spec else None
        above.append(word)
        kind = item_of(deeper) if registry_of(item_of(deeper)) else deeper
    return f"{'.'.join(above)}{_text(kind, field)}\n"


def _text(kind: Any, field: FieldInfo | None) -> str:
    registry, spec = registry_of(kind), spec_of(kind)
    parts = [f": {_line(field)}"] if field else [f"\n{indent(getdoc(spec) or '', '  ')}"]
    if registry is not None:
        width = max(map(len, registry))
        parts += ["names:", *(f"  {name:{width}}  {_first_line(thing)}" for name, thing in registry.items())]
    elif spec is not None and spec.model_fields:
        width = max(map(len, spec.model_fields))
        parts += ["options:", *(f"  {name:{width}}  {_line(option)}" for name, option in spec.model_fields.items())]
    return "\n".join(parts)


def _line(field: FieldInfo) -> str:
    """What an option takes, its default, and what it is."""
    kind = type_of(field)
    default = "required" if field.is_required() else f"default {_written(field.default, kind)}"
    return f"{describe(kind)}; {default}. {field.description or ''}".rstrip()


def _written(value: Any, kind: Any) -> str:
    registry = registry_of(kind)
    if registry is not None and isinstance(value, Spec):
        return registry.name_of(value)
    if isinstance(value, Spec):
        return ", ".join(f"{name} {option}" for name, option in value)
    if value is None:
        return nothing_of(kind) or "none"
    if isinstance(value, tuple):
        return "none" if not value else ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return plain_float(value) if isinstance(value, float) else str(value)


def _unknown(word: str, kind: Any, above: list[str]) -> UsageError:
    registry, spec = registry_of(kind), spec_of(kind)
    known = list(registry or (spec.model_fields if spec else ()))
    near = nearest(word, known)
    owner = f"{'.'.join(above)} has" if above else "a config has"
    message = f'{owner} no key "{shown(word)}"'
    paths = list(_paths(Experiment, ()))
    named = synonym(word, list(dict.fromkeys(path.rpartition(".")[2] for path in paths))) or word
    elsewhere = [path for path in paths if path.endswith(f".{named}")][:5] if named not in known else []
    if near and not (elsewhere and named != word):
        return UsageError(message, f"did you mean {'.'.join([*above, near])}?")
    if elsewhere:
        return UsageError(message, f"did you mean {' or '.join(elsewhere)}?")
    return UsageError(message, f"the keys are: {', '.join(known)}" if known else "it has no options")


def _paths(kind: Any, above: tuple[str, ...]) -> Iterator[str]:
    """Every dotted path of a config, to a bounded depth: residual blocks hold layers again."""
    registry, spec = registry_of(kind), spec_of(kind)
    for word in (registry or (spec.model_fields if spec else ())) if len(above) < DEPTH else ():
        deeper = below(kind, word)
        yield ".".join((*above, word))
        yield from _paths(item_of(deeper) or deeper, (*above, word))


def _first_line(thing: object) -> str:
    return (getdoc(thing) or "").partition("\n")[0]
