"""The JSON Schema of a config, for editors, and the explanation of each key, for people.

In the schema a union is a chain of `if/then/else` over the JSON type: editors then report what is wrong with the
branch that was meant, where `oneOf` and `anyOf` make them report that nothing fits.
"""

from collections.abc import Iterator
from inspect import getdoc
from textwrap import indent
from typing import Any

from pydantic.fields import FieldInfo

from npnet.config.experiment import MONITORED_SPLITS, Experiment
from npnet.config.files import preset_names
from npnet.config.nodes import plain_float, shown
from npnet.config.type_info import accepted, below, describe, type_of
from npnet.data import datasets
from npnet.data.preprocessing.derived import features
from npnet.errors import UsageError
from npnet.metrics import metrics
from npnet.nn.initializers import initializers
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.nn.schedules import schedules
from npnet.registry import Registry, nearest, synonym
from npnet.search import methods
from npnet.spec import Spec

Schema = dict[str, Any]
KINDS: tuple[Registry[Any], ...] = (datasets, features, layers, losses, optimizers, schedules, initializers, methods)
JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
FILE: Schema = {"type": "string", "minLength": 1}
DEPTH = 4  # keys of the longest path that a hint names
NESTED = ("items", "additionalProperties")  # keys of a JSON schema that hold another


def schema() -> Schema:
    """Return the JSON Schema (draft 7) of a config file."""
    root = _options(Experiment)
    properties = root["properties"]
    properties["metrics"]["items"] = {"enum": list(metrics)}
    properties["monitor"] = {
        "description": properties["monitor"]["description"],
        "enum": [None, *(f"{split}_{name}" for split in reversed(MONITORED_SPLITS) for name in ("loss", *metrics))],
    }
    properties["extends"] = {
        "description": "The config that this one extends, or a list: mappings merge, lists are replaced, later wins.",
        **_either([FILE, {"type": "array", "items": FILE}]),
    }
    properties["preset"] = {"description": properties["preset"]["description"], "enum": [None, *preset_names()]}
    required = root.pop("required")
    needed = {"if": {"required": ["preset"]}, "then": {"required": ["dataset"]}, "else": {"required": required}}
    condition = {"if": {"required": ["extends"]}, "else": needed}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "npnet config"}
    return {**head, **root, **condition, "$defs": {kind.plural: _choices(kind) for kind in KINDS}}


def _choices(registry: Registry[type[Spec]]) -> Schema:
    """Return the schema of a registered name alone, or of one name with its options."""
    alone = [name for name, spec in registry.items() if not _required(spec)]
    return {
        "if": {"type": "string"},
        "then": {"enum": alone, "enumDescriptions": [_first_line(registry[name]) for name in alone]},
        "else": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {name: _named(spec) for name, spec in registry.items()},
        },
    }


def _named(spec: type[Spec]) -> Schema:
    """Return the schema of a registered spec: its options, its main option alone, or null."""
    options, main = _options(spec), spec.main_option()
    ways = [] if _required(spec) else [{"type": "null"}]
    ways += [{key: part for key, part in options.items() if key != "description"}]
    ways += [options["properties"][main]] if main else []
    return {"description": options["description"], **_either(ways)}


def _required(spec: type[Spec]) -> list[str]:
    return [name for name, field in spec.model_fields.items() if field.is_required()]


def _options(spec: type[Spec]) -> Schema:
    """Return the schema of a spec's options, with references to the registered kinds alone."""
    written = spec.model_json_schema()
    models = written.pop("$defs", {})
    result: Schema = _simplified(written, models)
    result.pop("title", None)
    for name, field in spec.model_fields.items():
        registry = accepted(type_of(field)).registry
        if registry is not None and isinstance(field.default, Spec):
            result["properties"][name]["default"] = registry.name_of(field.default)
    return {"description": "", "properties": {}, **result}


def _simplified(part: Schema, models: Schema) -> Schema:
    """Return pydantic's schema without titles and references, and with unions as if/then."""
    result = {key: value for key, value in part.items() if key not in ("title", "named", "$ref", "anyOf", "properties")}
    if "named" in part:
        result["$ref"] = f"#/$defs/{part['named']}"
    if "$ref" in part:
        result = {**_simplified(models[part["$ref"].rpartition("/")[2]], models), **result}
    if "properties" in part:
        result["properties"] = {key: _simplified(value, models) for key, value in part["properties"].items()}
    if "anyOf" in part:
        result |= _either([_simplified(way, models) for way in sorted(_ways(part), key=_rank)])
    return {
        key: _simplified(value, models) if key in NESTED and isinstance(value, dict) else value
        for key, value in result.items()
    }


