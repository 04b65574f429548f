"""The list of a folder of runs, and the index beside them that spares reading what has not changed.

The index is a cache: it may be deleted at any time, and an entry counts only while the files of its run are the ones
that it was made from. Where it is damaged, or the folder cannot be written, the runs are read.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import Any

from npnet.errors import MachineError
from npnet.rundir import names
from npnet.rundir.entry import Entry
from npnet.rundir.info import FIELDS, STATUSES, all_are, check_info, checked_scores
from npnet.storage import disk
from npnet.storage.lock import is_locked
from npnet.storage.strict_json import parse_json

FORMAT = 1
WORTH_WRITING = 100  # entries read anew; fewer are read in a few milliseconds
LARGEST_INDEX = 2**28
KINDS: dict[str, Any] = {"names": int, "trials": int | None} | dict.fromkeys(
    ("id", "info_stamp", "metrics_stamp", "numbers"), str
)


def listing(runs_dir: Path) -> list[Entry]:
    """Every run of the folder that can be read, the oldest first; half-made and damaged ones are left out."""
    known = {entry.id: entry for entry in _load(runs_dir / names.INDEX)}
    found = list(_look(runs_dir, known))
    if sum(known.get(entry.id) is not entry for entry in found) >= WORTH_WRITING:
        with suppress(MachineError):
            _save(runs_dir / names.INDEX, found)
    return [_now(entry, runs_dir) if entry.status == "running" else entry for entry in found]


def folders(runs_dir: Path) -> list[str]:
    """The names of the folders that may be runs, in order; none of them is a link or hidden."""
    try:
        with os.scandir(runs_dir) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(filter(names.is_safe, found))


def _look(runs_dir: Path, known: dict[str, Entry]) -> Iterator[Entry]:
    base = str(runs_dir)
    for one in folders(runs_dir):
        folder = f"{base}/{one}"
        if not (info := _stamp_of(f"{folder}/{names.INFO}")):
            continue  # no run
        entry = known.get(one)
        if entry is None or entry[1:3] != (info, _stamp_of(f"{folder}/{names.METRICS}")):
            entry = _read(folder)
        if entry is not None:
            yield entry


def _now(entry: Entry, runs_dir: Path) -> Entry:
    """A run that was going on: what became of it if no process holds its lock."""
    folder = runs_dir / entry.id
    with suppress(OSError):
        if is_locked(folder / names.LOCK):
            return entry
    entry = _read(str(folder)) or entry  # once more: it may have ended between the two looks
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
    """The stamp of a file and the JSON object in it; OSError or ValueError for anything else."""
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
    """When a plain file was written, its size and place on the disk; nothing for links, hard ones too."""
    if not S_ISREG(status.st_mode) or status.st_nlink > 1:
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


# The file


def _save(path: Path, entries: Iterable[Entry]) -> None:
    numbers: dict[tuple[str, ...], int] = {}
    rows = [entry._replace(names=numbers.setdefault(entry.names, len(numbers))) for entry in entries]  # type: ignore[arg-type]
    columns = dict(zip(Entry._fields, zip(*rows, strict=True), strict=True))
    value = {"format": FORMAT, "names": list(numbers), "columns": columns}
    disk.write_atomic(path, json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def _load(path: Path) -> list[Entry]:
    """The entries of an index; none where it is missing, or anything about it is off."""
    try:
        value = parse_json(disk.read_regular_file(path, LARGEST_INDEX))
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            return []
        columns, known = value["columns"], [tuple(some) for some in value["names"]]
        _check(columns, known)
        columns["names"] = [known[number] for number in columns["names"]]
        return list(map(Entry._make, zip(*(columns[name] for name in Entry._fields), strict=True)))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return []


def _check(columns: dict[str, list[Any]], known: list[tuple[str, ...]]) -> None:
    """Check that every value has the kind that its column must have; ValueError where one has not."""
    wrong = [name for name in Entry._fields if not all_are(KINDS.get(name) or FIELDS[name], columns[name])]
    texts = chain(*columns["tags"], *known)
    if wrong or not all_are(str, texts) or not set(columns["status"]) <= set(STATUSES):
        raise ValueError("it was not written by npnet")
