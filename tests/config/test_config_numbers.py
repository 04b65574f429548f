"""Every numeric key of every spec, with wrong numbers and values."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from npnet.config import Experiment, Loaded
from npnet.config.type_info import accepted, branches, type_of
from npnet.data import datasets
from npnet.data.preprocessing.derived import features
from npnet.errors import ConfigError, Problem
from npnet.nn.initializers import initializers
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.nn.schedules import schedules
from npnet.registry import Registry
from npnet.spec import Spec

Load = Callable[..., Loaded]

NOT_FINITE = (".nan", ".inf", "-.inf", "1.0e+400")
ODD = ("-1", "0", "1e308", "1000000000000", '"x"', "true", "null", "[]", "{}")
WAYS: dict[str, str] = {
    "datasets": "dataset: {%s}\nlayers: [linear]",
    "layers": "dataset: xor\nlayers:\n- {%s}",
    "losses": "dataset: xor\nlayers: [linear]\nloss: {%s}",
    "optimizers": "dataset: xor\nlayers: [linear]\noptimizer: {%s}",
    "schedules": "dataset: xor\nlayers: [linear]\nschedule: {%s}",
    "features": "dataset: xor\nlayers: [linear]\nprepare: {features: [%s]}",
    "initializers": "dataset: xor\nlayers: [linear: {units: 1, init: {%s}}]",
}
KINDS: tuple[Registry[Any], ...] = (datasets, features, layers, losses, optimizers, schedules, initializers)


def numeric(spec: type[Spec]) -> Iterator[str]:
    for name, field in spec.model_fields.items():
        if accepted(type_of(field)).registry is None and {int, float} & bare(spec, name):
            yield name


def bare(spec: type[Spec], name: str) -> set[Any]:
    return {bare for bare, _ in branches(type_of(spec.model_fields[name]))}


def keys() -> Iterator[tuple[str, str]]:
    for name in numeric(Experiment):
        yield name, f"dataset: xor\nlayers: [linear]\n{name}: VALUE"
    for name in ("test", "validation"):
        yield f"split.{name}", f"dataset: xor\nlayers: [linear]\nsplit: {{{name}: VALUE}}"
    for kind in KINDS:
        for name, spec in kind.items():
            for option in numeric(spec):
                others = ", ".join(f"{key}: a" for key, field in spec.model_fields.items() if field.is_required())
                more = f", {others}" if others and option not in others else ""
                yield f"{name}.{option}", WAYS[kind.plural] % f"{name}: {{{option}: VALUE{more}}}"


TEXTS = dict(keys())
# also the name of a class, a sheet or a metric
ALSO_WORDS = {"table.positive_class", "images.positive_class", "table.sheet", "threshold"}


@pytest.mark.parametrize("key", TEXTS)
def test_a_number_that_is_not_finite_is_refused_with_the_range(load_text: Load, key: str) -> None:
    for value in NOT_FINITE:
        text = TEXTS[key].replace("VALUE", value)
        with pytest.raises(ConfigError) as caught:
            load_text(text)
        lines = text.split("\n")
        number = next(number for number, line in enumerate(lines) if value in line)
        found = [p for p in caught.value.problems if p.where == f"c.yaml:{number + 1}:{lines[number].index(value) + 1}"]
        assert len(found) == 1
        assert "number" in found[0].message
        assert f"it is {value if value != '1.0e+400' else '.inf'}" in found[0].message


@pytest.mark.parametrize("key", TEXTS)
def test_an_odd_value_loads_or_is_refused_with_the_accepted_values(load_text: Load, key: str) -> None:
    problems: list[Problem] = []
    for value in ODD:
        try:
            load_text(TEXTS[key].replace("VALUE", value))
        except ConfigError as error:
            problems += error.problems
    assert problems
    assert all(problem.where.startswith("c.yaml:") for problem in problems)
    assert all("Input should" not in problem.message for problem in problems)


@pytest.mark.parametrize("key", TEXTS)
def test_a_bool_or_a_text_is_not_a_number(load_text: Load, key: str) -> None:
    for value in ("true",) if key in ALSO_WORDS else ("true", '"1"'):
        with pytest.raises(ConfigError, match="must be"):
            load_text(TEXTS[key].replace("VALUE", value))


@pytest.mark.parametrize("key", TEXTS)
def test_every_number_has_an_upper_bound(load_text: Load, key: str) -> None:
    with pytest.raises(ConfigError, match="must be"):
        load_text(TEXTS[key].replace("VALUE", "1" + "0" * 60))
