"""Cells that are lists of a few words are tags."""

from pathlib import Path

import pytest

from npnet.data.sniffing.tags import tags_of
from tests.cli.conftest import call


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["rock", "jazz;pop", "rock;pop", "rock;jazz"], (";", ("jazz", "pop", "rock"))),
        (["a|b", "b|c", "a|c"], ("|", ("a", "b", "c"))),
        (["a, b", "b, c", "c, a"], (",", ("a", "b", "c"))),
        (["yes", "no"], None),
        (["Smith, John", "Miller, Ann", "Young, Bea"], None),
        (["a;", "b;", "a;b"], None),
    ],
)
def test_tags_are_words_that_come_again(texts: list[str], found: object) -> None:
    assert tags_of(texts) == found


def test_init_says_what_becomes_of_tags_and_of_rows_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = ["rock", "jazz;rock", "rock;jazz", ""]
    lines = [
        f"{n % 7}.5,{cells[n % 4]},{int('rock' in cells[n % 4])},{int('jazz' in cells[n % 4])}\n" for n in range(80)
    ]
    (tmp_path / "t.csv").write_text("x,tags,rock,jazz\n" + "".join(lines))
    monkeypatch.chdir(tmp_path)
    result = call("init", "--data", "t.csv", "--target", "tags", "-o", "c.yaml")
    assert result.code == 0, result.err
    assert "20 of 80 rows have no target and are left out (drop_rows: true)" in result.err
    assert 'holds several words in a cell, separated by ";": jazz, rock' in result.err
    assert "--target jazz --target rock" in result.err
