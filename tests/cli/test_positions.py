"""A network of every layer for positions goes through the commands: whatever lacks a layer names it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import npnet
from npnet.nn.layer import layers
from npnet.report.network_data import network_data
from npnet.report.page_engine import KNOWN
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = """\
dataset: {circles: {samples: 60}}
layers:
  - linear: 24
  - positions: [4, 3]
  - conv2d: {filters: 4, padding: 1}
  - max_pool: {size: 2, stride: 1}
  - average_pool: 2
  - upsample: 2
  - flatten
  - linear: 12
  - positions: 6
  - conv1d: {filters: 4, kernel: 2}
  - positional
  - attention: {heads: 2}
  - rnn: 3
  - gru: 3
  - lstm: 3
  - last
  - linear: 6
  - positions: 6
  - token_embedding: {tokens: 5, size: 4}
  - unembedding: 5
  - global_average_pool
  - linear: 4
  - positions: 2
  - similarity
  - linear
epochs: 1
record: true
"""


@pytest.mark.long
def test_every_layer_of_positions_trains_and_is_named_where_it_is_lacking(folder: Path) -> None:
    (folder / "p.yaml").write_text(CONFIG)
    trained = call("train", "p.yaml", "-q")
    assert trained.code == 0, trained.err
    run = RunFolder(Path(trained.out.strip()))
    lacking = {*layers} - KNOWN["layers"]
    assert {*network_data(run)["lacking"]} == lacking
    assert call("report", run.path).code == 0
    assert {"feature_maps.png", "gates.png", "attention.png"} <= {path.name for path in run.plots.iterdir()}
    assert call("evaluate", run.path).code == 0
    assert json.loads(call("train", "p.yaml", "--dry-run", "--json").out)["parameters"] == run.info["parameters"]
    refused = call("export", run.path, "--to", "numpy")
    assert refused.code != 0
    assert any(f"has no layer {name}" in refused.err for name in lacking)


SEQUENCES = """\
dataset: {sequences: {task: sine, length: 6, samples: 40, steps: true}}
layers: [{gru: 3}, linear]
epochs: 2
"""
OF_ROWS = ("dataset.sequences.steps=false", "layers.0.gru.states=last")
RAGGED = ("dataset.sequences={task: parity, length: 6, samples: 40, steps: true, shortest: 2}", "threshold=f1")


@pytest.mark.parametrize("options", [(), OF_ROWS, RAGGED], ids=["of positions", "of rows", "ragged"])
def test_sequences_go_through_the_commands(folder: Path, options: tuple[str, ...]) -> None:
    (folder / "s.yaml").write_text(SEQUENCES)
    trained = call("train", "s.yaml", *options, "-q", "--baselines")
    assert trained.code == 0, trained.err
    run = RunFolder(Path(trained.out.strip()))
    ragged, steps = options is RAGGED, options is not OF_ROWS
    assert f"- positions: {{size: 6, ragged: {str(ragged).lower()}}}" in run.resolved_path.read_text()
    assert json.loads(call("evaluate", run.path, "--json").out) == json.loads((run.path / "metrics.json").read_bytes())
    predictions = run.predictions("test")
    assert len({*predictions["row"]}) == 8
    assert ("position" in predictions) is steps
    assert (run.plots / "gates.png").exists()
    assert steps or len(predictions["row"]) == 8
    feature = "bit" if ragged else "value"
    header = ",".join(f"{feature} {position}" for position in range(1, 7))
    rows = f"{header},id\n{','.join('0' * 6)},a\n"
    (folder / "new.csv").write_text(f"{rows}0,1,1,,,,b\n" if ragged else rows)
    shown = call("predict", run.path, "new.csv", "--id", "id")
    assert shown.code == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[0] == ("row,id,position,prediction" if steps else "row,id,prediction")
    assert len(lines) == (1 + 6 + 3 if ragged else 1 + 6 if steps else 2)
    scored = "".join(f",{'odd' if ragged else 'next'} {position}" for position in range(1, 7)) if steps else ",next"
    targets = [",0,0,0,0,0,0", ",0,1,0,,,"] if ragged else [",1" * 6 if steps else ",1"]
    head, *lines = (folder / "new.csv").read_text().splitlines()
    table = [head + scored, *(line + target for line, target in zip(lines, targets, strict=True))]
    (folder / "new.csv").write_text("\n".join([*table, *table[1:]]))
    judged = call("evaluate", run.path, "--data", "new.csv", "--json", "--bootstrap", "3")
    assert judged.code == 0, judged.err
    assert call("report", run.path).code == 0
    assert "positions, which are shown together" in call("data", "check", run.resolved_path).out


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        (
            "layers.0.gru.states=last",
            "ends with 1 value, and a row has a target at each of 6 positions",
            "states: last",
        ),
        ("dataset.sequences.steps=false", "ends with 1 x 6 values, and a row has one target", "write flatten, last"),
        ("layers=[{positions: 4}, linear]", "6 values do not divide into 4 positions", "write layers.0.positions=3"),
        ("layers=[{max_pool: 2}, linear]", "ends with 1 x 3 values, and a row has targets at 6 positions", "upsample"),
    ],
)
def test_a_network_that_ends_with_other_positions_than_the_target_is_refused(
    folder: Path, override: str, message: str, hint: str
) -> None:
    (folder / "s.yaml").write_text(SEQUENCES)
    refused = call("train", "s.yaml", override)
    assert refused.code == 3
    assert message in refused.err
    assert hint in refused.err.splitlines()[-1]
    assert not (folder / "runs").exists()


def test_positions_of_ragged_data_must_be_ragged(folder: Path) -> None:
    (folder / "s.yaml").write_text(SEQUENCES.replace("steps: true", "steps: true, shortest: 3"))
    refused = call("train", "s.yaml", "layers=[{positions: 6}, linear]")
    assert refused.code == 3
    assert "sequences of the data end at different positions, and positions is not ragged" in refused.err
    refused = call("train", "s.yaml", "layers=[{conv1d: {filters: 4, kernel: 2}}, linear]")
    assert "layers[0]: conv1d needs every position, and ragged ones may not exist" in refused.err
    assert "take ragged out" not in refused.err
    assert call("train", "s.yaml", "layers=[{positions: {size: 6, ragged: true}}, linear]", "-q").code == 0


def test_an_embedding_has_as_many_tokens_as_the_data(folder: Path) -> None:
    (folder / "s.yaml").write_text(SEQUENCES)
    copying = "dataset={sequences: {task: copy, samples: 40}}"
    refused = call("train", "s.yaml", copying, "layers=[{token_embedding: {tokens: 5, size: 4}}, linear]")
    assert refused.code == 3
    assert re.search(r"the data have \d+ tokens, and token_embedding has 5", refused.err)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("class_weight={'0': 2}", RAGGED[0]),
            "class_weight is for a class of each row",
        ),
        (("loss={quantile: {quantile: [0.1, 0.9]}}",), "several quantiles is for one target of each row"),
        (("layers=[{token_embedding: {size: 3}}, linear]",), "token_embedding has no number of tokens"),
    ],
)
def test_options_that_positions_do_not_have_are_refused(folder: Path, options: tuple[str, ...], message: str) -> None:
    (folder / "s.yaml").write_text(SEQUENCES)
    refused = call("train", "s.yaml", *options)
    assert refused.code in (3, 4)
    assert message in refused.err
    assert "hint: " in refused.err
    assert not (folder / "runs").exists()


@pytest.mark.usefixtures("folder")
def test_python_predicts_each_position() -> None:
    run = npnet.train(
        {
            "dataset": {"sequences": {"task": "parity", "length": 6, "samples": 40, "steps": True, "shortest": 2}},
            "layers": [{"gru": 3}, "linear"],
        },
        epochs=1,
        quiet=True,
    )
    rows = [[0, 1, 1, 0, 1, 1], [0, 1, 1, np.nan, np.nan, np.nan]]
    chances = run.model.predict(rows)
    assert chances.shape == (2, 6, 1)
    assert np.isnan(chances[:, :, 0]).tolist() == [[False] * 6, [False] * 3 + [True] * 3]
    table = run.predict(rows)
    assert table["position"].tolist() == [1, 2, 3, 4, 5, 6, 1, 2, 3]
    np.testing.assert_allclose(table["probability_1"], chances[~np.isnan(chances)])


@pytest.mark.long
def test_ragged_steps_go_through_the_other_commands(folder: Path) -> None:
    (folder / "s.yaml").write_text(SEQUENCES)
    several = (*RAGGED, "ensemble=2", "own_validation=true", "temperature=true", "record=true")
    trained = call("train", "s.yaml", *several, "-q", "--report")
    assert trained.code == 0, trained.err
    run = trained.out.strip()
    for command in ("plot RUN", "diagnose RUN", "data report s.yaml", "export RUN --to json -o out.json"):
        result = call(*command.replace("RUN", run).split())
        assert (result.code == 0) is not command.startswith("export"), result.err
    assert "no export gives predictions at each of 6 positions" in result.err
    assert call("gradcheck", "s.yaml", *RAGGED).code == 0
    ragged = SEQUENCES.replace("sine", "parity").replace("steps: true", "steps: true, shortest: 2")
    (folder / "w.yaml").write_text(ragged + "sweep: {parameters: {learning_rate: [0.01, 0.1]}}\n")
    swept = call("sweep", "w.yaml", "-q")
    assert swept.code == 0, swept.err
    assert call("report", swept.out.split()[0]).code == 0
    crossed = call("train", "s.yaml", *RAGGED, "cv=2", "-q")
    assert crossed.code == 0, crossed.err
