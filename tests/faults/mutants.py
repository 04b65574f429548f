"""Mutants: a checkpoint with its header, its texts or its values changed, and signed again."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.faults.forging import AT, cut, signed

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308, float("nan"), float("inf")),
    *(
        "",
        "F32",
        "F64",
        "I64",
        "U8",
        "BF16",
        "O",
        "x" * 300,
        "\x1b]0;x\x07",
        "../../etc/passwd",
        "\0",
        "\ud800",
        "1e999",
    ),
    *([], [0], [-1], [2**62, 2**62], [0, 0], {}, {"": ""}, {"path": "/etc/passwd"}, [[[[]]]], [None], ["a"] * 40),
)
PATTERNS = (b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\xff" * 8, b"\0" * 8, b"\0\0\0\0\0\0\xf8\x7f", b"\xff\xff\x7f\x7f")
SNIPPETS = (
    *(b"NaN", b"Infinity", b"1e999", b"-", b",", b"{", b"}", b"[", b"]", b'"', b"\\u0000", b"\\ud800", b"\xff", b"\0"),
    *(b"[" * 3_000, b"9" * 5_000, b'{"a":' * 2_000, b'"a":1,"a":2', b" " * 1_000, b"/*x*/", b"\xef\xbb\xbf"),
)
Place = tuple[Any, Any]  # what holds a value, and its key or index in it


def mutant(bases: Sequence[bytes], seed: int, number: int) -> bytes:
    """Case `number` of a seed: one of the files with one to three changes and, but for a few, a hash that is right."""
    chance = random.Random(f"{seed} {number}")
    header, values = cut(chance.choice(bases))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        header, values = chance.choice(CHANGES)(chance, header, values)
    data = signed(header, values)
    if chance.random() < 0.02:
        return chance.choice(ODD_LENGTHS).to_bytes(8, "little") + data[8:]
    return data


ODD_LENGTHS = (0, 1, 2, 100, 2**20, 2**20 + 1, 2**30, 2**63, 2**64 - 1)
Change = Callable[[random.Random, bytes, bytes], tuple[bytes, bytes]]


def of_layout(chance: random.Random, header: bytes, values: bytes) -> tuple[bytes, bytes]:
    """Change one value of what describes the tensors."""
    return _header_with(header, lambda layout: _grown_wrong(chance, layout)), values


def of_comments(chance: random.Random, header: bytes, values: bytes) -> tuple[bytes, bytes]:
    """Change one value within a text of the metadata that is JSON itself, as the data's description is."""

    def change(layout: Any) -> None:
        comments = layout.get("__metadata__") if isinstance(layout, dict) else None
        texts = [key for key, text in comments.items() if _is_json(text)] if _is_filled(comments) else []
        if texts:
            key = chance.choice(texts)
            comments[key] = _inner(chance, comments[key])

    return _header_with(header, change), values


def of_text(chance: random.Random, header: bytes, values: bytes) -> tuple[bytes, bytes]:
    """Overwrite bytes somewhere after the hash with odd ones."""
    at = chance.randrange(min(AT + 64, len(header)), len(header) + 1)
    return header[:at] + chance.choice(SNIPPETS) + header[at + chance.choice((0, 0, 1, 4, 40)) :], values


def of_values(chance: random.Random, header: bytes, values: bytes) -> tuple[bytes, bytes]:
    """Put NaN, infinities, the largest numbers or zeros among the values."""
    at = chance.randrange(len(values) + 1) // 4 * 4
    pattern = chance.choice(PATTERNS)
    return header, (values[:at] + pattern + values[at + len(pattern) :])[: len(values)]


def of_length(chance: random.Random, header: bytes, values: bytes) -> tuple[bytes, bytes]:
    """Cut the values off, or add to them."""
    size = chance.choice((0, 1, 4, len(values) // 2, max(0, len(values) - 1), len(values) + 1, len(values) + 4096))
    return header, values[:size].ljust(size, b"\0")


CHANGES: tuple[Change, ...] = (of_layout, of_layout, of_comments, of_comments, of_text, of_values, of_length)


def _header_with(header: bytes, change: Callable[[Any], None]) -> bytes:
    try:
        layout = json.loads(header)
        change(layout)
        return json.dumps(layout, separators=(",", ":")).encode()
    except (ValueError, RecursionError):  # an earlier change has left no JSON, or half a surrogate pair
        return header


def _inner(chance: random.Random, text: str) -> str:
    try:
        fields = json.loads(text)
        for key, inner in fields.items():  # the preparations are JSON within that JSON
            if _holds_json(inner) and chance.random() < 0.6:
                fields[key] = [_inner(chance, inner[0]), *inner[1:]]
                return json.dumps(fields)
        _grown_wrong(chance, fields)
        return json.dumps(fields)
    except (ValueError, RecursionError, AttributeError):
        return text


def _grown_wrong(chance: random.Random, tree: Any) -> None:
    slots = _slots(tree)
    if not slots:
        return
    holder, key = chance.choice(slots)
    what = chance.randrange(5)
    if what == 0:
        del holder[key]
    elif what == 1:
        other, another = chance.choice(slots)
        holder[key] = json.loads(json.dumps(other[another])) if _has(other, another) else None
    elif what == 2 and type(holder[key]) in (int, float):
        holder[key] = chance.choice((holder[key] + 1, holder[key] - 1, -holder[key], holder[key] * 2**40))
    elif what == 3 and isinstance(holder, dict):
        holder[chance.choice(("a", "", "\0", "W" * 200, "dtype", "../x"))] = holder.pop(key)
    else:
        holder[key] = chance.choice(ODD)


def _slots(tree: Any) -> list[Place]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    own: list[Place] = [(tree, key) for key in keys]
    return own + [place for holder, key in own for place in _slots(holder[key])]


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _is_filled(comments: object) -> bool:
    return isinstance(comments, dict) and bool(comments)


def _holds_json(inner: object) -> bool:
    return isinstance(inner, list) and bool(inner) and _is_json(inner[0])


def _is_json(text: object) -> bool:
    return isinstance(text, str) and text.startswith("{")
