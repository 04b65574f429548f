"""Checkpoints: when the state of a training is written, and how it is saved where the run folder is gone."""

import tempfile
import time
from contextlib import suppress
from pathlib import Path

from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, Diverged, MachineError
from npnet.model.outputs import Calibration
from npnet.model.predictor import SplitPredictor
from npnet.model.train_state import Tensors, compact
from npnet.model.trainer import Trainer
from npnet.rundir import names as files
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.restore import data_metadata
from npnet.rundir.writer import GOES_WITH, FolderWriter, RunWriter
from npnet.storage import disk
from npnet.storage.tensor_file import write_tensors

PATIENCE = 20
"""Writing a checkpoint takes at most 1 / PATIENCE of the time: 5 %."""
LONGEST = 2**17
"""Bytes of a config that a checkpoint carries along, to report later what has been changed in it."""


class Checkpoints:
    """The states of one training on disk: the last three, each with the best epoch too."""

    def __init__(self, trainer: Trainer, writer: RunWriter) -> None:
        self.trainer, self.writer = trainer, writer
        self.interval = trainer.experiment.checkpoint_every
        self._due = time.monotonic() + self.interval
        self._best: tuple[int, ...] = ()
        settings = {name: writer.run.read(name).decode("utf-8", "replace") for name in (CONFIG, RESOLVED)}
        self._settings = settings if sum(map(len, settings.values())) < LONGEST else {}

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() >= self._due

    def write_current(self, epoch: int, batch: int) -> None:
        """Write the present state, `batch` batches after an epoch, and the best weights, unless it is not finite."""
        if not self.trainer.finite:
            return
        began = time.monotonic()
        try:
            self.write(self.trainer.checkpoint(), epoch, batch)
            best = self.trainer.best_epochs
            if best != self._best:  # evaluate can read the best weights while the training continues
                metadata = data_metadata(self.trainer.folds, Calibration())
                self.writer.write_weights(self.trainer.best_weights(), metadata)
                self._best = best
        except Diverged:
            return
        now = time.monotonic()
        self._due = now + (max(self.interval, PATIENCE * (now - began)) if self.interval else 0.0)

    def write(self, state: Tensors, epoch: int, batch: int) -> None:
        """Write a state, made `batch` batches after an epoch."""
        self.writer.write_checkpoint(state, self.metadata(epoch, batch))

    def metadata(self, epoch: int, batch: int) -> dict[str, str]:
        """Return the metadata of a checkpoint."""
        return {"epoch": str(epoch), "batch": str(batch), **self._settings}


def write_finished(
    writer: FolderWriter,
    predictor: SplitPredictor,
    state: Tensors | None,
    metadata: dict[str, str],
    data: dict[str, str],
) -> None:
    """Write the weights of a finished training, and what its last state holds beside them, if there is one.

    `metadata` goes into the checkpoint, `data`, from `data_metadata`, into the weights.
    """
    digest = writer.write_weights(predictor.weights(), data)
    if state is not None:
        writer.write_checkpoint(compact(state), {**metadata, GOES_WITH: digest})


def rescued(trainer: Trainer, writer: RunWriter, state: Tensors, calibration: Calibration) -> MachineError:
    """Save the state of a training whose folder is gone to a temporary folder; return the error that names it."""
    run = writer.run
    folder = Path(tempfile.mkdtemp(prefix=f"npnet-rescue-{run.id}-"))
    experiment = relocated(trainer.experiment, run.path, folder)
    write_tensors(folder / files.WEIGHTS, trainer.best_weights(), data_metadata(trainer.folds, calibration))
    write_tensors(folder / files.CHECKPOINT, state, {"epoch": str(trainer.stack_trainer.epoch)})
    with suppress(ConfigError):  # a path from there to the data that is not text
        disk.write_atomic(folder / RESOLVED, write_resolved(experiment).encode())
    what = f"{run.path} was removed or renamed while it was being written"
    return MachineError(what, f"the last state and the best weights are in {folder}")
