"""A run folder to write, by the one process that holds its lock."""

import hashlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from numpy.typing import ArrayLike, NDArray

from npnet.metrics.calibration import DecisionRule
from npnet.rundir import names
from npnet.rundir.cleanup import remove_leftover_runs
from npnet.rundir.info import check_info
from npnet.rundir.run import Run
from npnet.rundir.scores import with_threshold
from npnet.rundir.table import csv_rows, line
from npnet.storage import disk
from npnet.storage.append_file import Appender
from npnet.storage.lock import Lock
from npnet.storage.tensor_file import digest_of, file_of
from npnet.text import escaped, visible

MARK = "checkpoint of epoch {epoch}, batch {batch}"
"""The line of log.txt that stands before what a checkpoint does not know of."""


def reclaim(run: Run) -> "RunWriter":
    """Take up a run that was left before its end, or is to go on; InUse where a process works in it.

    Nothing in it is changed before something is written.
    """
    lock = Lock(run.file(names.LOCK))
    remove_leftover_runs(run.path.parent)
    return RunWriter(run, lock, run.info, time.monotonic())


class RunWriter:
    """What a training writes into its run folder, while it holds the folder's lock.

    A process that dies, or closes without `finish`, leaves a run that reads as interrupted.
    """

    def __init__(self, run: Run, lock: Lock, info: dict[str, Any], clock: float) -> None:
        self.run, self._lock, self._info, self._clock = run, lock, info, clock
        self._place, self._closed = run.path.stat(), False
        self._files: dict[str, Appender] = {}
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

    def write_weights(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> str:
        """Write the parameters of the best epoch, under the names of a PyTorch state_dict; gives the file's hash."""
        data = file_of(names.WEIGHTS, tensors, metadata)
        disk.write_atomic(self.run.file(names.WEIGHTS), data)
        return digest_of(data)

    def write_checkpoint(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Write the last state of the training, after all that was appended until then; the two before it stay."""
        data = file_of(names.CHECKPOINT, tensors, metadata)
        self.log(MARK.format(**metadata))
        self._sync()
        disk.write_rotated(self.run.file(names.CHECKPOINT), [self.run.file(name) for name in names.OLDER], data)

    def remove_older(self) -> None:
        """Remove the checkpoints before the last one."""
        for name in names.OLDER:
            disk.remove_file(self.run.file(name))

    def cut_back(self, columns: Sequence[str], metadata: Mapping[str, str]) -> None:
        """Take off the history, timing and log what was written after a checkpoint with such metadata.

        ValueError where the history ends before it, or has other columns.
        """
        epochs, header = int(metadata["epoch"]), ",".join(columns).encode()
        history, timing, log = (self._bytes(name) for name in (names.HISTORY, names.TIMING, names.LOG))
        if epochs and (history.partition(b"\n")[0] != header or history.count(b"\n") <= epochs):
            raise ValueError(f"{names.HISTORY} is not the one of {epochs} epochs that belongs to it")
        whole, mark = log[: log.rfind(b"\n") + 1], MARK.format(**metadata).encode() + b"\n"
        kept = {names.HISTORY: _lines(history, epochs), names.TIMING: _lines(timing, epochs)}
        kept[names.LOG] = whole[: whole.rfind(mark) + len(mark)] if mark in whole else whole
        for name, data in kept.items():
            if self.run.file(name).exists():
                disk.cut_file(self.run.file(name), len(data))
        self._columns = tuple(columns) if kept[names.HISTORY] else ()

    def tidy(self) -> None:
        """Remove what a process that died here left half-written."""
        for folder in (self.run.path, self.run.file(names.PREDICTIONS), self.run.plots):
            disk.remove_leftovers(folder)

    def write_predictions(self, part: str, blocks: Iterable[Mapping[str, ArrayLike]]) -> None:
        """Write a part's predictions, rows after rows: row, target, prediction, probability_<class> for every class."""
        folder = self.run.file(names.PREDICTIONS)
        disk.make_folder(folder)
        pieces = (csv_rows(block, header=number == 0) for number, block in enumerate(blocks))
        disk.write_pieces(folder / f"{part}.csv", pieces)

    def write_metrics(self, metrics: Mapping[str, Mapping[str, float]], rule: DecisionRule | None = None) -> None:
        """Write the scores of each part, and of two classes the threshold; NaN becomes null."""
        scores = {part: {name: float(score) for name, score in scores.items()} for part, scores in metrics.items()}
        disk.write_json(self.run.file(names.METRICS), with_threshold(scores, rule))

    def write_baselines(self, baselines: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
        """Write the scores of each part by each baseline; NaN becomes null."""
        disk.write_json(self.run.file(names.BASELINES), baselines)

    def log(self, text: str) -> None:
        """Add a line to log.txt, which people will read on a terminal."""
        self._append(names.LOG, f"{escaped(text)}\n".encode())

    def crash(self, text: str) -> None:
        """Write the traceback of a bug to crash.txt."""
        disk.write_atomic(self.run.file(names.CRASH), visible(text).encode())

    @property
    def waits(self) -> bool:
        """Whether the disk is full, and lines wait until there is room."""
        return any(file.waiting for file in self._files.values())

    @property
    def is_there(self) -> bool:
        """Whether the folder is still where it was when it was taken up."""
        try:
            return os.path.samestat(self.run.path.stat(), self._place)
        except OSError:
            return False

    def rewrite_resolved(self, text: bytes) -> None:
        """Put another resolved.yaml in place: that of more epochs."""
        disk.write_atomic(self.run.resolved_path, text)
        files = {name: self._bytes(name) for name in (names.CONFIG, names.RESOLVED)}
        self.note(files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()})

    def note(self, **facts: Any) -> None:
        """Set fields of run.json."""
        self._info |= facts
        check_info(self._info)
        disk.write_json(self.run.file(names.INFO), self._info)

    def begin_again(self, **facts: Any) -> None:
        """Say in run.json that the run goes on: what was noted of its earlier end is true no longer."""
        for name in ("decisions", "monitored"):
            self._info.pop(name, None)
        self.note(status="running", error=None, finished=None, best_epoch=None, **facts)

    def finish(self, status: str, **facts: Any) -> None:
        """Say in run.json how the run ended, when and after how many seconds, and let go of the folder."""
        if status != "failed":  # the disk may be why, and was asked already
            self._sync()
        seconds = round((self._info["seconds"] or 0.0) + time.monotonic() - self._clock, 3)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(status=status, finished=finished, seconds=seconds, **facts)
        self.close()

    def close(self) -> None:
        """Let go of the folder; nothing can be written after it."""
        if self._closed:
            return
        self._closed = True
        while self._files:
            self._files.popitem()[1].close()
        self._lock.release()

    def _append(self, name: str, data: bytes) -> None:
        if name not in self._files:
            self._files[name] = Appender(self.run.file(name))
        self._files[name].append(data)

    def _bytes(self, name: str) -> bytes:
        path = self.run.file(name)
        return disk.read_regular_file(path, 2**30) if path.exists() else b""

    def _sync(self) -> None:
        for file in self._files.values():
            file.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lines(data: bytes, rows: int) -> bytes:
    """A table's first line and as many rows; nothing of one without rows."""
    return b"".join(data.splitlines(keepends=True)[: rows + 1]) if rows else b""
