"""Scoring: the figures of a finished run, computed once more from its weights and its data."""

from collections.abc import Sequence
from dataclasses import replace

from npnet.crossval import Scores, all_scores
from npnet.errors import UsageError
from npnet.fitting import Fitting
from npnet.reopening import reopen
from npnet.rundir import Run
from npnet.running.threads import limited


def score(
    run: Run, part: str | None = None, names: Sequence[str] | None = None, threshold: float | None = None
) -> Scores:
    """The loss and the metrics of every part, or of one; UsageError for a part or a metric that is not there."""
    fitting = reopen(run)
    if threshold is not None:
        if fitting.data.task != "binary":
            raise UsageError("--threshold is for two classes", f"the task of this run is {fitting.data.task}")
        fitting.decisions = replace(fitting.decisions, threshold=threshold)
    with limited(threads_of(fitting)):
        found = all_scores(fitting)
    if part is not None and part not in found:
        raise UsageError(f"the run has no part {part}", f"its parts are: {', '.join(found)}")
    chosen = found if part is None else {part: found[part]}
    return {name: _picked(scores, names, fitting.data.task) for name, scores in chosen.items()}


def threads_of(fitting: Fitting) -> int:
    """The BLAS threads that a run was trained with."""
    threads = fitting.experiment.threads
    return threads if isinstance(threads, int) else 1


def _picked(scores: dict[str, float], names: Sequence[str] | None, task: str) -> dict[str, float]:
    unknown = [name for name in names or () if name not in scores]
    if unknown:
        raise UsageError(f"there is no metric {unknown[0]} of a {task} task", f"see: {', '.join(scores)}")
    return scores if names is None else {name: scores[name] for name in names}
