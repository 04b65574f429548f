"""`npnet train` and `npnet resume`: train a config, and continue an interrupted run."""

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import (
    Backend,
    Config,
    Jobs,
    MaxFailures,
    Name,
    NoPlots,
    Overrides,
    Run,
    RunDir,
    Scheduler,
    Tags,
    TrialTimeout,
    refuse_options,
    refuse_twice,
    used_sweep_options,
)
from npnet.cli.console.screen import UnreadError
from npnet.errors import MachineError, NpnetError, RunError, UsageError

if TYPE_CHECKING:
    from npnet.config import Loaded
    from npnet.model.predictor import SplitPredictor
    from npnet.rundir.run import RunFolder
    from npnet.runner import Ending
    from npnet.runner.resuming import ResumeOptions

TRAIN = """
npnet train circles.yaml
npnet train circles.yaml learning_rate=1e-3 layers.0.linear.units=32
run=$(npnet train circles.yaml --quiet --name wide --tag paper)
npnet train circles.yaml --cv 5
npnet train circles.yaml --baselines --report
npnet train circles.yaml --dry-run
"""
RESUME = """
npnet resume latest
npnet resume 20261122-141502-circles-7f3a epochs=200
npnet resume 20261122-141502-sweep-7f3a -j 2
"""


@command("train", TRAIN, ignore_unknown_options=True)
def train(
    context: CommandContext,
    config: Config,
    overrides: Overrides = None,
    name: Name = None,
    tag: Tags = None,
    cv: Annotated[int | None, typer.Option(metavar="K", help="Cross-validate with K folds, as cv=K does.")] = None,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Also score simple scikit-learn models on the same rows.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Write report.html, one page with everything, into the run folder.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    no_plots: NoPlots = False,
    run_dir: RunDir = None,
) -> int | None:
    """Train a network, score it and draw its plots; prints the run folder.

    Ctrl-C ends the training after the current batch and keeps the best weights; a second Ctrl-C stops at once.
    """
    refuse_options([str(config), *(overrides or [])])
    if cv is not None:
        refuse_twice({"--cv": "cv"}, overrides or [])
    from npnet.config import load
    from npnet.runner import RunOptions, run_training

    loaded = load(config, [*([] if cv is None else [f"cv={cv}"]), *(overrides or [])])
    if dry_run:
        _show_outline(context, loaded)
        return None
    from npnet.cli.console.progress import TrainingDisplay

    options = RunOptions(context.runs_dir, run_dir, name, tuple(tag or ()), None if no_plots else draw, baselines)
    ending = run_training(loaded, options, TrainingDisplay(context.screen), context.stop)
    if report:
        _write_report(context, ending)
    return _report(context, ending, str(run_dir or context.runs_dir / ending.run.id))


def _write_report(context: CommandContext, ending: "Ending") -> None:
    """Write the page of a training; a failure is a warning, as the training has ended well."""
    if ending.status == "interrupted":
        return
    from npnet.report.writing import write_report

    try:
        path = write_report(ending.run)
    except NpnetError as error:
        context.screen.warn(f"there is no report: {error.message}")
    else:
        context.screen.info(f"the report is {path}")


def draw(run: "RunFolder", predictor: "SplitPredictor") -> None:
    """Draw the usual plots of a training into its folder."""
    from npnet.plots.from_run import draw_usual

    draw_usual(run, predictor)


def _show_outline(context: CommandContext, loaded: "Loaded") -> None:
    """Check everything, and show what would be trained."""
    from npnet.cli.console.tables import outline_table
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import outline
    from npnet.runner.prepared_run import run_to_start_from

    run_to_start_from(loaded.experiment, loaded.base, context.runs_dir)
    plan = outline(prepare_run(loaded))
    if context.json:
        context.screen.result_json(asdict(plan))
    else:
        context.screen.result_table(outline_table(plan))


