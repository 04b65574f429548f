"""The lines of the runs look as a table of Rich would, whatever their tags are."""

import io
import math

import pytest

from npnet.cli.console.plain import COLUMNS, NUMBERS, _cells, runs_text
from npnet.cli.console.screen import Output
from npnet.cli.console.tables import table, text_of
from npnet.rundir.index import Entry

FACTS = {"name": "x", "started": "", "finished": None, "git": None, "data": None, "parameters": 1}


def entry(number: int, tags: list[str], **facts: object) -> Entry:
    scores = {"train": {"loss": 0.5, "roc_auc": 0.25}, "test": {"loss": 0.5, "roc_auc": number / 7}}
    info = FACTS | {"status": "done", "seconds": 3.0 * number, "best_epoch": number, "tags": tags} | facts
    return Entry.of(f"20261122-14150{number}-circles-7f3a", ("", ""), info, scores)


RUNS = [
    entry(1, ["a"]),
    entry(2, []),
    entry(3, ["日本", "é"], status="interrupted", seconds=None, best_epoch=None),
    entry(4, ["tab\there"], seconds=4000.0),
    entry(5, ["x"])._replace(names=(), numbers=""),
    entry(6, ["y"])._replace(numbers="1,2,3,nan"),
]


def stream(columns: int | None, monkeypatch: pytest.MonkeyPatch) -> Output:
    monkeypatch.setenv("COLUMNS", str(columns or ""))
    return Output(io.TextIOWrapper(io.BytesIO(), "utf-8"))


@pytest.mark.parametrize("columns", [None, 120])
def test_lines_are_those_of_a_table(columns: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    output = stream(columns, monkeypatch)
    for runs in (RUNS, RUNS[:2], [RUNS[2]]):
        assert runs_text(runs, output) == text_of(table(COLUMNS, list(map(_cells, runs)), NUMBERS), output)


def test_tags_are_folded_where_the_lines_are_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [entry(1, ["first", "second", "third", "fourth", "f" * 30]), entry(2, ["last"])]
    lines = runs_text(runs, stream(85, monkeypatch)).splitlines()
    assert all(len(line) <= 85 for line in lines)
    tags = "".join(line[lines[0].index("tags") :] for line in lines[2:])
    assert tags.replace(" ", "") == "firstsecondthirdfourth" + "f" * 30 + "last"
    assert lines[-1].startswith(runs[1].id)


def test_a_narrow_stream_has_whole_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    text = runs_text(RUNS, stream(30, monkeypatch))
    assert all(run.id in text for run in RUNS)


def test_an_undefined_score_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert math.isnan(RUNS[-1].headline[1])  # type: ignore[index]
    assert "roc_auc -" in runs_text(RUNS[-1:], stream(None, monkeypatch))
