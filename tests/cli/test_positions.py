"""A network of every layer for positions goes through the commands: whatever lacks a layer names it."""

import json
from pathlib import Path

import pytest

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
    assert call("evaluate", run.path).code == 0
    assert json.loads(call("train", "p.yaml", "--dry-run", "--json").out)["parameters"] == run.info["parameters"]
    refused = call("export", run.path, "--to", "numpy")
    assert refused.code != 0
    assert any(f"has no layer {name}" in refused.err for name in lacking)
