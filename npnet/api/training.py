"""Trainings and sweeps from Python: what `npnet train` and `npnet sweep` do, with the run as an object."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack, get_args

from npnet.api.configs import Config, Folder, load_config, runs_folder
from npnet.api.display import sweep_display, training_display
from npnet.api.ending import draw, raise_for, raise_if_stopped, stopping
from npnet.api.options import ConfigKeys
from npnet.api.plugins import Plugins, load_plugins
from npnet.api.reporting import short_traceback, warn
from npnet.api.run import Run, Sweep
from npnet.errors import UsageError
from npnet.runner import RunOptions, run_training
from npnet.text import listed, plural


@short_traceback
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
    plugins: "Plugins" = (),
    **keys: "Unpack[ConfigKeys]",
) -> Run:
    """Train a config into a run folder, as `npnet train` does with the same bits; return the run.

    The config is the path of a YAML file, a YAML text, or a dict. `overrides` are keys with dots and their values, as
    `{"layers.0.linear.units": 32}`; keys without dots may be keywords. Paths in a text or a dict start at the current
    folder. The run goes into `runs_dir` (default: NPNET_RUNS_DIR, or runs), or into the new folder `run_dir`.
    `baselines` also scores simple models of scikit-learn; `plots` draws the usual plots into the folder, which
    `run.plot(kind)` draws at any time; `quiet` shows no progress; `plugins` are Python files that register layers.

    Raises ConfigError with every mistake of the config, DataError, RunError, MachineError, or Diverged where the
    training diverges; NpnetWarning where the command warns. Ctrl-C ends the training after the current batch with
    KeyboardInterrupt; the run keeps its best weights, and `run.resume()` continues it.

    >>> run = npnet.train({"dataset": "moons", "layers": [npnet.Linear(8), npnet.Tanh(), npnet.Linear()]}, epochs=5)
    >>> list(run.metrics.columns)
    ['train', 'validation', 'test']
    """
    load_plugins(plugins)
    loaded = load_config(config, merged(overrides, keys))
    given = RunOptions(
        runs_folder(runs_dir),
        None if run_dir is None else Path(run_dir),
        name,
        tags_of(tags),
        draw if plots else None,
        baselines,
    )
    with stopping() as stop:
        ending = run_training(loaded, given, training_display(quiet), stop)
        raise_for(ending, stop)
    return Run(ending.run.path)


@short_traceback
def sweep(
    config: "Config",
    overrides: "Mapping[str, Any] | None" = None,
    /,
    *,
    method: str | None = None,
    metric: str | None = None,
    seeds: int | None = None,
    trials: int | None = None,
    jobs: int = 1,
    keep: str = "light",
    name: str | None = None,
    tags: Sequence[str] = (),
    runs_dir: "Folder" = None,
    run_dir: "Folder" = None,
    quiet: bool = False,
    plugins: "Plugins" = (),
    **keys: Any,
) -> Sweep:
    """Train a config many times with other values, as `npnet sweep` does; return the sweep.

    A list in `overrides` or a keyword holds the values to try, `{"min": 1e-4, "max": 0.1, "distribution":
    "log_uniform"}` is a range. `method` is grid, random, sobol, halving or tpe, `metric` the score that chooses the
    best, as validation.roc_auc; each point is trained `seeds` times, in `jobs` processes. The other arguments, errors
    and Ctrl-C are those of `npnet.train`; a trial that fails is a warning.

    >>> config = {"dataset": "moons", "layers": [npnet.Linear(8), npnet.Tanh(), npnet.Linear()], "epochs": 3}
    >>> found = npnet.sweep(config, learning_rate=[0.001, 0.1])
    >>> found.best.config["learning_rate"]
    0.1
    """
    from npnet.sweeps.driver import run_sweep
    from npnet.sweeps.plan import Keep, SweepOptions, make_plan

    if keep not in get_args(Keep):
        raise UsageError(f"keep is one of {', '.join(get_args(Keep))}, not {keep!r}")
    if not isinstance(jobs, int) or jobs < 1:
        raise UsageError(f"jobs is a number of processes from 1 on, not {jobs!r}")
    load_plugins(plugins)
    settings = {"method": method, "metric": metric, "seeds": seeds, "trials": trials}
    given = {f"sweep.{key}": value for key, value in settings.items() if value is not None}
    loaded = load_config(config, {**given, **merged(overrides, keys)}, sweep=True)
    folders = runs_folder(runs_dir), None if run_dir is None else Path(run_dir)
    kept: Any = keep
    options = SweepOptions(*folders, name, tags_of(tags), jobs, keep=kept)
    with stopping() as stop:
        ending = run_sweep(make_plan(loaded), options, sweep_display(quiet), stop)
        raise_if_stopped(ending.run, stop)
    if failed := ending.results.failed:
        reasons = listed(dict.fromkeys(failed.values()), 3)
        warn([f"{len(failed)} of {plural(len(ending.results.trials), 'trial')} failed: {reasons}"])
    return Sweep(ending.run.path)


def merged(overrides: Mapping[str, Any] | None, keys: Mapping[str, object]) -> dict[str, Any]:
    """Return overrides and keywords together; raise UsageError for a key that is in both."""
    if overrides is not None and not isinstance(overrides, Mapping):
        hint = 'write them as {"layers.0.linear.units": 32}, or as keywords: epochs=5'
        raise UsageError(f"overrides are a dict, not {type(overrides).__name__}", hint)
    given = dict(overrides or {})
    if twice := next((key for key in keys if key in given), None):
        raise UsageError(f"{twice} is given twice", f"leave out one of them: {twice}={keys[twice]!r}")
    return given | dict(keys)


def tags_of(tags: Sequence[str]) -> tuple[str, ...]:
    """Return tags as a tuple; a single text is one tag."""
    return (tags,) if isinstance(tags, str) else tuple(map(str, tags))
