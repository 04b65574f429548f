"""Mutations of a text: slips of the hand or the editor, and malice."""

from collections.abc import Callable, Sequence
from random import Random

EXTREME = (
    *("0", "-0", "-1", "1", "2", "1e308", "1e309", "-1e308", "5e-324", "1e-320", "2147483648", "9223372036854775807"),
    *(
        "9223372036854775808",
        "18446744073709551616",
        "1" + "0" * 400,
        ".inf",
        "-.inf",
        ".nan",
        "nan",
        "0x7fffffff",
        "0o17",
    ),
    *("010", "1_000", "0.1e", "1e", "1.", ".5", "+3", "1:30", "12e03", "true", "null", "~", "''", "[]", "{}", "1e6"),
)
SIGNS = (
    *"{}[]:,#&*!|>'\"%@`?-=<.~\\\t\r\n \0",
    "<<: ",
    "- ",
    "---\n",
    "...\n",
    ": ",
    "!!python/name:os.system ",
    "\n\n",
    "? ",
)
LETTERS = (
    "\u00e9",
    "\u0130",
    "\u2028",
    "\x85",
    "\ufeff",
    "\u202e",
    "\U0001f9e0",
    "\ud7ff",
    "\uffff",
    "\u0301",
    "\u00a0",
    "\x1b[31m",
    "\x7f",
)
BYTES = (b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\0", b"\xef\xbb\xbf", b"\x80", b"\xf4\x90\x80\x80")

Mutation = Callable[[str, Random], str]


def mutated(text: str, other: str, random: Random) -> bytes:
    """One to five mutations of a text, some of which take words or lines of another one."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        text = spliced(text, other, random) if random.random() < 0.1 else random.choice(MUTATIONS)(text, random)
    data = text.encode("utf-8", "surrogatepass")
    return with_odd_bytes(data, random) if random.random() < 0.05 else data


def spliced(text: str, other: str, random: Random) -> str:
    """Insert lines of another text among those of this one."""
    lines, others = text.splitlines(keepends=True), other.splitlines(keepends=True)
    start, place = _place(others, random), _place(lines, random)
    return "".join([*lines[:place], *others[start : start + random.randint(1, 4)], *lines[place:]])


def with_odd_bytes(data: bytes, random: Random) -> bytes:
    """Bytes that are no UTF-8, or a mark of another encoding, somewhere."""
    place = random.choice((0, _place(data, random)))
    return data[:place] + random.choice(BYTES) + data[place:]


def without_a_span(text: str, random: Random) -> str:
    start = _place(text, random)
    return text[:start] + text[start + random.choice((1, 1, 2, 8, 80)) :]


def with_a_span_twice(text: str, random: Random) -> str:
    start = _place(text, random)
    end = start + random.choice((1, 2, 8, 80))
    return text[:end] + text[start:end] * random.choice((1, 1, 1, 30)) + text[end:]


def with_letters_transposed(text: str, random: Random) -> str:
    place = _place(text, random)
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def with_lines_transposed(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    first, second = _place(lines, random), _place(lines, random)
    if lines:
        lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


def with_a_line_less(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for number, line in enumerate(lines) if number != _place(lines, random) or len(lines) == 1)


def with_a_line_twice(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    place = _place(lines, random)
    return "".join([*lines[:place], *lines[place : place + 1] * random.choice((2, 2, 50)), *lines[place + 1 :]])


def with_a_line_indented(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    place = _place(lines, random)
    if lines:
        line = lines[place]
        lines[place] = random.choice((" ", "  ", "\t", "      ")) + line if random.random() < 0.6 else line.lstrip(" ")
    return "".join(lines)


def with_an_odd_letter(text: str, random: Random) -> str:
    place = _place(text, random)
    return text[:place] + random.choice(LETTERS) + text[place:]


def with_a_sign(text: str, random: Random) -> str:
    place = _place(text, random)
    return text[:place] + random.choice(SIGNS) + text[place + random.randint(0, 1) :]


def with_an_extreme_number(text: str, random: Random) -> str:
    words = _words(text, str.isdigit)
    return _replaced(text, words, random.choice(EXTREME), random)


def with_a_word_elsewhere(text: str, random: Random) -> str:
    words = _words(text, lambda letter: letter.isalnum() or letter in "_.")
    if not words:
        return text
    start, end = random.choice(words)
    return _replaced(text, words, text[start:end], random)


def nested(text: str, random: Random) -> str:
    place, depth = _place(text, random), random.choice((1, 3, 25, 2000))
    opening, closing = random.choice((("[", "]"), ("{a: ", "}"), ("- ", "")))
    return text[:place] + opening * depth + closing * depth + text[place:]


MUTATIONS: tuple[Mutation, ...] = (
    without_a_span,
    with_a_span_twice,
    with_letters_transposed,
    with_lines_transposed,
    with_a_line_less,
    with_a_line_twice,
    with_a_line_indented,
    with_an_odd_letter,
    with_a_sign,
    with_an_extreme_number,
    with_a_word_elsewhere,
    nested,
)


def _place(text: Sequence[object] | str | bytes, random: Random) -> int:
    return random.randrange(len(text)) if text else 0


def _words(text: str, belongs: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Where the words of such letters begin and end."""
    words, start = [], None
    for place, letter in enumerate([*text, "\n"]):
        if belongs(letter) and start is None:
            start = place
        elif not belongs(letter) and start is not None:
            words.append((start, place))
            start = None
    return words


def _replaced(text: str, words: list[tuple[int, int]], word: str, random: Random) -> str:
    if not words:
        return text
    start, end = random.choice(words)
    return text[:start] + word + text[end:]
