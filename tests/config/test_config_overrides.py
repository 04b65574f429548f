"""Overrides: put into the tree through every short form, issues located in the override."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npnet.config import Loaded
from npnet.config.writer import plain_options
from npnet.errors import ConfigError, Problem, UsageError

Load = Callable[..., Loaded]
Problems = Callable[..., list[Problem]]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("learning_rate=1e-3", "learning_rate", 0.001),
        ("epochs=5", "epochs", 5),
        ("batch_size=all", "batch_size", "all"),
        ("split.test=0", "split.test", 0.0),
        ("layers.0.linear.units=32", "layers.0.linear.units", 32),
        ("layers.0.linear=32", "layers.0.linear.units", 32),
        ("layers.0.linear.init=zeros", "layers.0.linear.init", "zeros"),
        ("layers.1={leaky_relu: 0.2}", "layers.1.leaky_relu.slope", 0.2),
        ("layers.1=tanh", "layers.1", "tanh"),
        ("dataset=moons", "dataset.moons.samples", 1000),
        ("dataset.circles.samples=50", "dataset.circles.samples", 50),
        ("optimizer.adam.beta1=.8", "optimizer.adam.beta1", 0.8),
        ("optimizer.momentum.momentum=0.5", "optimizer.momentum.momentum", 0.5),
        ("loss.binary_cross_entropy.label_smoothing=0.1", "loss.binary_cross_entropy.label_smoothing", 0.1),
        ("early_stopping=20", "early_stopping.patience", 20),
        ("early_stopping.patience=20", "early_stopping.patience", 20),
        ("schedule=cosine", "schedule", None),
        ("weights=a=b", "weights", "a=b"),
        ("weights='3'", "weights", "3"),
        ("metrics=[roc_auc, f1]", "metrics", ["roc_auc", "f1"]),
        (" seed =7", "seed", 7),
    ],
)
def test_an_override_sets_one_value(load_text: Load, valid: str, text: str, key: str, value: object) -> None:
    found: Any = plain_options(load_text(valid, text).experiment)
    for word in key.split("."):
        found = found[int(word) if word.isdigit() else word]
    assert value is None or found == value


def test_an_override_into_a_short_form_keeps_its_value(load_text: Load, valid: str) -> None:
    text = valid.replace("linear: 16", "linear: {units: 16, init: zeros}") + "early_stopping: 20\n"
    loaded = load_text(text, "layers.0.linear.bias_init=ones", "early_stopping.min_delta=0.5", "epochs=1", "epochs=2")
    experiment = plain_options(loaded.experiment)
    assert experiment["layers"][0]["linear"] == {"units": 16, "init": "zeros", "bias_init": "ones"}
    assert experiment["early_stopping"] == {"patience": 20, "min_delta": 0.5}
    assert experiment["epochs"] == 2


def test_an_override_reaches_into_a_residual_block(load_text: Load, valid: str) -> None:
    text = valid.replace("- relu", "- residual: [linear: 16, relu]")
    layers = plain_options(load_text(text, "layers.1.residual.layers.0.linear.init=zeros").experiment)["layers"]
    assert layers[1]["residual"]["layers"][0]["linear"]["init"] == "zeros"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("layers.9.linear.units=3", "layers has 4 items, numbered 0 to 3", "write 'layers.3={linear: {units: 3}}'"),
        ("layers.linear.units=3", "layers is a list; its items are numbers", "write layers.0.linear.units=3"),
        ("layers.-1=sigmoid", "layers is a list; its items are numbers", "write layers.3=sigmoid"),
        ("layers.0.relu.x=3", "layers[0] is linear, not relu", "write layers.0=relu"),
        ("layers.1.relu.x=3", 'unknown key "x"', "layers[1].relu has no options; write it alone"),
        ("layers.0.linear.unit=3", 'unknown key "unit"', 'did you mean "units"?'),
        ("learning_rate.x=3", "learning_rate has no options", "write learning_rate=3"),
        ("learning_rte=3", 'unknown key "learning_rte"', 'did you mean "learning_rate"?'),
        ("optimzer.adam.beta1=3", 'unknown key "optimzer"', 'did you mean "optimizer"?'),
        ("epochs=-1", "epochs must be a whole number from 0", None),
        ("epochs='5'", 'not the text "5"', "write it without quotes: 5"),
        ("epochs=", "it has no value", None),
        ("epochs=[1", "the closing bracket is missing", None),
        ("seed=!!int 3", "tags (tag:yaml.org,2002:int) are not supported", None),
        ("metrics={a: 1, a: 2}", 'the key "a" is given twice, in one line', None),
        ("extends=b.yaml", 'unknown key "extends"', None),
        ("l1=.inf", "l1 must be a number from 0 to 1e6, it is .inf", None),
    ],
)
def test_an_issue_in_an_override_names_the_override(
    problems_of: Problems, valid: str, text: str, message: str, hint: str | None
) -> None:
    first = problems_of(valid, text)[0]
    assert first.where == f"command line: {text.partition('=')[0]}"
    assert message in first.message
    assert hint is None or first.hint == hint
    assert first.excerpt is not None
    assert first.excerpt.startswith(text)


@pytest.mark.parametrize("text", ["learning_rate", "=3", "a..b=3", ".a=3", "", "--x", "a." * 5000 + "a=1"])
def test_a_text_of_another_form_is_a_usage_error(load_text: Load, valid: str, text: str) -> None:
    with pytest.raises(UsageError, match="not an override"):
        load_text(valid, text)


@given(st.text(st.sampled_from("layers0123.=units[]{}:,#&*!'\"x \n"), max_size=30))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_override_is_put_in_or_refused(load_text: Load, valid: str, text: str) -> None:
    with suppress(ConfigError, UsageError):
        assert load_text(valid, text).experiment.layers
