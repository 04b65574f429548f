"""Damage: a saver's file with one byte changed, or cut off, is loaded in a child; what came of each is counted."""

import math
import mmap
import signal
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import islice
from pathlib import Path

import numpy as np

from tests.faults.flips import altered, changed, truncated
from tests.faults.rivals.isolated import begun, ended, give_up_after
from tests.faults.rivals.savers import Saver, Tensors

SECONDS = 5.0  # for one load
BATCH = 255  # so many loads share a child, so that what one of them does to it is soon forgotten
Change = tuple[bytes, int, int]


class Outcome(IntEnum):
    """What became of loading a file; 0 stands for what was not tried."""

    REFUSED = 1
    SAME = 2
    OTHER = 3
    BLOATED = 4
    CRASHED = 5
    HUNG = 6


def changes_of(data: bytes, most: int | None) -> tuple[Sequence[Change], int]:
    """Every byte of a file to every other value, or every n-th of these changes, and n."""
    every = 1 if most is None else max(1, -(-len(data) * 255 // most))
    while math.gcd(every, 255) > 1:  # else some values would never be tried
        every += 1
    return list(islice(changed(data), 0, None, every)), every


def cuts_of(data: bytes, most: int | None) -> tuple[Sequence[Change], int]:
    """Return a file cut off at every byte, or at every n-th, and n."""
    every = 1 if most is None else max(1, -(-len(data) // most))
    return list(islice(truncated(data), 0, None, every)), every


def tried(saver: Saver, saved: Tensors, changes: Sequence[Change], folder: Path) -> Counter[Outcome]:
    """Load each changed file and count what came of it; what hangs does so twice."""
    with mmap.mmap(-1, len(changes)) as notes:  # shared with the children
        at, slow = 0, -1
        while at < len(changes):
            numbers = range(at, min(at + BATCH, len(changes)))
            code = ended(begun(lambda numbers=numbers: _load_all(saver, saved, changes, numbers, notes), folder))  # type: ignore[misc]
            if not code:
                at = numbers.stop
                continue
            at = notes.find(b"\0", numbers.start)
            if code == -signal.SIGALRM and slow != at:
                slow = at  # once more: the machine may have been busy
                continue
            notes[at] = Outcome.HUNG if code == -signal.SIGALRM else Outcome.CRASHED
            at += 1
        return Counter(Outcome(note) for note in notes[:])


def _load_all(
    saver: Saver, saved: Tensors, changes: Sequence[Change], numbers: Iterable[int], notes: mmap.mmap
) -> None:
    path = Path(saver.file)
    for number in numbers:
        path.unlink(missing_ok=True)  # the one before may still be mapped
        path.write_bytes(altered(*changes[number]))
        notes[number] = outcome(saver, saved, path)


def outcome(saver: Saver, saved: Tensors, path: Path) -> Outcome:
    """Load a file; a warning counts as a refusal."""
    give_up_after(SECONDS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            loaded = saver.load(path, saved)
        except MemoryError:
            return Outcome.BLOATED
        except Exception:
            return Outcome.REFUSED
    if any(issubclass(warning.category, UserWarning) for warning in caught):
        return Outcome.REFUSED
    return Outcome.SAME if same(loaded, saved) else Outcome.OTHER


def same(loaded: object, saved: Tensors) -> bool:
    """Whether what was loaded are arrays of the same names, types, shapes and bits."""
    if not isinstance(loaded, Mapping) or loaded.keys() != saved.keys():
        return False
    try:
        arrays = {name: np.asarray(array) for name, array in loaded.items()}
    except (TypeError, ValueError, RuntimeError):  # a tensor on no device, of a type that NumPy lacks
        return False
    return all(
        array.dtype == saved[name].dtype
        and array.shape == saved[name].shape
        and array.tobytes() == saved[name].tobytes()
        for name, array in arrays.items()
    )
