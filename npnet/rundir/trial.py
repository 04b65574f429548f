"""The folder of a trial: a run folder whose files are not synced one by one; a synced result vouches for them.

It is filled under a hidden name and renamed in one step: the first process that does so wins, and a trial that is
trained again changes nothing. A file whose SHA-256 differs from that in the result means that the trial runs again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npnet.errors import RunError
from npnet.machine.resources import explained
from npnet.rundir import names
from npnet.rundir.writer import FolderWriter
from npnet.storage import disk
from npnet.storage.strict_json import parse_json, to_json

Scores = dict[str, dict[str, float | None]]
DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Result:
    """How a trial ended: `code` is the exit code of such a training, `value` what the sweep minimises.

    `metrics` are the scores of each split, `files` the SHA-256 of each file, `worker` what may explain other bits.
    """

    number: int
    status: str
    epochs: int = 0
    best_epoch: int = 0
    value: float | None = None
    code: int = 0
    reason: str | None = None
    seconds: float = 0.0
    metrics: Scores = field(default_factory=dict)
    worker: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


class TrialWriter(FolderWriter):
    """Collects the files of a trial in memory, by name, for `write_trial`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def write(self, name: str, data: bytes) -> None:
        """Keep one file."""
        self.files[name] = data


def write_trial(folder: Path, result: Result, files: Mapping[str, bytes]) -> bool:
    """Put the folder of a trial into a folder of trials; return False where it exists already.

    The caller syncs the folder of trials once it holds many.
    """
    name = names.trial_name(result.number)
    hidden = disk.hidden_name(folder / name)
    disk.make_folder_exclusive(hidden)
    for file, data in files.items():
        disk.write_unsynced(hidden / file, data)
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
    fields = {"format": names.FORMAT, **vars(result), "files": hashes}
    with explained(hidden / names.RESULT):
        disk.write_new(hidden / names.RESULT, to_json(fields | {"sha256": _digest(fields)}))
    return disk.claim_name(hidden, folder / name)


def read_result(folder: Path) -> Result:
    """Return the result in the folder of a trial; raise RunError where it is missing or damaged."""
    path = folder / names.RESULT
    with disk.reading(path):
        fields = parse_json(disk.read_regular_file(path, 2**24))
        if not isinstance(fields, dict) or fields.get("format") != names.FORMAT:
            raise ValueError("it was not written by this npnet")
        if fields.pop("sha256", None) != _digest(fields):
            raise ValueError("it is damaged: its SHA-256 is another")
        del fields["format"]
        if fields.keys() != Result.__dataclass_fields__.keys() or fields["status"] not in (DONE, FAILED):
            raise ValueError("it holds other fields than a result has")
        return Result(**fields)


def whole_result(folder: Path, *, missing: frozenset[str] = frozenset()) -> Result | None:
    """Return the result of a trial whose files are intact, else None; files in `missing` may be absent."""
    try:
        result = read_result(folder)
        for name, digest in result.files.items():
            path = folder / name
            if name in missing and not path.exists():
                continue
            with disk.reading(path):
                if hashlib.sha256(disk.read_regular_file(path, 2**34)).hexdigest() != digest:
                    return None
    except RunError:
        return None
    return result


def _digest(fields: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the fields of a result."""
    return hashlib.sha256(to_json(fields)).hexdigest()
