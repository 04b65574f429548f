"""Text of unknown origin: what a terminal would obey is shown, what people read stays."""

import json

import pytest

from npnet.text import escaped, one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
        ("a\bb\rc\td\n", r"a\x08b\rc\td\n"),
        ("\x00\x7f", r"\x00\u007f"),
        ("\x85\x9b2J\x9d", r"\u0085\u009b2J\u009d"),
        ("\u202egpj\u2066\u200e", r"\u202egpj\u2066\u200e"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\udb40\udc41"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert escaped(shown) == shown


@pytest.mark.parametrize("text", ["", "plain", "[/red] $x$ \\x1b", "Zürich 日本 😀 עברית", "5\u00a0%", "日\u3000本"])
def test_what_people_read_stays(text: str) -> None:
    assert escaped(text) == text


def test_lines_stay_lines_where_there_may_be_several() -> None:
    assert visible("a\n\x1bb\n") == "a\n\\x1bb\n"
    assert escaped("a\nb") == "a\\nb"


def test_one_line_has_an_end() -> None:
    assert one_line("x" * 2000) == "x" * 997 + "..."
    assert one_line("a\nb", 3) == "a\\nb"


def test_json_stays_the_same_json() -> None:
    value = {"".join(map(chr, range(0x100))): "\u202e\U000e0041\x9b"}
    assert json.loads(escaped(json.dumps(value, ensure_ascii=False))) == value