def _report(context: CommandContext, ending: "Ending", folder: str) -> int:
    """Show the scores, print the folder, and explain an early end; return the exit code."""
    from npnet.rundir.writer import with_threshold

    screen = context.screen
    if not screen.quiet:
        from npnet.cli.console.tables import baselines_table, scores_table

        if ending.metrics:
            screen.info_table(scores_table(ending.metrics, ending.rule))
        if compared := baselines_table(ending.metrics, ending.baselines, ending.rule):
            screen.info("")
            screen.info_table(compared)
        if ending.worst:
            screen.info(f"{ending.worst.severity}: {ending.worst}; npnet diagnose {ending.run.id} judges all")
    with suppress(UnreadError, MachineError):  # the process that started the training may be gone
        if context.json:
            metrics = with_threshold(ending.metrics, ending.rule)
            result: dict[str, object] = {"run": folder, "status": ending.status, "metrics": metrics}
            screen.result_json(result | ({"baselines": ending.baselines} if ending.baselines else {}))
        else:
            screen.result(folder)
    if ending.status == "interrupted":
        from npnet.engine.loop import epochs_text

        run, kept = ending.run, ""
        if monitored := run.info.get("monitored"):
            kept = f"the best weights, of {epochs_text(**monitored)}, are kept: npnet evaluate {run.id}; "
        screen.warn(f"interrupted; {kept}npnet resume {run.id} continues it")
    if ending.error:
        screen.error(ending.error)
    return ending.code


@command("resume", RESUME, ignore_unknown_options=True)
def resume(
    context: CommandContext,
    run: Run,
    overrides: Overrides = None,
    accept_new_data: Annotated[
        bool, typer.Option("--accept-new-data", help="Continue although the data have changed.")
    ] = False,
    strict_repro: Annotated[
        bool, typer.Option("--strict-repro", help="Refuse another processor or NumPy: the last bits may differ.")
    ] = False,
    jobs: Jobs = 1,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    max_failures: MaxFailures = None,
    trial_timeout: TrialTimeout = None,
    no_plots: NoPlots = False,
) -> int:
    """Continue an interrupted run or sweep; for a finished one, print its folder.

    A resumed training ends with the same bytes as one without a break; epochs=N trains on to N epochs. Jobs, backend,
    scheduler, failures and timeout are for sweeps.
    """
    from npnet.rundir.run import find, is_sweep

    refuse_options(overrides or [])
    found = find(context.runs_dir, run)
    many = is_sweep(found)
    if many and (overrides or accept_new_data):
        given = " and ".join([*(overrides or []), *(["--accept-new-data"] if accept_new_data else [])])
        raise UsageError("the settings of a sweep cannot change", f"leave out {given}; npnet sweep makes another")
    execution: dict[str, Any] = {"jobs": jobs, "backend": backend, "scheduler": scheduler}
    execution |= {"max_failures": max_failures, "trial_timeout": trial_timeout}
    used = used_sweep_options(execution)
    if not many and (option := next((name for name, given in used.items() if given), None)):
        raise UsageError(f"{option} is for sweeps; {found.id} is one training", f"leave out {option}")
    if found.status == "done" and not overrides:
        context.screen.info(f"{found.id} is done")
        if context.json:
            context.screen.result_json({"sweep" if many else "run": str(found.path), "status": "done"})
        else:
            context.screen.result(str(found.path))
        return 0
    if many:
        from npnet.cli.sweep import resume_sweep

        return resume_sweep(context, found, execution, strict_repro, not no_plots)
    from npnet.runner.resuming import ResumeOptions

    drawing = None if no_plots else draw
    options = ResumeOptions(context.runs_dir, tuple(overrides or ()), accept_new_data, strict_repro, drawing)
    return _resume_training(context, found, options)


def _resume_training(context: CommandContext, found: "RunFolder", options: "ResumeOptions") -> int:
    from npnet.cli.console.progress import TrainingDisplay
    from npnet.runner.resuming import resume_training

    if found.status == "diverged":
        hint = f"npnet train {found.resolved_path} learning_rate=VALUE trains it again with a smaller one"
        raise RunError(f"{found.id} has diverged, and would again", hint)
    ending = resume_training(found, options, TrainingDisplay(context.screen), context.stop)
    return _report(context, ending, str(found.path))
