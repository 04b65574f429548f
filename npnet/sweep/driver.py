"""The driver of a sweep: wave after wave of groups, whatever happens to workers, until every trial has a result."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from npnet.config import Experiment
from npnet.errors import DataError, MachineError, RunError, Unmet
from npnet.machine.signals import Interrupted, Stop, exit_code
from npnet.rundir import CONFIG, RESOLVED, Run, RunWriter, claim, claim_folder, reclaim
from npnet.rundir import names as files
from npnet.rundir.restore import changed_data, data_of
from npnet.rundir.trial import FAILED, Result, write_trial
from npnet.storage import disk
from npnet.sweep.backends import Lost, require_backend, run_tasks
from npnet.sweep.checks import ready_to_sweep, require_trainable
from npnet.sweep.cleanup import drop_weights, outlast_power, tidy
from npnet.sweep.groups import grouped
from npnet.sweep.leases import MOST, Leases
from npnet.sweep.options import SweepOptions
from npnet.sweep.plan import SweepPlan, read_plan
from npnet.sweep.results import SweepResults
from npnet.sweep.show import SweepShow
from npnet.sweep.table import point_at_best, write_tables
from npnet.sweep.task import (
    SweepContext,
    Task,
    WavePlan,
    enter,
    leases_of,
    read_wave,
    require_sweep,
    trials_folder,
    wave_path,
)
from npnet.sweep.watchdog import watching
from npnet.sweep.worker import config_files, work

FRUITLESS = 5  # times in a row that workers may finish nothing, without one group to blame


@dataclass(frozen=True)
class SweepEnd:
    """How a sweep ended: its run, its outcomes, and the exit code."""

    run: Run
    outcomes: SweepResults
    status: str
    code: int


def run_sweep(plan: SweepPlan, wishes: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    """Make a new sweep folder, and train; until its plan is written, any failure leaves nothing behind."""
    require_backend(wishes.backend, wishes.scheduler)
    name = wishes.name or plan.loaded.path.stem
    with claim_folder(wishes.run_dir, name) if wishes.run_dir else claim(wishes.runs_dir, name) as new:
        ready = ready_to_sweep(plan)
        text = plan.text(new.folder)
        first = {files.SWEEP: text, RESOLVED: text, CONFIG: plan.loaded.text}
        facts = ready.noted | {"tags": list(wishes.tags), "kind": "sweep", "keep": wishes.keep}
        writer = new.publish(first, plan.loaded.base, **facts, trials=plan.size)
    # From here on what the file says counts, for this process as for those that resume or help.
    place = SweepContext(read_plan(writer.run.path / files.SWEEP), plan.loaded.text, ready)
    return _go_on(writer, place, wishes, show, stop)


def resume_sweep(run: Run, wishes: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    """Train what has no result yet; RunError for what is no sweep, InUse while a process works on it."""
    require_sweep(run.path)
    if run.info.get("elsewhere"):
        raise RunError(f"the trials of {run.id} are trained elsewhere", f"npnet sweep --collect {run.path}")
    require_backend(wishes.backend, wishes.scheduler)
    plan = read_plan(run.path / files.SWEEP)
    plan.spec.method.require()
    with data_of(run):
        ready = ready_to_sweep(plan)
    if run.info["data"] != ready.fingerprint:
        raise DataError(changed_data(run), "put the old data back, or sweep again")
    writer = reclaim(run)
    writer.begin_again()
    return _go_on(writer, SweepContext(plan, run.config_text, ready), wishes, show, stop)


def _go_on(writer: RunWriter, place: SweepContext, wishes: SweepOptions, show: SweepShow, stop: Stop) -> SweepEnd:
    sweep = Sweep(writer, place, wishes, show, stop)
    show.begin(writer.run, place.plan, sweep.outcomes, writer.log)
    try:
        with stop.waiting():
            return sweep.run()
    except Interrupted as halted:
        halted.hint = f"npnet resume {writer.run.id} goes on"
        raise
    finally:
        writer.close()  # without an end in its run.json it reads as interrupted, and can be resumed
        show.end()


class Sweep:
    """A sweep under way: its folder, its plan, and what its trials came to so far."""

    def __init__(
        self, writer: RunWriter, place: SweepContext, wishes: SweepOptions, show: SweepShow, stop: Stop
    ) -> None:
        self.writer, self.place, self.wishes, self.show, self.stop = writer, place, wishes, show, stop
        self.folder, self.plan, self.ready = writer.run.path, place.plan, place.ready
        self.outcomes = SweepResults(self.folder, self.plan)
        self.late: set[int] = set()
        enter(self.folder, place)

    def run(self) -> SweepEnd:
        """Train wave after wave, then write the tables and say how it ended."""
        for name in (files.TRIALS, files.WAVES):
            disk.make_folder(self.folder / name)
        disk.remove_file(self.folder / files.STOP)
        for number, wave in self._waves():
            if self._over() or not self._train(number, wave):
                return self._finish("interrupted")
        return self._finish("done")

    def _waves(self) -> Iterator[tuple[int, WavePlan]]:
        """Every wave, as its file has it, or planned from what the ones before found."""
        tried: list[Any] = []
        number = 0
        while True:
            path = wave_path(self.folder, number)
            if not path.exists():
                stage = self.plan.stage(number, tried)
                if stage is None:
                    if number:
                        self._settle(number - 1, set())
                    return
                groups = grouped(self.plan.trials(stage), self.plan.experiment, self._most)
                planned = WavePlan(tuple(groups), stage.epochs, stage.goes_on, stage.resumes)
                disk.write_atomic(path, planned.data())
            wave = read_wave(path)
            if number:
                self._settle(number - 1, {trial.number for trial in wave.trials})
            yield number, wave
            tried.append(self.outcomes.tried(wave))
            number += 1

    def _most(self, experiment: Experiment) -> int:
        """How many trials stand in one stack; ConfigError where none can be trained."""
        resolved = require_trainable(experiment, self.ready.experiment.data)
        return max(1, resolved.cost.models_per_stack // (experiment.ensemble * len(self.ready.folds)))

    def _train(self, number: int, wave: WavePlan) -> bool:
        """Train the groups of a wave that miss a result, until none does; False where that is stopped before."""
        self.late.clear()
        attempts = Leases(leases_of(self.folder, number))
        attempts.begin()
        disk.make_folder(trials_folder(self.folder, number, wave.goes_on))
        todo = self._collect_all(number, wave)
        fruitless = 0
        while todo and not self._over():
            try:
                for some in _cautiously(todo, attempts):
                    self._run(number, wave, some, attempts)
            except Lost:
                if not self._over():  # else they were told to stop, as this process was
                    self.show.warn("a worker died; what it worked on is tried once more")
            if self._over():
                break
            missing = self._collect_all(number, wave)
            left = [group for group in missing if not self._given_up(number, wave, group, attempts)]
            fruitless = 0 if len(left) < len(todo) else fruitless + 1
            if fruitless > FRUITLESS:
                hint = "is there memory enough, and do all workers see this folder? npnet resume goes on"
                raise MachineError(f"workers die again and again, or leave nothing in {self.folder}", hint)
            todo = left
        attempts.begin()
        return not todo

    def _run(self, number: int, wave: WavePlan, some: list[int], attempts: Leases) -> None:
        """Train some groups, and take what they leave as it comes."""
        wishes = self.wishes
        told = wishes.keep, wishes.trial_timeout, os.getpid(), wishes.backend == "local"
        tasks = [Task(str(self.folder), number, group, *told) for group in some]
        # What ended a worker may do so again, which then must not be this process.
        alone = len(some) == 1 and attempts.count(some[0]) > 0
        jobs = max(2, wishes.jobs) if alone else wishes.jobs
        with watching(self.folder, self.stop, attempts, wishes.trial_timeout, self.late):
            wanted = takewhile(lambda _: not self._over(), tasks)  # those not begun yet are left
            trained = run_tasks(work, wanted, jobs, wishes.backend, wishes.scheduler)
            for left, group in enumerate(self._until_stopped(trained), 1):
                before = len(self.outcomes.trials)
                self._collect(number, wave, group)
                self.show.trained(len(self.outcomes.trials) - before, len(tasks) - left)
                if self._over():
                    disk.write_atomic(self.folder / files.STOP, b"")

    def _until_stopped(self, trained: Iterator[int]) -> Iterator[int]:
        """The same groups, up to a signal: what is trained at that moment is given up, wherever it is."""
        while True:
            try:
                with self.stop.interrupting():
                    group = next(trained, None)
            except Interrupted:
                return
            if group is None:
                return
            yield group

    def _collect_all(self, number: int, wave: WavePlan) -> list[int]:
        """Take every result that is whole; the groups that miss one."""
        return [group for group in range(len(wave.groups)) if not self._collect(number, wave, group, check=True)]

    def _collect(self, number: int, wave: WavePlan, group: int, check: bool = False) -> bool:
        """Take the results of a group; whether all are there and, where that is asked, whole."""
        dropped, whole = frozenset([files.WEIGHTS] if self.wishes.keep == "best" else []), True
        for trial in wave.groups[group]:
            where = (number, wave, trial)
            result = self.outcomes.find_whole(*where, dropped) if check else self.outcomes.find(*where)
            if result is None:
                whole = False
            else:
                self.outcomes.note(trial, result)
        return whole

    def _given_up(self, number: int, wave: WavePlan, group: int, attempts: Leases) -> bool:
        """Note the trials of a group as failed that ended its workers twice, or took too long."""
        if group in self.late:
            reason = f"took longer than {self.wishes.trial_timeout:g} s, and did not stop"
        elif attempts.count(group) >= MOST:
            reason = "its worker died twice: killed, or out of memory"
        else:
            return False
        for trial in wave.groups[group]:
            shelf = trials_folder(self.folder, number, wave.goes_on)
            written = config_files(self.place, self.folder, trial)
            write_trial(shelf, Result(trial.number, FAILED, code=MachineError.code, reason=reason), written)
        return self._collect(number, wave, group)

    def _settle(self, number: int, survivors: set[int]) -> None:
        """Bring the trials of a wave that did not go on to where they stay."""
        wave = read_wave(wave_path(self.folder, number))
        if not wave.goes_on:
            return
        for trial in wave.trials:
            name = files.trial_name(trial.number)
            shelf = trials_folder(self.folder, number, goes_on=True) / name
            if trial.number not in survivors and shelf.exists():
                disk.claim_name(shelf, self.folder / files.TRIALS / name)
        disk.sync_folder(self.folder / files.TRIALS)

    def _over(self) -> bool:
        """Whether to stop before all is done."""
        most = self.wishes.max_failures
        failed = most is not None and len(self.outcomes.failed) > most
        return failed or bool(self.stop) or (self.folder / files.STOP).exists()

    def _finish(self, status: str) -> SweepEnd:
        """Write the tables, point at the best trial, and say how it ended."""
        missing = [
            trial
            for trial in self.outcomes.trials
            if not (self.folder / files.TRIALS / files.trial_name(trial)).is_dir()
        ]
        for number in missing:
            self.outcomes.trials.pop(number)
        write_tables(self.outcomes)
        point_at_best(self.outcomes)
        best = self.outcomes.best
        if status == "done":
            if best is not None and self.wishes.keep == "best":
                drop_weights(self.folder, set(self.outcomes.trials) - {best.best})
            tidy(self.folder)
            outlast_power()
        with self.stop.writing():
            self.writer.finish(status, best_epoch=None, error=None, **self.outcomes.counts)
        return SweepEnd(self.writer.run, self.outcomes, status, self._code(status))

    def _code(self, status: str) -> int:
        if self.stop:
            return exit_code(self.stop.number)
        if self.outcomes.failed:
            return Unmet.code
        return 0 if status == "done" else exit_code(signal.SIGINT)  # the file STOP is a Ctrl-C from afar


def _cautiously(groups: list[int], attempts: Leases) -> Iterator[list[int]]:
    """All groups at once but those in which a worker died, one by one."""
    fresh = [group for group in groups if not attempts.count(group)]
    if fresh:
        yield fresh
    for group in groups:
        if group not in fresh:
            yield [group]
