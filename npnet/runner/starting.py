"""Starting: weights of another run instead of initial values, where their inputs and outputs mean the same."""

from pathlib import Path

from npnet.config import Experiment
from npnet.data import Prepared
from npnet.data.preprocessing import Preparation
from npnet.errors import RunError
from npnet.model.fitting import Fitting
from npnet.rundir import Run, best_trial_of, find
from npnet.rundir.restore import DataMetadata, metadata_of
from npnet.text import quoted


def start_from(fitting: Fitting, base: Path, runs_dir: Path) -> Run | None:
    """Take over the weights of the run that `weights` names: a folder, from the config on, or what RUN means.

    RunError where they are of another network, or know an input, a target or a class in another place.
    """
    run = run_to_start_from(fitting.experiment, base, runs_dir)
    if run is not None:
        if what := misplaced(metadata_of(run), fitting.data):
            raise RunError(f"{what} of {run.id}", "columns, and classes, must be those of that run in the same order")
        fitting.set_weights(run.weights()[0])
    return run


def run_to_start_from(experiment: Experiment, base: Path, runs_dir: Path) -> Run | None:
    """The run that `weights` names; RunError where there is none of that name."""
    text = experiment.weights
    if text is None:
        return None
    folder = base / text
    return best_trial_of(Run(folder) if folder.is_dir() else find(runs_dir, text))


def misplaced(then: DataMetadata, now: Prepared) -> str | None:
    """Which input, target or class that a network knows is one of the data in another place; None where none is."""
    pairs = {
        "input": (meanings(then.preparations[0]), meanings(now.preparation)),
        "target": (then.targets, now.targets),
        "class": (then.classes, now.classes),
    }
    for what, (old, new) in pairs.items():
        apply_threshold = next(
            (name for name, other in zip(old, new, strict=False) if name != other and name in new), None
        )
        if apply_threshold is not None:
            places = f"number {new.index(apply_threshold) + 1} here, and number {old.index(apply_threshold) + 1}"
            return f"the {what} {quoted(apply_threshold)} is {places} for the weights"
    return None


def meanings(preparation: Preparation) -> list[str]:
    """What each input of a network is, and what each code of an embedding stands for, in their order."""
    levels = {step.column: step.levels for step in preparation.steps if step.kind == "category"}
    first = preparation.width - len(preparation.embedded)
    codes = [f"{column} = {level}" for column in preparation.names[first:] for level in levels[column]]
    return [*preparation.names, *codes]
