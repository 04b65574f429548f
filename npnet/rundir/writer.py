"""Run folders to write: the files that a training leaves, in the folder of a run or in memory for a trial."""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from numpy.typing import ArrayLike, NDArray

from npnet.errors import DiskFull
from npnet.experiment.frame_plan import FramePlan
from npnet.metrics import DECIDED
from npnet.metrics.calibration import DecisionRule
from npnet.rundir import names
from npnet.rundir.frame_writer import FrameWriter
from npnet.rundir.frames import Position
from npnet.rundir.info import THRESHOLD
from npnet.rundir.run import RunFolder
from npnet.rundir.table import csv_rows, line
from npnet.storage import disk
from npnet.storage.append_file import Appender
from npnet.storage.lock import Lock
from npnet.storage.strict_json import to_json
from npnet.storage.tensor_file import Tensors, digest_of, file_of
from npnet.text import escaped, visible

T = TypeVar("T")
Scores = Mapping[str, Mapping[str, float]]

GOES_WITH = "weights"
"""The metadata key of a compact checkpoint: the SHA-256 of the weights it needs."""
MARK = "checkpoint of epoch {epoch}, batch {batch}"
"""The line of log.txt that precedes everything newer than a checkpoint."""


def with_threshold(scores: Scores, rule: DecisionRule | None) -> dict[str, Mapping[str, float]]:
    """Return scores as metrics.json has them: of two classes with the threshold, by the positive class.

    The threshold looks like one more split, of numbers by name, so that readers of splits can read it.
    """
    decided = any(name in DECIDED for some in scores.values() for name in some)
    return {**scores, **({THRESHOLD: {rule.positive_class: rule.threshold}} if rule and decided else {})}


def first_info(id: str, name: str, started: str) -> dict[str, Any]:  # noqa: A002
    """Return the fields of a run.json as a run begins."""
    unknown = dict.fromkeys(("finished", "seconds", "git", "data", "parameters", "best_epoch", "error"))
    begun = {"format": names.FORMAT, "status": "running", "id": id, "name": name, "tags": [], "started": started}
    return {**begun, **unknown, "argv": sys.argv}


class FolderWriter:
    """Writes the files that a run and a trial have in common; subclasses say where `write` puts them."""

    def write(self, name: str, data: bytes) -> None:
        """Write one file."""
        raise NotImplementedError

    def write_weights(self, tensors: Tensors, metadata: Mapping[str, str]) -> str:
        """Write parameters under the names of a PyTorch state_dict; return the SHA-256 of the file."""
        data = file_of(names.WEIGHTS, tensors, metadata)
        self.write(names.WEIGHTS, data)
        return digest_of(data)

    def write_checkpoint(self, tensors: Tensors, metadata: Mapping[str, str]) -> None:
        """Write a state of the training; `metadata` has its epoch and batch."""
        self.write(names.CHECKPOINT, file_of(names.CHECKPOINT, tensors, metadata))

    def write_metrics(self, metrics: Scores, rule: DecisionRule | None = None) -> None:
        """Write the scores of each split, and of two classes the threshold; NaN becomes null."""
        scores = {split: {name: float(score) for name, score in some.items()} for split, some in metrics.items()}
        self.write(names.METRICS, to_json(with_threshold(scores, rule)))


