"""Training into a run folder: claim, train, record, write, draw; every end of it has its status."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from npnet.config import Loaded
from npnet.config.writer import relocated, write_resolved
from npnet.engine.loop import Progress
from npnet.errors import Diverged, MachineError, NpnetError
from npnet.experiment.resources import require_disk_space
from npnet.experiment.threads import limited
from npnet.machine.refusals import out_of_memory
from npnet.machine.signals import Interrupted, Stop, exit_code
from npnet.metrics.calibration import DecisionRule
from npnet.model.compact import is_compact
from npnet.model.cross_validation import all_scores, out_of_fold
from npnet.model.fitting import Fitting
from npnet.rundir import CONFIG, RESOLVED, NewRun, Run, RunWriter, claim, claim_folder
from npnet.rundir.names import OUT_OF_FOLD, PREDICTED
from npnet.runner.baselines import baselines
from npnet.runner.checkpoints import Checkpoints, rescued
from npnet.runner.health import Health
from npnet.runner.notes import unfinite
from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.runner.results import history_columns, history_row, in_blocks
from npnet.runner.run_facts import facts_of
from npnet.runner.show import Show
from npnet.runner.starting import start_from
from npnet.storage.tensor_file import Tensors

Scores = dict[str, dict[str, float]]
Draw = Callable[[Run, Fitting], object]


@dataclass(frozen=True)
class RunOptions:
    """What is wanted of a run beside its config."""

    runs_dir: Path
    run_dir: Path | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    draw: Draw | None = None
    baselines: bool = False


@dataclass(frozen=True)
class Ending:
    """How a training ended: its run, scores by part, the exit code, why it is not 0, how two classes are decided."""

    run: Run
    status: str
    metrics: Scores
    code: int = 0
    error: Diverged | None = None
    baselines: Mapping[str, Scores] = field(default_factory=dict)
    rule: DecisionRule | None = None


class Bug(NpnetError):
    """Something that npnet did not expect; its traceback is in the run folder."""


def run_training(loaded: Loaded, wishes: RunOptions, show: Show, stop: Stop) -> Ending:
    """Train into a new run folder; until it is complete enough to be seen, any failure leaves nothing behind."""
    with _claimed(loaded, wishes) as new:
        ready = prepare_run(loaded)
        with limited(ready.experiment.threads):
            fitting = Fitting(ready.experiment, ready.folds)
            require_disk_space(ready.experiment, ready.folds, new.folder)
            start = start_from(fitting, ready.base, wishes.runs_dir)
            writer = _publish(new, loaded, ready, fitting, start, wishes)
            with recorded_failures(writer), shown(show, writer, fitting):
                return Training(fitting, writer, stop, show).run(wishes.draw, wishes.baselines)


class Training:
    """One training under way: what `run_training` has prepared, and where it is."""

    def __init__(self, fitting: Fitting, writer: RunWriter, stop: Stop, show: Show) -> None:
        self.fitting, self.writer, self.stop, self.show = fitting, writer, stop, show
        self.columns, self.health = history_columns(fitting), Health(fitting)
        self.checkpoints = Checkpoints(fitting, writer)
        self.last: Tensors | None = None
        self.epoch = self.batch = 0  # whole epochs done, and batches of the one after them
        self.interrupted = self.warned = False

    def take_up(self, epoch: int, state: Tensors) -> None:
        """Go on behind some epochs, from a state that is on disk already; the last one is still to be made compact."""
        self.epoch, self.checkpoints.taken_up = epoch, True
        ended = epoch == self.fitting.experiment.epochs or self.fitting.finished
        self.last = state if ended and not is_compact(state) else None

    def run(self, draw: Draw | None, compare: bool = False) -> Ending:
        """Train, write everything down, draw, and say how it ended.

        What comes after the epochs is done again by a resume: a signal ends it where it is.
        """
        try:
            with self.rescuing():
                with self.stop.waiting():
                    error = self.train()
                self.write_state(error)
            if self.stop:  # who stops a training waits for no scores
                return self.end("diverged" if error else "interrupted", {}, error)
            return self.conclude(error, draw, compare)
        except Interrupted as halted:
            halted.hint = f"npnet resume {self.writer.run.id} goes on"
            raise

    def conclude(self, error: Diverged | None, draw: Draw | None, compare: bool) -> Ending:
        """Score, draw, and take away what is needed no more."""
        metrics = self.write_scores()
        compared = self.write_baselines() if compare else {}
        if draw:
            self.draw(draw)
        if not error:
            self.writer.remove_older()
        return self.end("diverged" if error else "done", metrics, error, compared)

    @contextmanager
    def rescuing(self) -> Iterator[None]:
        """Inside, the state is saved elsewhere where the folder is gone."""
        try:
            yield
        except MachineError as refusal:
            if self.writer.is_there:
                raise
            raise rescued(self.fitting, self.writer, self.last or self.fitting.checkpoint()) from refusal

    def end(
        self, status: str, metrics: Scores, error: Diverged | None = None, compared: Mapping[str, Scores] | None = None
    ) -> Ending:
        """Note how it ended, and let go of the folder."""
        rule, message = self.fitting.rule, error.message if error else None
        facts = {"best_epoch": self.fitting.best_epoch, "monitored": self.fitting.monitored}
        facts |= {} if rule is None else {"decisions": rule._asdict()}
        with self.stop.writing():
            self.writer.finish(status, error=message, **facts)
        code = error.code if error else exit_code(self.stop.number) if self.stop else 0
        return Ending(self.writer.run, status, metrics, code, error, compared or {}, rule)

    def train(self) -> Diverged | None:
        """Go through the epochs until they end, a signal comes, or the numbers are no longer finite."""
        try:
            with closing(self.fitting.train()) as epochs:
                for progress in epochs:
                    self.interrupted = bool(self.stop)
                    self.record(progress)
                    if self.interrupted:
                        break
        except Diverged as error:
            return error
        return None

    def record(self, progress: Progress) -> None:
        """Append an epoch to the history, and copy the state after the last one: the best then comes back."""
        self.epoch, self.batch = (progress.epoch, 0) if progress.complete else (progress.epoch - 1, progress.batch)
        if progress.complete:
            self.writer.append_history(history_row(progress, self.columns), progress.seconds)
        done = progress.complete and (progress.epoch == progress.epochs or self.fitting.finished)
        if done or self.interrupted:
            self.last = self.fitting.checkpoint()
        elif self.checkpoints.due:
            self.checkpoints.keep(self.epoch, self.batch)
        if self.writer.waits and not self.warned:
            self.warned = True
            self.show.warn("the disk is full: the history waits in memory until the next checkpoint")
        self.show.progress(progress)
        for text in self.health.look(progress):
            self.show.warn(text)

    def write_state(self, error: Diverged | None) -> None:
        """Write the best parameters and the last state, unless it is not finite: of a finished training compact.

        A training that had all its epochs before it was cut short may have its state already.
        """
        state = self.last or (None if self.checkpoints.taken_up else self.fitting.checkpoint())
        if self.interrupted and state is not None:
            with self.stop.writing():
                self.checkpoints.write(state, self.epoch, self.batch)
        self.fitting.decide()
        with self.stop.writing():
            if self.interrupted:
                self.checkpoints.write_weights(self.fitting.weights())
            else:
                self.checkpoints.finish(None if error else state, self.epoch, self.batch)

    def write_scores(self) -> Scores:
        """Write the scores of every part and the predictions of those that did not train."""
        self.show.stage("scoring")
        data = self.fitting.data
        metrics = all_scores(self.fitting)
        for text in unfinite(self.fitting, metrics):
            self.show.warn(text)
        self.writer.write_metrics(metrics, self.fitting.rule)
        if len(self.fitting.folds) > 1:
            held, output = out_of_fold(self.fitting)
            self.writer.write_predictions(OUT_OF_FOLD, in_blocks(self.fitting, held, output))
            return metrics
        for part in PREDICTED:
            if part in data.parts:
                rows, output = self.fitting.said(part)
                self.writer.write_predictions(part, in_blocks(self.fitting, rows, output))
        return metrics

    def write_baselines(self) -> dict[str, Scores]:
        """Train the baselines on the same rows, and write what they score."""
        self.show.stage("baselines")
        found = baselines(self.fitting.folds, self.fitting.experiment.seed)
        for name, parts in found.items():
            if all(np.isnan(score) for scores in parts.values() for score in scores.values()):
                self.show.warn(f"{name} has no scores: it gives nothing finite for these data")
        self.writer.write_baselines(found)
        return found

    def draw(self, draw: Draw) -> None:
        """Draw the usual pictures; whatever goes wrong with them, the training is worth more."""
        self.show.stage("drawing")
        try:
            draw(self.writer.run, self.fitting)
        except Exception as error:
            hint = f"; npnet plot {self.writer.run.id} tries again"
            self.show.warn(f"the plots are missing: {error}{hint}")


def _claimed(loaded: Loaded, wishes: RunOptions) -> NewRun:
    name = wishes.name or loaded.path.stem
    return claim_folder(wishes.run_dir, name) if wishes.run_dir else claim(wishes.runs_dir, name)


def _publish(
    new: NewRun, loaded: Loaded, ready: PreparedRun, fitting: Fitting, start: Run | None, wishes: RunOptions
) -> RunWriter:
    experiment = relocated(fitting.experiment, loaded.base, new.folder)
    if start is not None:
        there = os.path.relpath(start.path, new.folder.resolve())
        experiment = experiment.model_copy(update={"weights": there})
    files = {CONFIG: loaded.text, RESOLVED: write_resolved(experiment).encode()}
    asked = {"plots": wishes.draw is not None, "baselines": wishes.baselines}
    facts = {"data": ready.fingerprint, "tags": list(wishes.tags), "asked": asked}
    return new.publish(files, loaded.base, **facts, **facts_of(fitting))


@contextmanager
def shown(show: Show, writer: RunWriter, fitting: Fitting) -> Iterator[None]:
    """Inside, `show` is told of the training; whatever comes, also of its end."""
    show.begin(writer.run, fitting, writer.log)
    try:
        yield
    finally:
        show.end()


@contextmanager
def recorded_failures(writer: RunWriter) -> Iterator[None]:
    """Say in the run folder why the training failed, where it still can be written; a bug leaves its traceback.

    However it ends, the folder is let go of.
    """
    try:
        yield
    except NpnetError as error:
        raise _noted(writer, error) from error.__cause__
    except Exception as error:
        if (refusal := out_of_memory(error)) is not None:
            raise _noted(writer, refusal) from error
        with suppress(MachineError):
            writer.crash(traceback.format_exc())
            writer.finish("failed", error=f"{type(error).__name__}: {error}")
        where = f"{writer.run.path}/crash.txt"
        raise Bug(f"a bug in npnet: {type(error).__name__}: {error}; see {where}", "please report it") from error
    finally:
        writer.close()  # also where the end could not be noted, or a signal gave no time for it


def _noted(writer: RunWriter, error: NpnetError) -> NpnetError:
    """Note an error in the run folder; where the machine is to blame, the error also says how to go on."""
    with suppress(MachineError):
        writer.finish("failed", error=error.message)
    if not isinstance(error, MachineError) or not writer.is_there:
        return error
    return type(error)(error.message, "; ".join(filter(None, [error.hint, f"npnet resume {writer.run.id} goes on"])))
