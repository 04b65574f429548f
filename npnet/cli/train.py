"""`npnet train`: a config becomes a run folder."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Config, Here, Overrides, command, refuse_options, refuse_twice
from npnet.cli.console.streams import UnreadError
from npnet.errors import MachineError

if TYPE_CHECKING:
    from npnet.config import Loaded
    from npnet.rundir import Run
    from npnet.runner import Ending, RunOptions

EXAMPLES = """
npnet train circles.yaml
npnet train circles.yaml learning_rate=1e-3 layers.0.linear.units=32
run=$(npnet train circles.yaml --quiet --name wide --tag paper)
npnet train circles.yaml --cv 5
npnet train circles.yaml --baselines
npnet train circles.yaml --dry-run
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "train", EXAMPLES, ignore_unknown_options=True)(train)


def train(
    here: Here,
    config: Config,
    overrides: Overrides = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run; else the config's.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag for the run; may be repeated.")] = None,
    cv: Annotated[int | None, typer.Option(metavar="K", help="Cross-validate with K folds, as cv=K does.")] = None,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Score simpler models of scikit-learn on the same rows too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    no_plots: Annotated[bool, typer.Option("--no-plots", help="Draw no pictures.")] = False,
    run_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="The run folder, new or empty.")] = None,
) -> int | None:
    """Train, score and draw; prints the run folder.

    Ctrl-C ends the training after the batch and keeps the best weights; a second one stops at once.
    """
    refuse_options([str(config), *(overrides or [])])
    refuse_twice({} if cv is None else {"--cv": "cv"}, overrides or [])
    from npnet.config import load
    from npnet.runner import RunOptions

    loaded = load(config, [*([] if cv is None else [f"cv={cv}"]), *(overrides or [])])
    if dry_run:
        rehearse(here, loaded)
        return None
    return run(here, loaded, RunOptions(here.runs_dir, run_dir, name, tuple(tag or ()), not no_plots, baselines))


def rehearse(here: Here, loaded: "Loaded") -> None:
    """Check everything, and say what would be trained."""
    from npnet.cli.console.tables import outline_text
    from npnet.runner import outline, prepare_run
    from npnet.runner.starting import run_to_start_from

    run_to_start_from(loaded.experiment, loaded.base, here.runs_dir)
    plan = outline(prepare_run(loaded))
    if here.json:
        here.screen.result_json(asdict(plan))
    else:
        here.screen.result_table(outline_text(plan))


def run(here: Here, loaded: "Loaded", wishes: "RunOptions") -> int:
    """Train, and say how it went and where the run is."""
    from npnet.cli.console.progress import TrainingDisplay
    from npnet.runner import run_training

    ending = run_training(loaded, wishes, TrainingDisplay(here.screen), here.stop)
    return told(here, ending, str(wishes.run_dir or wishes.runs_dir / ending.run.id))


def told(here: Here, ending: "Ending", folder: str) -> int:
    """Show the scores, name the folder, and say what kept the training from its end."""
    from npnet.cli.console.tables import baselines_text, scores_text

    if ending.metrics:
        here.screen.say_table(scores_text(ending.metrics, ending.rule))
    if compared := baselines_text(ending.metrics, ending.baselines, ending.rule):
        here.screen.say("")
        here.screen.say_table(compared)
    with suppress(UnreadError, MachineError):  # whoever started the training may be gone
        name_folder(here, folder, ending)
    if ending.status == "interrupted":
        here.screen.warn(f"interrupted; {kept_text(ending.run)}npnet resume {ending.run.id} goes on")
    if ending.error:
        here.screen.error(ending.error)
    return ending.code


def kept_text(run: "Run") -> str:
    """Which weights of a training that was cut short are kept, where it came so far."""
    from npnet.engine.loop import epochs_text

    monitored = run.info.get("monitored")
    if not monitored:
        return ""
    return f"the best weights, of {epochs_text(**monitored)}, are kept: npnet evaluate {run.id}; "


def name_folder(here: Here, folder: str, ending: "Ending") -> None:
    """Write the run folder, alone or with the scores."""
    from npnet.rundir import with_threshold

    if here.json:
        metrics = with_threshold(ending.metrics, ending.rule)
        told: dict[str, object] = {"run": folder, "status": ending.status, "metrics": metrics}
        here.screen.result_json(told | ({"baselines": ending.baselines} if ending.baselines else {}))
    else:
        here.screen.result(folder)
