"""Resolved configs: all keys in a stable order, as YAML that loads to an equal experiment."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npnet.config import Experiment, Loaded, load
from npnet.config.writer import relocated, write_commented, write_resolved
from npnet.data import datasets
from npnet.data.datasets import Source
from npnet.data.datasets.table import Table
from npnet.errors import ConfigError
from npnet.experiment.resolved import DataInfo, resolve
from npnet.nn.initializers import initializers
from npnet.nn.layer import Inputs, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.nn.schedules import schedules
from tests.nn.builders import written

Load = Callable[..., Loaded]
SHIPPED = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))


def needed(source: type[Source]) -> list[str]:
    """Return the options that a data set cannot do without."""
    return [name for name, field in source.model_fields.items() if field.is_required()]


CHOICES = [
    *(f"dataset: {name}\nlayers: [linear]" for name, source in datasets.items() if not needed(source)),
    "dataset: {windows: {path: 'no', target: a, time: [b, c], window: 3}}\nlayers: [linear]",
    *(f"dataset: xor\nlayers: {json.dumps(written(name))}" for name in layers),
    "dataset: {table: {path: 'no', target: [a, b], drop: ['1e3', '~']}}\nlayers: [linear]",
    "dataset: xor\nlayers: [residual: [linear: 2, residual: [relu, dropout: 0.1]], linear: 1]",
    *(f"dataset: xor\nlayers: [linear]\nloss: {name}" for name in losses),
    *(f"dataset: xor\nlayers: [linear]\noptimizer: {name}" for name in optimizers),
    *(f"dataset: xor\nlayers: [linear]\nschedule: {name}" for name in schedules),
    *(f"dataset: xor\nlayers: [linear: {{units: 3, init: {name}}}]" for name in initializers),
    "dataset: xor\nlayers: [linear]\nearly_stopping: 20\nmetrics: [f1]\nmonitor: train_f1\nbatch_size: all\nthreads: 2",
    "dataset: xor\nlayers: [linear]\nmetrics: []\nweights: latest\nmax_norm: 1e-300\nlearning_rate: 1e-16",
]


@pytest.mark.parametrize("text", CHOICES)
def test_a_resolved_config_loads_back_to_an_equal_experiment(load_text: Load, text: str) -> None:
    experiment = load_text(text).experiment
    for write in (write_resolved, write_commented):
        again = load_text(write(experiment)).experiment
        assert again == experiment
        assert write_resolved(again) == write_resolved(experiment)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_shipped_config_loads_back_to_an_equal_experiment(load_text: Load, path: Path) -> None:
    experiment = load(path).experiment
    assert load_text(write_resolved(experiment)).experiment == experiment


def test_every_key_is_written_in_the_order_of_declaration(load_text: Load) -> None:
    lines = write_resolved(load_text().experiment).splitlines()
    assert [line.partition(":")[0] for line in lines if line[0] not in " -"] == list(Experiment.model_fields)


def test_a_resolved_experiment_leaves_nothing_to_the_data(load_text: Load, valid: str) -> None:
    data = DataInfo("multiclass", 2, 1, 3, {"train": 600}, Inputs(2))
    text = write_resolved(resolve(load_text(valid.replace("loss: binary_cross_entropy\n", "")).experiment, data).config)
    assert "cross_entropy: {label_smoothing: 0.0}" in text
    assert "monitor: train_loss" in text


def test_defaults_are_marked_and_null_is_explained(load_text: Load) -> None:
    lines = write_commented(load_text("dataset: xor\nlayers: [linear]\nepochs: 3\n").experiment).splitlines()
    assert "epochs: 3" in lines
    assert "batch_size: 32  # default" in lines
    assert "early_stopping: off  # default" in lines
    assert "loss: null  # default, null: the task's default" in lines


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    st.floats(min_value=1e-300, max_value=1e6),
    st.integers(0, 2**63 - 1),
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_and_number_survives_writing(text: str, rate: float, seed: int) -> None:
    source = Table(path=text, target="y")
    experiment = Experiment(dataset=source, layers=(Linear(),), learning_rate=rate, seed=seed, weights=text)
    Path("r.yaml").write_bytes(write_resolved(experiment).encode())
    assert load(Path("r.yaml")).experiment == experiment


@pytest.mark.parametrize(
    ("path", "moved"), [("a.csv", "../../configs/a.csv"), ("../a.csv", "../../a.csv"), ("/data/a.csv", "/data/a.csv")]
)
def test_relative_paths_are_rewritten_for_another_folder(load_text: Load, path: str, moved: str) -> None:
    experiment = load_text(f"dataset: {{table: {{path: {path}, target: y}}}}\nlayers: [linear]\n").experiment
    source = relocated(experiment, Path("configs"), Path("runs/x")).dataset
    assert isinstance(source, Table)
    assert source.path == moved


def test_a_config_without_paths_moves_unchanged(load_text: Load) -> None:
    experiment = load_text().experiment
    assert relocated(experiment, Path("configs"), Path("runs/x")) is experiment


def nested(levels: int) -> str:
    """Return a config with a number of nested residual blocks."""
    inner = "relu"
    for _ in range(levels):
        inner = f"{{residual: [{inner}]}}"
    return f"dataset: xor\nlayers: [{inner}, linear]\n"


@pytest.mark.parametrize("text", list(map(nested, range(1, 9))))
def test_a_written_config_can_be_read_again_or_is_refused(load_text: Load, text: str) -> None:
    experiment = load_text(text).experiment
    try:
        written = write_resolved(experiment)
    except ConfigError as error:
        assert "with everything filled in" in error.message  # noqa: PT017 - some are refused, some are not
    else:
        assert load_text(written).experiment == experiment


@pytest.mark.parametrize(
    ("names", "length", "message"),
    [
        (9_980, 3, "has 101.. values; at most 10000 can be read again"),
        (3_000, 100, "has 3..... bytes; at most 262144 can be read again"),
    ],
)
def test_lists_that_make_a_config_too_long_are_refused(names: int, length: int, message: str) -> None:
    source = Table(path="t.csv", target="y", drop=tuple(f"{number:0{length}}" for number in range(names)))
    with pytest.raises(ConfigError, match=message) as caught:
        write_resolved(Experiment(dataset=source, layers=(Linear(),)))
    assert caught.value.hint == "shorten its lists"


def test_a_path_that_is_not_text_is_refused() -> None:
    source = Table(path="t.csv", target="y").model_copy(update={"path": "d\udcff/t.csv"})
    with pytest.raises(ConfigError, match="not UTF-8"):
        write_resolved(Experiment(dataset=source, layers=(Linear(),)))
