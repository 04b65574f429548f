"""npnet runs: the runs that there are."""

import json
import shutil
from pathlib import Path

import pytest

from npnet.rundir.run import find
from tests.cli.conftest import call


def listed(runs: Path, *options: object) -> list[str]:
    result = call("runs", *options, "--json", "--runs-dir", runs)
    assert result.code == 0, result.err
    return [run["name"] for run in json.loads(result.out)["runs"]]


def test_every_run_has_a_line(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    for command in (("runs",), ("runs", "list")):
        result = call(*command, "--runs-dir", runs)
        assert result.code == 0
        heading, _, *rows = result.out.splitlines()
        assert heading.split()[:2] == ["run", "status"]
        assert [row.split()[1] for row in rows] == ["done", "done"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--filter", "test.roc_auc>=0"), ["one", "two"]),
        (("--filter", "test.roc_auc>1"), []),
        (("--filter", "name=two"), ["two"]),
        (("--filter", "name != two"), ["one"]),
        (("--filter", "best_epoch<=3", "--filter", "status==done", "--filter", "name=one"), ["one"]),
        (("--tag", "second"), ["two"]),
        (("--tag", "third"), []),
        (("--filter", "learning_rate>0.01"), ["one"]),
        (("--filter", "learning_rate<1", "--filter", "name=two"), ["two"]),
        (("--filter", "layers.0.linear.units=4"), ["one", "two"]),
        (("--filter", "temperature=false"), ["one", "two"]),
        (("--filter", "cv=3"), []),
        (("--sort", "learning_rate"), ["two", "one"]),
        (("--sort", "-learning_rate"), ["one", "two"]),
        (("--sort", "name"), ["one", "two"]),
        (("--sort", "-name"), ["two", "one"]),
    ],
)
def test_runs_are_chosen_and_sorted(options: tuple[str, ...], names: list[str], runs: Path) -> None:
    assert listed(runs, *options) == names


def test_sorting_by_a_score_takes_the_numbers(runs: Path) -> None:
    order = listed(runs, "--sort", "test.loss")
    assert order == listed(runs, "--sort", "-test.loss")[::-1]


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--filter", "test.rok_auc>0.9"), "did you mean test.roc_auc?"),
        (("--filter", "learning_rte>0.9"), "did you mean learning_rate?"),
        (("--sort", "-layers.0.linear.unit"), "did you mean layers.0.linear.units?"),
        (("--sort", "zzz"), "there are: id, name,"),
        (("--sort", "-"), "there are: id, name,"),
    ],
)
def test_a_field_that_no_run_has_is_a_usage_error(options: tuple[str, ...], hint: str, runs: Path) -> None:
    result = call("runs", *options, "--runs-dir", runs)
    assert (result.code, result.out) == (2, "")
    assert f"hint: {hint}" in result.err
    assert result.err.startswith("npnet: error: no run has the field ")


def test_a_run_without_a_config_that_can_be_read_meets_no_condition_on_settings(own: Path) -> None:
    (find(own, "latest").path / "resolved.yaml").write_text("[")
    assert listed(own, "--filter", "learning_rate>0") == ["one"]
    assert listed(own, "--sort", "learning_rate") == ["one", "two"]


def test_numbers_come_before_texts(own: Path) -> None:
    for run, value in zip(ids(own), ("full", "16"), strict=True):
        file = own / run / "resolved.yaml"
        file.write_text(file.read_text().replace("batch_size: 32", f"batch_size: {value}"))
    assert listed(own, "--sort", "batch_size") == ["two", "one"]
    assert listed(own, "--filter", "batch_size=full") == ["one"]


def test_no_runs_are_no_error(folder: Path) -> None:
    result = call("runs")
    assert (result.code, result.out, result.err) == (0, "", "no runs in runs\n")
    assert json.loads(call("runs", "--json").out) == {"runs": []}


def test_a_run_is_shown_with_its_scores(runs: Path) -> None:
    text = call("runs", "show", "latest", "--runs-dir", runs).out
    for word in ("two", "done", "second", "roc_auc", "validation"):
        assert word in text
    shown = json.loads(call("runs", "show", "latest", "--json", "--runs-dir", runs).out)
    assert shown["metrics"]["test"]["roc_auc"] >= 0


@pytest.fixture
def own(runs: Path, folder: Path) -> Path:
    return shutil.copytree(runs, folder / "own", symlinks=True)


def test_tags_are_added_and_taken_away(own: Path) -> None:
    assert call("runs", "tag", "latest", "a", "b", "--runs-dir", own).code == 0
    result = call("runs", "tag", "latest", "c", "--remove", "second", "--remove", "a", "--json", "--runs-dir", own)
    assert json.loads(result.out)["tags"] == ["b", "c"]
    assert find(own, "latest").info["tags"] == ["b", "c"]


def test_a_run_is_removed_and_latest_names_another(own: Path) -> None:
    removed = find(own, "latest")
    result = call("runs", "rm", "latest", "--runs-dir", own)
    assert (result.code, result.err) == (0, f"removed {removed.id}\n")
    assert not removed.path.exists()
    assert find(own, "latest").info["name"] == "one"


def test_one_wrong_name_removes_nothing(own: Path) -> None:
    assert call("runs", "rm", "latest", "nothing", "--runs-dir", own).code == 5
    assert len(listed(own)) == 2


def ids(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir() if not path.is_symlink())


def test_two_runs_differ_in_what_was_changed(runs: Path) -> None:
    one, two = ids(runs)
    found = json.loads(call("runs", "diff", one, two, "--json", "--runs-dir", runs).out)
    assert found["settings"] == {"learning_rate": [0.05, 0.01]}
    assert "test.loss" in found["metrics"]
    text = call("runs", "diff", one, two, "--runs-dir", runs).out
    assert "settings: learning_rate" in text
    same = call("runs", "diff", one, one, "--runs-dir", runs)
    assert (same.out, same.err) == ("", "the runs do not differ\n")


@pytest.mark.parametrize("columns", ["20", "40", "200"])
def test_tables_survive_any_width(columns: str, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = call("runs", "--runs-dir", runs).out
    assert all(name in text for name in ids(runs))


def test_a_strange_name_of_a_run_is_shown_as_text(folder: Path) -> None:
    name = "[/red]\x1b]0;x\x07$$ Ba$$in \u202e"
    run = call("train", "small.yaml", "epochs=1", "--no-plots", "-q", "--name", name, "--tag", name).out.strip()
    for arguments in (("runs",), ("runs", "show", "latest"), ("plot", run, "--kind", "summary", "--format", "svg")):
        result = call(*arguments)
        assert result.code == 0, result.err
        assert not set(result.out) & {"\x1b", "\x07", "\u202e"}
