"""A worker: trains the trials of a group as a stack; each leaves a folder, even if it fails."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from npnet.errors import Diverged, MachineError, NpnetError
from npnet.experiment.resolved import resolve
from npnet.experiment.threads import SharedLimit
from npnet.machine.refusals import out_of_memory
from npnet.machine.resources import guarded_imports
from npnet.model import StackTrainer, Tensors
from npnet.model.compact import compact
from npnet.model.cross_validation import Scores
from npnet.model.fitting import Fitting
from npnet.model.output_transform import Calibration
from npnet.rundir import Run, with_threshold
from npnet.rundir import names as files
from npnet.rundir.restore import data_metadata
from npnet.rundir.trial import DONE, FAILED, Result, whole_result, write_trial
from npnet.runner.checkpoints import GOES_WITH
from npnet.runner.run_facts import facts_of
from npnet.storage import disk
from npnet.storage.strict_json import to_json
from npnet.storage.tensor_file import digest_of, file_of
from npnet.sweep.context import THREADS, require_trainable, sweep_context
from npnet.sweep.leases import Leases
from npnet.sweep.plan import Trial
from npnet.sweep.trial_files import Histories, finite, scores_of
from npnet.sweep.waves import Task, WavePlan, read_wave

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
            elif known := error if isinstance(error, NpnetError) else out_of_memory(error):
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
        fittings = Fitting.together(resolved, self.context.prepared.folds)
        trainer = fittings[0].trainer
        histories = Histories(fittings, self._resume(trials, trainer))
        for progress in trainer.train(self.wave.epochs):
            if progress.complete:
                histories.add(progress)
            self._check_clock()
        state = trainer.state() if self.wave.goes_on or self.task.keep == "all" else Tensors()
        trainer.restore()
        for fitting in fittings:
            self._check_clock()
            fitting.decide()
        for index, (trial, fitting, scores) in enumerate(zip(trials, fittings, scores_of(fittings), strict=True)):
            self._check_clock()
            own = {name: values[fitting.models] for name, values in state.items()}
            contents = {files.HISTORY: histories.history(index), files.TIMING: histories.timing(index)}
            contents |= self._tensor_files(fitting, own)
            self._write(trial, fitting, scores, contents, self.seconds / len(trials))

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
        runs = [Run(before / files.trial_name(trial.number)) for trial in trials]
        states, metadata = zip(*(run.checkpoint() for run in runs), strict=True)
        joined = {name: np.concatenate([state[name] for state in states]) for name in states[0]}
        trainer.resume(joined, int(metadata[0]["epoch"]))
        return {index: disk.read_regular_file(run.file(files.HISTORY), 2**30) for index, run in enumerate(runs)}

    def _tensor_files(self, fitting: Fitting, state: Tensors) -> dict[str, bytes]:
        """Return the files of weights and checkpoint that are kept of a trial."""
        contents = {}
        if self.task.keep != "none":
            if fitting.calibration not in self._metadata:  # equal for all trials with one calibration
                self._metadata[fitting.calibration] = data_metadata(fitting)
            contents[files.WEIGHTS] = file_of(files.WEIGHTS, fitting.weights(), self._metadata[fitting.calibration])
        if state and not fitting.lost:
            metadata = {"epoch": str(fitting.trainer.epoch), "batch": "0"}
            if not self.wave.goes_on:
                state, metadata = compact(state), metadata | {GOES_WITH: digest_of(contents[files.WEIGHTS])}
            contents[files.CHECKPOINT] = file_of(files.CHECKPOINT, state, metadata)
        return contents

    def _write(
        self, trial: Trial, fitting: Fitting, scores: Scores, contents: dict[str, bytes], seconds: float
    ) -> None:
        """Write the folder of a trial that was trained, also where it diverged."""
        reason, metrics = None, finite(scores)
        if fitting.lost:
            reason, metrics = f"diverged in epoch {fitting.trainer.diverged_in[fitting.models].min()}", {}
        else:
            contents[files.METRICS] = to_json(with_threshold(scores, fitting.rule))
        contents |= self.context.config_files(trial, fitting.experiment)
        network = {**facts_of(fitting), "best_epoch": fitting.best_epoch, "monitored": fitting.monitored}
        if fitting.rule:
            network["decisions"] = fitting.rule._asdict()
        status = "diverged" if reason else "done"
        contents[files.INFO] = self._info(trial, network, status=status, seconds=round(seconds, 6), error=reason)
        result = Result(
            trial.number,
            FAILED if reason else DONE,
            epochs=contents[files.HISTORY].count(b"\n") - 1,
            best_epoch=fitting.best_epoch,
            value=None if reason else self.context.plan.goal.value(scores),
            code=Diverged.code if reason else 0,
            reason=reason,
            seconds=round(seconds, 6),
            metrics=metrics,
            worker=self.context.worker,
        )
        try:
            write_trial(self.wave.trials_folder, result, contents)
        except MachineError:  # once more: a passing fault of the disk must not end a long sweep
            write_trial(self.wave.trials_folder, result, contents)

    def _fail(self, trial: Trial, reason: str, code: int, trace: str | None = None) -> None:
        """Write the folder of a trial that has no network, unless its result exists."""
        if whole_result(self.wave.trials_folder / files.trial_name(trial.number)):
            return
        seconds, network = round(self.seconds, 6), {"parameters": None, "best_epoch": None}
        contents = self.context.config_files(trial)
        contents[files.INFO] = self._info(trial, network, status="failed", seconds=seconds, error=reason)
        if trace is not None:
            contents[files.CRASH] = trace.encode("utf-8", "backslashreplace")
        worker = self.context.worker
        result = Result(trial.number, FAILED, code=code, reason=reason, seconds=seconds, worker=worker)
        write_trial(self.wave.trials_folder, result, contents)

    def _info(self, trial: Trial, network: dict[str, Any], **outcome: Any) -> bytes:
        """Return the file run.json of a trial."""
        info = {
            "format": files.FORMAT,
            "id": files.trial_name(trial.number),
            "name": f"{self.wave.folder.name}/{files.trial_name(trial.number)}",
            "tags": [],
            "started": self._started,
            "finished": _now(),
            "argv": sys.argv,
            "git": None,
            **network,
            **self.context.info,
            **outcome,
        }
        return to_json(info)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
