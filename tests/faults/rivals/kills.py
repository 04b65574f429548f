"""Kills: a save over an existing file is killed at each of its calls; the old or the new one must be there then.

What the calls are also tells what a loss of power can do, which no kill shows: whether the data are synced before a
name points at them, and the name after.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rivals.damage import Outcome, tried
from tests.faults.rivals.savers import Saver, Tensors, tensors_of
from tests.faults.rivals.traced import SYNCING, Call, calls_of, killed

OLD, NEW = tensors_of(256, 200, seed=0), tensors_of(256, 200, seed=1)  # 200 kB: more than one buffer
THE_OLD, THE_NEW, NEITHER, LEFT = "the old file", "the new file", "neither", "another file left over"
RENAMES = ("rename", "renameat", "renameat2")


@dataclass(frozen=True)
class Manner:
    """How a save goes about it: what is renamed into place, if anything is, and what is synced in time."""

    renames: bool
    syncs_file: bool
    syncs_folder: bool


def place_of(saver: Saver, folder: Path) -> Path:
    """Make a new folder with the old file in it."""
    place = folder / f"place-{sum(1 for _ in folder.iterdir())}"
    place.mkdir()
    saver.save(place / saver.file, OLD)
    return place


def calls_over_old(saver: Saver, folder: Path) -> tuple[list[Call], Path]:
    """Return the calls of a save over an existing file that change the disk, and that file."""
    place = place_of(saver, folder)
    return calls_of(saver, NEW, place), place / saver.file


def swept(saver: Saver, calls: Sequence[Call], folder: Path) -> Counter[str]:
    """Yield the file after a kill at each of the calls."""
    counts = Counter[str]()
    for call in calls:
        place = place_of(saver, folder)
        assert killed(saver, NEW, place, call), f"not killed at {call}"
        left = [file for file in place.iterdir() if file.name != saver.file]
        counts[there(saver, place)] += 1
        counts[LEFT] += bool(left)
    return counts


def there(saver: Saver, place: Path) -> str:
    """Which file a folder has: one that loads, with all values of one save."""
    if _holds(saver, OLD, place):
        return THE_OLD
    return THE_NEW if _holds(saver, NEW, place) else NEITHER


def _holds(saver: Saver, saved: Tensors, place: Path) -> bool:
    file = place / saver.file
    data = file.read_bytes() if file.is_file() else b""
    return tried(saver, saved, [(data, len(data), 0)], place)[Outcome.SAME] == 1  # cut at its end: whole


def manner_of(calls: Sequence[Call], file: Path) -> Manner:
    """How calls save a file."""
    renamed = [at for at, call in enumerate(calls) if call.kind in RENAMES and call.paths[-1] == str(file)]
    at = renamed[-1] if renamed else len(calls)
    written = calls[at].paths[0] if renamed else str(file)
    synced = [number for number, call in enumerate(calls) if call.kind in SYNCING and call.paths[0] == written]
    last = max((number for number in range(at) if calls[number].paths[0] == written), default=0)
    named = [call for call in calls[at:] if call.kind in SYNCING and call.paths[0] == str(file.parent)]
    return Manner(bool(renamed), last in synced, bool(named))
