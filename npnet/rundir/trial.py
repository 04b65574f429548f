"""The folder of a trial: a run folder whose files are not synced one by one, but vouched for by one result that is.

It is filled under a hidden name and then named in one step: the first process that comes so far wins, and whoever does
the same trial again changes nothing. A file whose SHA-256 is not that of the result means that the trial runs again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npnet.errors import RunError
from npnet.machine.refusals import explained
from npnet.rundir import names
from npnet.storage import disk
from npnet.storage.strict_json import parse_json, to_json

Scores = dict[str, dict[str, float | None]]
DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Result:
    """How a trial ended: `code` is the exit code of a training that ends so, `value` what the sweep makes small.

    `metrics` are the scores of each part, `files` the SHA-256 of each file, `worker` what may explain other bits.
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


def write_trial(shelf: Path, result: Result, files: Mapping[str, bytes]) -> bool:
    """Put the folder of a trial on a shelf, with its files and its result; False where it is there already.

    The caller syncs the shelf once many trials stand there.
    """
    name = names.trial_name(result.number)
    hidden = disk.hidden_name(shelf / name)
    disk.make_folder_exclusive(hidden)
    for file, data in files.items():
        disk.write_unsynced(hidden / file, data)
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
    told = {"format": names.FORMAT, **vars(result), "files": hashes}
    with explained(hidden / names.RESULT):
        disk.write_new(hidden / names.RESULT, to_json(told | {"sha256": _own_digest(told)}))
    return disk.claim_name(hidden, shelf / name)


def read_result(folder: Path) -> Result:
    """The result of a trial's folder; RunError where it is missing, or none that npnet writes."""
    path = folder / names.RESULT
    with disk.reading(path):
        fields = parse_json(disk.read_regular_file(path, 2**24))
        if not isinstance(fields, dict) or fields.get("format") != names.FORMAT:
            raise ValueError("it was not written by this npnet")
        if fields.pop("sha256", None) != _own_digest(fields):
            raise ValueError("it is damaged: its SHA-256 is another")
        del fields["format"]
        if fields.keys() != Result.__dataclass_fields__.keys() or fields["status"] not in (DONE, FAILED):
            raise ValueError("it holds other fields than a result has")
        return Result(**fields)


def _own_digest(fields: Mapping[str, Any]) -> str:
    """The SHA-256 of a result without it."""
    return hashlib.sha256(to_json(fields)).hexdigest()


def whole_result(folder: Path, *, missing: frozenset[str] = frozenset()) -> Result | None:
    """The result of a trial whose files are all those that it names; those of `missing` may have been removed."""
    try:
        result = read_result(folder)
        each = result.files.items()
        whole = all(_digest(folder / name, name in missing) in (digest, None) for name, digest in each)
    except RunError:
        return None
    return result if whole else None


def _digest(path: Path, may_miss: bool) -> str | None:
    if may_miss and not path.exists():
        return None
    with disk.reading(path):
        return hashlib.sha256(disk.read_regular_file(path, 2**34)).hexdigest()
