"""What the trials of a sweep share in one process: the plan, the data, facts for run.json."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from npnet.config import Experiment
from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, DataError
from npnet.experiment.compatibility import TASKS, misfits
from npnet.experiment.resolved import DataInfo, ResolvedExperiment, resolve
from npnet.experiment.resources import check_memory
from npnet.metrics import for_task
from npnet.rundir.info import machine, versions
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.plugins import plugins_field
from npnet.runner.prepared_run import PreparedRun, lack_of, prepare_run
from npnet.storage import disk
from npnet.sweeps.plan import SweepPlan, Trial, read_plan
from npnet.sweeps.waves import trial_folder

THREADS = 1  # BLAS threads of a worker, whatever --jobs says: results are then the same on one core and on many
KEY = ("sweep", "metric")


@dataclass(frozen=True)
class SweepContext:
    """The folder, plan, config file and prepared data of a sweep."""

    folder: Path
    plan: SweepPlan
    config: bytes
    prepared: PreparedRun

    @cached_property
    def info(self) -> Mapping[str, Any]:
        """Fields of run.json about process and data; read while training, with its BLAS threads."""
        noted = plugins_field(self.plan.loaded.experiment, with_files=True)
        return {"versions": versions(), "machine": machine(), "data": self.prepared.fingerprint} | noted

    @property
    def worker(self) -> dict[str, Any]:
        """What may explain different last bits: NumPy, its BLAS and the processor."""
        found, machine = self.info["versions"], self.info["machine"]
        return {"numpy": found["numpy"], "npnet": found["npnet"], "cpu": machine["cpu"], "blas": machine["blas"]}

    def experiment(self, trial: Trial) -> Experiment:
        """Return the experiment of a trial, with one BLAS thread and not recorded; raise ConfigError if invalid."""
        return self.plan.experiment(trial).model_copy(update={"threads": THREADS, "record": None})

    def config_files(self, trial: Trial, experiment: Experiment | None = None) -> dict[str, bytes]:
        """Return config.yaml and, if the values are valid together, resolved.yaml."""
        contents, base = {CONFIG: self.config}, self.plan.loaded.base
        with suppress(ConfigError):
            experiment = experiment or self.experiment(trial)
            final = relocated(experiment, base, trial_folder(self.folder, trial.number))
            contents[RESOLVED] = write_resolved(final).encode()
        return contents


_contexts: dict[Path, SweepContext] = {}


def set_context(context: SweepContext) -> None:
    """Let groups that this process trains use a context; that of any other sweep is dropped."""
    _contexts.clear()
    _contexts[context.folder] = context


def sweep_context(folder: Path) -> SweepContext:
    """Return the context of a sweep, read once for a process; raise RunError or DataError."""
    if folder not in _contexts:
        plan = read_plan(folder)
        config = disk.read_regular_file(folder / CONFIG, 2**20)
        set_context(SweepContext(folder, plan, config, prepare_run(plan.loaded)))
    return _contexts[folder]


def prepare_sweep(plan: SweepPlan) -> PreparedRun:
    """Load and check the data; raise ConfigError or DataError if no trial can have a score."""
    prepared, goal, loaded = prepare_run(plan.loaded), plan.goal, plan.loaded
    data = prepared.experiment.data
    known = for_task(data.task)
    if goal.score not in ("loss", *known):
        message = f"{goal.score} does not fit the task, {TASKS[data.task]}"
        raise loaded.error(KEY, message, f"those of {TASKS[data.task]} are: {', '.join(known)}")
    if goal.split not in data.rows:
        other = "validation" if "validation" in data.rows else "train"
        message = f"there is no {goal.split} set to measure {goal.name} on"
        raise loaded.error(KEY, message, f"write metric: {other}.{goal.score} under sweep")
    if goal.score != "loss" and (lack := lack_of(goal.split, goal.score, prepared.folds)):
        hint = f"metric: {goal.split}.loss is always defined; or give that part other rows"
        raise DataError(f"{loaded.where(*KEY)}: {goal.name} is undefined: {lack}", hint)
    return prepared


def require_trainable(experiment: Experiment, data: DataInfo) -> ResolvedExperiment:
    """Resolve an experiment; raise ConfigError for the reason why npnet train would refuse it."""
    resolved = resolve(experiment, data)
    for _, message, hint in misfits(resolved):
        raise ConfigError(message, hint)
    check_memory(resolved)
    return resolved
