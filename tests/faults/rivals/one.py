"""One: `python -m tests.faults.rivals.one SAVER MOST` puts one saver to all tests and prints the findings as JSON.

Each saver has an interpreter of its own, so that no library is in the way of another.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from tests.faults import strace
from tests.faults.rivals import kills, poison
from tests.faults.rivals.damage import Change, Outcome, changes_of, cuts_of, tried
from tests.faults.rivals.savers import PACKAGES, SAVERS, Saver, tensors_of

SMALL = tensors_of(7, 5, seed=0)
MEMORY_DISK = Path("/dev/shm")


@dataclass(frozen=True)
class Damage:
    """So many changes of a file, every n-th of all there are, and what came of loading it."""

    tried: int
    every: int
    outcomes: dict[str, int]


@dataclass(frozen=True)
class Findings:
    """All that was found out about a saver; `kills` and `manner` are empty where nothing can be traced."""

    versions: dict[str, str]
    file: str
    size: int
    changes: Damage
    cuts: Damage
    kills: dict[str, int]
    manner: dict[str, bool]
    runs: bool
    runs_trusted: bool
    trust: str

    @classmethod
    def read(cls, text: str) -> "Findings":
        """Return the findings that a process printed."""
        fields = json.loads(text)
        return cls(**fields | {name: Damage(**fields[name]) for name in ("changes", "cuts")})


def findings(name: str, most: int | None, folder: Path) -> Findings:
    """Put a saver to all tests, in an empty folder; of the changes of its file, at most so many."""
    saver = SAVERS[name]()
    changes, cuts, size = damaged(saver, most, made(folder / "damage"))
    counts, manner = killed(saver, made(folder / "kills"))
    usual, trusted = poison.runs(saver, SMALL, made(folder / "poison"))
    versions = {package: version(package) for package in PACKAGES[name]}
    return Findings(versions, saver.file, size, changes, cuts, counts, manner, usual, trusted, saver.trust)


def made(folder: Path) -> Path:
    """Make a folder."""
    folder.mkdir()
    return folder


def damaged(saver: Saver, most: int | None, folder: Path) -> tuple[Damage, Damage, int]:
    """Return the outcomes for a small file with bytes changed or cut off, and its size."""
    saver.save(folder / saver.file, SMALL)
    data = (folder / saver.file).read_bytes()
    assert set(tried(saver, SMALL, [(data, len(data), 0)], folder)) == {Outcome.SAME}, "the whole file does not load"
    least = min((limit for limit in (most, saver.most) if limit is not None), default=None)

    def damage(changes: Sequence[Change], every: int) -> Damage:
        counts = tried(saver, SMALL, changes, folder)
        return Damage(len(changes), every, {outcome.name: counts[outcome] for outcome in Outcome})

    return damage(*changes_of(data, least)), damage(*cuts_of(data, least)), len(data)


def killed(saver: Saver, folder: Path) -> tuple[dict[str, int], dict[str, bool]]:
    """Return the files after kills, and the calls of the saver; empty where nothing can be traced."""
    if strace.why_not():
        return {}, {}
    calls, file = kills.calls_over_old(saver, folder)
    return dict(kills.swept(saver, calls, folder)), asdict(kills.manner_of(calls, file))


def main(name: str, most: str = "") -> None:
    """Print the findings about a saver."""
    disk = MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        found = findings(name, int(most) if most else None, Path(folder).resolve())
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
