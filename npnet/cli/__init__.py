"""The command line: each file parses the options of a command and shows its result."""

import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run npnet with these arguments, or those of the process; return the exit code.

    Signals are handled before anything large is imported, and in a process of its own until its very end; a Ctrl-C that
    comes even earlier ends the process without a traceback.
    """
    if arguments is None and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from npnet.machine.signals import Interrupted, Listening

    listening = Listening()
    try:
        stop = listening.begin()
        with stop.unwrapping():
            from npnet.cli.app import run
        return run(sys.argv[1:] if arguments is None else list(arguments), stop)
    except Interrupted as halted:
        return halted.code
    finally:
        if arguments is None:
            listening.leave_to_the_process()
        else:
            listening.end()


__all__ = ["main"]
