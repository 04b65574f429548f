"""Sweep values of the command line: a list is tried, unless the key's value is a list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npnet.config import Loaded, load
from npnet.config.overrides import kind_at, split_sweep_values
from npnet.errors import ConfigError, UsageError
from npnet.search import Choice, Range

Load = Callable[..., Loaded]


def _tried(text: str, *overrides: str) -> dict[str, Any]:
    Path("c.yaml").write_text(text)
    tries, others = split_sweep_values(overrides)
    sweep = load(Path("c.yaml"), others, tries).experiment.sweep
    return dict(sweep.parameters) if sweep else {}


@pytest.mark.parametrize(
    ("override", "tried"),
    [
        ("learning_rate=[1e-3, 1e-2]", True),
        ("learning_rate={min: 1e-3, max: 0.1}", True),
        ("learning_rate={values: [0.1]}", True),
        ("learning_rate=0.1", False),
        ("layers.0.linear=[8, 16]", True),
        ("layers.0.linear.units=[8, 16]", True),
        ("optimizer=[adam, sgd]", True),
        ("optimizer={sgd: {}}", False),
        ("metrics=[roc_auc]", False),
        ("metrics=[[roc_auc], [f1]]", True),
        ("metrics=[]", False),
        ("layers=[relu, linear]", False),
        ("layers=[[linear], [relu, linear]]", True),
        ("batch_size=[8, all]", True),
        ("clip_norm=[null, 1.0]", True),
        ("nothing=[1]", True),
    ],
)
def test_sweep_values_are_distinguished_from_a_single_value(override: str, tried: bool) -> None:
    tries, others = split_sweep_values([override])
    assert list(tries) == ([override.partition("=")[0]] if tried else [])
    assert others == ([] if tried else [override])


@pytest.mark.parametrize("text", ["learning_rate", "=[1]", "a..b=[1]", ""])
def test_a_text_that_is_not_an_override_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not an override") as caught:
        split_sweep_values([text])
    assert caught.value.code == 2


def test_lists_join_the_parameters_of_the_file_and_replace_those_of_a_key(valid: str) -> None:
    text = valid + "sweep: {parameters: {l2: [0.1, 0.2], l1: [0.5]}}\n"
    assert _tried(text, "l1=[0.1, 0.3]", "learning_rate=[1e-3]", "epochs=3") == {
        "l2": Choice(values=(0.1, 0.2)),
        "l1": Choice(values=(0.1, 0.3)),
        "learning_rate": Choice(values=(0.001,)),
    }


def test_a_config_without_a_sweep_gets_one(valid: str) -> None:
    text = valid
    assert _tried(text) == {}
    assert _tried(text, "l1={min: 0, max: 1}", "sweep.method=random", "sweep.trials=3") == {"l1": Range(min=0, max=1)}


@pytest.mark.parametrize(
    ("override", "where", "message"),
    [
        ("learning_rate=[0.1, -1]", "command line: learning_rate", "learning_rate must be a number greater than 0"),
        (
            "learning_rte=[0.1]",
            "command line: learning_rte",
            'unknown key "learning_rte"',
        ),
        ("learning_rate=[]", "command line: learning_rate", "values has 0 items"),
        ("learning_rate=[0.1, 0.1]", "command line: learning_rate", "the value 0.1 is given twice"),
        ("layers.7.linear=[1]", "command line: layers.7.linear", "layers has 4 items, numbered 0 to 3"),
        ("seed=[1, 2]", "command line: seed", 'a sweep does not try "seed"'),
        ("l2={min: 1}", "command line: l2", 'needs the key "max"'),
        ("l2=[0.1", "command line: l2", "a comma or the closing bracket is missing in what begins here"),
    ],
)
def test_an_issue_on_the_command_line_is_reported_with_its_key(
    valid: str, override: str, where: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _tried(valid, override)
    assert caught.value.code == 3
    problem = caught.value.problems[0]
    assert message in problem.message
    assert problem.where == where


@pytest.mark.parametrize(
    ("key", "kind"), [("epochs", int), ("layers.0.linear.units", int), ("layers.0.linear", int), ("nothing", None)]
)
def test_a_key_has_the_type_of_its_values(key: str, kind: Any) -> None:
    found = kind_at(key)
    assert found is None if kind is None else "int" in str(found)
