"""Strict JSON: what npnet writes, and all that it reads."""

import json
import math
from typing import Any


def to_json(value: object) -> bytes:
    """Return strict JSON: UTF-8, two spaces, a final newline; NaN and infinity become null.

    Half a surrogate pair, as the command line gives for bytes that are not text, becomes a question mark.
    """
    text = json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="replace")


def parse_json(data: bytes) -> object:
    """Read strict JSON; raise ValueError for duplicate keys, NaN, infinity and invalid text."""
    try:
        value = STRICT.decode(data.decode())
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list | tuple) else value


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key is there twice")
    return fields


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number that fits")
    return number


STRICT = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_float=_finite, parse_constant=_finite)
