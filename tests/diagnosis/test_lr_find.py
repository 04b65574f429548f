"""npnet diagnose CONFIG --lr-find: a range test that leaves no run, and what is wrong to ask of it."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from npnet.diagnosis.rate_range import suggested_rate
from tests.cli.conftest import call, plain_environment
from tests.diagnosis.cases import MOONS

__all__ = ["plain_environment"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a config in it."""
    (tmp_path / "c.yaml").write_text(MOONS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_suggested_rate_trains_better_than_a_tenth_and_than_a_hundredfold(folder: Path) -> None:
    found = json.loads(call("diagnose", "c.yaml", "layers.0.linear=8", "--lr-find", "--json").out)
    by_rate = {row["learning_rate"]: row["train_loss"] for row in found["rates"]}
    assert len(by_rate) == 29
    assert found["command"] == f"npnet train c.yaml learning_rate={found['suggested']:g}"
    nearest = {
        times: min(by_rate, key=lambda rate: abs(np.log(rate / found["suggested"] / times))) for times in (0.1, 1)
    }
    assert by_rate[nearest[1]] < by_rate[nearest[0.1]] < found["start"]
    assert [path.name for path in folder.iterdir()] == ["c.yaml"]
    assert call(*shlex.split(found["command"])[1:], "epochs=1", "--dry-run").code == 0


@pytest.mark.long
def test_it_is_shown_on_the_terminal_and_as_a_picture(folder: Path) -> None:
    shown = call("diagnose", "c.yaml", "--lr-find").out
    assert "loss after 100 steps by log10 of the learning rate" in shown
    assert shown.splitlines()[-1].startswith("npnet train c.yaml learning_rate=")
    assert max(map(len, shown.splitlines())) <= 80
    result = call("diagnose", "c.yaml", "--lr-find", "-o", "rates.png")
    assert (result.code, result.out) == (0, "rates.png\n")
    assert (folder / "rates.png").read_bytes()[:4] == b"\x89PNG"
    assert call("diagnose", "c.yaml", "--lr-find", "-o", "rates.png").code == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("nothing.yaml --lr-find", "no such file: nothing.yaml"),
        ("c.yaml --lr-find -o -", "a picture is no text for standard output"),
        ("c.yaml --lr-find -o rates.txt", "the suffix of rates.txt does not name a format"),
        ("c.yaml --lr-find optimizer=lbfgs batch_size=all", "it has no rate to find"),
        ("c.yaml --lr-find --no-probe", "--lr-find and --no-probe do not go together"),
        ("c.yaml --lr-find learning_rte=1", 'unknown key "learning_rte"'),
        ("c.yaml", "c.yaml is a config, not a run"),
        ("latest -o rates.png", "-o is for --lr-find"),
        ("latest learning_rate=1", "learning_rate=1 is for --lr-find"),
        ("latest --fast", "--fast is for --lr-find"),
    ],
)
def test_wrong_use_gets_a_line_and_a_hint_and_leaves_nothing(arguments: str, error: str, folder: Path) -> None:
    result = call("diagnose", *arguments.split())
    assert (result.code in (2, 3), result.out) == (True, "")
    assert error in result.err
    assert "hint: " in result.err or "did you mean" in result.err
    assert [path.name for path in folder.iterdir()] == ["c.yaml"]


def test_no_rate_is_suggested_where_none_lowers_the_loss() -> None:
    rates = np.array([0.001, 0.01, 0.1])
    assert suggested_rate(rates, np.array([1.0, 1.5, np.inf]), 1.0) is None
    assert suggested_rate(rates, np.array([0.9, 0.1, 0.05]), 1.0) == 0.01