def _ways(part: Schema) -> Iterator[Schema]:
    """Yield the alternatives of a union, those of nested unions included."""
    for way in part["anyOf"]:
        yield from _ways(way) if "anyOf" in way else [way]


def _rank(way: Schema) -> int:
    """Sort null and single words first: editors report the errors of the last branch."""
    return 0 if way.get("type") == "null" else 1 if "const" in way else 2


def _either(ways: list[Schema]) -> Schema:
    """Return the schema of a value of several JSON types, each with its own schema."""
    first, *others = ways
    if not others:
        return first
    kind = ["string", "object"] if "$ref" in first else first.get("type") or JSON_TYPES[type(first["const"])]
    return {"if": {"type": kind}, "then": first, "else": _either(others)}


def explain(key: str) -> str:
    """Explain a dotted key such as `layers.linear.units`, whose item numbers may be left out.

    Raise UsageError with the nearest key for a key that does not exist.
    """
    kind: Any = Experiment
    field: FieldInfo | None = None
    above: list[str] = []
    for word in (word for word in key.split(".") if not word.isdigit()):
        deeper = below(kind, word)
        if deeper is None:
            raise _unknown(word, kind, above)
        spec = accepted(kind).spec
        field = spec.model_fields[word] if spec else None
        above.append(word)
        kind = accepted(deeper).item if accepted(accepted(deeper).item).registry else deeper
    registry, spec = accepted(kind).registry, accepted(kind).spec
    path = ".".join(above)
    parts = [f"{path}: {_line(field)}"] if field else [f"{path}\n{indent(getdoc(spec) or '', '  ')}"]
    if registry is not None:
        width = max(map(len, registry))
        parts += ["names:", *(f"  {name:{width}}  {_first_line(thing)}" for name, thing in registry.items())]
    elif spec is not None and spec.model_fields:
        width = max(map(len, spec.model_fields))
        parts += ["options:", *(f"  {name:{width}}  {_line(option)}" for name, option in spec.model_fields.items())]
    return "\n".join([*parts, ""])


def _line(field: FieldInfo) -> str:
    """Return the values an option accepts, its default, and its description."""
    kind = type_of(field)
    default = "required" if field.is_required() else f"default {_written(field.default, kind)}"
    return f"{describe(kind)}; {default}. {field.description or ''}".rstrip()


def _written(value: Any, kind: Any) -> str:
    registry = accepted(kind).registry
    if registry is not None and isinstance(value, Spec):
        return registry.name_of(value)
    if isinstance(value, Spec):
        return ", ".join(f"{name} {option}" for name, option in value)
    if value is None:
        return accepted(kind).none_word or "none"
    if isinstance(value, tuple):
        return "none" if not value else ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return plain_float(value) if isinstance(value, float) else str(value)


def _unknown(word: str, kind: Any, above: list[str]) -> UsageError:
    registry, spec = accepted(kind).registry, accepted(kind).spec
    known = list(registry or (spec.model_fields if spec else ()))
    near = nearest(word, known)
    owner = f"{'.'.join(above)} has" if above else "a config has"
    message = f'{owner} no key "{shown(word)}"'
    paths = list(_paths(Experiment, ()))
    named = synonym(word, list(dict.fromkeys(path.rpartition(".")[2] for path in paths))) or word
    paths = [path for path in paths if path.endswith(f".{named}")][:5] if named not in known else []
    if near and not (paths and named != word):
        return UsageError(message, f"did you mean {'.'.join([*above, near])}?")
    if paths:
        return UsageError(message, f"did you mean {' or '.join(paths)}?")
    return UsageError(message, f"the keys are: {', '.join(known)}" if known else "it has no options")


def _paths(kind: Any, above: tuple[str, ...]) -> Iterator[str]:
    """Yield every dotted path of a config to a bounded depth: residual blocks hold layers again."""
    registry, spec = accepted(kind).registry, accepted(kind).spec
    for word in (registry or (spec.model_fields if spec else ())) if len(above) < DEPTH else ():
        deeper = below(kind, word)
        yield ".".join((*above, word))
        yield from _paths(accepted(deeper).item or deeper, (*above, word))


def _first_line(thing: object) -> str:
    return (getdoc(thing) or "").partition("\n")[0]
