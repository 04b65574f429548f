"""The list of the runs in a folder, and the index beside them, which saves reading unchanged runs again.

The index is a cache and may be deleted at any time. An entry counts only while the files of its run are those from
which it was made. Where the index is damaged, or the folder cannot be written, the runs are read.
"""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple, Self

from npnet.errors import MachineError
from npnet.rundir import names
from npnet.rundir.info import FIELDS, STATUSES, all_are, check_info, checked_scores
from npnet.storage import disk
from npnet.storage.lock import is_locked
from npnet.storage.strict_json import parse_json

Scores = dict[str, dict[str, float]]

FACTS = ("id", "name", "status", "started", "finished", "seconds", "git", "data", "parameters", "best_epoch")
FORMAT = 2
WORTH_WRITING = 100  # entries read anew; fewer are read in a few milliseconds
LARGEST_INDEX = 2**28
KINDS: dict[str, Any] = {"names": int, "trials": int | None} | dict.fromkeys(
    ("id", "info_stamp", "metrics_stamp", "numbers"), str
)


class Entry(NamedTuple):
    """A run as lists show it; `numbers` are the scores under `names`, such as test.roc_auc.

    The stamps identify the run.json and metrics.json that were read. The scores are one text: parsing 27 decimals of
    each of 10 000 runs would take longer than everything else, and a list shows one of them.
    """

    id: str
    info_stamp: str
    metrics_stamp: str
    name: str
    status: str
    tags: list[str]
    started: str
    finished: str | None
    seconds: float | None
    git: str | None
    data: str | None
    parameters: int | None
    best_epoch: int | None
    trials: int | None  # of a sweep
    names: tuple[str, ...]
    numbers: str

    @classmethod
    def of(cls, id: str, stamps: tuple[str, str], info: dict[str, Any], scores: Scores) -> Self:  # noqa: A002
        """Return the entry of the fields of both files; the id is the name of the folder."""
        flat = {f"{split}.{name}": score for split, some in scores.items() for name, score in some.items()}
        own = {name: info[name] for name in (*FACTS, "tags") if name != "id"}
        own["trials"] = info.get("trials")
        return cls(id, *stamps, names=tuple(flat), numbers=",".join(map(repr, flat.values())), **own)

    @property
    def headline(self) -> tuple[str, float] | None:
        """The first score of the last split that is not a loss: ("roc_auc", 0.9998)."""
        column = _headline(self.names)
        return None if column is None else (self.names[column].partition(".")[2], self.score(column))

    def score(self, column: int) -> float:
        """Return one of the scores by its position among the names."""
        from_end = len(self.names) - column
        try:
            return float(self.numbers.rsplit(",", from_end)[-from_end])
        except (IndexError, ValueError):  # an index that was tampered with
            return math.nan


def reader(field: str) -> Callable[[Entry], Any]:
    """Return the function that gives the value of a field, or the score of that name, of an entry."""
    if field in FACTS:
        return attrgetter(field)

    def score(entry: Entry) -> float | None:
        column = _columns(entry.names).get(field)
        return None if column is None else entry.score(column)

    return score


@cache
def _columns(names: tuple[str, ...]) -> dict[str, int]:
    return {name: column for column, name in enumerate(names)}


@cache
def _headline(names: tuple[str, ...]) -> int | None:
    last = names[-1].partition(".")[0] if names else ""
    metrics = (at for at, name in enumerate(names) if name.startswith(f"{last}.") and name != f"{last}.loss")
    return next(metrics, None)


def listing(runs_dir: Path) -> list[Entry]:
    """Return every run of a folder that can be read, oldest first, without half-made and damaged ones."""
    known = {entry.id: entry for entry in _load(runs_dir / names.INDEX)}
    found = list(_current(runs_dir, known))
    if sum(known.get(entry.id) is not entry for entry in found) >= WORTH_WRITING:
        with suppress(MachineError):
            _save(runs_dir / names.INDEX, found)
    return [_checked_status(entry, runs_dir) if entry.status == "running" else entry for entry in found]


def _current(runs_dir: Path, known: dict[str, Entry]) -> Iterator[Entry]:
    base = str(runs_dir)
    for name in names.folders(runs_dir):
        folder = f"{base}/{name}"
        if not (info := _stamp_of(f"{folder}/{names.INFO}")):
            continue  # not a run
        entry = known.get(name)
        if entry is None or entry[1:3] != (info, _stamp_of(f"{folder}/{names.METRICS}")):
            entry = _read(folder)
        if entry is not None:
            yield entry


def _checked_status(entry: Entry, runs_dir: Path) -> Entry:
    """Return the entry of a run listed as running, as interrupted where no process holds its lock."""
    folder = runs_dir / entry.id
    with suppress(OSError):
        if is_locked(folder / names.LOCK):
            return entry
    entry = _read(str(folder)) or entry  # once more: it may have ended between the two reads
    return entry._replace(status="interrupted") if entry.status == "running" else entry


def _read(folder: str) -> Entry | None:
    """Read both files of a run, each once; None where run.json is damaged, no scores where metrics.json is."""
    try:
        info_stamp, info = _fields(f"{folder}/{names.INFO}")
        check_info(info)
    except (OSError, ValueError):
        return None
    try:
        stamp, fields = _fields(f"{folder}/{names.METRICS}")
        scores = checked_scores(fields)
    except (OSError, ValueError):
        stamp, scores = _stamp_of(f"{folder}/{names.METRICS}"), {}
    return Entry.of(os.path.basename(folder), (info_stamp, stamp), info, scores)  # noqa: PTH119 - a Path takes 5 us


def _fields(path: str) -> tuple[str, dict[str, Any]]:
    """Return the stamp of a file and the JSON object in it; raise OSError or ValueError for anything else."""
    descriptor = disk.open_plain(path, os.O_RDONLY)
    try:
        status = os.fstat(descriptor)
        fields = parse_json(os.read(descriptor, min(status.st_size, names.LARGEST_JSON)))
    finally:
        os.close(descriptor)
    if not isinstance(fields, dict) or not (stamp := _stamp(status)):
        raise ValueError("it holds no fields, or is shared with another folder")
    return stamp, fields


def _stamp_of(path: str) -> str:
    try:
        return _stamp(os.lstat(path))
    except OSError:
        return ""


def _stamp(status: os.stat_result) -> str:
    """Return the time, size and inode of a plain file; nothing for links, hard links too."""
    if not S_ISREG(status.st_mode) or status.st_nlink > 1:
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _save(path: Path, entries: Iterable[Entry]) -> None:
    numbers: dict[tuple[str, ...], int] = {}
    rows = [entry._replace(names=numbers.setdefault(entry.names, len(numbers))) for entry in entries]  # type: ignore[arg-type]
    columns = dict(zip(Entry._fields, zip(*rows, strict=True), strict=True))
    value = {"format": FORMAT, "names": list(numbers), "columns": columns}
    disk.write_atomic(path, json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def _load(path: Path) -> list[Entry]:
    """Return the entries of an index; none where it is missing or damaged."""
    try:
        value = parse_json(disk.read_regular_file(path, LARGEST_INDEX))
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            return []
        columns, known = value["columns"], [tuple(some) for some in value["names"]]
        wrong = [name for name in Entry._fields if not all_are(KINDS.get(name) or FIELDS[name], columns[name])]
        if wrong or not all_are(str, chain(*columns["tags"], *known)) or not set(columns["status"]) <= set(STATUSES):
            return []
        columns["names"] = [known[number] for number in columns["names"]]
        return list(map(Entry._make, zip(*(columns[name] for name in Entry._fields), strict=True)))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return []
