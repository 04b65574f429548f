"""Before a training: threads, outline, and what is checked."""

from pathlib import Path

import pytest

from npnet.config import load
from npnet.errors import ConfigError, DataError
from npnet.experiment.resolved import DataInfo, resolve
from npnet.machine.resources import cores
from npnet.nn.layer import Inputs
from npnet.runner import prepare_run, prepared_run
from npnet.runner.network_checks import outline

CONFIG = "dataset: {xor: {samples: 100}}\nlayers: [{linear: 4}, tanh, {dropout: 0.1}, linear, sigmoid]\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "xor.yaml"
    path.write_text(CONFIG)
    return path


def test_the_outline_is_that_of_the_network_that_is_trained(config: Path) -> None:
    found = outline(prepare_run(load(config, ["epochs=7", "batch_size=32"])))
    assert [(line.kind, line.inputs, line.outputs, line.parameters) for line in found.layers] == [
        ("linear", 2, 4, 12),
        ("tanh", 4, 4, 0),
        ("dropout", 4, 4, 0),
        ("linear", 4, 1, 5),
    ]  # the loss contains the sigmoid
    assert (found.parameters, found.steps, found.epochs) == (17, 2, 7)
    assert found.rows == {"train": 60, "validation": 20, "test": 20}


@pytest.mark.parametrize(
    ("overrides", "product"),
    [
        (["batch_size=32"], 32 * 12),
        (["batch_size=all"], 600 * 12),
        (["batch_size=10000"], 600 * 12),
        (["batch_size=100", "layers.0.linear.units=100"], 100 * 300),
    ],
)
def test_the_largest_product_decides_on_threads(overrides: list[str], product: int, config: Path) -> None:
    experiment = load(config, overrides).experiment
    facts = DataInfo("binary", 2, 1, 2, {"train": 600, "validation": 200, "test": 200}, Inputs(2))
    resolved = resolve(experiment, facts)
    assert resolved.cost.largest_product == product
    assert resolved.threads == 1


def test_large_steps_take_all_cores_and_written_threads_are_taken(config: Path) -> None:
    facts = DataInfo("binary", 2000, 1, 2, {"train": 60_000, "validation": 200, "test": 200}, Inputs(2000))
    large = ["layers.0.linear.units=1000", "batch_size=1024"]
    assert resolve(load(config, large).experiment, facts).threads == cores()
    assert resolve(load(config, [*large, "threads=3"]).experiment, facts).threads == 3


def test_faults_of_the_data_name_the_line_of_the_dataset(config: Path) -> None:
    config.write_text("layers: [linear]\ndataset:\n  table: {path: none.csv, target: y}\n")
    with pytest.raises(DataError, match=r"xor\.yaml:3:3: there is no file none\.csv"):
        prepare_run(load(config))


def test_a_network_that_does_not_fit_is_refused(config: Path) -> None:
    with pytest.raises(ConfigError, match=r"layers\[3\] gives 3 outputs"):
        prepare_run(load(config, ["layers.3.linear.units=3"]))


def test_a_config_that_could_not_be_read_again_is_refused_at_its_place(config: Path) -> None:
    block = "{residual: [" * 7 + "relu" + "]}" * 7
    config.write_text(f"dataset: {{xor: {{samples: 100}}}}\nlayers: [{block}, linear]\n")
    with pytest.raises(ConfigError, match=r"xor\.yaml:1:1: with everything filled in the config has 24 levels"):
        prepare_run(load(config))


def test_texts_that_no_weights_file_holds_are_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{n},{'a long name of somebody ' * 9}{n % 3},{n % 2}" for n in range(40)]
    config.with_name("t.csv").write_text("\n".join(["x,who,y", *rows]) + "\n")
    config.write_text("layers: [linear]\ndataset: {table: {path: t.csv, target: y}}\n")
    prepare_run(load(config))
    monkeypatch.setattr(prepared_run, "METADATA_LIMIT", 1000)
    with pytest.raises(DataError, match=r"xor\.yaml:2:10: .* hold at most 1.0 kB") as caught:
        prepare_run(load(config))
    assert 'such as "who"' in str(caught.value.hint)
