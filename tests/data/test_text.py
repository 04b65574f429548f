"""Texts as data: how files are read, which characters have codes, and how windows are cut and split."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.data.datasets.text import Text
from npnet.data.split import Split, parts_of
from npnet.data.text.reading import read_symbols, symbols, text_of
from npnet.data.text.vocabulary import UNKNOWN, Vocabulary
from npnet.errors import DataError, RunError

LATIN = "été".encode("latin-1")


def text(codes: Any) -> str:
    return text_of(codes, "characters")


@pytest.mark.parametrize(
    ("data", "encoding", "found"),
    [
        ("één\r\ntwee\rdrie\n".encode(), None, "één\ntwee\ndrie\n"),
        ("\ufeffword".encode(), None, "word"),
        ("\ufeffword".encode(), "utf-8", "word"),
        (LATIN, "latin-1", "été"),
        ("été".encode("utf-16"), "utf-16", "été"),
        ("one line, no end 😀".encode(), None, "one line, no end 😀"),
    ],
)
def test_characters_are_decoded_and_line_ends_are_line_feeds(
    tmp_path: Path, data: bytes, encoding: str | None, found: str
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert text(read_symbols("a.txt", tmp_path, "characters", encoding)) == found
    assert read_symbols("a.txt", tmp_path, "bytes").tolist() == list(data)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (b"", {}, "a.txt is empty"),
        (
            LATIN,
            {},
            "a.txt: byte 0 is not UTF-8; save it as UTF-8; if it is Latin-1, write encoding: latin-1; level: by",
        ),
        ("été".encode("utf-16"), {}, "a.txt is UTF-16; write encoding: utf-16, or save it as UTF-8"),
        (b"\x89PNG\0\0", {}, "a.txt: byte 4 is NUL, so this is no text; level: bytes reads any file"),
        (LATIN, {"encoding": "ascii"}, "a.txt: byte 0 is not ascii; encoding: names the one it was saved in"),
        (b"abc", {"encoding": "utf-16"}, "a.txt: byte 2 is not utf-16"),
        (b"short", {}, "a.txt has 5 characters, 0 windows of 64: too few to train on and to hold out; name a lo"),
        (
            b"a b" * 30,
            {},
            "a.txt has 90 characters, 1 window of 64: too few to train on and to hold out; write length: 4",
        ),
        (b"y" * 100, {}, "a.txt is one character, over and over; there is nothing to learn"),
    ],
)
def test_a_file_that_cannot_be_learned_from_is_refused_in_words(
    tmp_path: Path, data: bytes, options: dict[str, Any], message: str
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(DataError) as error:
        Text(path="a.txt", **options).load(tmp_path, 0)
    assert message in f"{error.value.message}; {error.value.hint}"


def test_a_vocabulary_has_the_most_frequent_characters_and_one_code_for_all_others() -> None:
    found = Vocabulary.of(symbols("aaabbcé"), "characters", 3)
    assert found.names == (UNKNOWN, "a", "b")
    assert found.encode(symbols("abcé")).tolist() == [1, 2, 0, 0]
    assert text(found.decode(found.encode(symbols("abc")))) == "ab\ufffd"
    assert found.unknown("a😀bcc") == ("😀", "c")
    assert Vocabulary.named("characters", found.names) == found
    whole = Vocabulary.of(symbols("a"), "bytes", 3)
    assert (len(whole), whole.names[10], whole.names[97]) == (256, "0x0a", "a")
    assert whole.encode(symbols("é\n", "bytes")).tolist() == [195, 169, 10]
    with pytest.raises(RunError, match="are not the characters of a text"):
        Vocabulary.named("characters", ("yes", "no"))


@pytest.mark.parametrize("stride", [1, 3, 5, 8, 13])
def test_the_target_of_each_position_is_the_character_after_it(tmp_path: Path, stride: int) -> None:
    whole = "".join(map(chr, range(65, 65 + 80)))
    (tmp_path / "a.txt").write_text(whole)
    data = Text(path="a.txt", length=8, stride=stride).load(tmp_path, 0)
    assert data.positions == (8,)
    assert data.classes == (UNKNOWN, *whole)
    assert len(data) == len(range(0, 72, stride))
    for row, start in enumerate(range(0, 72, stride)):
        assert "".join(data.classes[int(code)] for code in data.X[row]) == whole[start : start + 8]
        assert "".join(data.classes[code] for code in data.y[row]) == whole[start + 1 : start + 9]
        assert data.frame.rows[row] == start + 1


@pytest.mark.parametrize(
    ("stride", "split"), [(16, Split()), (5, Split()), (3, Split(validation=0)), (16, Split(test=0))]
)
def test_parts_are_in_the_order_of_the_text_and_share_no_character(stride: int, split: Split) -> None:
    found = np.random.default_rng(0).integers(97, 110, 1000).astype(np.int32)
    found[-40:] = 200  # only in the last part
    windows = Text(length=16, stride=stride).windows(found, "text")
    parts = parts_of(windows.dataset(), split, 0)
    spans = {name: windows.starts[rows[[0, -1]]] + (0, 17) for name, rows in parts.items()}
    order = [spans[name] for name in ("train", "validation", "test") if name in spans]
    assert all(before[1] <= after[0] for before, after in pairwise(order))
    known = windows.fitted(parts["train"])
    assert "\xc8" not in known.classes
    assert known.tokens == len(known.classes) == 14
    assert known.y[-1, -1] == 0
