"""Trial configs: validating the changed keys alone equals full validation."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from npnet.config import Loaded, loaded
from npnet.config.loaded import TrialConfigs, validated
from npnet.config.nodes import Node
from npnet.config.writer import write_resolved
from npnet.errors import ConfigError

Load = Callable[..., Loaded]
CONFIG = """\
dataset: {moons: 200}
layers:
  - linear: {units: 8, init: {normal: 0.1}}
  - dropout: 0.1
  - residual: [{linear: 8}, tanh, {dropout: 0.2}]
  - leaky_relu: 0.2
  - linear
loss: {binary_cross_entropy: {label_smoothing: 0.1}}
optimizer: {adam: {weight_decay: 0.01}}
early_stopping: {patience: 3, min_delta: 0.5}
"""
SHARES = st.floats(0, 0.9)
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "learning_rate": st.floats(1e-6, 1.0),
    "l2": SHARES | st.integers(0, 3),
    "clip_norm": st.none() | st.floats(0.1, 9.0),
    "threshold": st.none() | st.sampled_from(["f1", 0.25, 0.5]),
    "batch_size": st.sampled_from(["all", 8, 16]),
    "class_weight.first": SHARES,
    "early_stopping": st.sampled_from(["off", 2, {"patience": 2, "min_delta": 0.1}]),
    "early_stopping.min_delta": SHARES,
    "layers.0.linear": st.integers(1, 9),
    "layers.0.linear.units": st.integers(1, 9),
    "layers.0.linear.init": st.sampled_from(["he_normal", {"normal": 0.2}, {"uniform": 0.3}]),
    "layers.0.linear.init.normal": st.floats(0.1, 1.0),
    "layers.0.linear.init.normal.std": st.floats(0.1, 1.0),
    "layers.0.linear.init.uniform": st.floats(0.1, 1.0),
    "layers.1": st.sampled_from(["relu", {"dropout": 0.3}]),
    "layers.1.dropout": SHARES,
    "layers.1.dropout.rate": SHARES,
    "layers.2.residual.layers.2.dropout": SHARES,
    "layers.2.residual.layers.0.linear.units": st.just(8),
    "layers.3.leaky_relu": SHARES,
    "loss.binary_cross_entropy.label_smoothing": SHARES,
    "optimizer": st.sampled_from(["adam", "sgd", {"adamw": {"weight_decay": 0.2}}]),
    "optimizer.adam": SHARES,
    "optimizer.adam.weight_decay": SHARES,
    "optimizer.adam.beta1": SHARES,
    "optimizer.sgd.weight_decay": SHARES,
    "optimizer.rmsprop.weight_decay": SHARES,
    "schedule": st.sampled_from(["cosine", "one_cycle", "constant"]),
}
POINTS = st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=5, unique=True).flatmap(
    lambda keys: st.lists(st.fixed_dictionaries({key: KEYS[key] for key in keys}), min_size=1, max_size=4)
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from npnet.config import load

    path = tmp_path_factory.mktemp("configs") / "c.yaml"
    path.write_text(CONFIG)
    return load(path).root


def _outcome(make: Callable[[], Any]) -> tuple[str, Any]:
    """Return the text of an experiment, or the issues found in it."""
    try:
        experiment = make()
    except ConfigError as error:
        return "refused", [(problem.message, problem.where) for problem in error.problems]
    return write_resolved(experiment), experiment


@given(POINTS)
@example(
    [
        {"optimizer.adam.weight_decay": 0.0, "optimizer": "adam"},
        {"optimizer.adam.weight_decay": 0.3, "optimizer": "adam"},
    ]
)
@example([{"optimizer.adam.weight_decay": decay, "optimizer.sgd.weight_decay": 0.0} for decay in (0.0, 0.3)])
@example([{"layers.0.linear.init.normal": size, "layers.0.linear": 3} for size in (0.1, 0.2)])
@example([{"early_stopping": "off", "early_stopping.min_delta": size} for size in (0.1, 0.2)])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_validating_changed_keys_alone_equals_full_validation(root: Any, points: list[dict[str, Any]]) -> None:
    configs = TrialConfigs(root)
    for values in points:
        nodes = {key: Node.of(value, root.location) for key, value in values.items()}
        short, full = _outcome(lambda: configs.experiment(values)), _outcome(lambda: configs.validated(nodes))  # noqa: B023
        assert short == full, values


@pytest.mark.long
@pytest.mark.parametrize(
    "key",
    [
        "learning_rate",
        "layers.1.dropout",
        "layers.1.dropout.rate",
        "layers.2.residual.layers.2.dropout",
        "layers.0.linear.init.normal",
        "loss.binary_cross_entropy.label_smoothing",
        "optimizer.adam.weight_decay",
        "early_stopping.min_delta",
    ],
)
def test_the_whole_config_is_validated_once_for_ten_thousand_trials(
    root: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[None] = []
    monkeypatch.setattr(loaded, "validated", lambda *tree: calls.append(None) or validated(*tree))
    configs = TrialConfigs(root)
    rates = {
        write_resolved(configs.experiment({key: (place + 1) / 20_000, "batch_size": 8 * (1 + place % 2)}))
        for place in range(200)
    }
    for place in range(200, 10_000):
        configs.experiment({key: (place + 1) / 20_000, "batch_size": 8 * (1 + place % 2)})
    assert len(calls) == 1
    assert len(rates) == 200


def test_a_trial_has_no_sweep_of_its_own(load_text: Load, valid: str) -> None:
    loaded = load_text(valid + "sweep: {parameters: {learning_rate: [0.1, 0.2]}}\n")
    experiment = TrialConfigs(loaded.root).experiment({"learning_rate": 0.2})
    assert experiment == load_text(valid, "learning_rate=0.2").experiment
    assert experiment.sweep is None


def test_values_that_are_not_valid_together_are_refused(root: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        TrialConfigs(root).experiment({"learning_rate": 0.1, "optimizer": "adm"})
    assert caught.value.code == 3
