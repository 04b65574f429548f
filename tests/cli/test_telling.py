"""What init, data check and train say of a table: spellings, long tails, counts, headers, and rows in two sets."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.conftest import call

CONFIG = """\
dataset: {{table: {{path: t.csv, target: y{more}}}}}
layers: [{{linear: 4}}, relu, linear]
epochs: 1
batch_size: 32
"""
SPELLING = (
    '"town" has texts that differ only in case or blanks, such as "Rome" (60 rows) and "rome" (20): '
    "they are different categories"
)


def table(folder: Path, more: str = "", **columns: object) -> Path:
    """Write a table of 200 rows with a feature and a target, and a config for it."""
    random = np.random.default_rng(0)
    usual = {"x": random.normal(size=200), "y": random.normal(size=200)}
    pd.DataFrame({**usual, **columns}).to_csv(folder / "t.csv", index=False)
    (folder / "c.yaml").write_text(CONFIG.format(more=more))
    return folder / "c.yaml"


def said(config: Path) -> tuple[str, str, str]:
    """Return what init, data check and train say."""
    init = call("init", "--data", "t.csv", "--target", "y", "-o", "new.yaml", "-f")
    check = call("data", "check", config, "--json")
    train = call("train", config, "--no-plots", "--run-dir", "run")
    assert (init.code, check.code, train.code) == (0, 0, 0), init.err + check.err + train.err
    messages = [finding["message"] for finding in json.loads(check.out)["findings"]]
    log = (config.parent / "run" / "log.txt").read_text()
    return init.err, "\n".join(messages), train.err + log


def test_texts_that_differ_only_in_case_or_blanks(folder: Path) -> None:
    towns = ["Rome"] * 60 + ["rome"] * 20 + ["Oslo"] * 60 + ["New  York", "New York"] * 30
    for text in said(table(folder, town=towns)):
        assert SPELLING in text


def test_a_long_tail_of_a_positive_target_suggests_a_transform(folder: Path) -> None:
    y = np.exp(2 * np.random.default_rng(1).normal(size=200))
    config = table(folder, y=y)
    for text in said(config):
        assert "target_transform: log may help" in text.replace("=", ": ")
    assert "may help" not in call("data", "check", config, "target_transform=log").out


def test_whole_numbers_from_0_with_a_long_tail_may_be_counts(folder: Path) -> None:
    y = np.floor(np.exp(2 * np.random.default_rng(1).normal(size=200)))
    for text in said(table(folder, y=y)):
        assert "if they are counts, write task" in text
        assert "target_transform" not in text


@pytest.mark.parametrize("values", [np.arange(200), np.random.default_rng(2).normal(5, 1, 200)], ids=["even", "normal"])
def test_usual_targets_need_no_transform(values: np.ndarray, folder: Path) -> None:
    for text in said(table(folder, y=values)):
        assert "may help" not in text


def test_counts_that_are_taken_for_classes(folder: Path) -> None:
    config = table(folder, y=np.repeat(range(5), [60, 70, 45, 20, 5]))
    for text in said(config):
        assert "if they are counts, write task: counts" in text.replace("task=", "task: ")
    assert "counts, write" not in call("data", "check", config, "dataset.table.task=classification").out
    even = table(folder, y=np.repeat(range(5), 40))
    assert "counts, write" not in call("data", "check", even).out


def test_rows_of_both_sets_and_rows_left_out(folder: Path) -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=100)
    config = table(folder, more=", drop_rows: true", x=[*values, *values], y=[*values[:98], None, None] * 2)
    _, check, train = said(config)
    for text in (check, train):
        assert "test rows equal a training or validation row in every column" in text
    assert "left out 4 rows without a target" in train
    separate = table(folder)
    assert "test rows" not in call("data", "check", separate).out


def test_a_finding_is_whole_on_a_page_of_80_columns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).normal(size=100)
    config = table(folder, x=[*values, *values], y=[*values, *values])
    monkeypatch.setenv("COLUMNS", "80")
    page = call("data", "check", config).out
    assert "write group: COLUMN to keep them in one set" in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 80


def test_rows_that_are_in_two_sets_by_chance_are_no_finding(folder: Path) -> None:
    random = np.random.default_rng(3)
    few = {name: random.integers(0, 3, 200) for name in "xab"}
    assert "test rows" not in call("data", "check", table(folder, y=random.integers(0, 2, 200), **few)).out
    wide = {f"c{number}": np.repeat(random.integers(0, 3, 100), 2) for number in range(30)}
    config = table(folder, y=np.repeat(random.integers(0, 2, 100), 2), x=wide["c0"], **wide)
    assert "test rows" in call("data", "check", config).out


def test_a_header_that_is_a_row(folder: Path) -> None:
    random = np.random.default_rng(4)
    rows = pd.DataFrame(random.normal(size=(200, 3)))
    rows.to_csv("t.csv", index=False, header=["1.5", "0.25", "-3.5"])
    config = table(folder)
    rows.to_csv("t.csv", index=False, header=["1.5", "0.25", "-3.5"])
    config.write_text(CONFIG.format(more="").replace("target: y", 'target: "-3.5"'))
    assert "the header looks like a row" in call("data", "check", config).out
    rows.to_csv("t.csv", index=False, header=["2019", "2020", "2021"])
    config.write_text(CONFIG.format(more="").replace("target: y", 'target: "2021"'))
    assert "the header looks like a row" not in call("data", "check", config).out


def test_a_split_by_time_shows_from_when_to_when_each_set_reaches(folder: Path) -> None:
    config = table(folder, more=", time: day", day=pd.date_range("2024-01-01", periods=200).strftime("%Y-%m-%d"))
    result = call("train", config, "--no-plots", "--run-dir", "run")
    assert "train: day from 2024-01-01 to 2024-04-29" in result.err
    assert "test: day from 2024-06-09 to 2024-07-18" in result.err
    page = call("data", "check", config)
    assert "2024-06-09" in page.out
    assert max(map(len, page.out.splitlines())) <= 80


@pytest.mark.parametrize(("count", "words"), [(1, "the network draws"), (3, "each of 3 networks draws")])
def test_what_own_validation_trains_on(count: int, words: str, folder: Path) -> None:
    config = table(folder)
    result = call("train", config, "own_validation=true", f"ensemble={count}", "--no-plots", "--run-dir", "run")
    assert f"{words} 40 validation rows from the 160 rows outside the test set, and trains on 120" in result.err


def test_a_target_of_as_many_classes_as_rows_is_refused_by_all(folder: Path) -> None:
    config = table(folder, y=[f"n{number}" for number in range(200)])
    for arguments in (
        ["init", "--data", "t.csv", "--target", "y", "-o", "n.yaml"],
        ["data", "check", config],
        ["train", config],
    ):
        result = call(*arguments)
        assert result.code == 4
        assert 'the target "y" has as many classes as rows, 200' in result.err
        assert "choose another target" in result.err
    assert not Path("n.yaml").exists()


@pytest.mark.long
def test_a_table_of_many_columns_gives_a_page(folder: Path) -> None:
    values = np.random.default_rng(5).normal(size=(200, 500))
    columns = {f"c{number}": values[:, number] for number in range(500)}
    config = table(folder, **columns, last=[1] * 200)
    page = call("data", "check", config).out
    assert len(page.splitlines()) < 80
    assert max(map(len, page.splitlines())) <= 80
    assert "443 more columns; --json lists all" in page
    assert "last" in page
    assert len(json.loads(call("data", "check", config, "--json").out)["columns"]) == 503
