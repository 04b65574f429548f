"""The time that a sweep says is left: the pace of its own trials, and nothing that grows while it waits."""

from types import SimpleNamespace

import pytest

from npnet.cli.console.screen import Screen
from npnet.cli.console.sweeping import SweepDisplay


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("npnet.cli.console.sweeping.time.monotonic", lambda: clock.now)
    return clock


def _display(done: int, size: int = 100) -> SweepDisplay:
    display = SweepDisplay(Screen(quiet=True))
    plan = SimpleNamespace(spec=SimpleNamespace(seeds=1), size=size, points=size, keys=["seed"])
    outcomes = SimpleNamespace(trials=dict.fromkeys(range(done)), failed=[], best=None)
    display.begin(None, plan, outcomes, lambda _: None)
    return display


def _end(display: SweepDisplay, trials: int) -> None:
    count = len(display.results.trials)
    display.results.trials |= dict.fromkeys(range(count, count + trials))
    display.trained(trials, 0)


def test_before_the_first_trial_ends_nothing_is_claimed(clock: SimpleNamespace) -> None:
    display = _display(0)
    clock.now += 500
    display.trained(0, 99)
    assert display.left == "?"


def test_the_time_left_follows_the_trials_and_counts_down_between_them(clock: SimpleNamespace) -> None:
    display = _display(0)
    clock.now += 10
    _end(display, 1)
    assert display.left == "16:30"
    clock.now += 8
    assert display.left == "16:22"
    clock.now += 2
    _end(display, 1)
    assert display.left == "16:20"


def test_groups_that_end_without_a_result_do_not_let_it_climb(clock: SimpleNamespace) -> None:
    display = _display(0)
    clock.now += 10
    _end(display, 1)
    for _ in range(50):
        clock.now += 1
        display.trained(0, 10)
    assert display.left == "15:40"


def test_trials_of_an_earlier_process_are_no_pace_of_this_one(clock: SimpleNamespace) -> None:
    display = _display(90)
    clock.now += 10
    assert display.left == "?"
    _end(display, 1)
    assert display.left == "1:30"
