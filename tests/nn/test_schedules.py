"""Schedules: the values of their formulas at single epochs."""

import inspect

import numpy as np
import pytest

from npnet.engine.loop import Rates
from npnet.nn.schedules import schedules

PLACES = [
    ("constant", {}, {0: 1, 50: 1, 99.5: 1}),
    ("step", {"every": 30, "drop": 0.1}, {0: 1, 29.9: 1, 30: 0.1, 60: 0.01}),
    ("exponential", {"decay": 0.5}, {0: 1, 1: 0.5, 2.5: 0.5**2.5}),
    ("polynomial", {"power": 2.0, "minimum": 0.1}, {0: 1, 50: 0.325, 100: 0.1}),
    ("cosine", {"minimum": 0.2}, {0: 1, 50: 0.6, 100: 1}),
    ("cosine", {"warm_up": 10.0}, {0: 0, 5: 0.5, 10: 1, 55: 0.5}),
    ("cosine", {"restarts": 1}, {0: 1, 25: 0.5, 50: 1, 75: 0.5}),
    ("one_cycle", {"rise": 0.5, "start": 0.1, "end": 0.0}, {0: 0.1, 50: 1, 75: 0.5, 100: 0}),
    ("reduce_on_plateau", {}, {0: 1, 99: 1}),
]


@pytest.mark.parametrize(("name", "options", "places"), PLACES)
def test_a_schedule_has_the_values_of_its_formula(name: str, options: dict, places: dict) -> None:
    e = np.array(list(places), float)
    assert np.allclose(schedules[name](**options).factor(e, 100), list(places.values()), atol=1e-12)


@pytest.mark.parametrize("name", sorted(schedules))
@pytest.mark.parametrize("epochs", [1, 7, 1000])
def test_every_factor_is_between_0_and_1(name: str, epochs: int) -> None:
    factors = schedules[name]().factor(np.linspace(0, epochs, 500, endpoint=False), epochs)
    assert factors.shape == (500,)
    assert factors.min() >= 0
    assert factors.max() <= 1


def test_a_warm_up_longer_than_the_training_only_rises() -> None:
    factors = schedules["cosine"](warm_up=50.0).factor(np.arange(10.0), 10)
    assert (np.diff(factors) > 0).all()


def test_the_last_of_200_steps_has_the_factor_that_the_description_of_one_cycle_names() -> None:
    last = Rates([1.0], 20, schedules["one_cycle"]()).of_epoch(20, 10)[-1]
    description = " ".join((inspect.getdoc(schedules["one_cycle"]) or "").split())
    assert f"the last of 200 steps has the factor {last:.1e}".replace("e-04", "e-4") in description
