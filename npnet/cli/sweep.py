"""`npnet sweep`: many trainings of one config."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from npnet.cli.commands import Here, Overrides, command, refuse_options, refuse_together, refuse_twice
from npnet.errors import NpnetError, UsageError

if TYPE_CHECKING:
    from npnet.sweep.driver import SweepEnd
    from npnet.sweep.plan import SweepOptions, SweepPlan

SWEEP = """
npnet sweep sweep.yaml
npnet sweep circles.yaml learning_rate=[1e-3,1e-2,1e-1] layers.0.linear.units=[8,16] --seeds 5 -j 2
npnet sweep circles.yaml 'learning_rate={min: 1e-4, max: 0.1, distribution: log_uniform}' --method random --trials 50
npnet sweep circles.yaml learning_rate=[0.01,0.1] --dry-run
npnet sweep sweep.yaml --backend dask --scheduler tcp://127.0.0.1:8786
npnet sweep sweep.yaml --emit-commands | xargs -P 4 -L 1 env
"""
Jobs = Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Processes to train in.", min=1)]
Backend = Annotated[str, typer.Option(metavar="NAME", help="local, dask, or another backend of joblib.")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="The scheduler of a Dask cluster.")]
Failures = Annotated[int | None, typer.Option(metavar="N", help="Stop once more than N trials have failed.", min=0)]
Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", help="How long a trial may take.", min=0.001)]
NoPlots = Annotated[
    bool, typer.Option("--no-plots", help="Draw nothing at the end; --quiet and --json draw nothing either.")
]
KEEP = "light (config, history, scores, weights), all (the last state too), best (weights of one), none (no weights)."


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "sweep", SWEEP, ignore_unknown_options=True)(sweep)


def sweep(
    here: Here,
    config: Annotated[Path | None, typer.Argument(metavar="CONFIG", help="A YAML file.")] = None,
    overrides: Overrides = None,
    method: Annotated[str | None, typer.Option(metavar="NAME", help="grid, random, sobol, halving or tpe.")] = None,
    metric: Annotated[str | None, typer.Option(metavar="SCORE", help="The best has it: validation.roc_auc.")] = None,
    seeds: Annotated[int | None, typer.Option(metavar="N", help="Train each point N times.")] = None,
    trials: Annotated[int | None, typer.Option(metavar="N", help="How many points to try.")] = None,
    trials_from: Annotated[Path | None, typer.Option(metavar="FILE", help="Points as rows of a CSV table.")] = None,
    jobs: Jobs = 1,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    keep: Annotated[str, typer.Option(metavar="WHAT", help=KEEP)] = "light",
    max_failures: Failures = None,
    trial_timeout: Timeout = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the sweep; else the config's.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag for it; may be repeated.")] = None,
    run_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Its folder, new or empty.")] = None,
    no_plots: NoPlots = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the trials, train nothing.")] = False,
    emit_commands: Annotated[
        bool, typer.Option("--emit-commands", help="Print a command for each trial, to be run elsewhere.")
    ] = False,
    collect: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Make the tables of such trials.")] = None,
) -> int | None:
    """Train one config many times with other values; prints the folder.

    A list after KEY= is the values to try, a list option takes a list of lists; {min, max, distribution} is a range.
    Trials that differ in decimals train together as one stack. Ctrl-C stops; npnet resume goes on.
    """
    options = {"method": method, "metric": metric, "seeds": seeds, "trials": trials}
    elsewhere = {"--jobs": jobs != 1, "--backend": backend != "local", "--scheduler": scheduler is not None}
    elsewhere |= {"--max-failures": max_failures is not None, "--trial-timeout": trial_timeout is not None}
    if collect is not None:
        others = {f"--{name}": value is not None for name, value in options.items()}
        refuse_together({"--collect": True, "a config": config is not None, **others, **elsewhere})
        return collected(here, collect)
    refuse_together({"--trials-from": trials_from is not None, "--method": method is not None})
    if emit_commands:
        refuse_together({"--emit-commands": True, "--dry-run": dry_run, **elsewhere})
    if config is None:
        raise UsageError("a config is missing", "npnet sweep CONFIG KEY=[VALUES]")
    refuse_options([str(config), *(overrides or [])])
    plan = plan_of(config, overrides or [], options, trials_from)
    if dry_run:
        rehearse(here, plan)
        return None
    from npnet.sweep.plan import SweepOptions

    wishes = SweepOptions(
        here.runs_dir,
        run_dir,
        name,
        tuple(tag or ()),
        jobs,
        backend,
        scheduler,
        known_keep(keep),
        max_failures,
        trial_timeout,
    )
    if emit_commands:
        emit(here, plan, wishes)
        return None
    return run(here, plan, wishes, not no_plots)


def plan_of(config: Path, overrides: list[str], options: dict[str, Any], table: Path | None) -> "SweepPlan":
    """The plan of a config, with what the command line adds to it."""
    from npnet.config import load
    from npnet.config.overrides import split_sweep_values
    from npnet.sweep.plan import make_plan, read_points

    tries, others = split_sweep_values(overrides)
    given = [f"sweep.{key}={value}" for key, value in options.items() if value is not None]
    refuse_twice({f"--{key}": f"sweep.{key}" for key, value in options.items() if value is not None}, others)
    if table is not None:
        listed, points = read_points(table)
        tries |= listed
        given.append(f"sweep.method={points}")
    return make_plan(load(config, [*given, *others], tries))


def known_keep(text: str) -> Any:
    """What to keep; UsageError for another word."""
    from npnet.sweep.plan import Keep

    if text not in get_args(Keep):
        raise UsageError(f"--keep does not take {text}", f"write {', '.join(get_args(Keep))}")
    return text


def rehearse(here: Here, plan: "SweepPlan") -> None:
    """List the trials; of a search that learns, those of its first stage."""
    from npnet.cli.console.sweeping import written
    from npnet.cli.console.tables import table

    stage = plan.stage(0, [])
    trials = list(plan.trials(stage)) if stage else []
    for trial in trials[: min(len(trials), 100)]:
        plan.experiment(trial)
    if here.json:
        listed = [{"number": t.number, "point": t.point, "repeat": t.repeat, "values": plan.values(t)} for t in trials]
        here.screen.result_json({"size": plan.size, "metric": plan.goal.name, "trials": listed})
        return
    rows = [[str(trial.number), str(trial.repeat), *map(written, trial.values)] for trial in trials]
    here.screen.result_table(table(["trial", "repeat", *plan.keys], rows, ["trial", "repeat"]))
    more = f", {len(trials)} of them in the first stage" if len(trials) < plan.size else ""
    here.screen.say(f"{plan.size} trials{more}; the best by {plan.goal.name}")


def run(here: Here, plan: "SweepPlan", wishes: "SweepOptions", plots: bool) -> int:
    """Train all of it, and say how it went and where it is."""
    from npnet.cli.console.sweeping import SweepDisplay
    from npnet.sweep.driver import run_sweep

    ending = run_sweep(plan, wishes, SweepDisplay(here.screen), here.stop)
    code = told(here, ending, str(wishes.run_dir or wishes.runs_dir / ending.run.id))
    if plots:
        draw(here, ending)
    return code


def draw(here: Here, ending: "SweepEnd") -> None:
    """Draw the overview of a sweep that is done, last of all: it takes a second, most of it matplotlib's start.

    With --quiet and --json nobody watches, and nothing is drawn; that it cannot be drawn is no error.
    """
    if here.json or here.screen.quiet or ending.status != "done" or ending.results.best is None:
        return
    from npnet.plots import draw
    from npnet.sweep.reading import sweep_material

    try:
        draw(sweep_material(ending.run), ["overview"], ending.run.plots)
    except NpnetError as error:
        here.screen.warn(f"the overview is missing: {error.message}; npnet plot {ending.run.id} tries again")


def told(here: Here, ending: "SweepEnd", folder: str) -> int:
    """Show the best points and what failed, and name the folder."""
    from npnet.cli.console.sweeping import failures_table, rule_of_best, standings_table
    from npnet.rundir import best_trial_of

    outcomes = ending.results
    if outcomes.trials:
        here.screen.say_table(standings_table(outcomes))
    if outcomes.best is not None and (rule := rule_of_best(outcomes.plan, best_trial_of(ending.run).info)):
        here.screen.say(rule)
    if outcomes.failed:
        here.screen.say("")
        here.screen.say_table(failures_table(outcomes))
    if len(outcomes.workers) > 1:
        here.screen.warn("its trials were trained by unlike machines or versions of NumPy: their last bits may differ")
    best = outcomes.best
    if here.json:
        failed = {str(number): why for number, why in sorted(outcomes.failed.items())}
        trial = None if best is None else {"trial": best.best, "mean": outcomes.plan.goal.written(best.mean)}
        here.screen.result_json({"sweep": folder, "status": ending.status, "best": trial, "failed": failed})
    else:
        here.screen.result(folder)
    if ending.status == "interrupted":
        here.screen.warn(
            f"interrupted after {len(outcomes.trials)} of {outcomes.plan.size} trials; npnet resume goes on"
        )
    return ending.code


def emit(here: Here, plan: "SweepPlan", wishes: "SweepOptions") -> None:
    """Write the folder, and print a command for each trial."""
    from npnet.sweep.external import commands, prepare_folder

    for line in commands(plan, prepare_folder(plan, wishes)):
        here.screen.result(line)


def collected(here: Here, folder: Path) -> int:
    """Make the tables of trials that were trained elsewhere."""
    from npnet.sweep.external import collect

    return told(here, collect(folder), str(folder))
