"""Hints: the key or value of npnet that a wrong one in a config was probably meant to be."""

import re
import shlex
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from npnet.config.experiment import Experiment
from npnet.config.files import TABLES
from npnet.config.nodes import COMMAND_LINE, Node, Path, SourceLocation, parse_scalar, shown
from npnet.config.reader import hints
from npnet.config.type_info import accepted, branches
from npnet.config.writer import flow
from npnet.data.datasets.table import Table
from npnet.nn.layer import layers
from npnet.nn.optimizers import optimizers
from npnet.registry import nearest, squashed

LONGEST = 50  # characters of a text that may be meant as a number
USUAL = 10  # epochs of patience, or folds, where a config has `true`
YES, NO = ("yes", "on", "y", "true", "1"), ("no", "off", "n", "false", "0")
NONE = ("none", "null", "nan", "off", "no", "false", "never", "~", "nil")
TEXT = r'"(?:[^"\\]|\\.)*"'
VALUE = rf"\{{(?:{TEXT}|[^}}\"])*\}}|\[(?:{TEXT}|[^]\"])*\]|{TEXT}|'[^']*'|[\w.+-]*\w"  # the value of a key in a hint
DECIMAL_COMMA = r"[-+]?(\d*|\d{1,3}(\.\d{3})+),\d*([eE][-+]?\d+)?"  # 0,5 or 1.000,5
OWN_LAYER = "take it out, and write it as a layer of its own"


def _find(table: str, word: str) -> str | None:
    """Return a table's entry for a word; None for a word without entry."""
    return next((entry for words, entry in hints()[table].items() if word in words.split()), None)


def write_key(key: str, value: Any, location: SourceLocation) -> str:
    """Return the hint to write a value under a dotted key, as YAML or as an override."""
    if location.on_command_line:
        return f"write {shlex.quote(f'{key}={flow(value)}')} instead"
    first, *others = key.split(".")
    text = flow(value)
    for name in reversed(others):
        text = f"{{{name}: {text}}}"
    return f"write {first}: {text} instead"


def as_override(hint: str, path: Path = ()) -> str:
    """Rewrite a hint to set a key as an override; `path` leads to the wrong value.

    >>> as_override("write split: {test: 0.2}"), as_override("write validation: 0.2 under split")
    ("write 'split={test: 0.2}'", 'write split.validation=0.2')
    """

    def setting(match: re.Match[str]) -> str:
        key = match["key"]
        if key in path[1:]:
            key = ".".join(map(str, path[: len(path) - path[::-1].index(key)]))
        elif key.partition(".")[0] not in (*Experiment.model_fields, *Table.model_fields):
            return match.group()
        quoted = shlex.quote(f"{key}={match['value'].strip(chr(39))}")
        return f"{match['verb']} {quoted}"

    whole = re.sub(rf"\bwrite (\w+): ({VALUE}) under ([\w.]+)", r"write \3.\1: \2", hint)
    return re.sub(rf"\b(?P<verb>write|or|and) (?P<key>[\w.]+): (?P<value>{VALUE})", setting, whole)


def suggest_key(root: Node, path: Path, key: str, node: Node | None) -> str | None:
    """Return the hint for an unknown key below a path; None where npnet has no counterpart."""
    word, value = squashed(key), node.plain() if node else None
    location = (node.key_location if node else None) or root.location
    if not path:
        return _suggest_top_key(root, word, value, location)
    if path[0] == "layers" and path[-1] in layers:
        return _as_own_layer(word, value) or _find("take_out", word)
    if path[0] == "optimizer" and (found := suggest_beside_optimizer(key, value, location)):
        return found
    if path == ("early_stopping",) and word in ("monitor", "metric"):
        return "write monitor: validation_loss beside early_stopping instead"
    if path == ("sweep",) and isinstance(value, list | dict) and (near := nearest(key, list(Experiment.model_fields))):
        return write_key("sweep.parameters", {near: value}, location)
    return _find("take_out", word) if path[0] in ("optimizer", "split", "schedule", "dataset") else None


def suggest_option(name: str, value: str) -> str | None:
    """Return the hint for an option --NAME VALUE; None where no key corresponds to it."""
    location = SourceLocation.of_override(name, 1, "")
    text = _suggest_top_key(Node({}, location), squashed(name), parse_scalar(value), location)
    return text if text and text.startswith("write") else None