class RunWriter(FolderWriter):
    """Writes into the folder of a run, while it holds the folder's lock.

    A process that dies, or closes without `finish`, leaves a run that reads as interrupted.
    """

    def __init__(self, run: RunFolder, lock: Lock, info: dict[str, Any], clock: float) -> None:
        self.run, self._lock, self._info, self._clock = run, lock, info, clock
        self._folder, self._closed = run.path.stat(), False
        self._files: dict[str, Appender] = {}
        self._columns: tuple[str, ...] = ()
        self.frames = FrameWriter(run)

    def write(self, name: str, data: bytes) -> None:
        """Write one file atomically."""
        disk.write_atomic(self.run.file(name), data)

    def append_history(self, row: Mapping[str, float], seconds: float) -> None:
        """Append the row of an epoch; the first row names the columns, NaN stands for not measured.

        `seconds`, the time of the epoch, goes into timing.csv: everything else is the same bytes in a repeat.
        """
        if not self._columns:
            self._columns = tuple(row)
            self._append(names.HISTORY, (",".join(self._columns) + "\n").encode())
            self._append(names.TIMING, b"epoch,seconds\n")
        if tuple(row) != self._columns:
            raise ValueError(f"history.csv has the columns {', '.join(self._columns)}, not {', '.join(row)}")
        self._append(names.HISTORY, line(row.values()))
        self._append(names.TIMING, line([row["epoch"], round(seconds, 6)]))

    def write_weights(self, tensors: Tensors, metadata: Mapping[str, str]) -> str:
        """Write parameters; where the disk is full, older checkpoints make room."""
        write = super().write_weights
        return self._making_room(lambda: write(tensors, metadata))

    def write_checkpoint(self, tensors: Tensors, metadata: Mapping[str, str]) -> None:
        """Write a state after all that was appended so far; the two before it stay unless the disk is full."""

        def write() -> None:
            data = file_of(names.CHECKPOINT, tensors, metadata)
            self.log(MARK.format(**metadata))
            self._sync()
            disk.write_rotated(self.run.file(names.CHECKPOINT), [self.run.file(name) for name in names.OLDER], data)

        self._making_room(write)

    def _making_room(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except DiskFull:
            self.remove_older()
            return write()

    def remove_older(self) -> None:
        """Remove the checkpoints before the last one."""
        for name in names.OLDER:
            disk.remove_file(self.run.file(name))

    def cut_back(self, columns: Sequence[str], metadata: Mapping[str, str]) -> None:
        """Cut everything off history, timing, log and frames that is newer than the checkpoint with this metadata.

        Raise ValueError where the history ends before it, or has other columns.
        """
        epochs, header = int(metadata["epoch"]), ",".join(columns).encode()
        history, timing, log = (self._bytes(name) for name in (names.HISTORY, names.TIMING, names.LOG))
        if epochs and (history.partition(b"\n")[0] != header or history.count(b"\n") <= epochs):
            raise ValueError(f"{names.HISTORY} is not the one of {epochs} epochs that belongs to it")
        whole, mark = log[: log.rfind(b"\n") + 1], MARK.format(**metadata).encode() + b"\n"
        remaining = {names.HISTORY: _lines(history, epochs), names.TIMING: _lines(timing, epochs)}
        remaining[names.LOG] = whole[: whole.rfind(mark) + len(mark)] if mark in whole else whole
        for name, data in remaining.items():
            if self.run.file(name).exists():
                disk.cut_file(self.run.file(name), len(data))
        self._columns = tuple(columns) if remaining[names.HISTORY] else ()
        self.frames.cut((epochs, int(metadata["batch"])) if columns else None)

    def pack_frames(self, plan: FramePlan, weights: Mapping[str, NDArray[Any]], best: Position) -> None:
        """Pack the frames of a finished training, whose best epoch has these weights."""
        self._making_room(lambda: self.frames.pack(plan, weights, best))

    def remove_leftovers(self) -> None:
        """Remove the half-written files of a process that died here."""
        for folder in (self.run.path, self.run.file(names.PREDICTIONS), self.run.plots):
            disk.remove_leftovers(folder)

    def write_predictions(self, split: str, blocks: Iterable[Mapping[str, ArrayLike]]) -> None:
        """Write the predictions of a split block by block: row, target, prediction, probability_<class>."""
        folder = self.run.file(names.PREDICTIONS)
        disk.make_folder(folder)
        pieces = (csv_rows(block, header=number == 0) for number, block in enumerate(blocks))
        disk.write_atomic(folder / f"{split}.csv", pieces)

    def write_baselines(self, baselines: Mapping[str, Scores]) -> None:
        """Write the scores of each split by each baseline; NaN becomes null."""
        self.write(names.BASELINES, to_json(baselines))

    def log(self, text: str) -> None:
        """Append a line to log.txt, escaped for terminals."""
        self._append(names.LOG, f"{escaped(text)}\n".encode())

    def crash(self, text: str) -> None:
        """Write the traceback of a bug to crash.txt."""
        self.write(names.CRASH, visible(text).encode())

    @property
    def waits(self) -> bool:
        """Whether the disk is full, and lines wait in memory."""
        return self.frames.waits or any(file.waiting for file in self._files.values())

    @property
    def is_there(self) -> bool:
        """Whether the folder is still where it was when it was taken up."""
        try:
            return os.path.samestat(self.run.path.stat(), self._folder)
        except OSError:
            return False

    def rewrite_resolved(self, text: bytes) -> None:
        """Replace resolved.yaml by that of more epochs."""
        self.write(names.RESOLVED, text)
        files = {name: self._bytes(name) for name in (names.CONFIG, names.RESOLVED)}
        self.note(files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()})

    def note(self, **fields: Any) -> None:
        """Set fields of run.json."""
        self._info |= fields
        self.write(names.INFO, to_json(self._info))

    def begin_again(self, **fields: Any) -> None:
        """Set run.json to running, and clear what it holds of an earlier end."""
        for name in ("decisions", "monitored"):
            self._info.pop(name, None)
        self.note(status="running", error=None, finished=None, best_epoch=None, **fields)

    def finish(self, status: str, **fields: Any) -> None:
        """Record in run.json how the run ended, when and after how many seconds, and release the folder."""
        if status != "failed":  # the disk may be the reason, and was asked already
            self._sync()
        seconds = round((self._info["seconds"] or 0.0) + time.monotonic() - self._clock, 3)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(status=status, finished=finished, seconds=seconds, **fields)
        self.close()

    def close(self) -> None:
        """Release the folder; nothing can be written after it."""
        if self._closed:
            return
        self._closed = True
        self.frames.close()
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
        self.frames.sync()
        for file in self._files.values():
            file.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lines(data: bytes, rows: int) -> bytes:
    """Return the header and the first rows of a table; nothing where there are no rows."""
    return b"".join(data.splitlines(keepends=True)[: rows + 1]) if rows else b""
