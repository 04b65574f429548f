"""The key `sweep`: every issue in it is reported at its location before anything is trained."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from npnet.config import Loaded, load
from npnet.config.loaded import TrialConfigs
from npnet.config.sweep import Objective
from npnet.config.writer import write_resolved
from npnet.errors import ConfigError, Problem

Load = Callable[..., Loaded]
Problems = Callable[..., list[Problem]]
RATES = "learning_rate: [0.1, 0.01]"


def _sweep(valid: str, *lines: str, parameters: str = RATES) -> str:
    return valid + "\n".join(["sweep:", *(f"  {line}" for line in lines), "  parameters:", f"    {parameters}", ""])


@pytest.mark.parametrize(
    ("parameter", "column", "message"),
    [
        ("learning_rate: []", 20, "sweep.parameters.learning_rate.values has 0 items, it takes at least 1"),
        ("learning_rate: 0.1", 20, "sweep.parameters.learning_rate must be options"),
        ("learning_rate: {}", 5, 'sweep.parameters.learning_rate needs the key "min"'),
        ("learning_rate: {min: 0.1}", 5, 'sweep.parameters.learning_rate needs the key "max"'),
        ("learning_rate: {min: 0.1, max: 0.01}", 21, "min must be below max, 0.1 is not below 0.01"),
        ("learning_rate: {min: 0.1, max: .inf}", 21, "min must be below max, 0.1 is not below inf"),
        ("learning_rate: {min: 0, max: 1, distribution: log_uniform}", 21, "log_uniform needs a min above 0, it is 0"),
        ("batch_size: {min: 1.5, max: 9, distribution: int_uniform}", 18, "int_uniform needs whole bounds"),
        ("learning_rate: {min: 0.1, max: 1, distribution: normal}", 53, "distribution must be"),
        ("learning_rate: {min: yes, max: 1}", 26, "min must be a number, not the text"),
        ("learning_rate: {values: [1], max: 1}", 34, 'unknown key "max"'),
        ("learning_rate: [0.1, 0.1]", 20, "the value 0.1 is given twice"),
        ("learning_rate: [0.1, -0.1, 0.2]", 26, "learning_rate must be a number greater than 0 and at most 1e6"),
        ("learning_rate: [0.1, fast]", 26, "learning_rate must be a number greater than 0 and at most 1e6, not the"),
        ("learning_rate: {min: -1.0, max: 0.1}", 26, "learning_rate must be a number greater than 0"),
        ("learning_rate: {min: 0.1, max: 1e9}", 36, "learning_rate must be a number greater than 0 and at most 1e6"),
        ("learning_rte: [0.1]", 5, 'unknown key "learning_rte"'),
        ("layers.9.linear: [8]", 5, "layers has 4 items, numbered 0 to 3"),
        ("layers.x.linear: [8]", 5, "layers is a list; its items are numbers"),
        ("layers.0.relu: [8]", 5, "layers[0] is linear, not relu"),
        ("epochs.0: [8]", 5, "epochs has no options, so none can be set"),
        ("optimizer: [adam, adm]", 23, 'unknown optimizer "adm"'),
        ("epochs: [1, 2.5]", 17, "epochs must be a whole number"),
        ("batch_size: {min: 1, max: 9, distribution: uniform}", 23, "batch_size must be a whole number"),
        ("seed: [1, 2]", 5, 'a sweep does not try "seed"'),
        ("split.test: [0.1, 0.2]", 5, 'a sweep does not try "split.test"'),
        ("dataset.circles.samples: [100, 200]", 5, 'a sweep does not try "dataset.circles.samples"'),
        ("threads: [1, 2]", 5, 'a sweep does not try "threads"'),
        ("sweep.seeds: [1, 2]", 5, 'a sweep does not try "sweep.seeds"'),
    ],
)
def test_an_issue_in_a_parameter_is_reported_with_its_location(
    valid: str, problems_of: Problems, parameter: str, column: int, message: str
) -> None:
    method = ("method: random", "trials: 2") if "{" in parameter else ()
    text = _sweep(valid, *method, parameters=parameter)
    problem = problems_of(text)[0]
    assert problem.message.startswith(message) or message in problem.message, problem
    assert problem.where == f"c.yaml:{text.count(chr(10))}:{column}"
    assert problem.excerpt is not None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("method: gird", 'unknown method "gird"'),
        ("method: {grid: 3}", "grid has no options"),
        ("method: {halving: {reduction: 1}}", "reduction must be a whole number from 2 to 100"),
        ("method: {tpe: {together: 0}}", "together must be a whole number from 1 to 1000"),
        ("method: {listed: {points: []}}", "points has 0 items"),
        ("method: {listed: {points: [[0.1], [0.1, 2]]}}", "point 2 has 2 values, for 1 parameter"),
        ("metric: validation.roc_au", 'unknown score "validation.roc_au"'),
        ("metric: roc_auc", 'unknown score "roc_auc"'),
        ("metric: {name: test.loss, goal: up}", 'goal must be "maximize" or "minimize"'),
        ("seeds: 0", "sweep.seeds must be a whole number from 1 to 10000"),
        ("seeds: 1.5", "sweep.seeds must be a whole number"),
        ("trials: 0", "sweep.trials must be a whole number from 1 to 10**7"),
        ("metod: grid", 'unknown key "metod"'),
        ("method: random", "this search needs trials: how many points to try"),
        ("method: sobol", "this search needs trials"),
        ("method: tpe", "this search needs trials"),
    ],
)
def test_an_issue_beside_the_parameters_is_reported_with_its_line(
    valid: str, problems_of: Problems, line: str, message: str
) -> None:
    text = _sweep(valid, line)
    [problem] = problems_of(text)
    assert message in problem.message
    place = text.count("\n") - 2
    assert problem.where.startswith((f"c.yaml:{place}:", f"c.yaml:{place - 1}:"))


def test_a_grid_of_a_range_is_refused_with_a_hint(valid: str, problems_of: Problems) -> None:
    [problem] = problems_of(_sweep(valid, parameters="learning_rate: {min: 0.1, max: 1.0}"))
    assert problem.message == "a grid takes lists, and learning_rate is a range"
    assert problem.hint == "--method random --trials 20 draws from ranges; a grid needs a list for learning_rate"


def test_a_sweep_without_parameters_is_refused(valid: str, problems_of: Problems) -> None:
    assert 'sweep needs the key "parameters"' in problems_of(valid + "sweep: {method: grid}\n")[0].message
    assert "parameters has 0 items" in problems_of(valid + "sweep: {parameters: {}}\n")[0].message


def test_all_wrong_values_are_reported_at_once(valid: str, problems_of: Problems) -> None:
    parameters = "{learning_rate: [0.1, -1], batch_size: [0], optimizer: [adm]}"
    assert len(problems_of(valid + f"sweep: {{parameters: {parameters}}}\n")) == 3


def test_a_metric_is_written_short_or_with_its_goal(valid: str, load_text: Load) -> None:
    short = load_text(_sweep(valid, "metric: validation.roc_auc")).experiment.sweep
    long = load_text(_sweep(valid, "metric: {name: validation.roc_auc}")).experiment.sweep
    assert short is not None
    assert long is not None
    assert short.metric == long.metric == Objective(name="validation.roc_auc")
    assert short.metric.maximizes
    assert not Objective(name="validation.loss").maximizes
    assert Objective(name="validation.loss", goal="maximize").maximizes


def test_the_resolved_config_has_the_same_sweep(valid: str, load_text: Load, tmp_path: Path) -> None:
    parameters = "{learning_rate: {min: 1.0e-4, max: 0.1, distribution: log_uniform}, optimizer: [adam, {sgd: {}}]}"
    text = valid + f"sweep: {{method: {{halving: {{reduction: 4}}}}, trials: 20, seeds: 3, parameters: {parameters}}}\n"
    first = load_text(text).experiment
    (tmp_path / "resolved.yaml").write_text(write_resolved(first))
    assert load(tmp_path / "resolved.yaml").experiment == first


@pytest.mark.parametrize(
    ("values", "seeds", "fine"), [(1000, 1, True), (500, 2, True), (1001, 1, False), (501, 2, False)]
)
def test_more_than_a_thousand_trials_take_their_number(
    valid: str, load_text: Load, values: int, seeds: int, fine: bool
) -> None:
    text = _sweep(valid, f"seeds: {seeds}", parameters=f"l2: {json.dumps([place / 1e4 for place in range(values)])}")
    if fine:
        assert load_text(text).experiment.sweep
        return
    with pytest.raises(ConfigError, match=f"the sweep has {values * seeds:,} trials, more than 1,000") as caught:
        load_text(text)
    assert "--trials 1000" in (caught.value.hint or "")
    assert load_text(text, "sweep.trials=2000").experiment.sweep


def test_an_astronomical_grid_is_refused_without_being_counted_out(valid: str, problems_of: Problems) -> None:
    keys = ["l1", "l2", "clip_norm", "clip_value", "max_norm", "learning_rate", "optimizer.adam.weight_decay"]
    parameters = ", ".join(f"{key}: {json.dumps([place / 1e4 for place in range(1, 401)])}" for key in keys)
    [problem] = problems_of(valid + f"sweep: {{parameters: {{{parameters}}}}}\n")
    assert f"{400**7:,} trials" in problem.message


def test_of_ten_thousand_numbers_only_the_extremes_are_validated(
    valid: str, load_text: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, validated = [], TrialConfigs.validated
    monkeypatch.setattr(TrialConfigs, "validated", lambda self, nodes: calls.append(1) or validated(self, nodes))
    keys = ["l2: [0.0, 0.1]", f"l1: {json.dumps([place / 1e4 for place in range(4000)])}", "batch_size: [1, 2, 3, 4]"]
    load_text(valid + f"sweep: {{trials: 10000, parameters: {{{', '.join(keys)}}}}}\n")
    assert len(calls) == 6
