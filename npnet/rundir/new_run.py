"""A new run folder: claimed by one process under a hidden name, and shown when its first files are whole.

Who holds the lock in the hidden folder has the claim, so that one whose process has died is free.
"""

import hashlib
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from npnet.errors import InUse, MachineError, UsageError
from npnet.rundir import names
from npnet.rundir.cleanup import remove_leftover_runs
from npnet.rundir.info import check_info
from npnet.rundir.machine import git_commit, machine, versions
from npnet.rundir.run import Run
from npnet.rundir.writer import RunWriter
from npnet.storage import disk
from npnet.storage.lock import Lock
from npnet.storage.strict_json import to_json

TRIES = 100
FIRST = {names.LOCK, names.CONFIG, names.RESOLVED, names.SWEEP, names.INFO}
"""All that can be in a folder that is claimed and not shown yet, beside temporary files."""
TEMPORARY = re.compile(r"\..+\.tmp\.[0-9a-f]{8}")


def claim(runs_dir: Path, name: str) -> "NewRun":
    """Claim a new folder in `runs_dir`, under an id that no other run has.

    Raises `MachineError` where nothing can be written: call it before the data are read.
    """
    runs_dir = runs_dir.absolute()
    made = disk.make_folders(runs_dir)
    remove_leftover_runs(runs_dir)
    for _ in range(TRIES):
        with suppress(FileExistsError, InUse):
            return NewRun(runs_dir / names.new_id(name), name, made, latest=True)
    raise MachineError(f"no free name for a run in {runs_dir} after {TRIES} tries")


def claim_folder(folder: Path, name: str) -> "NewRun":
    """Claim a certain folder, which is new or empty; UsageError if something is in it, InUse while another has it."""
    folder = folder.resolve()
    taken = UsageError(f"{folder} is not a new or empty folder", "choose another one for --run-dir")
    if folder.exists() and (folder == Path.cwd() or not folder.is_dir() or any(folder.iterdir())):
        raise taken
    made = disk.make_folders(folder.parent)
    remove_leftover_runs(folder.parent, re.compile(rf"\.\.{re.escape(folder.name)}\.tmp\.[0-9a-f]{{8}}"))
    try:
        return NewRun(folder, name, made, latest=False)
    except FileExistsError as error:
        raise taken from error


class NewRun:
    """A claimed folder that nobody sees yet; left by `with` before `publish`, it is as if it had never been.

    FileExistsError where the folder has been filled meanwhile, InUse where a living process has claimed it.
    """

    def __init__(self, folder: Path, name: str, made: list[Path], latest: bool) -> None:
        self.folder, self.name, self._made, self._latest = folder, name, made, latest
        self._started, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        self._hidden = folder.with_name(f".{folder.name}")
        self._published = False
        self._lock = _held(self._hidden)
        if folder.exists() and any(folder.iterdir()):  # another process claimed, filled and renamed it meanwhile
            self._give_up()
            raise FileExistsError(folder)

    def publish(self, files: Mapping[str, bytes], base: Path, **facts: Any) -> RunWriter:
        """Write the first files and run.json, and show the folder under its name, all in one step.

        `base` is the folder of the config, whose git commit is recorded; `facts` join run.json.
        """
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        info = self._first_info(base) | {"files": hashes} | facts
        check_info(info)
        for name, data in {**files, names.INFO: to_json(info)}.items():
            disk.write_atomic(self._hidden / name, data)
        disk.rename_folder(self._hidden, self.folder)
        self._published = True
        self._lock.path = self.folder / names.LOCK
        if self._latest:
            disk.replace_symlink(self.folder.with_name(names.LATEST), self.folder.name)
        return RunWriter(Run(self.folder), self._lock, info, self._clock)

    def discard(self) -> None:
        """Remove the folder, and those above it that were made for it and are empty."""
        self._give_up()
        disk.remove_empty_folders(self._made)

    def _give_up(self) -> None:
        disk.remove_folder(self._hidden)
        self._lock.release()

    def _first_info(self, base: Path) -> dict[str, Any]:
        return {
            "format": names.FORMAT,
            "status": "running",
            "id": self.folder.name,
            "name": self.name,
            "tags": [],
            "started": self._started,
            "finished": None,
            "seconds": None,
            "argv": sys.argv,
            "versions": versions(),
            "machine": machine(),
            "git": git_commit(base),
            "data": None,
            "parameters": None,
            "best_epoch": None,
            "error": None,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._published:
            self.discard()


def _held(hidden: Path) -> Lock:
    """The lock of a hidden folder, which is made where it is missing; what a dead process left in it is removed.

    InUse while a living process holds it, UsageError where it is something else than a claim.
    """
    for _ in range(TRIES):
        disk.make_folder(hidden)
        left = _left(hidden)
        try:
            lock = Lock(hidden / names.LOCK)
        except MachineError:
            if hidden.exists():
                raise
            continue  # its process has just shown it, or given it up
        for path in left:
            disk.remove_file(path)
        return lock
    raise MachineError(f"{hidden} comes and goes", "choose another folder for --run-dir")


def _left(hidden: Path) -> list[Path]:
    """What is in a hidden folder beside its lock; UsageError where a claim would not hold such a thing."""
    there = sorted(hidden.iterdir())
    strange = [path.name for path in there if path.name not in FIRST and not TEMPORARY.fullmatch(path.name)]
    if hidden.is_symlink() or strange:
        what = f"{hidden} is in the way: {f'it holds {names.shown(strange[0])}' if strange else 'it is a link'}"
        raise UsageError(what, "choose another folder for --run-dir")
    return [path for path in there if path.name != names.LOCK]
