"""`npnet resume`: what was interrupted goes on, a training or a sweep."""

from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Here, Overrides, Run, command, refuse_options
from npnet.cli.sweep import Backend, Failures, Jobs, Scheduler, Timeout, draw, known_keep
from npnet.cli.sweep import told as sweep_told
from npnet.errors import RunError, UsageError

if TYPE_CHECKING:
    from npnet.rundir import Run as RunFolder
    from npnet.runner.resuming import ResumeOptions
    from npnet.sweep.plan import SweepOptions

RESUME = """
npnet resume latest
npnet resume 20261122-141502-circles-7f3a epochs=200
npnet resume 20261122-141502-sweep-7f3a -j 2
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "resume", RESUME, ignore_unknown_options=True)(resume)


def resume(
    here: Here,
    run: Run,
    overrides: Overrides = None,
    accept_new_data: Annotated[
        bool, typer.Option("--accept-new-data", help="Go on although the data have changed.")
    ] = False,
    strict_repro: Annotated[
        bool, typer.Option("--strict-repro", help="Refuse where the last bits may differ: another processor or NumPy.")
    ] = False,
    jobs: Jobs = 1,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    max_failures: Failures = None,
    trial_timeout: Timeout = None,
    no_plots: Annotated[
        bool, typer.Option("--no-plots", help="Draw no pictures; of a sweep, --quiet and --json draw none either.")
    ] = False,
) -> int:
    """Go on with a run or a sweep that was interrupted; prints its folder. A finished one is just named.

    A training ends with the bytes of one that ran through; epochs=N trains on to N epochs. The options of processes,
    failures and time are for sweeps.
    """
    from npnet.rundir import find, is_sweep
    from npnet.runner.resuming import ResumeOptions
    from npnet.sweep.plan import SweepOptions

    refuse_options(overrides or [])
    found = find(here.runs_dir, run)
    many = is_sweep(found)
    if many and (overrides or accept_new_data):
        given = " and ".join([*(overrides or []), *(["--accept-new-data"] if accept_new_data else [])])
        raise UsageError("nothing can change in a sweep that goes on", f"leave out {given}; npnet sweep makes another")
    for_sweeps = {"--jobs": jobs != 1, "--backend": backend != "local", "--scheduler": scheduler is not None}
    for_sweeps |= {"--max-failures": max_failures is not None, "--trial-timeout": trial_timeout is not None}
    if not many and any(for_sweeps.values()):
        option = next(name for name, given in for_sweeps.items() if given)
        raise UsageError(f"{option} is for sweeps; {found.id} is one training", f"leave out {option}")
    if found.status == "done" and not overrides:
        here.screen.say(f"{found.id} is done")
        if here.json:
            here.screen.result_json({"sweep" if many else "run": str(found.path), "status": "done"})
        else:
            here.screen.result(str(found.path))
        return 0
    if many:
        keep = known_keep(str(found.info.get("keep", "light")))
        wishes = SweepOptions(
            here.runs_dir, found.path, None, (), jobs, backend, scheduler, keep, max_failures, trial_timeout
        )
        return resume_many(here, found, wishes, strict_repro, not no_plots)
    return resume_one(
        here, found, ResumeOptions(here.runs_dir, tuple(overrides or ()), accept_new_data, strict_repro, not no_plots)
    )


def resume_many(here: Here, found: "RunFolder", wishes: "SweepOptions", strict: bool, plots: bool) -> int:
    """Go on with a sweep; where that is asked, RunError for trials whose last bits may differ."""
    from npnet.cli.console.sweeping import SweepDisplay
    from npnet.sweep.driver import resume_sweep

    ending = resume_sweep(found, wishes, SweepDisplay(here.screen), here.stop)
    code = sweep_told(here, ending, str(found.path))
    if plots:
        draw(here, ending)
    if strict and len(ending.results.workers) > 1:
        raise RunError(
            f"the trials of {found.id} were trained by unlike machines or versions of NumPy", "sweep it anew"
        )
    return code


def resume_one(here: Here, found: "RunFolder", wishes: "ResumeOptions") -> int:
    """Go on with a training."""
    from npnet.cli.console.progress import TrainingDisplay
    from npnet.cli.train import told
    from npnet.runner.resuming import resume_training

    if found.status == "diverged":
        uncached = f"npnet train {found.resolved_path} learning_rate=VALUE trains it anew with a smaller one"
        raise RunError(f"{found.id} has diverged, and would again", uncached)
    ending = resume_training(found, wishes, TrainingDisplay(here.screen), here.stop)
    return told(here, ending, str(found.path))
