"""Schema: the JSON Schema of a config, from the models that read it, for use in editors.

A union is a chain of `if/then/else` over the JSON type: editors then say what is wrong with the branch that was
meant, where `oneOf` and `anyOf` make them say that nothing fits.
"""

from collections.abc import Iterator
from typing import Any

from npnet.config.experiment import PARTS, Experiment
from npnet.config.presets import names
from npnet.config.type_info import registry_of, type_of
from npnet.data import datasets
from npnet.metrics import metrics
from npnet.nn.initializers import initializers
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.nn.schedules import schedules
from npnet.registry import Registry
from npnet.search import methods
from npnet.spec import Spec

Schema = dict[str, Any]
KINDS: tuple[Registry[Any], ...] = (datasets, layers, losses, optimizers, schedules, initializers, methods)
JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
FILE: Schema = {"type": "string", "minLength": 1}


def schema() -> Schema:
    """The JSON Schema (draft 7) of a config file."""
    definitions: Schema = {kind.plural: _choices(kind) for kind in KINDS}
    root = _options(Experiment)
    properties = root["properties"]
    properties["metrics"]["items"] = {"enum": list(metrics)}
    properties["monitor"] = {
        "description": properties["monitor"]["description"],
        "enum": [None, *(f"{part}_{name}" for part in reversed(PARTS) for name in ("loss", *metrics))],
    }
    properties["extends"] = {
        "description": "A config that this one builds on, or a list: mappings merge, lists replace, the later wins.",
        **_either([FILE, {"type": "array", "items": FILE}]),
    }
    properties["preset"] = {"description": properties["preset"]["description"], "enum": [None, *names()]}
    required = root.pop("required")
    needed = {"if": {"required": ["preset"]}, "then": {"required": ["dataset"]}, "else": {"required": required}}
    condition = {"if": {"required": ["extends"]}, "else": needed}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "npnet config"}
    return {**head, **root, **condition, "$defs": definitions}


def _choices(registry: Registry[type[Spec]]) -> Schema:
    """One of the registered names alone, or a mapping of exactly one to its options."""
    alone = [name for name, spec in registry.items() if not _required(spec)]
    lines = [(registry[name].__doc__ or "").partition("\n")[0] for name in alone]
    return {
        "if": {"type": "string"},
        "then": {"enum": alone, "enumDescriptions": lines},
        "else": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {name: _named(spec) for name, spec in registry.items()},
        },
    }


def _named(spec: type[Spec]) -> Schema:
    """The options of a registered spec, its main option alone, or nothing where it needs none."""
    options, main = _options(spec), spec.main_option()
    ways = [] if _required(spec) else [{"type": "null"}]
    ways += [{key: part for key, part in options.items() if key != "description"}]
    ways += [options["properties"][main]] if main else []
    return {"description": options["description"], **_either(ways)}


def _required(spec: type[Spec]) -> list[str]:
    return [name for name, field in spec.model_fields.items() if field.is_required()]


def _options(spec: type[Spec]) -> Schema:
    """The schema of a spec's options, nothing in it by reference but the registered kinds."""
    written = spec.model_json_schema()
    models = written.pop("$defs", {})
    result: Schema = _simplified(written, models)
    result.pop("title", None)
    for name, field in spec.model_fields.items():
        registry = registry_of(type_of(field))
        if registry is not None and isinstance(field.default, Spec):
            result["properties"][name]["default"] = registry.name_of(field.default)
    return {"description": "", "properties": {}, **result}


def _simplified(part: Any, models: Schema) -> Any:
    """Pydantic's schema without titles it made up, with unions as if/then and references put in."""
    if isinstance(part, list):
        return [_simplified(item, models) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key not in ("title", "named", "$ref", "anyOf", "properties")}
    if "named" in part:
        kept["$ref"] = f"#/$defs/{part['named']}"
    if "$ref" in part:
        kept = {**_simplified(models[part["$ref"].rpartition("/")[2]], models), **kept}
    if "properties" in part:
        kept["properties"] = {key: _simplified(value, models) for key, value in part["properties"].items()}
    if "anyOf" in part:
        kept |= _either([_simplified(way, models) for way in sorted(_ways(part), key=_commonness)])
    return {key: _simplified(value, models) if key == "items" else value for key, value in kept.items()}


def _ways(part: Schema) -> Iterator[Schema]:
    """The alternatives of a union, those of a union within it too."""
    for way in part["anyOf"]:
        yield from _ways(way) if "anyOf" in way else [way]


def _commonness(way: Schema) -> int:
    """Null and single words first: the last branch, whose mistakes are told, is the usual one."""
    return 0 if way.get("type") == "null" else 1 if "const" in way else 2


def _either(ways: list[Schema]) -> Schema:
    """A value of one of several JSON types, each with its own schema."""
    first, *others = ways
    if not others:
        return first
    return {"if": {"type": _json_type(first)}, "then": first, "else": _either(others)}


def _json_type(way: Schema) -> Any:
    if "$ref" in way:
        return ["string", "object"]
    return way.get("type") or JSON_TYPES[type(way["const"])]
