"""`npnet play`: a page that starts with nothing, a config or a table, and what it may replace."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from npnet.cli.play import open_page
from npnet.config import load
from npnet.data.datasets import datasets
from npnet.data.datasets.synthetic import Synthetic
from tests.cli.conftest import call

CONFIGS = Path(__file__).parents[2] / "configs"
TABLE = "age;job;y\n" + "".join(f"{k % 50},5;{'abc'[k % 3]};{'no' if k % 50 < 20 else 'yes'}\n" for k in range(200))


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def data_of(path: Path) -> Any:
    """Return the data of a page for its scripts."""
    found = re.search(r'<script type="application/json" id="npnet-data">(.*?)</script>', path.read_text(), re.DOTALL)
    assert found is not None
    return json.loads(found[1])["play"]


def test_it_writes_a_page_and_prints_its_path(folder: Path) -> None:
    result = call("play")
    assert (result.code, result.out, result.err) == (0, "play.html\n", "")
    page = (folder / "play.html").read_text()
    assert "default-src &#x27;none&#x27;" in page
    assert "unsafe" not in re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0]
    assert not re.findall(r"(?:src|href)=\"(?!#)|url\(|@import", page)
    assert {path.name for path in folder.iterdir()} == {"small.yaml", "play.html"}


def test_a_playground_replaces_a_playground_and_nothing_else(folder: Path) -> None:
    (folder / "other.html").write_text("mine")
    for arguments, code in ((("-o", "lesson.html"), 0), (("-o", "lesson.html"), 0), (("-o", "other.html"), 2)):
        assert call("play", *arguments).code == code
    assert (folder / "other.html").read_text() == "mine"
    assert "-f replaces it" in call("play", "-o", "other.html").err
    assert call("play", "-o", "other.html", "-f").code == 0
    assert json.loads(call("play", "--json").out)["path"] == "play.html"
    assert call("play", "-o", "-").out.startswith("<!doctype html>")


def test_a_config_gives_the_settings(folder: Path) -> None:
    result = call("play", "small.yaml", "layers.0.linear.units=7", "schedule=cosine")
    assert (result.code, result.out) == (0, "play.html\n")
    assert result.err == "the page differs: schedule: the page keeps the learning rate constant\n"
    found = data_of(folder / "play.html")
    start = found["start"]
    assert (start["data"], start["options"]["samples"]) == ("xor", 200)
    assert start["blocks"] == [{"units": 7, "after": [{"type": "tanh", "options": {}}]}]
    assert start["others"] == {"schedule": "cosine", "metrics": ["roc_auc"]}
    assert found["lacking"] == ["schedule: the page keeps the learning rate constant"]


def test_a_loss_that_the_page_lacks_is_replaced_by_the_usual_one(folder: Path) -> None:
    result = call("play", "small.yaml", "loss=binary_focal", "accumulate=2")
    assert result.err.splitlines() == [
        "the page differs: accumulate: the page takes a step after every batch",
        "the page differs: loss binary_focal: the page takes the usual loss of the task",
    ]
    assert data_of(folder / "play.html")["start"]["loss"] is None


def test_layers_that_the_page_lacks_are_left_out_with_what_follows_them(folder: Path) -> None:
    layers = "[{positions: 2}, {rnn: 4}, relu, last, {linear: 5}, tanh, {residual: [{linear: 5}, tanh]}, linear]"
    result = call("play", "small.yaml", f"layers={layers}")
    assert (result.code, result.out) == (0, "play.html\n")
    found = data_of(folder / "play.html")
    missing = [f"{name}: the page has no such layer there" for name in ("positions", "rnn", "relu", "last")]
    assert found["lacking"] == missing
    assert result.err.count("no such layer there") == 4
    assert found["start"]["before"] == []
    assert [[one["type"] for one in block["after"]] for block in found["start"]["blocks"]] == [["tanh", "residual"]]


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_config_becomes_a_page_or_says_why_not(path: Path, folder: Path) -> None:
    result = call("play", path, "-q")
    if datasets.name_of(load(path).experiment.dataset) in ("sequences", "text", "windows"):
        assert result.code == 2
        assert result.err.startswith("npnet: error: the page ")
        assert not (folder / "play.html").exists()
        return
    assert (result.code, result.out, result.err) == (0, "play.html\n", "")
    assert (folder / "play.html").stat().st_size < 1_000_000


def test_a_table_is_embedded_as_npnet_reads_it(folder: Path) -> None:
    (folder / "jobs.csv").write_text(TABLE)
    assert call("play", "jobs.csv").code == 0
    table = data_of(folder / "play.html")["table"]
    assert (table["name"], table["target"], table["total"]) == ("jobs.csv", "y", 200)
    assert [(one["name"], one["kind"]) for one in table["columns"]] == [
        ("age", "number"),
        ("job", "category"),
        ("y", "category"),
    ]
    assert table["config"]["table"] == {"path": "jobs.csv", "target": "y", "delimiter": ";", "decimal": ","}
    assert call("play", "jobs.csv", "--target", "job").code == 0
    assert data_of(folder / "play.html")["table"]["target"] == "job"
    (folder / "below").mkdir()
    (folder / "jobs.csv").rename(folder / "below" / "jobs.csv")
    for place in (folder / "below" / "jobs.csv", "below/jobs.csv"):
        assert call("play", place).code == 0
    assert data_of(folder / "play.html")["table"]["config"]["table"]["path"] == "jobs.csv"


def test_a_large_table_is_sampled_with_a_note(folder: Path) -> None:
    (folder / "long.csv").write_text("a,y\n" + "".join(f"{k % 997},{k % 2}\n" for k in range(20_000)))
    result = call("play", "long.csv")
    assert "the page has 5,000 of the 20,000 rows of long.csv" in result.err
    assert (folder / "play.html").stat().st_size < 500_000


def test_text_of_a_table_stays_text(folder: Path) -> None:
    name = "</script><script>alert(1)</script>"
    (folder / "odd.csv").write_text(f"{name},y\n" + "".join(f"<b>{k % 3}\u202e,{k % 2}\n" for k in range(90)))
    assert call("play", "odd.csv").code == 0
    assert "alert(1)</script>" not in (folder / "play.html").read_text()
    assert data_of(folder / "play.html")["table"]["columns"][0]["name"] == name


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (["."], 2, ". is a folder", "npnet report . shows a run"),
        (["small.yaml", "t.csv"], 2, "play takes one config or table", "leave out t.csv"),
        (["small.yaml", "--target", "y"], 2, "--target is for a table", "dataset.table.target=COLUMN"),
        (["epochs=3"], 2, "KEY=VALUE is for a config or a table", "name its file"),
        (["--target", "y"], 2, "--target is for a config or a table", "name its file"),
        (["small.yaml", "--epochs", "3"], 2, "there is no option --epochs", "write epochs=3"),
        (["none.yaml"], 2, "no such file: none.yaml", "did you mean"),
        (["none.csv"], 4, "there is no file none.csv", 'did you mean "one.csv"?\n'),
        (["t.csv", "--target", "z"], 4, 't.csv has no column "z"', "The columns are"),
        (["one.csv"], 4, "single class", "--target COLUMN"),
        (["t.csv", "layer=3"], 3, "layer", "layers"),
        (["several.yaml"], 2, "the page predicts one target", "npnet play t.csv --target a"),
        (["t.csv", "-o", "t.csv", "-f"], 2, "is an input of this command", "-o FILE"),
        (["-o", "no/play.html"], 6, "there is no folder no", "mkdir -p no"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: list[str], code: int, message: str, hint: str, folder: Path) -> None:
    (folder / "t.csv").write_text("a,y\n" + "1,2\n2,1\n3,1\n" * 9)
    (folder / "one.csv").write_text("a,y\n" + "1,2\n2,2\n" * 9)
    (folder / "several.yaml").write_text("dataset: {table: {path: t.csv, target: [a, y]}}\nlayers: [linear]\n")
    result = call("play", *arguments)
    assert result.code == code
    assert message in result.err
    assert hint in result.err
    assert not (folder / "play.html").exists()


def test_where_there_is_a_display_the_page_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opener = folder / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text('#!/bin/sh\necho "$1" > opened.txt\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("sys.platform", "linux")
    assert not open_page(folder / "play.html")
    monkeypatch.setenv("DISPLAY", ":9")
    assert call("play", "--no-open").code == 0
    assert call("play").code == 0
    end = time.monotonic() + 5
    while not (folder / "opened.txt").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert (folder / "opened.txt").read_text().strip() == (folder / "play.html").as_uri()


def test_the_page_knows_every_drawn_data_set(folder: Path) -> None:
    script = (Path(__file__).parents[2] / "npnet/report/static/play/drawn.js").read_text()
    names = set(re.findall(r"^    (\w+): \{\n      task:", script, re.MULTILINE))
    assert names == {name for name, kind in datasets.items() if issubclass(kind, Synthetic)}
