"""Run folders to write: a new one, claimed under a hidden name until its first files are whole, or an old one again.

The process that holds the lock in the hidden folder has the claim: the claim of a process that died is free.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from npnet.errors import InUse, MachineError, UsageError
from npnet.rundir import names
from npnet.rundir.info import git_commit, machine, versions
from npnet.rundir.run import RunFolder
from npnet.rundir.writer import RunWriter, first_info
from npnet.storage import disk
from npnet.storage.lock import Lock, is_locked
from npnet.storage.strict_json import to_json

TRIES = 100
FIRST = {names.LOCK, names.CONFIG, names.RESOLVED, names.SWEEP, names.INFO}
"""The files of a folder that is claimed and not shown yet, beside temporary files."""
TEMPORARY = re.compile(r"\..+\.tmp\.[0-9a-f]{8}")
AGE = 10.0
"""Seconds after which a hidden folder that no process holds is abandoned; a claim is locked within milliseconds."""
LEFTOVER = re.compile(r"\.+(\d{8}-\d{6}-.+|(latest|index)\.tmp\.[0-9a-f]{8})")


def claim(runs_dir: Path, name: str) -> "NewRun":
    """Claim a new folder in `runs_dir`, under an id that no other run has.

    Raise MachineError where nothing can be written: call it before the data are read.
    """
    runs_dir = runs_dir.absolute()
    made = disk.make_folders(runs_dir)
    remove_leftover_runs(runs_dir)
    for _ in range(TRIES):
        with suppress(FileExistsError, InUse):
            return NewRun(runs_dir / names.new_id(name), name, made, latest=True)
    raise MachineError(f"no free name for a run in {runs_dir} after {TRIES} tries")


def claim_folder(folder: Path, name: str) -> "NewRun":
    """Claim a given folder, new or empty; raise UsageError where it is not, InUse while another process has it."""
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


def reclaim(run: RunFolder) -> RunWriter:
    """Take up a run that was interrupted or is to train longer; raise InUse where a process works in it.

    Nothing in it is changed before something is written.
    """
    lock = Lock(run.file(names.LOCK))
    remove_leftover_runs(run.path.parent)
    return RunWriter(run, lock, run.info, time.monotonic())


def remove_leftover_runs(folder: Path, leftover: re.Pattern[str] = LEFTOVER) -> None:
    """Remove the hidden folders and files of processes that died; what cannot be removed stays."""
    for path in folder.glob(".*"):
        with suppress(MachineError, InUse, OSError):
            if not leftover.fullmatch(path.name) or time.time() - path.lstat().st_mtime < AGE:
                continue
            if path.is_symlink() or not path.is_dir():
                disk.remove_file(path)
            elif not is_locked(path / names.LOCK):
                lock = Lock(path / names.LOCK)  # no process may claim it between the check and the removal
                try:
                    disk.remove_folder(path)
                finally:
                    lock.release()


class NewRun:
    """A claimed folder, still hidden; left by `with` before `publish`, nothing of it remains.

    Raises FileExistsError where the folder has been filled meanwhile, InUse where a living process has claimed it.
    """

    def __init__(self, folder: Path, name: str, made: list[Path], latest: bool) -> None:
        self.folder, self.name, self._made, self._latest = folder, name, made, latest
        self._started, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        self._hidden = folder.with_name(f".{folder.name}")
        self._published = False
        self._lock = _locked(self._hidden)
        if folder.exists() and any(folder.iterdir()):  # another process claimed, filled and renamed it meanwhile
            self._give_up()
            raise FileExistsError(folder)

    def publish(self, files: Mapping[str, bytes], base: Path, **fields: Any) -> RunWriter:
        """Write the first files and run.json, and show the folder under its name, all in one step.

        `base` is the folder of the config, whose git commit is recorded; `fields` go into run.json.
        """
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        recorded = {"versions": versions(), "machine": machine(), "git": git_commit(base), "files": hashes}
        info = first_info(self.folder.name, self.name, self._started) | recorded | fields
        for name, data in {**files, names.INFO: to_json(info)}.items():
            disk.write_atomic(self._hidden / name, data)
        disk.rename_folder(self._hidden, self.folder)
        self._published = True
        self._lock.path = self.folder / names.LOCK
        if self._latest:
            disk.replace_symlink(self.folder.with_name(names.LATEST), self.folder.name)
        return RunWriter(RunFolder(self.folder), self._lock, info, self._clock)

    def discard(self) -> None:
        """Remove the folder, and those above it that were made for it and are empty."""
        self._give_up()
        disk.remove_empty_folders(self._made)

    def _give_up(self) -> None:
        disk.remove_folder(self._hidden)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._published:
            self.discard()


def _locked(hidden: Path) -> Lock:
    """Lock a hidden folder, made where missing, and remove what a dead process left in it.

    Raise InUse while a living process holds it, UsageError where it is not a claim: it holds a file that no claim has.
    """
    for _ in range(TRIES):
        disk.make_folder(hidden)
        there = sorted(hidden.iterdir())
        strange = [path.name for path in there if path.name not in FIRST and not TEMPORARY.fullmatch(path.name)]
        if hidden.is_symlink() or strange:
            what = f"{hidden} is in the way: {f'it holds {names.shown(strange[0])}' if strange else 'it is a link'}"
            raise UsageError(what, "choose another folder for --run-dir")
        try:
            lock = Lock(hidden / names.LOCK)
        except MachineError:
            if hidden.exists():
                raise
            continue  # its process has just shown it, or given it up
        for path in there:
            if path.name != names.LOCK:
                disk.remove_file(path)
        return lock
    raise MachineError(f"{hidden} comes and goes", "choose another folder for --run-dir")
