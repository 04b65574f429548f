"""The frames of a training in progress: appended to frames.bin, cut back to a checkpoint, and packed at its end."""

import time
from collections.abc import Mapping

from npnet.errors import RunError
from npnet.experiment.frame_plan import FramePlan
from npnet.rundir import names
from npnet.rundir.frames import Array, Position, frame_bytes, growing, packed, size_until, unpacked
from npnet.rundir.run import RunFolder
from npnet.storage import disk
from npnet.storage.append_file import Appender
from npnet.storage.tensor_file import write_tensors

TOGETHER = 16
"""Frames that are appended in one write, at most."""
SECONDS = 0.5
"""Seconds after which frames are appended, so that readers see them."""


class FrameWriter:
    """Writes the frames of a run; the holder of the folder's lock has one."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self._file: Appender | None = None
        self._held: list[bytes] = []
        self._has_first = False
        self._appended = time.monotonic()

    def add(self, position: Position, weights: Mapping[str, Array], known: dict[str, str]) -> None:
        """Add the weights of a step; raise `Diverged` where one is not finite. The first has what is `known` of all.

        A frame may wait in memory for others, until `sync` at the latest.
        """
        if self._file is None:
            path = self.run.file(names.GROWING_FRAMES)
            self._file = Appender(path)
            self._has_first = path.stat().st_size > 0
        self._held.append(frame_bytes(position, weights, None if self._has_first else known))
        self._has_first = True
        if len(self._held) >= TOGETHER or time.monotonic() - self._appended > SECONDS:
            self._append()

    def _append(self) -> None:
        if self._file is not None and self._held:
            self._file.append(b"".join(self._held))
            self._held, self._appended = [], time.monotonic()

    def sync(self) -> None:
        """Wait until the disk has all frames."""
        self._append()
        if self._file is not None:
            self._file.sync()

    @property
    def waits(self) -> bool:
        """Whether the disk is full."""
        return self._file is not None and bool(self._file.waiting)

    def cut(self, position: tuple[int, int] | None) -> None:
        """Cut off the frames that are newer than an epoch and batch, or all; those of a finished run are unpacked."""
        path = self.run.file(names.GROWING_FRAMES)
        if position is None:
            disk.remove_file(path)
            return
        if self.run.file(names.FRAMES).exists() and growing(self.run) is None:
            try:
                data = unpacked(self.run)
            except RunError as error:
                hint = f"remove {names.FRAMES} to go on without the frames so far"
                raise RunError(error.message, hint) from error
            disk.write_atomic(path, data)
        if path.exists():
            disk.cut_file(path, size_until(disk.read_regular_file(path, 2**34), *position))

    def pack(self, plan: FramePlan, weights: Mapping[str, Array], best: Position) -> None:
        """Pack the frames of a finished training, with these weights of its best epoch.

        Frames that are packed already stay as they are.
        """
        rows = growing(self.run)
        if rows is None:
            return
        write_tensors(self.run.file(names.FRAMES), *packed(rows, plan, weights, best))
        self.close()
        disk.remove_file(self.run.file(names.GROWING_FRAMES))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
