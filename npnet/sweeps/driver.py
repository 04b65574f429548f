"""The driver of a sweep: trains wave after wave until every trial has a result."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

from npnet.config import Experiment
from npnet.errors import DataError, MachineError, RunError, Unmet
from npnet.machine.signals import Interrupted, Stop, exit_code
from npnet.registry.plugins import loaded_files
from npnet.rundir import names as files
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim, claim_folder, reclaim
from npnet.rundir.plugins import plugins_field
from npnet.rundir.restore import changed_data, data_of
from npnet.rundir.run import RunFolder
from npnet.rundir.trial import FAILED, Result, write_trial
from npnet.rundir.writer import RunWriter
from npnet.runner.prepared_run import PreparedRun
from npnet.storage import disk
from npnet.sweeps.context import SweepContext, prepare_sweep, require_trainable, set_context
from npnet.sweeps.plan import SweepOptions, SweepPlan, read_plan
from npnet.sweeps.processes import (
    MAX_ATTEMPTS,
    Leases,
    WorkerDied,
    require_backend,
    require_sharing,
    run_tasks,
    watching,
)
from npnet.sweeps.results import SweepResults
from npnet.sweeps.waves import Task, WavePlan, group_trials, read_wave, trial_folder, wave_path
from npnet.sweeps.worker import work

MAX_FRUITLESS = 5  # rounds in a row in which workers finish nothing and no single group is to blame


@dataclass(frozen=True)
class SweepEnd:
    """The end of a sweep: its run, its results, its status and the exit code."""

    run: RunFolder
    results: SweepResults
    status: str
    code: int


class SweepShow(Protocol):
    """A display of the progress of a sweep."""

    def begin(self, run: RunFolder, plan: SweepPlan, results: SweepResults, log: Callable[[str], None]) -> None:
        """Begin to show a sweep whose folder exists; `results` grows while it trains."""

    def trained(self, trials: int, waiting: int) -> None:
        """Show that so many more trials have ended, and how many groups are still to come."""

    def warn(self, text: str) -> None:
        """Show a problem that does not stop the sweep."""

    def end(self) -> None:
        """End the display."""


def run_sweep(plan: SweepPlan, options: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    """Make a sweep folder and train; a failure before the plan is written leaves no files."""
    require_backend(options.backend, options.scheduler)
    require_sharing(plan.loaded.experiment, options.jobs, options.backend)
    writer, prepared = new_sweep(plan, options, keep=options.keep)
    # From here on the plan on disk counts, for this process as for those that resume or help.
    context = SweepContext(writer.run.path, read_plan(writer.run.path), plan.loaded.text, prepared)
    return _drive(writer, context, options, show, stop)


def new_sweep(plan: SweepPlan, options: SweepOptions, **facts: Any) -> tuple[RunWriter, PreparedRun]:
    """Check the data and write the folder of a new sweep; `facts` join its run.json."""
    name = options.name or plan.loaded.path.stem
    with claim_folder(options.run_dir, name) if options.run_dir else claim(options.runs_dir, name) as new:
        prepared = prepare_sweep(plan)
        text = plan.text(new.folder)
        contents = {files.SWEEP: text, RESOLVED: text, CONFIG: plan.loaded.text}
        info = prepared.noted | plugins_field(plan.loaded.experiment, with_files=True)
        info |= {"tags": list(options.tags), "kind": "sweep", **facts, "trials": plan.size}
        return new.publish(contents, plan.loaded.base, **info), prepared


def resume_sweep(run: RunFolder, options: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    """Train the trials that have no result; raise RunError, or InUse while a process trains."""
    plan = read_plan(run.path)
    if run.info.get("elsewhere"):
        raise RunError(f"the trials of {run.id} are trained elsewhere", f"npnet sweep --collect {run.path}")
    require_backend(options.backend, options.scheduler)
    require_sharing(plan.loaded.experiment, options.jobs, options.backend)
    plan.spec.method.require()
    with data_of(run):
        prepared = prepare_sweep(plan)
    if run.info["data"] != prepared.fingerprint:
        raise DataError(changed_data(run), "put the old data back, or sweep again")
    writer = reclaim(run)
    writer.begin_again(**plugins_field(plan.loaded.experiment, with_files=True))
    return _drive(writer, SweepContext(run.path, plan, run.read(CONFIG), prepared), options, show, stop)


def _drive(writer: RunWriter, context: SweepContext, options: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    sweep = SweepTraining(writer, context, options, show, stop)
    show.begin(writer.run, context.plan, sweep.results, writer.log)
    try:
        with stop.waiting():
            return sweep.run()
    except Interrupted as interrupted:
        interrupted.hint = f"npnet resume {writer.run.id} goes on"
        raise
    finally:
        writer.close()  # without an end in its run.json it reads as interrupted, and can be resumed
        show.end()


class SweepTraining:
    """A sweep in progress: its folder, its plan and the results of its trials so far."""

    def __init__(
        self, writer: RunWriter, context: SweepContext, options: SweepOptions, show: SweepShow, stop: Stop
    ) -> None:
        self.writer, self.context, self.options, self.show, self.stop = writer, context, options, show, stop
        self.folder, self.plan = context.folder, context.plan
        self.results = SweepResults(self.folder, self.plan)
        self.late: set[int] = set()
        set_context(context)

    def run(self) -> SweepEnd:
        """Train wave after wave, then write the tables."""
        for name in (files.TRIALS, files.WAVES):
            disk.make_folder(self.folder / name)
        disk.remove_file(self.folder / files.STOP)
        for wave in self._waves():
            if self._should_stop() or not self._train(wave):
                return self._finish("interrupted")
        return self._finish("done")

    def _waves(self) -> Iterator[WavePlan]:
        """Yield every wave: read from its file, or planned from the results of those before."""
        tried: list[Any] = []
        while True:
            number = len(tried)
            if not wave_path(self.folder, number).exists():
                stage = self.plan.stage(number, tried)
                if stage is None:
                    if number:
                        self._move_trials(number - 1, set())
                    return
                groups = group_trials(self.plan.trials(stage), self.plan.experiment, self._stack_size)
                WavePlan(self.folder, number, groups, stage.epochs, stage.goes_on, stage.resumes).write()
            wave = read_wave(self.folder, number)
            if number:
                self._move_trials(number - 1, {trial.number for trial in wave.trials})
            yield wave
            tried.append(self.results.tried(wave))

    def _stack_size(self, experiment: Experiment) -> int:
        """Return how many trials train in one stack; raise ConfigError where none can be trained."""
        resolved = require_trainable(experiment, self.context.prepared.experiment.data)
        return max(1, resolved.cost.models_per_stack // (experiment.ensemble * len(self.context.prepared.folds)))

    def _train(self, wave: WavePlan) -> bool:
        """Train the groups of a wave until all have results; False where the sweep stops before."""
        self.late.clear()
        leases = Leases(wave.leases_folder)
        leases.clear()
        disk.make_folder(wave.trials_folder)
        missing, fruitless = self._missing(wave), 0
        while missing and not self._should_stop():
            # A group whose worker died is trained alone, after the others: it may end its next worker too.
            retried = [group for group in missing if leases.count(group)]
            fresh = [group for group in missing if group not in retried]
            try:
                for groups in [*([fresh] if fresh else []), *([group] for group in retried)]:
                    self._train_groups(wave, groups, leases)
            except WorkerDied:
                if not self._should_stop():  # else workers were asked to stop, as this process was
                    self.show.warn("a worker died; what it worked on is tried once more")
            if self._should_stop():
                break
            left = [group for group in self._missing(wave) if not self._given_up(wave, group, leases)]
            fruitless = 0 if len(left) < len(missing) else fruitless + 1
            if fruitless > MAX_FRUITLESS:
                hint = "is there memory enough, and do all workers see this folder? npnet resume goes on"
                raise MachineError(f"workers die again and again, or leave nothing in {self.folder}", hint)
            missing = left
        leases.clear()
        return not missing

    def _train_groups(self, wave: WavePlan, groups: list[int], leases: Leases) -> None:
        """Train groups, and collect their results as they end."""
        o = self.options
        shared = o.keep, o.trial_timeout, os.getpid(), o.backend == "local", loaded_files()
        tasks = [Task(str(self.folder), wave.number, group, *shared) for group in groups]
        # A group that ended a worker must not end this process.
        jobs = max(2, o.jobs) if len(groups) == 1 and leases.count(groups[0]) else o.jobs
        with watching(self.folder, self.stop, leases, o.trial_timeout, self.late):
            begun = takewhile(lambda _: not self._should_stop(), tasks)
            trained = run_tasks(work, begun, jobs, o.backend, o.scheduler)
            for count, group in enumerate(self._until_stopped(trained), 1):
                before = len(self.results.trials)
                self._collect(wave, group)
                self.show.trained(len(self.results.trials) - before, len(tasks) - count)
                if self._should_stop():
                    disk.write_atomic(self.folder / files.STOP, b"")

    def _until_stopped(self, trained: Iterator[int]) -> Iterator[int]:
        """Yield groups up to a signal: groups that are training at that moment are dropped."""
        while True:
            try:
                with self.stop.interrupting():
                    group = next(trained, None)
            except Interrupted:
                return
            if group is None:
                return
            yield group

    def _missing(self, wave: WavePlan) -> list[int]:
        """Collect every result whose files are whole; returns the groups that miss a result."""
        return [group for group in range(len(wave.groups)) if not self._collect(wave, group, check=True)]

    def _collect(self, wave: WavePlan, group: int, check: bool = False) -> bool:
        """Collect the results of a group; returns whether all exist and, if `check`, are whole."""
        removed = frozenset([files.WEIGHTS] if self.options.keep == "best" else [])
        found = 0
        for trial in wave.groups[group]:
            result = self.results.find_whole(wave, trial, removed) if check else self.results.find(wave, trial)
            if result is not None:
                self.results.add(trial, result)
                found += 1
        return found == len(wave.groups[group])

    def _given_up(self, wave: WavePlan, group: int, leases: Leases) -> bool:
        """Write failed results for a group that ended its workers twice, or took too long."""
        if group in self.late:
            reason = f"took longer than {self.options.trial_timeout:g} s, and did not stop"
        elif leases.count(group) >= MAX_ATTEMPTS:
            reason = "its worker died twice: killed, or out of memory"
        else:
            return False
        for trial in wave.groups[group]:
            result = Result(trial.number, FAILED, code=MachineError.code, reason=reason)
            write_trial(wave.trials_folder, result, self.context.config_files(trial))
        return self._collect(wave, group)

    def _move_trials(self, number: int, survivors: set[int]) -> None:
        """Move trials of a wave that do not go on to their final folders."""
        wave = read_wave(self.folder, number)
        if not wave.goes_on:
            return
        for trial in wave.trials:
            folder = wave.trials_folder / files.trial_name(trial.number)
            if trial.number not in survivors and folder.exists():
                disk.claim_name(folder, trial_folder(self.folder, trial.number))
        disk.sync_folder(self.folder / files.TRIALS)

    def _should_stop(self) -> bool:
        """Return whether to stop before all trials have results."""
        limit = self.options.max_failures
        failed = limit is not None and len(self.results.failed) > limit
        return failed or bool(self.stop) or (self.folder / files.STOP).exists()

    def _finish(self, status: str) -> SweepEnd:
        """Write the tables and the end of the sweep."""
        results = self.results
        for number in [number for number in results.trials if not trial_folder(self.folder, number).is_dir()]:
            del results.trials[number]
        results.write_tables()
        if status == "done":
            if self.options.keep == "best" and results.best is not None:
                for number in results.trials.keys() - {results.best.best}:
                    disk.remove_file(trial_folder(self.folder, number) / files.WEIGHTS)
            self._remove_leftovers()
            os.sync()  # trials are written unsynced: one flush of all takes a fraction of one for each file
        with self.stop.writing():
            self.writer.finish(status, best_epoch=None, error=None, **results.counts)
        code = Unmet.code if results.failed else 0
        if self.stop:
            code = exit_code(self.stop.number)
        elif status != "done" and not results.failed:
            code = exit_code(signal.SIGINT)  # the file STOP is a Ctrl-C from another process
        return SweepEnd(self.writer.run, results, status, code)

    def _remove_leftovers(self) -> None:
        """Remove files of a sweep in progress, and hidden files of processes that died."""
        waves = self.folder / files.WAVES
        for path in waves.glob("*.json"):
            for inner in (path.with_suffix(".leases"), path.with_suffix("")):
                if inner.is_dir():
                    disk.remove_folder(inner)
        disk.remove_file(self.folder / files.STOP)
        for folder in (self.folder, self.folder / files.TRIALS, waves):
            for path in folder.glob(".*.tmp.*"):
                (disk.remove_folder if path.is_dir() and not path.is_symlink() else disk.remove_file)(path)
