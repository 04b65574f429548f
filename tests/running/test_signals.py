"""Signals: polite ones wait, the second does not, ignored ones stay ignored."""

import os
import signal

import pytest

from npnet.running.signals import STOPPING, Halted, listening


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_is_noted_and_the_second_halts(number: signal.Signals) -> None:
    with listening() as stop:
        stop.polite = True
        os.kill(os.getpid(), number)
        assert stop
        with pytest.raises(Halted) as caught:
            os.kill(os.getpid(), number)
        assert caught.value.code == 128 + number


def test_before_anything_is_worth_keeping_the_first_one_halts() -> None:
    with listening(), pytest.raises(Halted):
        os.kill(os.getpid(), signal.SIGTERM)


def test_what_was_ignored_stays_ignored_and_handlers_come_back() -> None:
    kept = {number: signal.getsignal(number) for number in STOPPING}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with listening() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop
        assert signal.getsignal(signal.SIGINT) == kept[signal.SIGINT]
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
