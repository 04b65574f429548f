"""The command line: it parses, calls, and hands over; one file for each family of commands."""

import sys
from collections.abc import Sequence

from npnet.machine.signals import Interrupted, Listening


def main(arguments: Sequence[str] | None = None) -> int:
    """Run npnet with these arguments, or those of the process; gives the exit code.

    Signals are listened to before anything large is imported. In a process of its own that goes on to its very end.
    """
    listening = Listening()
    stop = listening.begin()
    try:
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
