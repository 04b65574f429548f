"""Recording a training: a frame where the plan has one, packed at the end; and in the folder, why it failed."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from npnet.engine.loop import Progress
from npnet.errors import Diverged, MachineError, NpnetError, NpnetWarning
from npnet.machine.resources import out_of_memory
from npnet.model.train_state import NEVER
from npnet.model.trainer import Trainer
from npnet.registry.plugins import fault_of
from npnet.rundir.frames import INITIAL, Position
from npnet.rundir.run import RunFolder
from npnet.rundir.writer import RunWriter


class Show(Protocol):
    """Receives the reports of a training, for a screen or for nothing."""

    def begin(self, run: RunFolder, trainer: Trainer, log: Callable[[str], None]) -> None:
        """Report that the run folder exists; `log` adds a line to its log.txt."""

    def progress(self, progress: Progress) -> None:
        """Report an epoch, or part of a long one."""

    def stage(self, name: str) -> None:
        """Report that another stage of the work begins."""

    def warn(self, text: str) -> None:
        """Report a problem that does not stop the training."""

    def end(self) -> None:
        """Report the end."""


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


class Bug(NpnetError):
    """An error that npnet did not expect; its traceback is in the run folder."""


@contextmanager
def recorded(writer: RunWriter, trainer: Trainer, show: Show) -> Iterator[None]:
    """Inside, `show` receives the reports, and the folder records why the training fails; a bug leaves its traceback.

    However it ends, the folder is released.
    """
    try:
        show.begin(writer.run, trainer, writer.log)
        try:
            yield
        finally:
            show.end()
    except (NpnetError, NpnetWarning) as error:  # the latter where Python raises warnings
        raise _recorded(writer, error) from error.__cause__
    except Exception as error:
        if (refusal := out_of_memory(error) or fault_of(error)) is not None:
            raise _recorded(writer, refusal) from error
        with suppress(MachineError):
            writer.crash(traceback.format_exc())
            writer.finish("failed", error=f"{type(error).__name__}: {error}")
        where = f"{writer.run.path}/crash.txt"
        raise Bug(f"a bug in npnet: {type(error).__name__}: {error}; see {where}", "please report it") from error
    finally:
        writer.close()  # also where the end could not be recorded, or a signal gave no time for it


def _recorded(writer: RunWriter, error: Exception) -> Exception:
    """Record an error in the run folder; return it, where the machine is to blame with how to continue."""
    with suppress(MachineError):
        writer.finish("failed", error=str(error))
    if not isinstance(error, MachineError) or not writer.is_there:
        return error
    return type(error)(error.message, "; ".join(filter(None, [error.hint, f"npnet resume {writer.run.id} goes on"])))
