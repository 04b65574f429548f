"""Trials that other programs train: a command for each, and tables of what they leave."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from npnet.config.nodes import parse_scalar
from npnet.errors import RunError, Unmet, UsageError
from npnet.registry.plugins import loaded_files
from npnet.rng import trial_seed
from npnet.rundir import names as files
from npnet.rundir.new_run import reclaim
from npnet.rundir.run import RunFolder
from npnet.rundir.trial import DONE, FAILED, Result
from npnet.storage import disk
from npnet.sweeps.context import THREADS
from npnet.sweeps.driver import SweepEnd, new_sweep
from npnet.sweeps.plan import SweepOptions, SweepPlan, Trial, read_plan
from npnet.sweeps.results import SweepResults
from npnet.sweeps.trial_files import finite
from npnet.sweeps.waves import trial_folder

PLAIN = re.compile(r"[\w./-]+")
CODES = {"diverged": 7, "failed": 1, "interrupted": 130, "running": 9}
"""Exit codes of trainings by the status of their runs."""


def prepare_folder(plan: SweepPlan, options: SweepOptions) -> Path:
    """Make a sweep folder for other programs; raise UsageError if the search needs results."""
    stage = plan.stage(0, [])
    if stage is not None and (stage.goes_on or plan.points > len(stage.points)):
        raise UsageError("this search needs results before it goes on", "grid, random and sobol can be run elsewhere")
    writer, _ = new_sweep(plan, options, elsewhere=True)
    writer.close()
    folder = options.run_dir or options.runs_dir / writer.run.path.name
    disk.make_folder(folder / files.TRIALS)
    return folder


def commands(plan: SweepPlan, folder: Path) -> Iterator[str]:
    """Yield a line for each trial: the command that trains it, quoted for a shell."""
    for trial in _trials(plan):
        seed = trial_seed(plan.loaded.experiment.seed, trial.number)
        values = {**plan.values(trial), "model_seed": seed, "threads": THREADS, "sweep": None}
        settings = [setting(key, value) for key, value in values.items()]
        plugins = [word for path, _ in loaded_files() for word in ("--plugin", path)]
        run_dir = [*plugins, "--run-dir", str(trial_folder(folder, trial.number)), "--quiet", "--no-plots"]
        yield shlex.join(["npnet", "train", str(folder / files.SWEEP), *settings, *run_dir])


def setting(key: str, value: Any) -> str:
    """Return KEY=VALUE that reads back as the value; plain text stays as it is."""
    if isinstance(value, str) and parse_scalar(value) == value and PLAIN.fullmatch(value):
        return f"{key}={value}"
    return f"{key}={json.dumps(value)}"


def collect(folder: Path) -> SweepEnd:
    """Write the tables of trials that other programs trained; raise RunError without any."""
    plan = read_plan(folder)
    results = SweepResults(folder.resolve(), plan)
    for trial in _trials(plan):
        path = trial_folder(folder, trial.number)
        if path.is_dir():
            results.external[trial.number] = result_of(trial, RunFolder(path), plan)
            results.add(trial, results.external[trial.number])
    if not results.trials:
        raise RunError(f"{folder} has no trials yet", "npnet sweep CONFIG --emit-commands prints what trains them")
    results.write_tables()
    missing = plan.size - len(results.trials)
    status, run = "interrupted" if missing else "done", RunFolder(folder)
    reclaim(run).finish(status, error=None, **results.counts)
    return SweepEnd(run, results, status, Unmet.code if results.failed or missing else 0)


def result_of(trial: Trial, run: RunFolder, plan: SweepPlan) -> Result:
    """Return the result of a trial, from the run folder of its training."""
    info, done = run.info, run.status == "done"
    scores = run.metrics() if done else {}
    return Result(
        trial.number,
        DONE if done else FAILED,
        epochs=len(run.history().get("epoch", ())),
        best_epoch=info["best_epoch"] or 0,
        value=plan.goal.value(scores),
        code=0 if done else CODES[run.status],
        reason=None if done else info["error"] or run.status,
        seconds=float(info["seconds"] or 0.0),
        metrics=finite(scores),
    )


def _trials(plan: SweepPlan) -> Iterator[Trial]:
    stage = plan.stage(0, [])
    return plan.trials(stage) if stage else iter(())