def suggest_layer(name: str, value: Any, location: SourceLocation) -> str | None:
    """Return the hint for an unknown layer; None where npnet has no counterpart."""
    if key := _find("penalties", squashed(name)):
        return write_key(key, value if isinstance(value, float) else 0.001, location)
    return _find("no_layers", squashed(name))


def suggest_table(path: str, location: SourceLocation) -> str | None:
    """Return the hint to write the file of a table as a dataset; None for other names."""
    if not path.lower().endswith(TABLES):
        return None
    return write_key("dataset.table", {"path": path, "target": "COLUMN"}, location)


def suggest_beside_optimizer(name: str, value: Any, location: SourceLocation) -> str | None:
    """Return the hint for an option that no optimizer has; None where npnet has no counterpart."""
    key = _find("beside_optimizer", squashed(name))
    return write_key(key, value, location) if key else None


def _suggest_top_key(root: Node, word: str, value: Any, location: SourceLocation) -> str | None:
    if word in ("data", "dataset", "traindata") and isinstance(value, str) and (t := suggest_table(value, location)):
        return t
    if word == "nesterov" and value is True:
        return write_key("optimizer", "nesterov", location)
    if word == "betas" and isinstance(value, list) and len(value) == 2:
        name = _name_under(root, "optimizer", "adam")
        return write_key(f"optimizer.{name}", dict(zip(("beta1", "beta2"), value, strict=True)), location)
    if word == "mindelta":
        return write_key("early_stopping", {"patience": 10, "min_delta": value}, location)
    if word in hints()["hidden"].split():
        return _as_layers(root, value, location)
    if key := _find("moved", word):
        return _moved(root, key, value, location)
    return _find("command_line", word) or _as_own_layer(word, value) or _find("take_out", word)


def _as_own_layer(word: str, value: Any) -> str | None:
    """Return the hint to write an activation, dropout or normalization as a layer of its own."""
    if word in hints()["activation"].split():
        name = (nearest(value, list(layers)) if isinstance(value, str) else None) or "relu"
        return f"{OWN_LAYER}: - {name}"
    if word in ("dropout", "dropoutrate", "droprate") and isinstance(value, float):
        return f"{OWN_LAYER}: - dropout: {value:g}"
    if word in ("batchnorm", "batchnormalization", "bn", "layernorm"):
        return f"{OWN_LAYER}: - {'layer_norm' if word == 'layernorm' else 'batch_norm'}"
    return None


def _moved(root: Node, key: str, value: Any, location: SourceLocation) -> str:
    """Return the hint to write a value under a key such as optimizer.{optimizer}.beta1, with names of the config."""
    option = key.rpartition(".")[2]
    optimizer = _name_under(root, "optimizer", "adam")
    if option not in getattr(optimizers.get(optimizer), "model_fields", {}):
        optimizer = "adamw" if option == "weight_decay" else "adam"
    loss, dataset = _name_under(root, "loss", "cross_entropy"), _name_under(root, "dataset", "xor")
    key = key.format(optimizer=optimizer, loss=loss, dataset=dataset)
    above = key.split(".")[:-1]
    nodes = root.walk(tuple(above))
    if above and len(nodes) > len(above) and isinstance(nodes[-1].value, dict) and not location.on_command_line:
        return f"write {option}: {flow(value)} under {'.'.join(above)} instead"
    return write_key(key, value, location)


def _as_layers(root: Node, value: Any, location: SourceLocation) -> str:
    """Return the hint to write sizes of hidden layers as a list of layers."""
    sizes = [size for size in (value if isinstance(value, list) else [value]) if type(size) is int and size > 0]
    words = hints()["activation"].split()
    activation = next((node.plain() for key, node in root.items.items() if squashed(key) in words), "relu")
    name = nearest(str(activation), list(layers)) or "relu"
    hidden = (layer for size in sizes or [16] for layer in ({"linear": size}, name))
    return write_key("layers", [*hidden, "linear"], location)


def _name_under(root: Node, key: str, default: str) -> str:
    """Return the name under a key of the config, such as that of its optimizer."""
    value = node.value if (node := root.child(key)) else None
    name = next(iter(value), default) if isinstance(value, dict) else value
    return name if isinstance(name, str) else default


