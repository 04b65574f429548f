"""Scoring: the figures of a finished run, computed once more from its weights and its data."""

from collections.abc import Sequence

import numpy as np

from npnet.errors import UsageError
from npnet.fitting import Fitting
from npnet.metrics import evaluate
from npnet.reopening import reopen
from npnet.rundir import Run
from npnet.running.threads import limited

Scores = dict[str, dict[str, float]]

DECIDED = ("accuracy", "balanced_accuracy", "f1", "precision", "recall")
"""The metrics that look at decisions alone, and so depend on the threshold."""


def score(
    run: Run, part: str | None = None, names: Sequence[str] | None = None, threshold: float | None = None
) -> Scores:
    """The loss and the metrics of every part, or of one; UsageError for a part or a metric that is not there."""
    fitting = reopen(run)
    parts = list(fitting.data.parts) if part is None else [part]
    if part is not None and part not in fitting.data.parts:
        raise UsageError(f"the run has no part {part}", f"its parts are: {', '.join(fitting.data.parts)}")
    if threshold is not None and fitting.data.task != "binary":
        raise UsageError("--threshold is for two classes", f"the task of this run is {fitting.data.task}")
    with limited(threads_of(fitting)):
        return {name: _score(fitting, name, names, threshold) for name in parts}


def threads_of(fitting: Fitting) -> int:
    """The BLAS threads that a run was trained with."""
    threads = fitting.experiment.threads
    return threads if isinstance(threads, int) else 1


def _score(fitting: Fitting, part: str, names: Sequence[str] | None, threshold: float | None) -> dict[str, float]:
    scores = fitting.scores(part) | _decided(fitting, part, threshold)
    unknown = [name for name in names or () if name not in scores]
    if unknown:
        raise UsageError(f"there is no metric {unknown[0]} of a {fitting.data.task} task", f"see: {', '.join(scores)}")
    return scores if names is None else {name: scores[name] for name in names}


def _decided(fitting: Fitting, part: str, threshold: float | None) -> dict[str, float]:
    """The scores of decisions at another threshold."""
    if threshold is None:
        return {}
    decisions = np.asarray(fitting.outputs(part) > threshold, np.float64)
    return evaluate(fitting.data.parts[part].y, decisions, fitting.data.task, DECIDED)
