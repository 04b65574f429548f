"""`npnet explain-step`: the calls of a step as a table and as JSON."""

import json
import os
import re
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.cli.conftest import SMALL, call, start


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


def test_every_number_of_a_step_is_written_out_in_80_columns(config: Path) -> None:
    result = call("explain-step", config, "optimizer=sgd", "--rows", "3,7")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "One step of 2-4-1, 17 parameters, on row 3, row 7"
    assert max(map(len, lines)) <= 80
    for part in ("DATA", "FORWARD", "LOSS", "BACKWARD", "UPDATE"):
        assert sum(line.startswith(f"── {part} ") for line in lines) == 1
    assert len(re.findall(r"^    y\d = ", result.out, re.MULTILINE)) == 2 * (4 + 4 + 1)
    assert len(re.findall(r"^    dW\d,\d = ", result.out, re.MULTILINE)) == 8 + 4
    assert "    θ ← θ - η g" in lines


def test_json_has_every_array_in_full(config: Path) -> None:
    step = json.loads(call("explain-step", config, "--json").out)
    assert (step["network"], step["parameters"], step["loss"]) == ("2-4-1", 17, "binary_cross_entropy")
    assert [part["name"] for part in step["parts"]] == ["data", "forward", "loss", "backward", "update"]
    first = step["parts"][1]["stages"][0]
    values = dict.fromkeys([line["name"] for line in first["lines"]])
    assert list(values) == ["y1", "y2", "y3", "y4"]
    assert [line["value"] for line in first["lines"][:4]] == [row[0] for row in first["results"][0]["values"]]


def test_without_letters_beyond_ascii_a_step_is_spelt_out(config: Path) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    with start("explain-step", config, "optimizer=adam", env=plain, stdout=PIPE) as process:
        text = process.communicate()[0]
    assert process.returncode == 0
    assert "    theta <- theta - eta m^ / (sqrt s^ + epsilon)" in text.splitlines()
    assert "?" not in text


@pytest.mark.parametrize(
    ("options", "code", "message", "hint"),
    [
        (
            ("layers.0.linear=51",),
            3,
            "the network has 205 parameters; the numbers of at most 200 can be read",
            "--calls",
        ),
        (
            ("layers=[{linear: 1}, {residual: [tanh]}, " + "tanh, " * 500 + "linear]",),
            3,
            "the layers have 1012 values for 2 rows; at most 500 can be read",
            "--calls",
        ),
        (("--rows", "1,x"), 2, '--rows accepts numbers of rows, not "1,x"', "--rows 1,2"),
        (("--rows", "1,,2"), 2, '--rows accepts numbers of rows, not "1,,2"', "--rows 1,2"),
        (("--rows", ""), 2, '--rows accepts numbers of rows, not ""', "--rows 1,2"),
        (("--rows", "2,2"), 2, "--rows names row 2 twice", "leave out one of them"),
        (("--rows", "1,201"), 2, "there is no row 201", "the rows are numbered from 1 to 200"),
        (("--rows", "0"), 2, "there is no row 0", "the rows are numbered from 1 to 200"),
        (("--rows", "9" * 5000), 2, "--rows names a row that is not there", "--rows 1,2"),
        (("--rows", "1,2,3,4,5,6,7,8,9"), 2, "--rows names 9 rows; at most 8 can be read", "leave some out"),
        (("--rows", "1", "layers.1=batch_norm"), 2, "batch_norm needs 2 rows in every batch", "--rows 1,2"),
        (("--rows", "1", "--calls"), 2, "--calls does not go with --rows", "leave out --rows"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_hint(
    options: tuple[str, ...], code: int, message: str, hint: str, config: Path
) -> None:
    result = call("explain-step", config, *options)
    assert (result.code, result.out) == (code, "")
    lines = result.err.splitlines()
    assert message[:400] in lines[0]
    assert hint in lines[-1]


def test_a_config_that_cannot_be_trained_is_refused_as_by_train(config: Path) -> None:
    result = call("explain-step", config, "--calls", "layers.2.linear=3")
    assert result.code == 3
    assert "layers[2] gives 3 outputs" in result.err


@pytest.mark.parametrize("more", [[], ["--calls"]])
def test_a_step_that_is_searched_for_is_refused(more: list[str], config: Path) -> None:
    result = call("explain-step", config, "optimizer=lbfgs", "batch_size=all", *more)
    assert (result.code, result.out) == (3, "")
    assert "a step of lbfgs evaluates the network several times, and is not written out" in result.err
    assert "hint: write optimizer=sgd, which takes the gradient alone\n" in result.err
