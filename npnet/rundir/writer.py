"""A run folder to write: claimed by one process, filled, and shown when its first files are whole."""

import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from numpy.typing import ArrayLike, NDArray

from npnet import io
from npnet.checkpoint import write_tensors
from npnet.errors import InUse, MachineError, UsageError
from npnet.lock import Lock
from npnet.rundir import names
from npnet.rundir.info import check_info
from npnet.rundir.machine import git_commit, machine, versions
from npnet.rundir.run import Run
from npnet.rundir.table import csv_rows, line
from npnet.strict import to_json

TRIES = 100


def claim(runs_dir: Path, name: str) -> "NewRun":
    """Claim a new folder in `runs_dir`, under an id that no other run has.

    Raises `MachineError` where nothing can be written: call it before the data are read.
    """
    runs_dir = runs_dir.absolute()
    made = io.make_folders(runs_dir)
    for _ in range(TRIES):
        with suppress(FileExistsError):
            return NewRun(runs_dir / names.new_id(name), name, made, latest=True)
    raise MachineError(f"no free name for a run in {runs_dir} after {TRIES} tries")


def claim_folder(folder: Path, name: str) -> "NewRun":
    """Claim a certain folder, which is new or empty; `UsageError` if something is in it."""
    folder = folder.resolve()
    if folder.exists() and (folder == Path.cwd() or not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not a new or empty folder", "choose another one for --run-dir")
    made = io.make_folders(folder.parent)
    try:
        return NewRun(folder, name, made, latest=False)
    except FileExistsError as error:
        hidden = _hidden(folder)
        raise InUse(f"{hidden} is there: another process makes this run", f"if none does, remove {hidden}") from error


def _hidden(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}")


def reclaim(run: Run) -> "RunWriter":
    """Take up a run that was left before its end; InUse where a process works in it."""
    lock = Lock(run.file(names.LOCK))
    writer = RunWriter(run, lock, run.info, time.monotonic())
    writer.note(status="running", error=None)
    return writer


class NewRun:
    """A claimed folder that nobody sees yet; left by `with` before `publish`, it is as if it had never been."""

    def __init__(self, folder: Path, name: str, made: list[Path], latest: bool) -> None:
        self.folder, self.name, self._made, self._latest = folder, name, made, latest
        self._started, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        self._hidden = _hidden(folder)
        self._published = False
        io.make_folder_exclusive(self._hidden)
        if folder.exists() and any(folder.iterdir()):  # another process claimed, filled and renamed in this second
            io.remove_folder(self._hidden)
            raise FileExistsError(folder)
        self._lock = Lock(self._hidden / names.LOCK)

    def publish(self, files: Mapping[str, bytes], base: Path, **facts: Any) -> "RunWriter":
        """Write the first files and run.json, and show the folder under its name, all in one step.

        `base` is the folder of the config, whose git commit is recorded; `facts` join run.json.
        """
        info = self._first_info(base) | facts
        check_info(info)
        for name, data in {**files, names.INFO: to_json(info)}.items():
            io.write_atomic(self._hidden / name, data)
        io.rename_folder(self._hidden, self.folder)
        self._published = True
        self._lock.path = self.folder / names.LOCK
        if self._latest:
            io.replace_symlink(self.folder.with_name(names.LATEST), self.folder.name)
        return RunWriter(Run(self.folder), self._lock, info, self._clock)

    def discard(self) -> None:
        """Remove the folder, and those above it that were made for it and are empty."""
        io.remove_folder(self._hidden)
        self._lock.release()
        io.remove_empty_folders(self._made)

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


class RunWriter:
    """What a training writes into its run folder, while it holds the folder's lock.

    A process that dies, or closes without `finish`, leaves a run that reads as interrupted.
    """

    def __init__(self, run: Run, lock: Lock, info: dict[str, Any], clock: float) -> None:
        self.run, self._lock, self._info, self._clock = run, lock, info, clock
        self._files: dict[str, io.Appender] = {}
        self._columns: tuple[str, ...] = ()

    def append_history(self, row: Mapping[str, float], seconds: float) -> None:
        """Add the row of an epoch; the first one names the columns, NaN stands for what was not measured.

        `seconds`, what the epoch took, goes into timing.csv, so that the rest is the same bytes in a repeat.
        """
        if not self._columns:
            self._columns = tuple(row)
            self._append(names.HISTORY, (",".join(self._columns) + "\n").encode())
            self._append(names.TIMING, b"epoch,seconds\n")
        if tuple(row) != self._columns:
            raise ValueError(f"history.csv has the columns {', '.join(self._columns)}, not {', '.join(row)}")
        self._append(names.HISTORY, line(row.values()))
        self._append(names.TIMING, line([row["epoch"], round(seconds, 6)]))

    def write_weights(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Write the parameters of the best epoch, under the names of a PyTorch state_dict."""
        write_tensors(self.run.file(names.WEIGHTS), tensors, metadata)

    def write_checkpoint(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Write the last state of the training, after all that was appended until then."""
        self._sync()
        write_tensors(self.run.file(names.CHECKPOINT), tensors, metadata)

    def write_predictions(self, part: str, blocks: Iterable[Mapping[str, ArrayLike]]) -> None:
        """Write a part's predictions, rows after rows: row, target, prediction, probability_<class> for every class."""
        folder = self.run.file(names.PREDICTIONS)
        io.make_folder(folder)
        pieces = (csv_rows(block, header=number == 0) for number, block in enumerate(blocks))
        io.write_pieces(folder / f"{part}.csv", pieces)

    def write_metrics(self, metrics: Mapping[str, Mapping[str, float]]) -> None:
        """Write the scores of each part; NaN becomes null."""
        scores = {part: {name: float(score) for name, score in scores.items()} for part, scores in metrics.items()}
        io.write_json(self.run.file(names.METRICS), scores)

    def write_baselines(self, baselines: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
        """Write the scores of each part by each baseline; NaN becomes null."""
        io.write_json(self.run.file(names.BASELINES), baselines)

    def log(self, text: str) -> None:
        """Add a line to log.txt."""
        self._append(names.LOG, (text + "\n").encode("utf-8", "backslashreplace"))

    def crash(self, text: str) -> None:
        """Write the traceback of a bug to crash.txt."""
        io.write_atomic(self.run.file(names.CRASH), text.encode("utf-8", "backslashreplace"))

    def note(self, **facts: Any) -> None:
        """Set fields of run.json."""
        self._info |= facts
        check_info(self._info)
        io.write_json(self.run.file(names.INFO), self._info)

    def finish(self, status: str, **facts: Any) -> None:
        """Say in run.json how the run ended, when and after how many seconds, and let go of the folder."""
        self._sync()
        seconds = round(time.monotonic() - self._clock, 3)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(status=status, finished=finished, seconds=seconds, **facts)
        self.close()

    def close(self) -> None:
        """Let go of the folder; nothing can be written after it."""
        while self._files:
            self._files.popitem()[1].close()
        self._lock.release()

    def _append(self, name: str, data: bytes) -> None:
        if name not in self._files:
            self._files[name] = io.Appender(self.run.file(name))
        self._files[name].append(data)

    def _sync(self) -> None:
        for file in self._files.values():
            file.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
