"""Work: one group of trials, trained as a stack; each leaves a folder, whatever becomes of it."""

import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from npnet.config import Experiment
from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, Diverged, MachineError, NpnetError
from npnet.experiment.resolved import resolve
from npnet.experiment.threads import SharedLimit
from npnet.machine.imports import room_for_imports
from npnet.machine.refusals import out_of_memory
from npnet.model import StackTrainer, Tensors
from npnet.model.compact import compact
from npnet.model.cross_validation import Scores
from npnet.model.fitting import Fitting
from npnet.model.output_transform import Calibration
from npnet.rundir import CONFIG, RESOLVED, Run, with_threshold
from npnet.rundir import names as files
from npnet.rundir.restore import data_metadata
from npnet.rundir.trial import DONE, FAILED, Result, whole_result, write_trial
from npnet.runner.checkpoints import GOES_WITH
from npnet.runner.results import history_columns
from npnet.runner.run_facts import facts_of
from npnet.storage import disk
from npnet.storage.strict_json import to_json
from npnet.storage.tensor_file import digest_of, file_of
from npnet.sweep.checks import require_trainable
from npnet.sweep.histories import Clock, Histories, now
from npnet.sweep.leases import Leases
from npnet.sweep.scores import scores_of
from npnet.sweep.task import (
    THREADS,
    SweepContext,
    Task,
    WavePlan,
    leases_of,
    read_wave,
    sweep_context,
    trials_folder,
    wave_path,
)
from npnet.sweep.trial import Trial

ONE_THREAD = SharedLimit(THREADS)
"""A worker of a cluster may train several groups at once, in threads."""


class Stopped(Exception):
    """The sweep was told to stop; what the group has so far is given up."""


class Late(Exception):
    """The group takes longer than a trial may."""


def work(task: Task) -> int:
    """Train a group unless all of its trials are there; gives the group's number.

    Nothing is raised for a trial that fails: the others of its group are then trained without it. Of a sweep that was
    told to stop, nothing more is trained.
    """
    if os.getpid() != task.driver and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the driver decides
    folder = Path(task.folder)
    if (folder / files.STOP).exists():
        return task.group
    wave = read_wave(wave_path(folder, task.wave))
    shelf, trials = trials_folder(folder, task.wave, wave.goes_on), wave.groups[task.group]
    if not all(whole_result(shelf / files.trial_name(trial.number)) for trial in trials):
        attempt = Leases(leases_of(folder, task.wave)).attempt(task.group)
        with suppress(Stopped), attempt, room_for_imports(), ONE_THREAD:
            TrialGroup(task, folder, wave, shelf).train(trials)
            disk.sync_folder(shelf)
    if task.orphaned:
        os._exit(1)
    return task.group


