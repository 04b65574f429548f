"""Isolated: what may crash, hang or eat memory is done in a child, which has the imports of its parent already."""

import os
import resource
import signal
import warnings
from collections.abc import Callable
from pathlib import Path

MEMORY = 2 << 30  # bytes of addresses that a child may ask for, beyond those it begins with
PATIENCE = 60


def begun(act: Callable[[], object], folder: Path) -> int:
    """Begin something in a child, in a folder, without output; returns the child's id."""
    with warnings.catch_warnings():  # Python 3.12 warns of forks beside threads; BLAS has some, which do nothing here
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _act(act, folder)
    return child


def ended(child: int) -> int:
    """Wait for a child; 0 where all went well, 1 where something was raised, a negative number for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _act(act: Callable[[], object], folder: Path) -> None:
    """Be the child: never return, whatever happens."""
    code = 1
    try:
        os.chdir(folder)
        for descriptor in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        give_up_after(PATIENCE)
        act()
        code = 0
    finally:
        os._exit(code)


def give_up_after(seconds: float) -> None:
    """End this process by SIGALRM after so many seconds, also within a call into C."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
