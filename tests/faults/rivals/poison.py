"""Poison: a file that would run a command is given to a loader, as it is usually called and with trust in the file."""

from collections.abc import Callable
from pathlib import Path

from tests.faults.rivals.isolated import begun, ended
from tests.faults.rivals.savers import Saver, Tensors


def runs(saver: Saver, like: Tensors, folder: Path) -> tuple[bool, bool]:
    """Whether a loader runs what a file says, as it is usually called, and with trust in the file."""
    place = folder / "place"
    place.mkdir()
    poisoned = place / saver.file
    assert ended(begun(lambda: saver.poison(poisoned), place)) == 0
    trusting = saver.trusting
    return (
        _touches(lambda: saver.load(poisoned, like), place),
        trusting is not None and _touches(lambda: trusting(poisoned), place),
    )


def _touches(act: Callable[[], object], place: Path) -> bool:
    """Whether something that is done in a folder makes the file that the command would make above it."""
    canary = place.parent / "pwned"
    canary.unlink(missing_ok=True)  # making the file may have run the command, too
    ended(begun(act, place))
    return canary.exists()
