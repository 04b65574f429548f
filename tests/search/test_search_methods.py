"""Search methods: the contract of all registered methods, and the properties of each."""

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npnet.search import Choice, Grid, Method, Point, Range, Space, Stage, Tried, methods
from npnet.search.method import Halving
from npnet.search.space import as_json, sample

LISTS: dict[str, Choice | Range] = {
    "optimizer": Choice(values=("adam", {"sgd": {}})),
    "epochs": Choice(values=(1, 1.0, True, None)),
    "l2": Choice(values=(0.0, 0.1, 0.2)),
}
RANGES: dict[str, Choice | Range] = {
    "learning_rate": Range(min=1e-4, max=0.1, distribution="log_uniform"),
    "layers.0.linear": Range(min=2, max=64),
    "dropout": Range(min=0, max=1, distribution="uniform"),
    "batch_size": Range(min=8, max=512, distribution="int_log_uniform"),
}
POINTS = tuple(("adam", epochs, share) for epochs in (1, 1.0, None) for share in (0.0, 0.1, 0.2))
OPTIONS: dict[str, dict[str, Any]] = {
    "listed": {"points": POINTS},
    "halving": {"min_epochs": 2},
    "tpe": {"together": 4},
}
SEED = 7


def _method(name: str) -> Method:
    return methods[name](**OPTIONS.get(name, {}))


def _space(method: Method, *, trials: int | None = 9, seed: int = SEED) -> Space:
    parameters = LISTS | RANGES if method.accepts_ranges else LISTS
    return Space(parameters, trials, epochs=18, seed=seed)


def _value(number: int, point: Point) -> float:
    """Return a reproducible value of a point; infinite for every fifth point."""
    found = sum((place + 1) * len(as_json(value)) for place, value in enumerate(point))
    return math.inf if number % 5 == 0 else math.sin(found)


def _searched(method: Method, space: Space) -> list[Stage]:
    stages: list[Stage] = []
    tried: list[list[Tried]] = []
    while (stage := method.stage(space, len(stages), tried)) is not None:
        stages.append(stage)
        tried.append([Tried(number, point, _value(number, point)) for number, point in stage.points])
    return stages


def _all_searched() -> list[list[Stage]]:
    return [_searched(method, _space(method)) for method in map(_method, methods)]


def _points(stages: Sequence[Stage]) -> dict[int, Point]:
    return {number: point for stage in stages for number, point in stage.points}


def _may_be(parameter: Choice | Range, value: Any) -> bool:
    if isinstance(parameter, Choice):
        return as_json(value) in map(as_json, parameter.values)
    return parameter.min <= value <= parameter.max and type(value) is (int if parameter.whole else float)


every_method = pytest.mark.parametrize("name", methods)


@every_method
def test_points_are_numbered_from_1_and_counted_correctly(name: str) -> None:
    method = _method(name)
    space = _space(method)
    points = _points(_searched(method, space))
    assert list(points) == list(range(1, method.count(space) + 1))
    assert len(points) == 9


@every_method
def test_more_points_than_exist_become_all_points(name: str) -> None:
    method = _method(name)
    space = Space({"epochs": Choice(values=(1, 2, 3))}, 5, epochs=1, seed=0)
    if name == "listed":
        method = methods[name](points=((1,), (2,), (3,)))
    assert len(_points(_searched(method, space))) == method.count(space)


@every_method
def test_values_are_within_the_parameters(name: str) -> None:
    method = _method(name)
    space = _space(method)
    for point in _points(_searched(method, space)).values():
        assert all(_may_be(one, value) for one, value in zip(space.parameters.values(), point, strict=True)), point


def test_another_process_finds_the_same_points() -> None:
    program = "from tests.search.test_search_methods import _all_searched; print(_all_searched())"
    command, noise = [sys.executable, "-c", program], {**os.environ, "PYTHONHASHSEED": "3", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=noise)
    assert done.stdout.strip() == str(_all_searched())
    assert not done.stderr


@every_method
def test_points_depend_on_the_seed_unless_they_are_listed(name: str) -> None:
    method = _method(name)
    one, other = (_points(_searched(method, _space(method, seed=seed))) for seed in (SEED, 8))
    assert (one == other) is (name == "listed")


@every_method
def test_a_stage_is_a_function_of_the_earlier_results(name: str) -> None:
    """A search that is taken up again, in the order in which results came, goes on as if it had never stopped."""
    method = _method(name)
    space = _space(method)
    stages = _searched(method, space)
    tried = [[Tried(number, point, _value(number, point)) for number, point in stage.points] for stage in stages]
    for number, stage in enumerate(stages):
        assert method.stage(space, number, tried[:number]) == stage
        assert method.stage(space, number, tried) == stage


