"""JSON that npnet writes and reads is strict."""

import json
import math

import pytest

from npnet.storage import disk
from npnet.storage.strict_json import parse_json


def test_json_is_strict_in_order_and_ends_its_last_line(tmp_path):
    disk.write_json(tmp_path / "a.json", {"z": math.nan, "a": [math.inf, 0.1, 1], "ü": ("b", None, True)})
    data = (tmp_path / "a.json").read_bytes()
    assert json.loads(data) == {"z": None, "a": [None, 0.1, 1], "ü": ["b", None, True]}
    assert data.decode().splitlines()[:2] == ["{", '  "z": null,']
    assert data.endswith(b"}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{} {}",
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        "1e999",
        '{"a": 1, "a": 1}',
        '{"b": {"a": 1, "a": 2}}',
        '"\\ud800"',
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        "9" * 5000,
        b"\xff",
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_json_that_is_not_strict_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_json(text if isinstance(text, bytes) else text.encode())
