"""`npnet explain-step`: the calls of a step as a table and as JSON."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import SMALL, call


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def test_the_calls_of_a_step_are_a_table_of_names_and_shapes(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    result = call("explain-step", config, "--calls", "optimizer=sgd", "batch_size=8")
    assert (result.code, result.err) == (0, "")
    rows = re.findall(r"^ *(\d+) +(.*?) *$", result.out, re.MULTILINE)
    assert [number for number, _ in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert "layers.0.W (4, 3), x (3, 8)" in rows[0][1]
    assert rows[0][1].endswith("layers.0.y (4, 8)")
    assert rows[-1][1].endswith("theta (17)")


def test_json_holds_the_same_calls(config: Path) -> None:
    calls = json.loads(call("explain-step", config, "--calls", "--json").out)["calls"]
    assert calls[0] == {
        "stage": "forward",
        "method": "layers.0.forward",
        "function": "dot",
        "inputs": [{"name": "layers.0.W", "shape": [4, 3]}, {"name": "x", "shape": [3, 32]}],
        "output": {"name": "layers.0.y", "shape": [4, 32]},
    }
    assert {one["stage"] for one in calls} == {"forward", "backward", "update"}


def test_without_a_choice_of_what_to_show_it_says_what_to_add(config: Path) -> None:
    result = call("explain-step", config)
    assert result.code == 2
    assert result.err.splitlines()[1] == "hint: add --calls for the list of NumPy calls"


def test_a_config_that_cannot_be_trained_is_refused_as_by_train(config: Path) -> None:
    result = call("explain-step", config, "--calls", "layers.2.linear=3")
    assert result.code == 3
    assert "layers[2] gives 3 outputs" in result.err
