"""What a training accepts it can read again afterwards; what it could not is refused before it begins."""

import json
import os
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = "dataset: {table: {path: t.csv, target: y}}\nlayers: [{embedding: 2}, linear]\nepochs: 1\n"


@pytest.fixture
def table(folder: Path) -> Path:
    """Return a table with a column of 120 long texts, three rows each, and a config for it."""
    texts = [f"{number:03d} {'and so on ' * 500}" for number in range(120)]
    rows = [f"{number % 7},{texts[number % 120]},{'ab'[number % 2]}" for number in range(360)]
    (folder / "t.csv").write_text("\n".join(["x,text,y", *rows]) + "\n")
    (folder / "c.yaml").write_text(CONFIG)
    return folder


def test_a_run_that_knows_many_long_texts_can_be_used(table: Path) -> None:
    trained = call("train", "c.yaml", "--no-plots", "-q")
    assert trained.code == 0, trained.err
    run = RunFolder(table / trained.out.strip())
    assert (run.path / "weights.safetensors").stat().st_size > 2**20
    scored = call("evaluate", "latest", "--json")
    assert json.loads(scored.out)["test"] == pytest.approx(run.metrics()["test"])
    predicted = call("predict", "latest", "t.csv")
    assert (predicted.code, predicted.out.count("\n")) == (0, 361)


@pytest.mark.parametrize("command", [("train",), ("sweep", "learning_rate=[0.1,0.2]")])
def test_blocks_nested_too_deeply_are_refused_and_leave_nothing(folder: Path, command: tuple[str, ...]) -> None:
    blocks = "{residual: [" * 7 + "relu" + "]}" * 7
    (folder / "c.yaml").write_text(f"dataset: {{xor: {{samples: 80}}}}\nlayers: [{blocks}, linear]\nepochs: 1\n")
    result = call(command[0], "c.yaml", *command[1:], "-q")
    assert (result.code, result.out) == (3, "")
    first, *_, last = result.err.splitlines()
    assert (
        first
        == "npnet: error: c.yaml:1:1: with everything filled in the config has 24 levels; at most 20 can be "
        + ("read again")
    )
    assert last == "hint: nest fewer layers in each other"
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("command", [("train", "--no-plots"), ("sweep", "learning_rate=[0.1,0.2]")])
def test_a_config_in_a_folder_whose_name_is_no_text(table: Path, command: tuple[str, ...]) -> None:
    odd = os.fsdecode(os.fsencode(table) + b"/d\xff")
    Path(odd).mkdir()
    for name in ("c.yaml", "t.csv"):
        (table / name).rename(Path(odd, name))
    refused = call(command[0], f"{odd}/c.yaml", *command[1:], "-q")
    assert (refused.code, refused.out) == (3, "")
    assert "bytes that are not UTF-8\nhint: rename that folder" in refused.err
    assert not (table / "runs").exists()
    trained = call(command[0], f"{odd}/c.yaml", *command[1:], "-q", "--runs-dir", f"{odd}/runs")
    assert trained.code == 0, trained.err
    assert call("evaluate", "latest", "--runs-dir", f"{odd}/runs").code == 0


@pytest.mark.long
@pytest.mark.parametrize(("one", "other"), [("Rome", "Oslo"), ("", "2.5")], ids=["text", "gaps"])
def test_two_features_that_no_axis_holds_are_drawn_without_a_boundary(folder: Path, one: str, other: str) -> None:
    rows = [f"{number * 7 % 11},{one if number % 3 else other},{'ab'[number % 2]}" for number in range(60)]
    (folder / "t.csv").write_text("\n".join(["x,z,y", *rows]) + "\n")
    (folder / "c.yaml").write_text(CONFIG.replace("{embedding: 2}, ", ""))
    assert call("train", "c.yaml", "--no-plots", "-q").code == 0
    drawn = call("plot", "latest")
    assert (drawn.code, drawn.err) == (0, "")
    assert [Path(line).name for line in drawn.out.splitlines() if line.endswith("png")] == [
        "loss.png",
        "roc.png",
        "summary.png",
    ]
    refused = call("plot", "latest", "--kind", "boundary")
    assert (refused.code, refused.out) == (2, "")
    assert "no boundary plot: it needs features that are numbers, without gaps" in refused.err
