"""Checkpoints: when the state of a training is written, what gives way where the disk is full, and what is rescued."""

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, DiskFull, Diverged, MachineError
from npnet.model.compact import compact
from npnet.model.fitting import Fitting
from npnet.rundir import CONFIG, RESOLVED, RunWriter
from npnet.rundir import names as files
from npnet.rundir.restore import data_metadata
from npnet.storage import disk
from npnet.storage.tensor_file import Tensors, write_tensors

T = TypeVar("T")

PATIENCE = 20
"""How many times the seconds that writing a checkpoint takes pass at least before the next one: 5 % of the time."""
GOES_WITH = "weights"
"""Where a compact state says of which weights it is: the hash of their file."""
LONGEST = 2**17
"""Bytes of a config that a checkpoint carries along, to say later what has been changed in it."""


class Checkpoints:
    """The states of one training on disk: the last three, each of which has the best epoch too."""

    def __init__(self, fitting: Fitting, writer: RunWriter) -> None:
        self.fitting, self.writer = fitting, writer
        self.interval = fitting.experiment.checkpoint_every
        self.taken_up = False  # whether there is one of the state that the training began with
        self._due = time.monotonic() + self.interval
        self._best: tuple[int, ...] = ()
        self._settings = settings_of(writer)

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() >= self._due

    def keep(self, epoch: int, batch: int) -> None:
        """Write the state as it is now, `batch` batches behind an epoch, unless it is not finite."""
        if not self.fitting.well:
            return
        began = time.monotonic()
        try:
            self.write(self.fitting.checkpoint(), epoch, batch)
            self._keep_best()
        except Diverged:
            return
        now = time.monotonic()
        self._due = now + (max(self.interval, PATIENCE * (now - began)) if self.interval else 0.0)

    def write(self, state: Tensors, epoch: int, batch: int) -> None:
        """Write a state; where the disk is full, the older ones make room for it."""
        metadata = {"epoch": str(epoch), "batch": str(batch), **self._settings}
        self._making_room(lambda: self.writer.write_checkpoint(state, metadata))

    def finish(self, state: Tensors | None, epoch: int, batch: int) -> None:
        """Write the weights of a finished training, then of its last state, if it has one, what they do not hold."""
        digest = self._making_room(lambda: self.write_weights(self.fitting.weights()))
        if state is not None:
            metadata = {"epoch": str(epoch), "batch": str(batch), GOES_WITH: digest, **self._settings}
            self._making_room(lambda: self.writer.write_checkpoint(compact(state), metadata))

    def write_weights(self, weights: Tensors) -> str:
        """Write parameters with what they say of the data; gives the file's hash."""
        return self.writer.write_weights(weights, data_metadata(self.fitting))

    def _making_room(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except DiskFull:
            self.writer.remove_older()
            return write()

    def _keep_best(self) -> None:
        """Write the weights of the best epoch, where they are others than those on disk: evaluate can look at them."""
        best = self.fitting.best_epochs
        if best != self._best:
            self.write_weights(self.fitting.best_weights())
            self._best = best


def settings_of(writer: RunWriter) -> dict[str, str]:
    """The config as it was given, and with everything filled in, as metadata; nothing of very long ones."""
    given = writer.run.config_text.decode("utf-8", "replace")
    resolved = writer.run.resolved_text.decode("utf-8", "replace")
    return {CONFIG: given, RESOLVED: resolved} if len(given) + len(resolved) < LONGEST else {}


def rescued(fitting: Fitting, writer: RunWriter, state: Tensors) -> MachineError:
    """Save the state of a training whose folder is gone, elsewhere: what to say of it."""
    run = writer.run
    folder = Path(tempfile.mkdtemp(prefix=f"npnet-rescue-{run.id}-"))
    experiment = relocated(fitting.experiment, run.path, folder)
    write_tensors(folder / files.WEIGHTS, fitting.best_weights(), data_metadata(fitting))
    write_tensors(folder / files.CHECKPOINT, state, {"epoch": str(fitting.trainer.epoch)})
    with suppress(ConfigError):  # a path from there to the data that is no text
        disk.write_atomic(folder / RESOLVED, write_resolved(experiment).encode())
    what = f"{run.path} was removed or renamed while it was being written"
    return MachineError(what, f"the last state and the best weights are in {folder}")
