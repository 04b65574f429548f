"""Signals: the first Ctrl-C lets the batch end and the results be written, the second stops at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Halted(KeyboardInterrupt):
    """A signal that ends the process at once; `code` is what it then exits with."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = exit_code(number)


class Stop:
    """Whether a signal has asked for an end: its number, else 0; only while `polite` it may wait."""

    number = 0
    polite = False

    def __bool__(self) -> bool:
        return self.number != 0

    def heard(self, number: int, _: FrameType | None) -> None:
        """Note a signal; `Halted` where nothing needs to be written first, or for the second one."""
        if self.number or not self.polite:
            raise Halted(number)
        self.number = number


@contextmanager
def listening() -> Iterator[Stop]:
    """Inside, signals go to the `Stop` that is given; those that were ignored (nohup) stay ignored."""
    stop = Stop()
    kept = {number: signal.getsignal(number) for number in STOPPING}
    for number, handler in kept.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop.heard)
    try:
        yield stop
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def exit_code(number: int) -> int:
    """What a shell calls a process that a signal ended: 130 after Ctrl-C."""
    return 128 + number
