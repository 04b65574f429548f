"""A worker: trains the trials of a group as a stack; each leaves a folder, even if it fails."""

import os
import signal
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from npnet.config import Experiment
from npnet.errors import Diverged, MachineError, NpnetError
from npnet.experiment.resolved import resolve
from npnet.experiment.resources import SharedLimit
from npnet.machine.resources import guarded_imports, out_of_memory
from npnet.model import SplitPredictor, StackTrainer, Tensors
from npnet.model.outputs import Calibration
from npnet.model.predictor import Scores
from npnet.model.trainer import Trainer
from npnet.registry.plugin_files import load_same
from npnet.registry.plugins import fault_of
from npnet.rundir import names as files
from npnet.rundir.restore import data_metadata
from npnet.rundir.run import RunFolder
from npnet.rundir.trial import DONE, FAILED, Result, TrialWriter, whole_result, write_trial
from npnet.rundir.writer import first_info
from npnet.runner.checkpoints import write_finished
from npnet.runner.prepared_run import training_info
from npnet.storage import disk
from npnet.storage.strict_json import to_json
from npnet.sweeps.context import THREADS, require_trainable, sweep_context
from npnet.sweeps.plan import Trial
from npnet.sweeps.processes import Leases
from npnet.sweeps.trial_files import Histories, finite, scores_of
from npnet.sweeps.waves import Task, WavePlan, read_wave

ONE_THREAD = SharedLimit(THREADS)
"""Shared by the groups that a worker of a cluster may train at once, in threads."""


class StopRequested(Exception):
    """The sweep stops; what the group has so far is dropped."""


class TimeoutReached(Exception):
    """The group takes longer than a trial may."""


def work(task: Task) -> int:
    """Train a group unless all of its results exist; returns the group's number.

    A trial that fails raises nothing: the others of its group are trained without it. Once the sweep stops, nothing
    more is trained.
    """
    if os.getpid() != task.driver and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the driver decides
    folder = Path(task.folder)
    if (folder / files.STOP).exists():
        return task.group
    load_same(task.plugins)
    wave = read_wave(folder, task.wave)
    trials = wave.groups[task.group]
    if not all(whole_result(wave.trials_folder / files.trial_name(trial.number)) for trial in trials):
        lease = Leases(wave.leases_folder).hold(task.group)
        with suppress(StopRequested), lease, guarded_imports(), ONE_THREAD:
            TrialGroup(task, wave).train(trials)
            disk.sync_folder(wave.trials_folder)
    if task.orphaned:
        os._exit(1)
    return task.group


