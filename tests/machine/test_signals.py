"""Signals: one that may wait is noted, the second is not waited for, and no process goes on for long."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from npnet.machine.signals import STOPPING, Interrupted, Listening, Stop


@pytest.fixture
def stop() -> Iterator[Stop]:
    with Listening() as stop:
        yield stop


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_is_noted_and_the_second_halts(number: signal.Signals, stop: Stop) -> None:
    with stop.waiting():
        os.kill(os.getpid(), number)
        assert stop.number == number
        with pytest.raises(Interrupted) as caught:
            os.kill(os.getpid(), number)
    assert caught.value.code == 128 + number


def test_where_nothing_is_worth_keeping_the_first_one_halts(stop: Stop) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop


def test_within_what_waits_a_part_can_be_interrupted(stop: Stop) -> None:
    with stop.waiting():
        with pytest.raises(Interrupted), stop.interrupting():
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.number == signal.SIGINT


def test_what_was_ignored_stays_ignored_and_handlers_come_back() -> None:
    before = {number: signal.getsignal(number) for number in STOPPING}
    descriptor = signal.set_wakeup_fd(-1)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with Listening() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop
        assert signal.getsignal(signal.SIGINT) == before[signal.SIGINT]
        assert signal.set_wakeup_fd(-1) == -1
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)


def test_who_does_not_look_in_time_is_halted_and_who_writes_has_time(
    stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npnet.machine.signals.FIRST_WAIT", 0.05)
    with stop.writing():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
    with pytest.raises(Interrupted), stop.waiting():
        time.sleep(20)


STUCK = """
import hashlib, os, signal, sys, threading
from npnet.machine import signals
signals.FIRST_WAIT = signals.LAST_WAIT = 0.1
{prepare}
with signals.Listening() as stop, stop.waiting():
    threading.Timer(0.1, os.kill, (os.getpid(), signal.{name})).start()
    if {again}:
        threading.Timer(0.15, os.kill, (os.getpid(), signal.{name})).start()
    {act}
"""
ONE_CALL = "hashlib.pbkdf2_hmac('sha256', b'', b'', 200_000_000)"  # minutes, in which no handler of Python's runs
DEAF = """
def deaf():
    while True:
        try:
            signal.pause()
        except BaseException:
            pass
"""


@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
@pytest.mark.parametrize(
    ("prepare", "act"), [("", ONE_CALL), (DEAF, "deaf()")], ids=["one long call", "code that takes every exception"]
)
def test_what_does_not_end_by_itself_is_ended(prepare: str, act: str, again: bool) -> None:
    program = STUCK.format(prepare=prepare, name="SIGTERM", act=act, again=again)
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (143, "")
    assert time.monotonic() - began < 10


IN_A_DESTRUCTOR = """
import os, signal, time
from npnet.machine import signals
signals.LOOK = 0.1
class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
with signals.Listening() as stop:
    try:
        Dying()
        time.sleep(20)
    except signals.Interrupted:
        print("ended")
"""


def test_a_signal_in_a_destructor_where_nothing_can_be_raised_is_heard_a_little_later() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", IN_A_DESTRUCTOR], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("ended\n", "")
    assert time.monotonic() - began < 10


EARLY = """
import os, signal, sys
class Importing:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Importing())
sys.argv = ["npnet", "list", "losses"]
from npnet.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["npnet.machine.signals", "threading", "npnet.cli.app", "typer"])
def test_ctrl_c_while_the_command_starts_ends_it_without_a_traceback(module: str) -> None:
    program = EARLY.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (-signal.SIGINT, 130)
    assert (done.stdout, done.stderr) == ("", "")


WRAPPED = """
import os, signal, sys, time
class Importing:
    def find_spec(self, name, *_):
        if name == "npnet.config.experiment":
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(20)
            except KeyboardInterrupt as stopped:
                raise ValueError(f"the module cannot be built: {stopped}")
sys.meta_path.insert(0, Importing())
sys.argv = ["npnet", "config", "check", "c.yaml"]
from npnet.cli import main
sys.exit(main())
"""


def test_a_signal_that_an_import_wraps_in_its_own_error_is_no_bug() -> None:
    done = subprocess.run([sys.executable, "-c", WRAPPED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_contexts_give_back_what_was_before(stop: Stop) -> None:
    def halts(context: AbstractContextManager[None]) -> None:
        with context, pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGINT)

    with stop.waiting():
        with stop.interrupting(), stop.writing():
            pass
        os.kill(os.getpid(), signal.SIGINT)
    halts(stop.interrupting())
