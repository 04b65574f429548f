"""Corrections: what a value that does not fit was probably meant to be, if that would fit."""

import re
import shlex
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from npnet.config.dumper import flow
from npnet.config.locations import shown
from npnet.config.nodes import Node
from npnet.config.scalars import resolve
from npnet.config.type_info import branches, nothing_of
from npnet.registry import nearest
from npnet.spec import Spec

LONGEST = 50  # signs of a text that may be meant as a number
USUAL = 10  # epochs of patience, or folds, of whoever writes true
YES, NO = ("yes", "on", "y", "true", "1"), ("no", "off", "n", "false", "0")
NOTHING = ("none", "null", "nan", "off", "no", "false", "never", "~", "nil")


def correction(node: Node, kind: Any) -> str | None:
    """What to write instead of a value of another type; None where nothing is clear."""
    value = node.plain()
    if isinstance(value, str) and not isinstance(number := resolve(value[:LONGEST]), str) and _fits(kind, number):
        return f"write it without quotes: {shown(value)}"
    if isinstance(value, bool) and _takes(kind, str) and _takes(kind, int):  # the name of a class
        return _write(_source(node), node)
    found = [meant for meant in _meant(value, kind) if _fits(kind, meant)]
    if found:
        other = _as_decimal_comma(value) if isinstance(found[0], int | float) else None
        second = f", or {flow(other)} if the comma is a decimal one" if other and _fits(kind, other) else ""
        return f"{_write(found[0], node)}{second}"
    if isinstance(value, bool | int | float) and _takes(kind, str):
        text = _source(node)
        return _write(text, node) if _fits(kind, text) else None
    return None


def _meant(value: Any, kind: Any) -> Iterator[Any]:
    """What a value may be meant to be, the likeliest first."""
    words = [choice for bare, _ in branches(kind) if get_origin(bare) is Literal for choice in get_args(bare)]
    if isinstance(value, str):
        yield from _of_text(value.strip()[:LONGEST], kind, words)
    if isinstance(value, bool):
        yield from _of_truth(value, kind, words)
    elif isinstance(value, int | float):
        yield from _of_number(value)
    yield from ({spec.main_option(): value} for spec in _specs(kind) if spec.main_option())
    if isinstance(value, dict):
        yield [{name: options} for name, options in value.items()]
    elif isinstance(value, list) and len(value) == 1:
        yield value[0]
    elif not isinstance(value, list):
        yield [value]


def _of_text(text: str, kind: Any, words: list[str]) -> Iterator[Any]:
    if _takes(kind, int) or _takes(kind, float):
        yield from _numbers(text.lstrip("="))
    if _takes(kind, bool) and text.lower() in (*YES, *NO):
        yield text.lower() in YES
    if near := nearest(text, words):
        yield near
    if text.lower() in NOTHING:
        yield from (nothing_of(kind), None)
    if text.lower() in YES:
        yield from _of_truth(True, kind, words)


def _of_truth(value: bool, kind: Any, words: list[str]) -> Iterator[Any]:
    if near := nearest(str(value), words):
        yield near
    if not value:
        yield from (nothing_of(kind), "none", None)
    elif any(_specs(kind)):
        yield USUAL


def _of_number(value: float) -> Iterator[Any]:
    if value in (0, 1):
        yield bool(value)
    if isinstance(value, float) and value.is_integer():
        yield int(value)
    if 2 <= value < 100:
        yield value / 100  # per cent


def _specs(kind: Any) -> Iterator[type[Spec]]:
    return (bare for bare, _ in branches(kind) if isinstance(bare, type) and issubclass(bare, Spec))


def _as_decimal_comma(value: Any) -> float | None:
    """The other meaning of 1,000: one."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d{1,3},\d{3}", value.strip()):
        return float(value.strip().replace(",", "."))
    return None


def _numbers(text: str) -> Iterator[Any]:
    """The numbers that a text may mean: 0,01 and 1.000,5 and 1,000 and 1_000 and 20% and 007."""
    plain = re.sub(r"[\s_'\u00a0]", "", text)
    if re.fullmatch(r"[-+]?[\d.,]+%", plain):
        for number in _numbers(plain[:-1]):
            yield number / 100
    thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", plain)
    forms = [plain.replace(",", "")] if thousands else []
    forms += [plain.replace(".", "").replace(",", ".")] if plain.count(",") == 1 else []
    forms += [plain, re.sub(r"^([-+]?)0+(?=\d)", r"\1", plain)]
    numbers = (resolve(form) for form in forms)
    yield from (number for number in numbers if isinstance(number, int | float) and not isinstance(number, bool))


def _takes(kind: Any, base: type) -> bool:
    return any(bare is base for bare, _ in branches(kind))


def _fits(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value, strict=None if isinstance(value, list) else True)
    except ValidationError:
        return False
    return True


def _write(value: Any, node: Node) -> str:
    text = flow(value)
    if not node.place.on_command_line or text == flow(text):
        return f"write {shown(text)}"
    return f"write {shlex.quote(f'{node.place.key}={text}')}"


def _source(node: Node) -> str:
    """A truth value or a number as it is written: True and true are one value, and two texts."""
    found = re.match(r"[^\s,\]}#]+", node.place.text[node.place.column - 1 :])
    return found.group() if found else flow(node.plain())
