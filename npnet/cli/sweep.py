"""`npnet sweep`: train one config many times with other values."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import (
    Backend,
    Jobs,
    MaxFailures,
    Name,
    NoPlots,
    Overrides,
    RunDir,
    Scheduler,
    Tags,
    TrialTimeout,
    refuse_options,
    refuse_together,
    refuse_twice,
    used_sweep_options,
)
from npnet.errors import NpnetError, RunError, UsageError
from npnet.text import plural

if TYPE_CHECKING:
    from npnet.rundir.run import RunFolder
    from npnet.sweeps.driver import SweepEnd
    from npnet.sweeps.plan import SweepPlan

MOST_CHECKED = 100  # trials whose configs a dry run checks
EXAMPLES = """
npnet sweep sweep.yaml
npnet sweep circles.yaml learning_rate=[1e-3,1e-2,1e-1] layers.0.linear.units=[8,16] --seeds 5 -j 2
npnet sweep circles.yaml 'learning_rate={min: 1e-4, max: 0.1, distribution: log_uniform}' --method random --trials 50
npnet sweep circles.yaml learning_rate=[0.01,0.1] --dry-run
npnet sweep sweep.yaml --backend dask --scheduler tcp://127.0.0.1:8786
npnet sweep sweep.yaml --emit-commands | xargs -P 4 -L 1 env
"""
KEEP = "light (config, history, scores, weights), all (the last state too), best (weights of one), none (no weights)."
Metric = Annotated[
    str | None, typer.Option(metavar="SCORE", help="Score that chooses the best, as validation.roc_auc.")
]
Trials = Annotated[int | None, typer.Option(metavar="N", help="Number of points to try.")]


@command("sweep", EXAMPLES, ignore_unknown_options=True)
def sweep(
    context: CommandContext,
    config: Annotated[Path | None, typer.Argument(metavar="CONFIG", help="A YAML file.")] = None,
    overrides: Overrides = None,
    method: Annotated[str | None, typer.Option(metavar="NAME", help="grid, random, sobol, halving or tpe.")] = None,
    metric: Metric = None,
    seeds: Annotated[int | None, typer.Option(metavar="N", help="Train each point N times.")] = None,
    trials: Trials = None,
    trials_from: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV table with a point in each row.")
    ] = None,
    jobs: Jobs = 1,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    keep: Annotated[str, typer.Option(metavar="FILES", help=KEEP)] = "light",
    max_failures: MaxFailures = None,
    trial_timeout: TrialTimeout = None,
    name: Name = None,
    tag: Tags = None,
    run_dir: RunDir = None,
    no_plots: NoPlots = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the trials, train nothing.")] = False,
    emit_commands: Annotated[
        bool, typer.Option("--emit-commands", help="Print a command for each trial, to run elsewhere.")
    ] = False,
    collect: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the tables of trials that were run elsewhere.")
    ] = None,
) -> int | None:
    """Train one config many times with other values; prints the folder.

    A list after KEY= holds the values to try (of a key that is a list, a list of lists); {min, max, distribution} is a
    range. Trials that differ only in decimals train together as one stack. Ctrl-C stops; npnet resume continues.
    """
    settings = {"method": method, "metric": metric, "seeds": seeds, "trials": trials}
    execution: dict[str, Any] = {"jobs": jobs, "backend": backend, "scheduler": scheduler}
    execution |= {"max_failures": max_failures, "trial_timeout": trial_timeout}
    used = used_sweep_options(execution)
    if collect is not None:
        others = {f"--{name}": value is not None for name, value in settings.items()}
        refuse_together({"--collect": True, "a config": config is not None, **others, **used})
        from npnet.sweeps.external import collect as collect_trials

        return _report(context, collect_trials(collect), str(collect))
    refuse_together({"--trials-from": trials_from is not None, "--method": method is not None})
    if emit_commands:
        refuse_together({"--emit-commands": True, "--dry-run": dry_run, **used})
    if config is None:
        raise UsageError("a config is missing", "npnet sweep CONFIG KEY=[VALUES]")
    refuse_options([str(config), *(overrides or [])])
    plan = _plan(config, overrides or [], settings, trials_from)
    if dry_run:
        _show_trials(context, plan)
        return None
    from npnet.sweeps.plan import SweepOptions

    output: dict[str, Any] = {"keep": _known_keep(keep), "run_dir": run_dir, "name": name, "tags": tuple(tag or ())}
    options = SweepOptions(context.runs_dir, **output, **execution)
    if emit_commands:
        from npnet.sweeps.external import commands, prepare_folder

        for line in commands(plan, prepare_folder(plan, options)):
            context.screen.result(line)
        return None
    from npnet.cli.console.sweeping import SweepDisplay
    from npnet.sweeps.driver import run_sweep

    ending = run_sweep(plan, options, SweepDisplay(context.screen), context.stop)
    code = _report(context, ending, str(run_dir or context.runs_dir / ending.run.id))
    if not no_plots:
        _draw(context, ending)
    return code


def resume_sweep(
    context: CommandContext, found: "RunFolder", execution: dict[str, Any], strict: bool, plots: bool
) -> int:
    """Continue a sweep; where `strict`, raise RunError for trials whose last bits may differ."""
    from npnet.cli.console.sweeping import SweepDisplay
    from npnet.sweeps.driver import resume_sweep
    from npnet.sweeps.plan import SweepOptions

    keep = _known_keep(str(found.info.get("keep", "light")))
    options = SweepOptions(context.runs_dir, found.path, keep=keep, **execution)
    ending = resume_sweep(found, options, SweepDisplay(context.screen), context.stop)
    code = _report(context, ending, str(found.path))
    if plots:
        _draw(context, ending)
    if strict and len(ending.results.workers) > 1:
        what = f"the trials of {found.id} were trained on different machines or versions of NumPy"
        raise RunError(what, "start the sweep again")
    return code


def _plan(config: Path, overrides: list[str], settings: dict[str, Any], table: Path | None) -> "SweepPlan":
    """Return the plan of a config with the settings of the command line."""
    from npnet.config import load
    from npnet.config.overrides import split_sweep_values
    from npnet.sweeps.plan import make_plan, read_points

    tries, others = split_sweep_values(overrides)
    given = {key: value for key, value in settings.items() if value is not None}
    refuse_twice({f"--{key}": f"sweep.{key}" for key in given}, others)
    added = [f"sweep.{key}={value}" for key, value in given.items()]
    if table is not None:
        listed, points = read_points(table)
        tries |= listed
        added.append(f"sweep.method={points}")
    return make_plan(load(config, [*added, *others], tries))


def _known_keep(text: str) -> Any:
    """Return the files to keep; raise UsageError for another word."""
    from npnet.sweeps.plan import Keep

    if text not in get_args(Keep):
        raise UsageError(f"--keep does not accept {text}", f"write {', '.join(get_args(Keep))}")
    return text


def _show_trials(context: CommandContext, plan: "SweepPlan") -> None:
    """List the trials; of a search that learns from results, those of its first stage."""
    from npnet.cli.console.sweeping import value_text
    from npnet.cli.console.tables import table

    stage, screen = plan.stage(0, []), context.screen
    trials = list(plan.trials(stage)) if stage else []
    for trial in trials[:MOST_CHECKED]:
        plan.experiment(trial)
    if context.json:
        listed = [{"number": t.number, "point": t.point, "repeat": t.repeat, "values": plan.values(t)} for t in trials]
        screen.result_json({"size": plan.size, "metric": plan.goal.name, "trials": listed})
        return
    rows = [[str(trial.number), str(trial.repeat), *map(value_text, trial.values)] for trial in trials]
    screen.result_table(table(["trial", "repeat", *plan.keys], rows, ["trial", "repeat"]))
    more = f", {len(trials)} of them in the first stage" if len(trials) < plan.size else ""
    screen.info(f"{plural(plan.size, 'trial')}{more}; the best by {plan.goal.name}")


def _draw(context: CommandContext, ending: "SweepEnd") -> None:
    """Draw the overview of a finished sweep; a failure is only a warning.

    It comes last: most of its second is the import of matplotlib.
    """
    if context.json or context.screen.quiet or ending.status != "done" or ending.results.best is None:
        return
    from npnet.plots import draw
    from npnet.plots.from_run import sweep_material

    try:
        draw(sweep_material(ending.run), ["overview"], ending.run.plots)
    except NpnetError as error:
        context.screen.warn(f"the overview is missing: {error.message}; npnet plot {ending.run.id} tries again")


def _report(context: CommandContext, ending: "SweepEnd", folder: str) -> int:
    """Show the best points and the failed trials, print the folder, and return the exit code."""
    from npnet.cli.console.sweeping import rule_of_best, standings_table
    from npnet.cli.console.tables import table
    from npnet.rundir.run import best_trial_of

    results, screen = ending.results, context.screen
    best, failed = results.best, {str(number): why for number, why in sorted(results.failed.items())}
    if results.trials:
        screen.info_table(standings_table(results))
    if best is not None and (rule := rule_of_best(results.plan, best_trial_of(ending.run).info)):
        screen.info(rule)
    if failed:
        screen.info("")
        screen.info_table(table(["failed", "because"], failed.items()))
    if len(results.workers) > 1:
        screen.warn("its trials were trained on different machines or versions of NumPy: their last bits may differ")
    if context.json:
        trial = None if best is None else {"trial": best.best, "mean": results.plan.goal.written(best.mean)}
        screen.result_json({"sweep": folder, "status": ending.status, "best": trial, "failed": failed})
    else:
        screen.result(folder)
    if ending.status == "interrupted":
        done = f"{len(results.trials)} of {plural(results.plan.size, 'trial')}"
        screen.warn(f"interrupted after {done}; npnet resume continues it")
    return ending.code
