"""Waves: which trials share a stack, and that trials of one signature can be joined."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npnet.config import Experiment, load
from npnet.errors import ConfigError, RunError
from npnet.experiment.resolved import prepare_folds
from npnet.model.trainer import Trainer
from npnet.sweeps.plan import Trial, make_plan, read_plan
from npnet.sweeps.waves import WavePlan, group_trials, read_wave, signature
from tests.fittings import together_of
from tests.sweep.conftest import CONFIG

BASE: dict[str, Any] = {
    "dataset": {"moons": 60},
    "layers": [
        {"linear": 4},
        "batch_norm",
        {"leaky_relu": 0.1},
        {"dropout": 0.2},
        {"residual": [{"linear": 4}, "tanh"]},
        "linear",
    ],
    "loss": {"binary_cross_entropy": {"label_smoothing": 0.0}},
    "optimizer": {"adam": {"weight_decay": 0.0}},
    "learning_rate": 0.01,
    "epochs": 2,
    "clip_norm": 1.0,
}
SAME: list[dict[str, Any]] = [
    {"learning_rate": 0.5},
    {"model_seed": 7},
    {"l1": 0.1},
    {"l2": 0.1},
    {"clip_norm": 2.0},
    {"loss": {"binary_cross_entropy": {"label_smoothing": 0.1}}},
    {"optimizer": {"adam": {"weight_decay": 0.3, "beta1": 0.8, "epsilon": 1e-6}}},
    {"layers": [*BASE["layers"][:3], {"dropout": 0.5}, *BASE["layers"][4:]]},
    {"layers": [*BASE["layers"][:2], {"leaky_relu": 0.3}, *BASE["layers"][3:]]},
]
OTHER: list[dict[str, Any]] = [
    {"learning_rate": None},
    {"clip_norm": None},
    {"clip_value": 1.0},
    {"max_norm": 1.0},
    {"epochs": 3},
    {"batch_size": 16},
    {"ensemble": 2},
    {"dtype": "float64"},
    {"seed": 3},
    {"schedule": "cosine"},
    {"early_stopping": 3},
    {"early_stopping": {"patience": 3, "min_delta": 0.1}},
    {"monitor": "train_loss"},
    {"threshold": 0.4},
    {"temperature": True},
    {"class_weight": "balanced"},
    {"metrics": ["f1"]},
    {"evaluate_every": 2},
    {"optimizer": "sgd"},
    {"optimizer": {"momentum": 0.9}},
    {"loss": "hinge"},
    {"layers": ["relu", *BASE["layers"]]},
    {"layers": [{"linear": 8}, *BASE["layers"][1:4], {"residual": [{"linear": 8}, "tanh"]}, "linear"]},
]


def _experiment(*changes: dict[str, Any]) -> Experiment:
    written = dict(BASE)
    for change in changes:
        written |= change
    return Experiment.model_validate(written)


def _join(experiments: list[Experiment]) -> list[Trainer]:
    first = experiments[0]
    return together_of(experiments, prepare_folds(first, first.dataset.load(Path(), first.seed)))


@pytest.mark.parametrize("change", SAME, ids=str)
def test_what_differs_in_decimals_or_the_seed_of_a_model_shares_a_stack(change: dict[str, Any]) -> None:
    experiments = [_experiment(), _experiment(change)]
    assert signature(experiments[0]) == signature(experiments[1])
    _join(experiments)


@pytest.mark.parametrize("change", OTHER, ids=str)
def test_what_differs_in_anything_else_does_not(change: dict[str, Any]) -> None:
    assert signature(_experiment()) != signature(_experiment(change))


def test_no_two_of_the_others_share_a_stack_either() -> None:
    signatures = [signature(_experiment(change)) for change in OTHER]
    assert len(set(signatures)) == len(OTHER)


LAYER = st.sampled_from(
    [
        {"linear": 4},
        {"linear": {"units": 4, "init": {"normal": 0.3}}},
        {"linear": {"units": 4, "init": {"uniform": {"low": -0.3, "high": 0.3}}}},
        {"linear": {"units": 4, "init": {"normal": 0.1}}},
        {"dropout": 0.1},
        {"dropout": 0.4},
        {"leaky_relu": 0.1},
        {"elu": 0.5},
        "relu",
        "batch_norm",
        {"batch_norm": 0.5},
        "layer_norm",
        {"residual": [{"linear": 4}, {"dropout": 0.3}]},
        {"residual": [{"linear": 4}, {"dropout": 0.6}]},
    ]
)
OPTIONS = st.fixed_dictionaries(
    {
        "layers": st.lists(LAYER, min_size=1, max_size=2).map(lambda some: [{"linear": 4}, *some, "linear"]),
        "optimizer": st.sampled_from(["adam", {"adam": {"beta1": 0.5}}, {"momentum": 0.5}, {"momentum": 0.8}, "sgd"]),
        "clip_norm": st.sampled_from([None, 0.5, 2.0]),
        "l1": st.sampled_from([0.0, 0.5]),
        "max_norm": st.sampled_from([None, 1.0, 3.0]),
        "learning_rate": st.sampled_from([0.1, 0.2]),
    }
)


@pytest.mark.long
@given(st.lists(OPTIONS, min_size=8, max_size=16))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_has_one_signature_can_be_joined_and_trained(several: list[dict[str, Any]]) -> None:
    experiments = sorted((_experiment(options) for options in several), key=signature)
    for _, some in itertools.groupby(experiments, key=signature):
        fittings = _join(list(some))
        assert all(progress.finite.shape == (len(fittings),) for progress in fittings[0].stack_trainer.train(1))


def _trials(count: int) -> list[Trial]:
    return [Trial(point, point, 1, (point,)) for point in range(1, count + 1)]


def test_groups_hold_so_many_trials_of_one_signature_in_the_order_of_their_numbers() -> None:
    def experiment_of(trial: Trial) -> Experiment:
        return _experiment({"epochs": 1 + trial.number % 2})

    groups = group_trials(_trials(9), experiment_of, lambda experiment: 1 + experiment.epochs)
    assert [[trial.number for trial in group] for group in groups] == [[1, 3, 5], [2, 4], [6, 8], [7, 9]]


def test_a_trial_that_cannot_be_is_a_group_of_its_own() -> None:
    def experiment_of(trial: Trial) -> Experiment:
        if trial.number in (2, 4):
            raise ConfigError("no")
        return _experiment()

    groups = group_trials(_trials(5), experiment_of, lambda _: 3)
    assert [[trial.number for trial in group] for group in groups] == [[1, 3, 5], [2], [4]]


def test_a_plan_comes_back_from_its_file_with_the_same_trials(folder: Path) -> None:
    text = CONFIG + "sweep: {method: random, trials: 7, seeds: 2, metric: test.roc_auc, parameters: {learning_rate: "
    text += "{min: 1e-4, max: 0.1, distribution: log_uniform}, layers.0.linear: [1, 2, 3], "
    text += "optimizer: [adam, {sgd: {}}]}}\n"
    Path("c.yaml").write_text(text)
    plan = make_plan(load(Path("c.yaml")))
    Path("s").mkdir()
    Path("s/sweep.yaml").write_bytes(plan.text(Path("s")))
    again = read_plan(Path("s"))
    stages = plan.stage(0, []), again.stage(0, [])
    assert stages[0] is not None
    assert stages[0] == stages[1]
    trials = list(plan.trials(stages[0]))
    assert [trial.number for trial in trials] == list(range(1, 15))
    assert all(plan.experiment(trial) == again.experiment(trial) for trial in trials)
    assert plan.goal == again.goal
    wave = WavePlan(Path("s"), 0, (tuple(trials[:4]), tuple(trials[4:])), 3, goes_on=True)
    Path("s/waves").mkdir()
    wave.write()
    assert read_wave(Path("s"), 0) == wave


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "groups": [[[0, 1, 1, []]]]}'])
def test_what_is_no_wave_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "waves").mkdir()
    (tmp_path / "waves/0000.json").write_text(text)
    with pytest.raises(RunError, match="cannot be used"):
        read_wave(tmp_path, 0)


def test_a_plan_leads_to_no_other_file(folder: Path) -> None:
    Path("s").mkdir()
    with pytest.raises(RunError, match="s is no sweep"):
        read_plan(Path("s"))
    Path("s/sweep.yaml").write_text("extends: c.yaml\nsweep: {parameters: {learning_rate: [0.1, 0.2]}}\n")
    with pytest.raises(RunError, match=r"sweep\.yaml cannot be used: .*extends no other"):
        read_plan(Path("s"))
