"""Trials that are trained elsewhere: a command for each, and the tables of what they left."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from npnet.config.nodes import parse_scalar
from npnet.errors import RunError, UsageError
from npnet.rundir import CONFIG, RESOLVED, Run, claim, claim_folder, reclaim
from npnet.rundir import names as files
from npnet.rundir.trial import DONE, FAILED, Result
from npnet.storage import disk
from npnet.sweep.checks import ready_to_sweep
from npnet.sweep.driver import SweepEnd
from npnet.sweep.options import SweepOptions
from npnet.sweep.plan import SweepPlan, read_plan
from npnet.sweep.results import SweepResults
from npnet.sweep.table import point_at_best, write_tables
from npnet.sweep.task import THREADS, require_sweep
from npnet.sweep.trial import Trial
from npnet.sweep.worker import finite

PLAIN = re.compile(r"[\w./-]+")
CODES = {"diverged": 7, "failed": 1, "interrupted": 130, "running": 9}


def prepare_folder(plan: SweepPlan, wishes: SweepOptions) -> Path:
    """Make the folder of a sweep whose trials are trained elsewhere; UsageError for a search that learns."""
    stage = plan.stage(0, [])
    if stage is not None and (stage.goes_on or plan.points > len(stage.points)):
        raise UsageError("this search needs results before it goes on", "grid, random and sobol can be run elsewhere")
    name = wishes.name or plan.loaded.path.stem
    with claim_folder(wishes.run_dir, name) if wishes.run_dir else claim(wishes.runs_dir, name) as new:
        ready = ready_to_sweep(plan)
        text = plan.text(new.folder)
        facts = ready.noted | {"tags": list(wishes.tags), "kind": "sweep", "elsewhere": True}
        first = {files.SWEEP: text, RESOLVED: text, CONFIG: plan.loaded.text}
        new.publish(first, plan.loaded.base, **facts, trials=plan.size).close()
    folder = wishes.run_dir or wishes.runs_dir / new.folder.name
    disk.make_folder(folder / files.TRIALS)
    return folder


def _trials(plan: SweepPlan) -> Iterator[Trial]:
    stage = plan.stage(0, [])
    return plan.trials(stage) if stage else iter(())


def commands(plan: SweepPlan, folder: Path) -> Iterator[str]:
    """A line for each trial that trains it, whole and quoted for a shell."""
    for trial in _trials(plan):
        seed = trial.model_seed(plan.loaded.experiment.seed)
        values = {**plan.values(trial), "model_seed": seed, "threads": THREADS, "sweep": None}
        settings = [setting(key, value) for key, value in values.items()]
        where = ["--run-dir", str(folder / files.TRIALS / files.trial_name(trial.number)), "--quiet", "--no-plots"]
        yield shlex.join(["npnet", "train", str(folder / files.SWEEP), *settings, *where])


def setting(key: str, value: Any) -> str:
    """KEY=VALUE that reads back as the value: text as it is where it can be."""
    if isinstance(value, str) and parse_scalar(value) == value and PLAIN.fullmatch(value):
        return f"{key}={value}"
    return f"{key}={json.dumps(value)}"


def collect(folder: Path) -> SweepEnd:
    """Make the tables of a folder whose trials were trained elsewhere; RunError for what is no sweep."""
    require_sweep(folder)
    plan = read_plan(folder / files.SWEEP)
    outcomes = SweepResults(folder.resolve(), plan)
    for trial in _trials(plan):
        path = folder / files.TRIALS / files.trial_name(trial.number)
        if path.is_dir():
            result = outcomes.results[trial.number] = result_of(trial, Run(path), plan)
            outcomes.note(trial, result)
    if not outcomes.trials:
        raise RunError(f"{folder} has no trials yet", "npnet sweep CONFIG --emit-commands prints what trains them")
    write_tables(outcomes)
    point_at_best(outcomes)
    missing = plan.size - len(outcomes.trials)
    status, run = "interrupted" if missing else "done", Run(folder)
    reclaim(run).finish(status, error=None, **outcomes.counts)
    return SweepEnd(run, outcomes, status, 8 if outcomes.failed or missing else 0)


def result_of(trial: Trial, run: Run, plan: SweepPlan) -> Result:
    """The result of a trial, from the run folder that a training left."""
    info, status = run.info, run.status
    done = status == "done"
    scores = run.metrics() if done else {}
    return Result(
        trial.number,
        DONE if done else FAILED,
        epochs=len(run.history().get("epoch", ())),
        best_epoch=info["best_epoch"] or 0,
        value=plan.goal.value(scores),
        code=0 if done else CODES[status],
        reason=None if done else info["error"] or status,
        seconds=float(info["seconds"] or 0.0),
        metrics=finite(scores),
    )