def test_a_grid_is_every_combination_with_the_last_key_fastest() -> None:
    [stage] = _searched(Grid(), _space(Grid(), trials=None))
    assert [point for _, point in stage.points[:4]] == [
        ("adam", 1, 0.0),
        ("adam", 1, 0.1),
        ("adam", 1, 0.2),
        ("adam", 1.0, 0.0),
    ]
    assert len(stage.points) == 24


def test_a_part_of_a_grid_has_distinct_combinations_in_its_order() -> None:
    whole, some = (_searched(Grid(), _space(Grid(), trials=trials))[0].points for trials in (None, 9))
    order = [as_json(point) for _, point in whole]
    places = [order.index(as_json(point)) for _, point in some]
    assert places == sorted(set(places))


@given(st.integers(1, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))), st.integers(0, 99))
def test_a_sample_repeats_nothing(sizes: tuple[int, int], seed: int) -> None:
    size, count = sizes
    chosen = sample(size, count, seed)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == count
    assert 0 <= chosen[0] <= chosen[-1] < size


@pytest.mark.parametrize("digits", [15, 19, 50, 400])
def test_a_sample_of_an_astronomical_number_has_all_its_digits(digits: int) -> None:
    chosen = sample(10**digits, 2000, SEED)
    assert len(set(chosen)) == 2000
    last = Counter(number % 8 for number in chosen)
    assert len(last) == 8
    assert max(last.values()) < 350
    assert 0.4 < sum(number < 10**digits // 2 for number in chosen) / 2000 < 0.6


def test_of_an_astronomical_grid_every_key_takes_every_value() -> None:
    parameters: dict[str, Choice | Range] = {f"key{place}": Choice(values=tuple(range(8))) for place in range(60)}
    space = Space(parameters, 200, epochs=1, seed=SEED)
    assert space.size == prod([8] * 60)
    points = space.points()
    assert all(set(values) == set(range(8)) for values in zip(*points, strict=True))


def test_halving_trains_a_third_for_three_times_as_long() -> None:
    stages = _searched(Halving(min_epochs=2), _space(Halving()))
    assert [(len(stage.points), stage.epochs, stage.goes_on, stage.resumes) for stage in stages] == [
        (9, 2, True, False),
        (3, 6, True, True),
        (1, 18, False, True),
    ]


def test_halving_continues_with_the_best_under_their_numbers() -> None:
    space = _space(Halving())
    stages = _searched(Halving(min_epochs=2), space)
    values = {number: _value(number, point) for number, point in stages[0].points}
    best = sorted(sorted(values, key=lambda number: values[number])[:3])
    assert [number for number, _ in stages[1].points] == best
    assert all(stages[0].points[number - 1][1] == point for number, point in stages[1].points)


def test_of_equal_points_halving_keeps_the_first() -> None:
    space = _space(Halving())
    first = Halving().stage(space, 0, [])
    assert first is not None
    second = Halving().stage(space, 1, [[Tried(number, point, 1.0) for number, point in reversed(first.points)]])
    assert second is not None
    assert [number for number, _ in second.points] == [1, 2, 3]


def test_halving_ends_where_every_point_has_failed() -> None:
    space = _space(Halving())
    first = Halving().stage(space, 0, [])
    assert first is not None
    assert Halving().stage(space, 1, [[Tried(number, point, math.inf) for number, point in first.points]]) is None


@pytest.mark.parametrize(("epochs", "rungs"), [(0, [0]), (1, [1]), (2, [1, 2]), (9, [1, 3, 9]), (10, [1, 3, 9, 10])])
def test_the_last_rung_of_halving_ends_at_the_epochs_of_the_config(epochs: int, rungs: list[int]) -> None:
    space = Space(LISTS, None, epochs=epochs, seed=SEED)
    assert [stage.epochs for stage in _searched(Halving(), space)] == rungs


def test_tpe_goes_to_where_good_points_were() -> None:
    parameters: dict[str, Choice | Range] = {"x": Range(min=0.0, max=1.0), "y": Choice(values=("far", "near"))}
    space, method = Space(parameters, 60, epochs=1, seed=SEED), methods["tpe"]()
    tried: list[list[Tried]] = []
    while (stage := method.stage(space, len(tried), tried)) is not None:
        tried.append([Tried(n, point, abs(point[0] - 0.7) + (point[1] == "far")) for n, point in stage.points])
    late = [one for some in tried[4:] for one in some]
    assert sum(one.value < 0.2 for one in late) > len(late) / 2
