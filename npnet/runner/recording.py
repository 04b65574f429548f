"""Recording a training: a frame is appended where the plan has one, and the frames are packed at the end."""

from contextlib import suppress

from npnet.engine.loop import Progress
from npnet.errors import Diverged
from npnet.model.train_state import NEVER
from npnet.model.trainer import Trainer
from npnet.rundir.frames import INITIAL, Position
from npnet.rundir.writer import RunWriter


class Recorder:
    """The frames of a training in progress, if its config asks for them."""

    def __init__(self, trainer: Trainer, writer: RunWriter) -> None:
        self.trainer, self.writer, self.plan = trainer, writer, trainer.resolved.frame_plan
        self.stack_trainer = trainer.stack_trainer
        self._ended = self._is_done

    @property
    def _is_done(self) -> bool:
        return bool(self.stack_trainer.state.done[0])

    def begin(self) -> None:
        """Append the initial weights, unless the training continues from a checkpoint."""
        if self.plan is not None and not self.stack_trainer.begun:
            self.stack_trainer.begin()
            loss = float(self.stack_trainer.state.initial_loss[0])
            self._take(0, 0, {} if loss == NEVER else {INITIAL: repr(loss)})

    def record(self, progress: Progress, epoch: int, batch: int) -> None:
        """Take the weights `batch` batches after an epoch, where the plan has a frame or the model is done."""
        if self.plan is None or self._ended:
            return
        if progress.complete:
            self._ended = self._is_done or epoch == progress.epochs
            if self._ended or self.plan.keeps(epoch, 0, epoch):
                self._take(epoch, 0)
        elif (found := self.stack_trainer.first_in_training()) and self.plan.keeps(0, found[0], 0):
            self._take(epoch, batch)

    def _take(self, epoch: int, batch: int, known: dict[str, str] | None = None) -> None:
        if found := self.stack_trainer.first_in_training():
            step, weights = found
            with suppress(Diverged):
                self.writer.frames.add(Position(epoch, batch, step), weights, known or {})

    def pack(self) -> None:
        """Pack the frames of a finished training, whose best weights are in the network."""
        if self.plan is not None:
            epoch = int(self.stack_trainer.best.epoch[0])
            weights = self.stack_trainer.first_weights()
            self.writer.pack_frames(self.plan, weights, Position(epoch, 0, epoch * self.plan.batches))
