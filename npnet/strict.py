"""Strict JSON: what npnet writes, and all that it reads."""

import json
import math


def to_json(value: object) -> bytes:
    """Strict JSON: UTF-8, keys in their order, two spaces, a final newline; NaN and infinities become null.

    Half a surrogate pair, as the command line gives for bytes that are no text, becomes a question mark.
    """
    return (json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(errors="replace")


def parse_json(data: bytes) -> object:
    """Read strict JSON: no duplicate keys, no NaN or infinity, no broken text; ValueError says what is off."""
    try:
        value = STRICT.decode(data.decode())
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key is there twice")
    return fields


def _decimal(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number that fits")
    return number


STRICT = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_float=_decimal, parse_constant=_decimal)
