"""Trainings and sweeps from Python: what `npnet train` and `npnet sweep` do, with the run as an object."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npnet.api.configs import Config, Folder, load_config, python_errors, runs_folder
from npnet.api.display import training_display
from npnet.api.run import Run
from npnet.errors import UsageError
from npnet.machine.signals import Interrupted, Stop, interruptible
from npnet.rundir.run import RunFolder
from npnet.runner import Ending, RunOptions, run_training

if TYPE_CHECKING:
    from npnet.model.predictor import SplitPredictor


def train(
    config: "Config",
    overrides: "Mapping[str, Any] | None" = None,
    /,
    *,
    name: str | None = None,
    tags: Sequence[str] = (),
    runs_dir: "Folder" = None,
    run_dir: "Folder" = None,
    baselines: bool = False,
    plots: bool = False,
    quiet: bool = False,
    **keys: Any,
) -> Run:
    """Train a config into a run folder, as `npnet train` does with the same bits; return the run.

    The config is the path of a YAML file, a YAML text, or a dict. `overrides` are keys with dots and their values, as
    `{"layers.0.linear.units": 32}`; keys without dots may be keywords. Paths in a text or a dict start at the current
    folder. The run goes into `runs_dir` (default: NPNET_RUNS_DIR, or runs), or into the new folder `run_dir`.
    `baselines` also scores simple models of scikit-learn; `plots` draws the usual plots into the folder, which
    `run.plot(kind)` draws at any time; `quiet` shows no progress.

    Raises ConfigError with every mistake of the config, DataError, RunError, MachineError, or Diverged where the
    training diverges; NpnetWarning where the command warns. Ctrl-C ends the training after the current batch with
    KeyboardInterrupt; the run keeps its best weights, and `run.resume()` continues it.

    >>> run = npnet.train({"dataset": "moons", "layers": [npnet.Linear(8), npnet.Tanh(), npnet.Linear()]}, epochs=5)
    >>> run.metrics.loc["roc_auc", "test"] > 0.5
    True
    """
    loaded = load_config(config, _merged(overrides, keys))
    given = RunOptions(
        runs_folder(runs_dir),
        None if run_dir is None else Path(run_dir),
        name,
        _tags(tags),
        draw if plots else None,
        baselines,
    )
    with python_errors(), stopping() as stop:
        return finished(run_training(loaded, given, training_display(quiet), stop), stop)


def draw(run: RunFolder, predictor: "SplitPredictor") -> None:
    """Draw the usual plots of a training into its folder."""
    from npnet.plots.from_run import draw_usual

    draw_usual(run, predictor)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Inside, Ctrl-C asks the work to stop in good order; its KeyboardInterrupt says how to continue."""
    with interruptible() as stop:
        try:
            yield stop
        except Interrupted as halted:
            if halted.hint:
                halted.add_note(f"hint: {halted.hint}")
            raise


def finished(ending: Ending, stop: Stop) -> Run:
    """Return the run of a training that has ended; raise Diverged or KeyboardInterrupt for an early end."""
    run = Run(ending.run.path)
    if ending.error is not None:
        ending.error.add_note(f'npnet.Run("{run.id}") has its history, and the best weights before')
        raise ending.error
    if stop:
        halted = Interrupted(stop.number)
        halted.hint = f'npnet.Run("{run.id}") has the best weights so far, its resume() continues the training'
        raise halted
    return run


def _merged(overrides: Mapping[str, Any] | None, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return overrides and keywords together; raise UsageError for a key that is in both."""
    if overrides is not None and not isinstance(overrides, Mapping):
        hint = 'write them as {"layers.0.linear.units": 32}, or as keywords: epochs=5'
        raise UsageError(f"overrides are a dict, not {type(overrides).__name__}", hint)
    given = dict(overrides or {})
    if twice := next((key for key in keys if key in given), None):
        raise UsageError(f"{twice} is given twice", f"leave out one of them: {twice}={keys[twice]!r}")
    return given | dict(keys)


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    return (tags,) if isinstance(tags, str) else tuple(map(str, tags))
