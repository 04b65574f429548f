"""Configs to fuzz: mutations of the shipped ones, and of ones that are drawn from the schema."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from npnet.config.schema import schema
from tests.faults.case import Case
from tests.faults.mutations import EXTREME, mutated

ROOT = Path(__file__).parents[2]
WORDS = ("", "a", "x" * 300, "../../etc/passwd", "/dev/zero", "\u202e", "case.yaml", "latest", "off", "all", "y")
COMMANDS = (("config", "check", "case.yaml"), ("train", "case.yaml", "--dry-run"))
LABOUR = {"repeats": 10, "ensemble": 100, "samples": 10**6}  # what takes its time by its size is drawn small
SMALL = {"dataset": {"xor": {"samples": 200}}, "layers": [{"linear": 4}, "tanh", "linear"], "epochs": 2}


def config_case(seed: int, number: int) -> Case:
    """Return the config of a number, and a command that reads it."""
    text = config_text(Random(f"config {seed} {number}"))
    return Case(f"config-{seed}-{number}", {"case.yaml": text}, COMMANDS[number % 2])


def config_text(random: Random) -> bytes:
    """Return a shipped or drawn config, nine times of ten mutated."""
    text = random.choice(shipped()) if random.random() < 0.6 else drawn(random)
    return text.encode() if random.random() < 0.1 else mutated(text, random.choice(shipped()), random)


@cache
def shipped() -> Sequence[str]:
    """Return the configs of this repository and the templates of `npnet init`."""
    files = [*sorted((ROOT / "configs").rglob("*.yaml")), *sorted((ROOT / "npnet" / "templates").rglob("*.yaml"))]
    return [file.read_text(encoding="utf-8") for file in files]


@cache
def rules() -> dict[str, Any]:
    """Return the schema of configs."""
    return schema()


def drawn(random: Random) -> str:
    """Draw a config from the schema: most of its keys and values are valid."""
    keys = rules()["properties"]
    chosen = random.sample(sorted(keys), random.choice((0, 1, 2, 4, 8)))
    config = SMALL | {key: value_of(key, keys[key], random) for key in chosen}
    return "".join(f"{key}: {json.dumps(content)}\n" for key, content in config.items())


def value(rule: dict[str, Any], random: Random, depth: int = 0) -> Any:
    """Draw a value that is valid by a rule of the schema; one time in thirty any other value."""
    if random.random() < 0.03:
        return anything(random)
    if "$ref" in rule:
        return value(rules()["$defs"][rule["$ref"].rpartition("/")[2]], random, depth)
    if "if" in rule:
        return branch(rule, random, depth)
    for word in ("enum", "const"):
        if word in rule:
            return random.choice(rule[word]) if word == "enum" else rule[word]
    return plain(rule, random, depth)


def branch(rule: dict[str, Any], random: Random, depth: int) -> Any:
    """Draw a value of a branch of an `if`; deep down, of the first branch, which is simpler."""
    first = random.random() < (0.3 if depth < 6 else 0.9)
    return value(rule["if"] | rule.get("then", {}) if first else rule.get("else", {}), random, depth)


def plain(rule: dict[str, Any], random: Random, depth: int) -> Any:
    """Draw a value of a rule that names a type."""
    kind = rule.get("type")
    if kind == "object":
        return mapping(rule, random, depth)
    if kind == "array":
        return [value(rule.get("items", {}), random, depth + 1) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    if kind in ("integer", "number"):
        return number(rule, random, whole=kind == "integer")
    return {"boolean": random.random() < 0.5, "null": None}.get(str(kind), random.choice(WORDS))


def mapping(rule: dict[str, Any], random: Random, depth: int) -> dict[str, Any]:
    """Draw keys of an object, a single key where it accepts only one."""
    keys = list(rule.get("properties", {}))
    most = min(len(keys), rule.get("maxProperties", 3))
    chosen = random.sample(keys, random.randint(min(1, most), most))
    return {key: value_of(key, rule["properties"][key], random, depth + 1) for key in chosen}


def value_of(key: str, rule: dict[str, Any], random: Random, depth: int = 0) -> Any:
    """Draw a value of a key that does not cost hours of training."""
    return value(rule | ({"maximum": LABOUR[key]} if key in LABOUR else {}), random, depth)


def number(rule: dict[str, Any], random: Random, *, whole: bool) -> Any:
    """Draw a small number of a range, one of its ends, or a number just outside."""
    low = rule.get("minimum", rule.get("exclusiveMinimum", 0))
    high = rule.get("maximum", rule.get("exclusiveMaximum", low + 10))
    near = min(high, low + random.choice((1, 2, 5, 20)))
    draw = random.randint(int(low), max(int(low), int(near))) if whole else random.uniform(low, near)
    return random.choice((draw, draw, draw, draw, draw, draw, low, high, low - 1, high + 1))


def anything(random: Random) -> Any:
    """Draw a value that follows no rule."""
    return random.choice((None, True, [], {}, "", 0, -1, 1e308, 10**30, [[]], {"a": 1}, random.choice(EXTREME)))
