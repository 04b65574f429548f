"""Explaining keys: type, range, default, description, and the name nearest to a wrong key."""

import pytest

from npnet.config import Experiment
from npnet.config.schema import KINDS, explain
from npnet.errors import UsageError

ABOVE = {
    "datasets": "dataset",
    "features": "prepare.features",
    "layers": "layers",
    "losses": "loss",
    "optimizers": "optimizer",
    "schedules": "schedule",
    "initializers": "layers.linear.init",
    "methods": "sweep.method",
}


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        (
            "learning_rate",
            ["a number greater than 0 and at most 1e6; default none.", "usual learning rate"],
        ),
        ("layers.linear.units", ["layers.linear.units: a whole number from 1 to 10**7;", "Number of outputs"]),
        ("layers.0.linear.units", ["layers.linear.units: a whole number"]),
        ("optimizer.adam", ["optimizer.adam\n", "Kingma and Ba", "beta1", "default 0.9."]),
        ("optimizer", ["an optimizer; default adam.", "names:", "sgd", "lion"]),
        ("early_stopping.patience", ["a whole number from 1 to 10**7; required.", "epochs without an improvement"]),
        ("early_stopping", ['a number of epochs, "off" or options (patience, min_delta); default off.', "min_delta"]),
        ("batch_size", ['or "all"; default 32.']),
        ("seed", ["from 0 to 2**63 - 1; default 0."]),
        ("split", ["default test 0.2, validation 0.2."]),
        ("layers.residual.layers.linear", ["Affine map"]),
    ],
)
def test_a_key_is_explained(key: str, parts: list[str]) -> None:
    text = explain(key)
    assert all(part in text for part in parts), text


@pytest.mark.parametrize("key", Experiment.model_fields)
def test_every_top_level_key_has_a_description(key: str) -> None:
    first = explain(key).splitlines()[0]
    assert first.startswith(f"{key}: ")
    assert first.endswith(".")


@pytest.mark.parametrize("kind", KINDS, ids=[kind.plural for kind in KINDS])
def test_every_registered_name_and_option_is_explained(kind: object) -> None:
    for name, spec in kind.items():  # type: ignore[attr-defined]
        key = f"{ABOVE[kind.plural]}.{name}"  # type: ignore[attr-defined]
        assert len(explain(key)) > len(key) + 20
        for option in spec.model_fields:
            assert explain(f"{key}.{option}").startswith(f"{key}.{option}: ")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("learning_rte", "did you mean learning_rate?"),
        ("layers.lienar", "did you mean layers.linear?"),
        ("layers.linear.unit", "did you mean layers.linear.units?"),
        ("min_delta", "early_stopping.min_delta"),
        ("zzz", "the keys are: dataset"),
        ("seed.x", "it has no options"),
        ("", "the keys are: dataset"),
    ],
)
def test_an_unknown_key_is_a_usage_error_with_the_nearest(key: str, hint: str) -> None:
    with pytest.raises(UsageError, match="has no key") as caught:
        explain(key)
    assert hint in (caught.value.hint or "")
