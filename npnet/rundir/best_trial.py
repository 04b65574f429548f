"""Sweeps among the runs: which folders hold one, and which of its trials answers for it."""

from npnet.errors import RunError
from npnet.rundir import names
from npnet.rundir.run import Run


def is_sweep(run: Run) -> bool:
    """Whether a run is a sweep: many trials, and no network of its own."""
    return (run.path / names.SWEEP).is_file()


def best_trial_of(run: Run) -> Run:
    """The run whose network is meant: the run itself, of a sweep its best trial.

    RunError where a sweep has none yet, or where its link leads elsewhere than to one of its trials.
    """
    if not is_sweep(run):
        return run
    link = run.path / names.BEST
    if not link.is_symlink():
        why = "none of its trials has a score" if run.status == "done" else f"npnet resume {run.id} goes on with it"
        raise RunError(f"the sweep {run.id} has no best trial", why)
    shelf, _, name = str(link.readlink()).partition("/")
    if shelf != names.TRIALS or not names.is_safe(name):
        raise RunError(f"{link} leads elsewhere than to a trial of its sweep", f"npnet resume {run.id} mends it")
    return Run(run.file(f"{shelf}/{name}"))
