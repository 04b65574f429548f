"""Signals: the first Ctrl-C lets what is worth keeping be written, the second stops at once; neither takes long.

A process that is asked to stop ends within two seconds. While nothing would be lost, a signal raises `Interrupted` at
once. While something would be lost, it is only noted: whoever checks the `Stop` can then end in good order. A thread
keeps the time: after one second without a check the signal is sent again, and a process that still does not end, as
inside a library that computes for long, is killed, which every run is made to survive.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from types import FrameType
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK = 1.0
"""Seconds that a training has to come to a place where it can stop."""
LAST = 0.5
"""Seconds that it has to end once it was told so again."""
OFTEN = 0.05
END = 0
CURSOR = b"\x1b[?25h"  # shows it


class Interrupted(KeyboardInterrupt):
    """A signal that ends what is going on at once: the code that the process exits with, and how one goes on then."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = exit_code(number)
        self.hint: str | None = None


class Stop:
    """Whether a signal has asked for an end: its number, else 0."""

    def __init__(self) -> None:
        self.number = 0
        self.busy, self.over = threading.Event(), threading.Event()
        self._waits = False

    def __bool__(self) -> bool:
        return self.number != 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside, the first signal is only noted."""
        yield from self._while(True)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Inside, also within `waiting`, the first signal raises `Interrupted`."""
        yield from self._while(False)

    def _while(self, waits: bool) -> Iterator[None]:
        before, self._waits = self._waits, waits
        try:
            yield
        finally:
            self._waits = before

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Inside, what is worth keeping is written, however long that takes; the second signal ends it all the same."""
        with self.waiting():
            self.busy.set()
            try:
                yield
            finally:
                self.busy.clear()

    def heard(self, number: int, _: FrameType | None) -> None:
        """Note a signal; `Interrupted` where nothing needs to be written first, or for the second one."""
        again, self.number = self.number, self.number or number
        if again or not self._waits:
            raise Interrupted(self.number)


class Listening:
    """While it goes on, signals reach its `stop`; those that were ignored (nohup) stay ignored."""

    def __init__(self) -> None:
        self.stop = Stop()
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._timer = threading.Thread(target=_keep_time, args=(self.stop, self._pipe[0]), daemon=True)
        self._before: dict[int, Any] = {}
        self._descriptor = -1
        self._hook = sys.unraisablehook

    def begin(self) -> Stop:
        """Take the signals over."""
        self._timer.start()
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        self._descriptor = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._before = {number: signal.getsignal(number) for number in STOPPING}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self.stop.heard)
        return self.stop

    def end(self) -> None:
        """Give them back."""
        sys.unraisablehook = self._hook
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._descriptor)
        reader, writer = self._pipe
        os.close(writer)
        self._timer.join()
        os.close(reader)

    def _unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """Ignore an `Interrupted` where Python cannot raise it, as in a destructor: the signal is sent again."""
        if not isinstance(unraisable.exc_value, Interrupted):
            self._hook(unraisable)

    def leave_to_the_process(self) -> None:
        """All that is left is that the process ends, with the code it has; one told to stop still has a deadline."""
        self.stop.over.set()
        for number in STOPPING:
            ignored = self.stop or number == signal.SIGINT
            signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)

    __enter__ = begin

    def __exit__(self, *_: object) -> None:
        self.end()


def exit_code(number: int) -> int:
    """What a shell calls a process that a signal ended: 130 after Ctrl-C."""
    return 128 + number


def _keep_time(stop: Stop, pipe: int) -> None:
    """Read the numbers of signals, which the system writes into a pipe whatever the main thread is doing."""
    number = _number(pipe, None)
    if not number:
        return
    again = _number(pipe, LOOK)
    while again is None and stop.busy.is_set():
        again = _number(pipe, OFTEN)
    if again is None and not stop.over.is_set():
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    until = time.monotonic() + LAST
    while again != END and (left := until - time.monotonic()) > 0:
        again = _number(pipe, left)
    if again != END:
        _leave(exit_code(number))


def _number(pipe: int, seconds: float | None) -> int | None:
    """The next signal to stop, END where nobody listens any more, None where none came in time."""
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        left = None if until is None else max(0.0, until - time.monotonic())
        if not select([pipe], [], [], left)[0]:
            return None
        text = os.read(pipe, 1)
        if not text:
            return END
        if text[0] in STOPPING:
            return text[0]


def _leave(code: int) -> None:
    """End the process as a kill does, but that a live display gives the cursor back."""
    if os.isatty(2):
        with suppress(OSError):
            os.write(2, CURSOR)
    os._exit(code)