def suggest_value(node: Node, kind: Any) -> str | None:
    """Return the hint with the value probably meant by a wrong one; None where unclear."""
    value = node.plain()
    if isinstance(value, str) and not isinstance(number := parse_scalar(value[:LONGEST]), str) and _fits(kind, number):
        return f"write it without quotes: {shown(value)}"
    if isinstance(value, bool) and _accepts(kind, str) and _accepts(kind, int):  # the name of a class
        return _write_value(_source(node), node)
    for meant in _meant(value, kind):
        if _fits(kind, meant):
            second = _decimal_comma(value, kind) if isinstance(value, str) and isinstance(meant, int | float) else ""
            return f"{_write_value(meant, node)}{second}"
    if isinstance(value, bool | int | float) and _accepts(kind, str):
        text = _source(node)
        return _write_value(text, node) if _fits(kind, text) else None
    return None


def _meant(value: Any, kind: Any) -> Iterator[Any]:
    """Yield the values that a value may be meant to be, the likeliest first."""
    literals = [choice for bare, _ in branches(kind) if get_origin(bare) is Literal for choice in get_args(bare)]
    choices = [choice for choice in literals if isinstance(choice, str)]
    if isinstance(value, str):
        yield from _meant_by_text(value.strip()[:LONGEST], kind, choices)
    if isinstance(value, bool):
        yield from _meant_by_bool(value, kind, choices)
    elif isinstance(value, int | float):
        if value in (0, 1):
            yield bool(value)
        if isinstance(value, float) and value.is_integer():
            yield int(value)
        if 2 <= value < 100:
            yield value / 100  # per cent
    yield from ({spec.main_option(): value} for spec in accepted(kind).specs if spec.main_option())
    if isinstance(value, dict):
        yield [{name: options} for name, options in value.items()]
    elif not isinstance(value, list) or len(value) == 1:
        yield value[0] if isinstance(value, list) else [value]


def _meant_by_text(text: str, kind: Any, choices: list[str]) -> Iterator[Any]:
    if _accepts(kind, int) or _accepts(kind, float):
        yield from _numbers(text.lstrip("="))
    if _accepts(kind, bool) and text.lower() in (*YES, *NO):
        yield text.lower() in YES
    if near := nearest(text, choices):
        yield near
    if text.lower() in NONE:
        yield from (accepted(kind).none_word, None)
    if text.lower() in YES:
        yield from _meant_by_bool(True, kind, choices)


def _meant_by_bool(value: bool, kind: Any, choices: list[str]) -> Iterator[Any]:
    if near := nearest(str(value), choices):
        yield near
    if not value:
        yield from (accepted(kind).none_word, "none", None)
    elif accepted(kind).specs:
        yield USUAL


def _decimal_comma(text: str, kind: Any) -> str:
    """Return the end of the hint for a text with another meaning, as 1,000 is 1 too; else an empty text."""
    text = text.strip()
    decimal = float(text.replace(",", ".")) if re.fullmatch(r"[-+]?\d{1,3},\d{3}", text) else None
    return f", or {flow(decimal)} if the comma is a decimal one" if decimal and _fits(kind, decimal) else ""


def _numbers(text: str) -> Iterator[Any]:
    """Yield the numbers that a text may mean: 0,01 or 1.000,5 or 1,000 or 1_000 or 20% or 007.

    >>> list(_numbers("1.000,5")), list(_numbers("1,5e-3")), list(_numbers("0.01,0.02"))
    ([1000.5], [0.0015], [])
    """
    plain = re.sub(r"[\s_'\u00a0]", "", text)
    if re.fullmatch(r"[-+]?[\d.,]+%", plain):
        for number in _numbers(plain[:-1]):
            yield number / 100
    thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", plain)
    forms = [plain.replace(",", "")] if thousands else []
    forms += [plain.replace(".", "").replace(",", ".")] if re.fullmatch(DECIMAL_COMMA, plain) else []
    forms += [plain, re.sub(r"^([-+]?)0+(?=\d)", r"\1", plain)]
    yield from (number for number in map(parse_scalar, forms) if type(number) in (int, float))


def _accepts(kind: Any, base: type) -> bool:
    return any(bare is base for bare, _ in branches(kind))


def _fits(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value, strict=None if isinstance(value, list) else True)
    except ValidationError:
        return False
    return True


def _write_value(value: Any, node: Node) -> str:
    text = flow(value)
    if not node.location.on_command_line or text == flow(text):
        return f"write {shown(text)}"
    return f"write {shlex.quote(f'{node.location.file.removeprefix(COMMAND_LINE)}={text}')}"


def _source(node: Node) -> str:
    """Return a bool or number as it is written: True and true are equal, but two texts."""
    found = re.match(r"[^\s,\]}#]+", node.location.text[node.location.column - 1 :])
    return found.group() if found else flow(node.plain())
