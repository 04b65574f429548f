"""Strict JSON: what npnet writes, and all that it reads."""

import json
import math

LINE, DEEPER = "\n", "  "
ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def to_json(value: object) -> bytes:
    """Strict JSON: UTF-8, keys in their order, two spaces, a final newline; NaN and infinities become null.

    Half a surrogate pair, as the command line gives for bytes that are no text, becomes a question mark.
    """
    return (_written(value, LINE) + LINE).encode(errors="replace")


def parse_json(data: bytes) -> object:
    """Read strict JSON: no duplicate keys, no NaN or infinity, no broken text; ValueError says what is off."""
    try:
        value = STRICT.decode(data.decode())
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _written(value: object, line: str) -> str:
    """What json.dumps(indent=2) writes, in two thirds of its time; `line` is the break before a line at this depth."""
    if isinstance(value, str):
        return ENCODE(value)
    if isinstance(value, float):
        return float.__repr__(value) if math.isfinite(value) else "null"
    if isinstance(value, dict):
        return _lines(
            [f"{ENCODE(str(key))}: {_written(item, line + DEEPER)}" for key, item in value.items()], "{}", line
        )
    if isinstance(value, list | tuple):
        return _lines([_written(item, line + DEEPER) for item in value], "[]", line)
    return ENCODE(value)


def _lines(items: list[str], brackets: str, line: str) -> str:
    inner = line + DEEPER
    return f"{brackets[0]}{inner}{f',{inner}'.join(items)}{line}{brackets[1]}" if items else brackets


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
