"""The reader: every unsupported text refused with its line, and the scalars of YAML 1.2."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.config.nodes import parse_scalar, plain_float
from npnet.config.reader import read
from npnet.errors import ConfigError

REFUSED = [
    ("a: !!python/object/apply:os.system [x]", "1:4", "tags (tag:yaml.org,2002:python/object/apply:os.system)"),
    ("a: !!bool maybe", "1:4", "tags (tag:yaml.org,2002:bool)"),
    ("a: !!timestamp xx", "1:4", "tags"),
    ("a: ! 3", "1:4", "tags (!)"),
    ("!x {a: 1}", "1:1", "tags (!x)"),
    ("a: &x 3", "1:4", "anchors (&x)"),
    ("a: 1\nb: *x", "2:4", "aliases (*x)"),
    ("a: &x [1]\nb: [*x, *x]", "1:4", "anchors"),
    ("a:\n  <<: {b: 1}", "2:3", "merge keys"),
    ("a: 1\nb: 2\na: 3", "3:1", 'the key "a" is given twice, in lines 1 and 3'),
    ("a: {b: 1, c: 2, b: 3}", "1:17", 'the key "b" is given twice, in one line'),
    ("a:\n  b: 1\n  b: 2", "3:3", "in lines 2 and 3"),
    ("a: 1\n---\nb: 2", "2:1", "a second document"),
    ("? [a, b]\n: 3", "1:3", "a key must be a single word"),
    ("a: " + "9" * 5000, "1:4", "a number of 5000 digits"),
    ('a: "\\ud800"', "1:4", "a character that no file can hold"),
    ('a: "\\0"', "1:4", "a character that no file can hold"),
    ('a: "\\UFFFFFFFF"', "1:1", "this is not YAML"),
    ('a: "\\q"', "1:6", "an unknown escape"),
    ("a:\n\t- b", "2:1", "a tab where YAML wants spaces"),
    ("a:\n  - b\n\tc: 3", "3:1", "a tab where YAML wants spaces"),
    ("a: [1, 2\nb: 3", "1:4", "a comma or the closing bracket is missing"),
    ("a: 'x", "1:4", "the text that begins here has no end"),
    ("a: 1\nb:2\n", "2:1", "a colon is missing"),
    ("a: b: c", "1:5", "a colon where none may stand"),
    ("a: 1\n b: 2", "2:3", "a colon where none may stand"),
    ("a: @x", "1:4", "a text cannot begin with @"),
    ("a: `x`", "1:4", "a text cannot begin with `"),
    ("a: - b", "1:4", "a list cannot begin here"),
    ("%YAML 9.9\n---\na: 1", "1:1", "this is not YAML"),
    ("%YAML 1." + "9" * 5000 + "\n---\na: 1", "1:1", "this is not YAML"),
    ("a: \0", "1:4", "the control character '\\x00'"),
    ("a: 1\nb: \x1b[31m", "2:4", "the control character '\\x1b'"),
]


def mistakes(data: bytes) -> list[tuple[str, str]]:
    """Where and what, of the mistakes that are collected and of those that end the reading."""
    try:
        return [(issue.location.where, issue.message) for issue in read(data, "c.yaml")[1]]
    except ConfigError as error:
        return [(problem.where, problem.message) for problem in error.problems]


@pytest.mark.parametrize(("text", "where", "message"), REFUSED, ids=[repr(row[0][:24]) for row in REFUSED])
def test_unsupported_yaml_is_refused_at_its_location(text: str, where: str, message: str) -> None:
    first = mistakes(text.encode())[0]
    assert first[0] == f"c.yaml:{where}"
    assert message in first[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5e3", 500.0),
        ("+1.5", 1.5),
        ("-0", 0),
        ("7.", 7.0),
        ("0x1F", 31),
        ("0o17", 15),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.0e+400", math.inf),
        *((text, text) for text in ("no", "NO", "on", "off", "yes", "y", "12:30:45", "010", "-007", "1_000", "0b1")),
        *((text, text) for text in ("2024-13-45", "2024-01-31", "1e", "e5", ".", "+", "-x", "inf", "nan", "tRUE", "=")),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    read_back = read(f"a: {text}".encode(), "c.yaml")[0].plain()["a"]
    assert (read_back, type(read_back)) == (value, type(value))


@pytest.mark.parametrize("text", ["'1'", '"true"', "'~'", "|-\n  3"])
def test_quoted_and_block_scalars_are_text(text: str) -> None:
    assert isinstance(read(f"a: {text}".encode(), "c.yaml")[0].plain()["a"], str)


@given(st.floats(), st.sampled_from(["{!r}", "{:g}", "{:e}", "{:E}", "{:.17g}"]))
@settings(deadline=None, max_examples=300)
def test_every_way_to_print_a_float_reads_back_as_a_number(number: float, form: str) -> None:
    text = form.format(number) if math.isfinite(number) else plain_float(number)
    value = parse_scalar(text)
    assert isinstance(value, int | float)
    assert value == float(form.format(number)) or (math.isnan(number) and math.isnan(value))


@given(st.floats())
@settings(deadline=None)
def test_a_written_float_reads_back_as_the_same_bits(number: float) -> None:
    value = parse_scalar(plain_float(number))
    assert isinstance(value, float)
    assert value.hex() == number.hex()


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"---\na: 1\nb: 2\n...\n"])
def test_a_byte_order_mark_crlf_and_document_marks_are_accepted(data: bytes) -> None:
    assert read(data, "c.yaml")[0].plain() == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        ("a: 1\nb: ü".encode("latin-1"), "2:4", "byte 8 (0xfc) is not UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "1:4", "byte 6 (0xff) is not UTF-8"),
        ("a: 1".encode("utf-16"), "1:1", "the file is UTF-16, from byte 0 on"),
        (b"\x7fELF\x02\x01", "1:1", "the control character '\\x7f' is not allowed"),
        (b"\x89PNG\r\n", "1:1", "byte 0 (0x89) is not UTF-8"),
    ],
)
def test_other_encodings_are_refused_with_the_byte(data: bytes, where: str, message: str) -> None:
    assert mistakes(data) == [(f"c.yaml:{where}", message)]


@pytest.mark.parametrize("depth", [20, 21, 200, 2_000, 20_000, 200_000])
def test_only_20_levels_are_read_and_deeper_ones_refused_at_once(depth: int) -> None:
    start = time.perf_counter()
    found = mistakes(b"[" * depth + b"]" * depth)
    assert found == ([] if depth <= 20 else [("c.yaml:1:21", "the values are nested more than 20 levels deep")])
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("level", range(1, 21))
def test_a_bomb_of_aliases_is_never_expanded(level: int) -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, level + 1)]
    found = mistakes("\n".join(lines).encode())
    assert len(found) == 1 + level * 10


def test_more_than_10000_values_are_refused() -> None:
    assert mistakes(b"a: [" + b"1," * 10_000 + b"]")[0][1] == "the file holds more than 10000 values"


def test_all_issues_but_syntax_errors_are_reported_at_once() -> None:
    found = mistakes(b"a: !x 1\nb: &y 2\na: 3\nc: *y\nd: [")
    assert [where for where, _ in found] == [f"c.yaml:{place}" for place in ("1:4", "2:4", "3:1", "4:4", "5:5")]


def test_an_excerpt_shows_the_line_and_a_caret() -> None:
    with pytest.raises(ConfigError) as caught:
        read(b"a: 1\nlayers: [relu, 'x]\n", "c.yaml")
    assert caught.value.problems[0].excerpt == "layers: [relu, 'x]\n               ^"


def test_an_excerpt_of_a_long_line_is_cut_around_the_caret() -> None:
    with pytest.raises(ConfigError) as caught:
        read(b"a: [" + b"x, " * 500 + b"'y", "c.yaml")
    line, caret = (caught.value.problems[0].excerpt or "").split("\n")
    assert line[caret.index("^")] == "'"
    assert len(line) <= 100


@given(st.binary(max_size=80))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert all(where.startswith("c.yaml") and message for where, message in mistakes(data))


@given(st.text(st.sampled_from("ab1 .:-[]{}'\"\n\t#&*!%|>?,@\\~<=0xe"), max_size=60))
@settings(deadline=None, max_examples=500)
def test_any_yaml_like_text_is_read_or_refused(text: str) -> None:
    assert all(where.startswith("c.yaml") and message for where, message in mistakes(text.encode()))