class TrialGroup:
    """Trials that train together, and write their folders."""

    def __init__(self, task: Task, wave: WavePlan) -> None:
        self.task, self.wave = task, wave
        self.context = sweep_context(wave.folder)
        self._started, self._clock = _now(), time.monotonic()
        self._metadata: dict[Calibration, dict[str, str]] = {}

    @property
    def seconds(self) -> float:
        """Seconds since the group began."""
        return time.monotonic() - self._clock

    def train(self, trials: Sequence[Trial]) -> None:
        """Train trials as a stack; where that fails, one by one, and note those that fail alone."""
        try:
            self._train(trials)
        except (StopRequested, MachineError):  # no trial is to blame for the disk
            raise
        except TimeoutReached:
            for trial in trials:
                self._fail(trial, f"took longer than {self.task.timeout:g} s", MachineError.code)
        except Exception as error:
            if len(trials) > 1:
                for trial in trials:
                    self.train([trial])
            elif known := error if isinstance(error, NpnetError) else out_of_memory(error) or fault_of(error):
                self._fail(trials[0], known.message, known.code)
            else:
                reason = f"a bug in npnet: {type(error).__name__}: {error}"
                self._fail(trials[0], reason, NpnetError.code, traceback.format_exc())

    def _train(self, trials: Sequence[Trial]) -> None:
        self._check_clock()
        experiments = [self.context.experiment(trial) for trial in trials]
        data = self.context.prepared.experiment.data
        require_trainable(experiments[0], data)
        resolved = [resolve(experiment, data) for experiment in experiments]
        trainers = Trainer.together(resolved, self.context.prepared.folds)
        stack_trainer = trainers[0].stack_trainer
        histories = Histories(trainers, self._resume(trials, stack_trainer))
        for progress in stack_trainer.train(self.wave.epochs):
            if progress.complete:
                histories.add(progress)
            self._check_clock()
        state = stack_trainer.snapshot() if self.wave.goes_on or self.task.keep == "all" else None
        stack_trainer.restore()
        predictors = []
        for trainer in trainers:
            self._check_clock()
            predictors.append(trainer.predictor())
        for index, (trial, scores) in enumerate(zip(trials, scores_of(predictors), strict=True)):
            self._check_clock()
            own = state.take(trainers[index].models).as_tensors() if state else None
            writer = TrialWriter({files.HISTORY: histories.history(index), files.TIMING: histories.timing(index)})
            seconds = round(self.seconds / len(trials), 6)
            self._write(writer, trial, trainers[index], predictors[index], scores, own, seconds)

    def _check_clock(self) -> None:
        """Raise where the group should not train on."""
        if (self.wave.folder / files.STOP).exists() or self.task.orphaned:
            raise StopRequested
        if self.task.timeout is not None and self.seconds > self.task.timeout:
            raise TimeoutReached

    def _resume(self, trials: Sequence[Trial], trainer: StackTrainer) -> dict[int, bytes]:
        """Restore the states of the wave before; returns histories by the index of the trial."""
        if self.wave.number == 0 or not self.wave.resumes:
            return {}
        before = read_wave(self.wave.folder, self.wave.number - 1).trials_folder
        runs = [RunFolder(before / files.trial_name(trial.number)) for trial in trials]
        states, metadata = zip(*(run.checkpoint() for run in runs), strict=True)
        joined = {name: np.concatenate([state[name] for state in states]) for name in states[0]}
        trainer.resume(joined, int(metadata[0]["epoch"]))
        return {index: disk.read_regular_file(run.file(files.HISTORY), 2**30) for index, run in enumerate(runs)}

    def _write(
        self,
        writer: TrialWriter,
        trial: Trial,
        trainer: Trainer,
        predictor: SplitPredictor,
        scores: Scores,
        state: Tensors | None,
        seconds: float,
    ) -> None:
        """Write the folder of a trial that was trained, also where it diverged."""
        reason = f"diverged in epoch {trainer.diverged_in}" if trainer.diverged_in else None
        status = "diverged" if reason else "done"
        self._describe(writer, trial, trainer.experiment, predictor, status=status, seconds=seconds, error=reason)
        self._write_tensors(writer, trainer, predictor, None if reason else state)
        if not reason:
            writer.write_metrics(scores, predictor.rule)
        result = Result(
            trial.number,
            FAILED if reason else DONE,
            epochs=writer.files[files.HISTORY].count(b"\n") - 1,
            best_epoch=predictor.best_epoch,
            value=None if reason else self.context.plan.goal.value(scores),
            code=Diverged.code if reason else 0,
            reason=reason,
            seconds=seconds,
            metrics={} if reason else finite(scores),
            worker=self.context.worker,
        )
        try:
            write_trial(self.wave.trials_folder, result, writer.files)
        except MachineError:  # once more: a passing fault of the disk must not end a long sweep
            write_trial(self.wave.trials_folder, result, writer.files)

    def _write_tensors(
        self, writer: TrialWriter, trainer: Trainer, predictor: SplitPredictor, state: Tensors | None
    ) -> None:
        """Write the weights and the checkpoint that are kept of a trial."""
        epoch = {"epoch": str(trainer.stack_trainer.epoch), "batch": "0"}
        if self.task.keep != "none":
            calibration = predictor.calibration
            if calibration not in self._metadata:  # equal for all trials with one calibration
                self._metadata[calibration] = data_metadata(predictor.folds, calibration)
            compacted = None if self.wave.goes_on else state
            write_finished(writer, predictor, compacted, epoch, self._metadata[calibration])
        if state is not None and self.wave.goes_on:
            writer.write_checkpoint(state, epoch)

    def _fail(self, trial: Trial, reason: str, code: int, trace: str | None = None) -> None:
        """Write the folder of a trial that has no network, unless its result exists."""
        if whole_result(self.wave.trials_folder / files.trial_name(trial.number)):
            return
        writer, seconds = TrialWriter({}), round(self.seconds, 6)
        self._describe(writer, trial, None, None, status="failed", seconds=seconds, error=reason)
        if trace is not None:
            writer.write(files.CRASH, trace.encode("utf-8", "backslashreplace"))
        worker = self.context.worker
        result = Result(trial.number, FAILED, code=code, reason=reason, seconds=seconds, worker=worker)
        write_trial(self.wave.trials_folder, result, writer.files)

    def _describe(
        self,
        writer: TrialWriter,
        trial: Trial,
        experiment: Experiment | None,
        predictor: SplitPredictor | None,
        **outcome: Any,
    ) -> None:
        """Write the config and run.json of a trial; one that failed has no predictor, and perhaps no experiment."""
        writer.files |= self.context.config_files(trial, experiment)
        name = files.trial_name(trial.number)
        info = first_info(name, f"{self.wave.folder.name}/{name}", self._started) | {"finished": _now()}
        if predictor:
            info |= training_info(predictor)
            info |= {"best_epoch": predictor.best_epoch, "monitored": predictor.monitored}
            info |= {"decisions": predictor.rule._asdict()} if predictor.rule else {}
        writer.write(files.INFO, to_json({**info, **self.context.info, **outcome}))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
