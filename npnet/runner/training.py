"""Training into a run folder: claim, train, record, write, draw; the folder records every way it can end."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from npnet.config import Loaded
from npnet.config.writer import relocated, write_resolved
from npnet.diagnosis.diagnose import diagnose
from npnet.diagnosis.health import Health
from npnet.diagnosis.record import record_of_training
from npnet.diagnosis.setup_verdicts import unfinite
from npnet.diagnosis.verdict import Verdict
from npnet.engine.loop import BETWEEN, Progress
from npnet.errors import Diverged, MachineError
from npnet.experiment.resources import limited, require_disk_space
from npnet.machine.signals import Interrupted, Stop, exit_code
from npnet.metrics.calibration import DecisionRule
from npnet.model.outputs import Calibration
from npnet.model.predictor import Scores, SplitPredictor
from npnet.model.train_state import Tensors, is_compact
from npnet.model.trainer import Trainer
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim, claim_folder
from npnet.rundir.restore import data_metadata
from npnet.rundir.run import RunFolder
from npnet.rundir.writer import RunWriter
from npnet.runner.baselines import baselines
from npnet.runner.checkpoints import Checkpoints, rescued, write_finished
from npnet.runner.prepared_run import prepare_run, start_from, training_info
from npnet.runner.recording import Recorder, Show, recorded
from npnet.runner.results import history_columns, history_row, write_scores

Draw = Callable[[RunFolder, SplitPredictor], object]
"""A function that draws the plots of a run into its folder."""


@dataclass(frozen=True)
class RunOptions:
    """The options of a run beside its config."""

    runs_dir: Path
    run_dir: Path | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    draw: Draw | None = None
    baselines: bool = False


@dataclass(frozen=True)
class Ending:
    """How a training ended: its run, scores by split, exit code, its error, and the rule that decides two classes."""

    run: RunFolder
    status: str
    metrics: Scores
    code: int = 0
    error: Diverged | None = None
    baselines: Mapping[str, Scores] = field(default_factory=dict)
    rule: DecisionRule | None = None
    worst: Verdict | None = None


def run_training(loaded: Loaded, options: RunOptions, show: Show, stop: Stop) -> Ending:
    """Train into a new run folder; until its first files are complete, a failure leaves nothing."""
    name = options.name or loaded.path.stem
    with claim_folder(options.run_dir, name) if options.run_dir else claim(options.runs_dir, name) as new:
        prepared = prepare_run(loaded)
        with limited(prepared.experiment.threads):
            trainer = Trainer(prepared.experiment, prepared.folds)
            require_disk_space(prepared.experiment, prepared.folds, new.folder)
            start = start_from(trainer, prepared.base, options.runs_dir)
            experiment = relocated(trainer.experiment, loaded.base, new.folder)
            if start is not None:
                relative = os.path.relpath(start.path, new.folder.resolve())
                experiment = experiment.model_copy(update={"weights": relative})
            files = {CONFIG: loaded.text, RESOLVED: write_resolved(experiment).encode()}
            asked = {"plots": options.draw is not None, "baselines": options.baselines}
            fields = {"data": prepared.fingerprint, "tags": list(options.tags), "asked": asked}
            writer = new.publish(files, loaded.base, **fields, **training_info(trainer))
            with recorded(writer, trainer, show):
                return Training(trainer, writer, stop, show).run(options.draw, options.baselines)


class Training:
    """A training in progress: the trainer, the run folder, and how far it is."""

    def __init__(self, trainer: Trainer, writer: RunWriter, stop: Stop, show: Show) -> None:
        self.trainer, self.writer, self.stop, self.show = trainer, writer, stop, show
        self.columns, self.health = history_columns(trainer), Health(trainer)
        self.checkpoints, self.calibration = Checkpoints(trainer, writer), Calibration()
        self.recorder = Recorder(trainer, writer)
        self.last: Tensors | None = None
        self.shown: set[str] = set()  # names of the verdicts that were shown
        self.epoch = self.batch = 0  # complete epochs, and batches of the one after them
        self.resumed = self.interrupted = self.warned = False

    def take_up(self, epoch: int, state: Tensors) -> None:
        """Continue after some epochs, from a state on disk; the last state of all is not yet compact."""
        self.epoch, self.resumed = epoch, True
        ended = epoch == self.trainer.experiment.epochs or self.trainer.finished
        self.last = state if ended and not is_compact(state) else None

    def run(self, draw: Draw | None, compare: bool = False) -> Ending:
        """Train, write everything, draw, and return how it ended.

        A resume repeats all that follows the epochs: a signal ends it at once.
        """
        try:
            with self.stop.unwrapping():
                with self.rescuing():
                    with self.stop.waiting():
                        error = self.train()
                    predictor = self.write_state(error)
                if self.stop:  # do not keep a user who stops a training waiting for scores
                    return self.end(predictor, "diverged" if error else "interrupted", {}, error)
                metrics = self.write_scores(predictor)
                compared = self.write_baselines() if compare else {}
                worst = self.judge(predictor, "diverged" if error else "done", metrics, compared)
                if draw:
                    self.draw(draw, predictor)
                if not error:
                    self.writer.remove_older()
                return self.end(predictor, "diverged" if error else "done", metrics, error, compared, worst)
        except Interrupted as halted:
            halted.hint = f"npnet resume {self.writer.run.id} goes on"
            raise

    @contextmanager
    def rescuing(self) -> Iterator[None]:
        """Inside, the state is saved elsewhere where the folder is gone."""
        try:
            yield
        except MachineError as refusal:
            if self.writer.is_there:
                raise
            state = self.last or self.trainer.checkpoint()
            raise rescued(self.trainer, self.writer, state, self.calibration) from refusal

    def end(
        self,
        predictor: SplitPredictor,
        status: str,
        metrics: Scores,
        error: Diverged | None = None,
        compared: Mapping[str, Scores] | None = None,
        worst: Verdict | None = None,
    ) -> Ending:
        """Record how it ended, and release the folder."""
        rule, message = predictor.rule, error.message if error else None
        fields = {"best_epoch": predictor.best_epoch, "monitored": predictor.monitored}
        fields |= {} if rule is None else {"decisions": rule._asdict()}
        with self.stop.writing():
            self.writer.finish(status, error=message, **fields)
        code = error.code if error else exit_code(self.stop.number) if self.stop else 0
        return Ending(self.writer.run, status, metrics, code, error, compared or {}, rule, worst)

    def train(self) -> Diverged | None:
        """Train until the epochs end, a signal comes, or the numbers are no longer finite."""
        try:
            self.recorder.begin()
            with closing(self.trainer.fit()) as epochs:
                for progress in epochs:
                    self.interrupted = bool(self.stop)
                    self.record(progress)
                    if self.interrupted:
                        break
        except Diverged as error:
            return error
        return None

    def record(self, progress: Progress) -> None:
        """Append an epoch to the history, and take the state after the last one, before the best is restored."""
        self.epoch, self.batch = (progress.epoch, 0) if progress.complete else (progress.epoch - 1, progress.batch)
        if progress.complete:
            self.writer.append_history(history_row(progress, self.columns), progress.seconds)
        self.recorder.record(progress, self.epoch, self.batch)
        if not (progress.complete or self.interrupted or progress.seconds > BETWEEN):
            return  # the loop paused for a frame alone
        done = progress.complete and (progress.epoch == progress.epochs or self.trainer.finished)
        if done or self.interrupted:
            self.last = self.trainer.checkpoint()
        elif self.checkpoints.due:
            self.checkpoints.write_current(self.epoch, self.batch)
        if self.writer.waits and not self.warned:
            self.warned = True
            self.show.warn("the disk is full: the history waits in memory until the next checkpoint")
        self.show.progress(progress)
        for verdict in self.health.check(progress):
            self.shown.add(verdict.name)
            self.show.warn(verdict.message)

    def write_state(self, error: Diverged | None) -> SplitPredictor:
        """Write the best parameters and the last state, unless it is not finite; of a finished training compact.

        A resumed training that had all its epochs may have its state on disk already.
        """
        state = self.last or (None if self.resumed else self.trainer.checkpoint())
        if self.interrupted and state is not None:
            with self.stop.writing():
                self.checkpoints.write(state, self.epoch, self.batch)
        predictor = self.trainer.predictor()
        self.calibration, compacted = predictor.calibration, None if error or self.interrupted else state
        with self.stop.writing():
            metadata = self.checkpoints.metadata(self.epoch, self.batch)
            data = data_metadata(predictor.folds, predictor.calibration)
            write_finished(self.writer, predictor, compacted, metadata, data)
            if not (error or self.interrupted):
                self.recorder.pack()
        return predictor

    def write_scores(self, predictor: SplitPredictor) -> Scores:
        """Write the scores of every split and the predictions of those that did not train."""
        self.show.stage("scoring")
        metrics = write_scores(self.writer, predictor)
        for verdict in unfinite(predictor, metrics):
            self.show.warn(verdict.message)
        return metrics

    def write_baselines(self) -> dict[str, Scores]:
        """Train the baselines on the same rows, and write their scores."""
        self.show.stage("baselines")
        found = baselines(self.trainer.folds, self.trainer.experiment.seed)
        for name, splits in found.items():
            if all(np.isnan(score) for scores in splits.values() for score in scores.values()):
                self.show.warn(f"{name} has no scores: it gives nothing finite for these data")
        self.writer.write_baselines(found)
        return found

    def judge(
        self, predictor: SplitPredictor, status: str, metrics: Scores, compared: Mapping[str, Scores]
    ) -> Verdict | None:
        """Return the worst verdict by the record of the training that was not shown while it trained."""
        try:
            found = diagnose(record_of_training(predictor, self.writer.run, status, metrics, compared)).verdicts
        except Exception as error:
            if self.stop:
                raise
            self.show.warn(f"the diagnosis is missing: {error}; npnet diagnose {self.writer.run.id} tries again")
            return None
        return next((verdict for verdict in found if verdict.name not in self.shown), None)

    def draw(self, draw: Draw, predictor: SplitPredictor) -> None:
        """Draw the usual pictures; an error in them is only a warning."""
        self.show.stage("drawing")
        try:
            draw(self.writer.run, predictor)
        except Exception as error:
            if self.stop:
                raise
            self.show.warn(f"the plots are missing: {error}; npnet plot {self.writer.run.id} tries again")