class TrialGroup:
    """Trials that train together, and where they leave what they found."""

    def __init__(self, task: Task, folder: Path, wave: WavePlan, shelf: Path) -> None:
        self.task, self.folder, self.wave, self.shelf = task, folder, wave, shelf
        self.place = sweep_context(folder)
        self.clock = Clock()
        self._said: dict[Calibration, dict[str, str]] = {}

    def train(self, trials: Sequence[Trial]) -> None:
        """Train some trials; where that fails, each by itself, and the one that fails alone is noted as failed."""
        try:
            self._train(trials)
        except (Stopped, MachineError):  # the disk is no fault of a trial
            raise
        except Late:
            for trial in trials:
                self._fail(trial, f"took longer than {self.task.timeout:g} s", MachineError.code)
        except Exception as error:
            if len(trials) == 1:
                self._fail(trials[0], *_explained(error))
            else:
                for trial in trials:
                    self.train([trial])

    def _train(self, trials: Sequence[Trial]) -> None:
        self._look()
        experiments = [self.place.experiment(trial) for trial in trials]
        data = self.place.ready.experiment.data
        require_trainable(experiments[0], data)
        fittings = Fitting.together([resolve(one, data) for one in experiments], self.place.ready.folds)
        trainer = fittings[0].trainer
        histories = Histories(fittings, history_columns(fittings[0]), self._earlier(trials, trainer))
        for progress in trainer.train(self.wave.epochs):
            if progress.complete:
                histories.note(progress)
            self._look()
        state = trainer.state() if self.wave.goes_on or self.task.keep == "all" else Tensors()
        trainer.restore()
        for fitting in fittings:
            self._look()
            fitting.decide()
        for place, (trial, fitting, scores) in enumerate(zip(trials, fittings, scores_of(fittings), strict=True)):
            self._look()
            own = {name: values[fitting.models] for name, values in state.items()}
            history = {files.HISTORY: histories.csv(place), files.TIMING: histories.timing(place)}
            self._write(trial, fitting, scores, own, history, len(trials))

    def _look(self) -> None:
        """Whether to go on."""
        if (self.folder / files.STOP).exists() or self.task.orphaned:
            raise Stopped
        if self.task.timeout is not None and self.clock.seconds > self.task.timeout:
            raise Late

    def _earlier(self, trials: Sequence[Trial], trainer: StackTrainer) -> dict[int, bytes]:
        """Take up what the wave before left of each trial; its history by the trial's place."""
        if self.task.wave == 0 or not self.wave.resumes:
            return {}
        shelf = trials_folder(self.folder, self.task.wave - 1, goes_on=True)
        runs = [Run(shelf / files.trial_name(trial.number)) for trial in trials]
        each, said = zip(*(run.checkpoint() for run in runs), strict=True)
        trainer.resume({name: np.concatenate([one[name] for one in each]) for name in each[0]}, int(said[0]["epoch"]))
        return {place: disk.read_regular_file(run.file(files.HISTORY), 2**30) for place, run in enumerate(runs)}

    def _write(
        self,
        trial: Trial,
        fitting: Fitting,
        scores: Scores,
        state: Tensors,
        written: dict[str, bytes],
        trials: int,
    ) -> None:
        seconds = self.clock.seconds / trials
        reason = f"diverged in epoch {fitting.trainer.diverged_in[fitting.models].min()}" if fitting.lost else None
        facts = {"status": "diverged" if reason else "done", "seconds": round(seconds, 6), "error": reason}
        written |= config_files(self.place, self.folder, trial, fitting.experiment)
        written[files.INFO] = self._info(trial, fitting, facts)
        if self.task.keep != "none":
            written[files.WEIGHTS] = file_of(files.WEIGHTS, fitting.weights(), self._metadata(fitting))
        if state and not reason:
            epoch = {"epoch": str(fitting.trainer.epoch), "batch": "0"}
            if not self.wave.goes_on:
                state, epoch = compact(state), epoch | {GOES_WITH: digest_of(written[files.WEIGHTS])}
            written[files.CHECKPOINT] = file_of(files.CHECKPOINT, state, epoch)
        if not reason:
            written[files.METRICS] = to_json(with_threshold(scores, fitting.rule))
        result = Result(
            trial.number,
            FAILED if reason else DONE,
            epochs=written[files.HISTORY].count(b"\n") - 1,
            best_epoch=fitting.best_epoch,
            value=None if reason else self.place.plan.goal.value(scores),
            code=Diverged.code if reason else 0,
            reason=reason,
            seconds=round(seconds, 6),
            metrics={} if reason else finite(scores),
            worker=self.place.worker,
        )
        try:
            write_trial(self.shelf, result, written)
        except MachineError:  # once more: what passes must not cost a night
            write_trial(self.shelf, result, written)

    def _fail(self, trial: Trial, reason: str, code: int, trace: str | None = None) -> None:
        """Leave a folder that says why the trial has no network."""
        if whole_result(self.shelf / files.trial_name(trial.number)):
            return
        written = config_files(self.place, self.folder, trial)
        facts = {"status": "failed", "seconds": round(self.clock.seconds, 6), "error": reason}
        written[files.INFO] = self._info(trial, None, facts)
        if trace is not None:
            written[files.CRASH] = trace.encode("utf-8", "backslashreplace")
        result = Result(
            trial.number,
            FAILED,
            code=code,
            reason=reason,
            seconds=round(self.clock.seconds, 6),
            worker=self.place.worker,
        )
        write_trial(self.shelf, result, written)

    def _metadata(self, fitting: Fitting) -> dict[str, str]:
        """What weights say of their data, which is the same for all trials that decide alike."""
        if fitting.calibration not in self._said:
            self._said[fitting.calibration] = data_metadata(fitting)
        return self._said[fitting.calibration]

    def _info(self, trial: Trial, fitting: Fitting | None, facts: dict[str, Any]) -> bytes:
        info = {
            "format": files.FORMAT,
            "id": files.trial_name(trial.number),
            "name": f"{self.folder.name}/{files.trial_name(trial.number)}",
            "tags": [],
            "started": self.clock.started,
            "finished": now(),
            "argv": sys.argv,
            "git": None,
            **(facts_of(fitting) if fitting else {"parameters": None}),
            "best_epoch": fitting.best_epoch if fitting else None,
            **({"monitored": fitting.monitored} if fitting else {}),
            **({"decisions": fitting.rule._asdict()} if fitting and fitting.rule else {}),
            **self.place.facts,
            **facts,
        }
        return to_json(info)


def config_files(
    place: SweepContext, folder: Path, trial: Trial, experiment: Experiment | None = None
) -> dict[str, bytes]:
    """The files that say what a trial is: the sweep's config, and the trial's own with everything filled in."""
    final = folder / files.TRIALS / files.trial_name(trial.number)
    written = {CONFIG: place.config}
    with suppress(ConfigError):  # values that do not go together are no config
        filled = experiment or place.experiment(trial)
        written[RESOLVED] = write_resolved(relocated(filled, place.plan.loaded.base, final)).encode()
    return written


def finite(scores: Scores) -> dict[str, dict[str, float | None]]:
    """Scores as a file has them: None for what is undefined."""
    return {
        part: {name: value if math.isfinite(value) else None for name, value in some.items()}
        for part, some in scores.items()
    }


def _explained(error: Exception) -> tuple[str, int, str | None]:
    """Why a trial failed, its exit code, and the traceback of a bug."""
    if isinstance(error, NpnetError):
        return error.message, error.code, None
    if (refusal := out_of_memory(error)) is not None:
        return refusal.message, refusal.code, None
    return f"a bug in npnet: {type(error).__name__}: {error}", NpnetError.code, traceback.format_exc()
