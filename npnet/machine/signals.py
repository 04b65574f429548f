"""Signals: the first Ctrl-C lets a training save its state, the second stops at once.

A process that is asked to stop ends within two seconds. While nothing would be lost, a signal raises `Interrupted` at
once. Otherwise it is only noted, and the training, which checks its `Stop`, ends in good order. A thread keeps the
time: after one second without an end the signal is sent again, and a process that still does not end, such as inside a
library that computes for long, is killed. Every run survives that.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from select import select
from types import FrameType
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_WAIT = 1.0  # seconds until the signal is sent again
LAST_WAIT = 0.5  # seconds from then until the process is killed
INTERVAL = 0.05  # seconds between two checks while files are written
CLOSED = 0  # in place of the number of a signal: the pipe is closed
SHOW_CURSOR = b"\x1b[?25h"


class Interrupted(KeyboardInterrupt):
    """A signal that stops the work at once, with the process's exit code and a hint."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = exit_code(number)
        self.hint: str | None = None


class Stop:
    """The request to stop; `number` is the first signal's number, else 0."""

    def __init__(self) -> None:
        self.number = 0
        self.busy, self.over = threading.Event(), threading.Event()
        self._waits = False

    def __bool__(self) -> bool:
        return self.number != 0

    @contextmanager
    def waiting(self, waits: bool = True) -> Iterator[None]:
        """Only note the first signal, inside."""
        before, self._waits = self._waits, waits
        try:
            yield
        finally:
            self._waits = before

    def interrupting(self) -> AbstractContextManager[None]:
        """Raise `Interrupted` at the first signal, inside, also within `waiting`."""
        return self.waiting(False)

    @contextmanager
    def unwrapping(self) -> Iterator[None]:
        """Inside, an error after a signal is that signal: imports and drawing wrap it in errors of their own."""
        try:
            yield
        except Exception as error:
            from npnet.errors import NpnetError

            if self and not isinstance(error, NpnetError | OSError | MemoryError):
                raise Interrupted(self.number) from error
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Give the process the time to write files, inside; the second signal still ends it."""
        with self.waiting():
            self.busy.set()
            try:
                yield
            finally:
                self.busy.clear()

    def handle(self, number: int, _: FrameType | None) -> None:
        """Note a signal; raise `Interrupted` if no file needs to be written, or at the second."""
        again, self.number = self.number, self.number or number
        if again or not self._waits:
            raise Interrupted(self.number)


class Listening:
    """A context in which signals reach its `stop`; ignored signals (nohup) stay ignored."""

    def __init__(self) -> None:
        self.stop = Stop()
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._timer = threading.Thread(target=_keep_time, args=(self.stop, self._pipe[0]), daemon=True)
        self._before: dict[int, Any] = {}
        self._descriptor = -1
        self._hook = sys.unraisablehook

    def begin(self) -> Stop:
        """Install the handlers."""
        self._timer.start()
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        self._descriptor = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._before = {number: signal.getsignal(number) for number in STOPPING}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self.stop.handle)
        return self.stop

    def end(self) -> None:
        """Restore the handlers from before."""
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
        """Let the process end with the exit code it has; after a signal it still has a deadline."""
        self.stop.over.set()
        for number in STOPPING:
            ignored = self.stop or number == signal.SIGINT
            signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)

    __enter__ = begin

    def __exit__(self, *_: object) -> None:
        self.end()


@contextmanager
def interruptible() -> Iterator[Stop]:
    """Inside, Ctrl-C in the main thread reaches the yielded `Stop`: the process of a caller is not to be ended."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, stop.handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def exit_code(number: int) -> int:
    """Return the exit code of a process that a signal ended: 130 after Ctrl-C."""
    return 128 + number


def _keep_time(stop: Stop, pipe: int) -> None:
    """Send a signal again, and kill the process, where it does not end in time.

    The system writes the numbers of signals into the pipe whatever the main thread is doing.
    """
    number = _next_signal(pipe, None)
    if not number:
        return
    again = _next_signal(pipe, FIRST_WAIT)
    while again is None and stop.busy.is_set():
        again = _next_signal(pipe, INTERVAL)
    if again is None and not stop.over.is_set():
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    until = time.monotonic() + LAST_WAIT
    while again != CLOSED and (left := until - time.monotonic()) > 0:
        again = _next_signal(pipe, left)
    if again != CLOSED:
        if os.isatty(2):  # a live display has hidden the cursor
            with suppress(OSError):
                os.write(2, SHOW_CURSOR)
        os._exit(exit_code(number))


def _next_signal(pipe: int, seconds: float | None) -> int | None:
    """Return the number of the next signal to stop, `CLOSED`, or None if there is none in time."""
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        left = None if until is None else max(0.0, until - time.monotonic())
        if not select([pipe], [], [], left)[0]:
            return None
        numbers = os.read(pipe, 1)
        if not numbers:
            return CLOSED
        if numbers[0] in STOPPING:
            return numbers[0]
