"""Scoring: the figures of a finished run, computed once more from its weights and data, its own or others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Task
from npnet.errors import UsageError
from npnet.experiment.threads import limited
from npnet.metrics import lacking, metrics
from npnet.metrics.calibration import DecisionRule
from npnet.model.calibrating import figures
from npnet.model.cross_validation import Scores, all_scores, out_of_fold
from npnet.model.fitting import Fitting
from npnet.model.output_transform import Calibration
from npnet.registry import nearest
from npnet.rundir import Run
from npnet.rundir.restore import reopen
from npnet.runner.bootstrap import Interval, intervals
from npnet.runner.notes import not_finite, undefined, unfinite
from npnet.runner.predicting import RunPredictor

OTHER = "data"  # the part that rows of another file are


@dataclass(frozen=True)
class Question:
    """What is asked of a run: which part, which metrics, at which threshold, on which rows, how surely."""

    part: str | None = None
    names: tuple[str, ...] | None = None
    threshold: float | None = None
    data: str | None = None
    bootstrap: int = 0


@dataclass(frozen=True)
class Answer:
    """The scores by part, the intervals of those that were drawn again, how classes are decided, and what to tell."""

    scores: Scores
    rule: DecisionRule | None = None
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that can be scored: what is true (samples, ...), and outputs (outputs, samples)."""

    y: NDArray[Any]
    output: NDArray[np.float64]


def score(run: Run, question: Question) -> Answer:
    """The loss and the metrics of every part, or of one, or of another file; UsageError for what is not there."""
    return _of_file(run, question) if question.data is not None else _of_run(run, question)


def _of_run(run: Run, question: Question) -> Answer:
    fitting = reopen(run)
    task = fitting.data.task
    fitting.calibration = _decisions(fitting.calibration, question, task)
    with limited(fitting.resolved.threads):
        found = all_scores(fitting)
        if question.part is not None and question.part not in found:
            raise UsageError(f"the run has no part {question.part}", f"its parts are: {', '.join(found)}")
        chosen = found if question.part is None else {question.part: found[question.part]}
        scores = {name: _picked(scores, question.names, task) for name, scores in chosen.items()}
        rows = _rows(fitting) if question.bootstrap else {}
    known = {name: rows[name] for name in scores if name in rows}
    drawn = _drawn(known, scores, task, fitting.calibration, question, fitting.experiment.seed)
    return Answer(scores, fitting.rule, drawn, warnings=(*undefined(fitting, scores), *unfinite(fitting, scores)))


def _of_file(run: Run, question: Question) -> Answer:
    oracle = RunPredictor.of(run)
    data = oracle.data
    if question.part is not None:
        raise UsageError("--split is for the run's own data", "leave out --split or --data")
    calibration = _decisions(oracle.predictor.calibration, question, data.task)
    frame = oracle.read_with_targets(str(question.data))
    y = data.target.encode(frame)
    rows = Rows(y, oracle.outputs(frame))
    scores = {OTHER: _picked(figures(y, rows.output, data.task, calibration), question.names, data.task)}
    drawn = _drawn({OTHER: rows}, scores, data.task, calibration, question, seed=0)
    lacks = {name: lacking(name, y, data.task) for name in scores[OTHER]}
    null = [f"{name} is null: it needs {lack}, which the file lacks" for name, lack in lacks.items() if lack]
    bad = not_finite(OTHER, rows.output)
    rule = calibration.rule(data.task, data.classes)
    return Answer(scores, rule, drawn, frame.notes, (*oracle.warnings(frame), *null, *bad))


def _decisions(calibration: Calibration, question: Question, task: Task) -> Calibration:
    if question.threshold is None:
        return calibration
    if task != "binary":
        raise UsageError(f"--threshold is for two classes, the task of this run is {task}", "leave out --threshold")
    return replace(calibration, threshold=question.threshold, chosen_for=None)


def _rows(fitting: Fitting) -> dict[str, Rows]:
    """The rows that can be drawn again; of a cross-validation those that were held."""
    if len(fitting.folds) > 1:
        said = {"out_of_fold": out_of_fold(fitting)}
    else:
        said = {name: fitting.said(name) for name in fitting.data.parts}
    return {name: Rows(part.y, output) for name, (part, output) in said.items()}


def _drawn(
    rows: Mapping[str, Rows], scores: Scores, task: Task, calibration: Calibration, question: Question, seed: int
) -> dict[str, dict[str, Interval]]:
    if not question.bootstrap:
        return {}
    names = {part: [name for name in scores[part] if name in metrics] for part in rows}
    return {
        part: intervals(one.y, one.output, task, calibration, names[part], question.bootstrap, seed)
        for part, one in rows.items()
    }


def _picked(scores: dict[str, float], names: Sequence[str] | None, task: str) -> dict[str, float]:
    unknown = [name for name in names or () if name not in scores]
    if unknown:
        near = nearest(unknown[0], list(scores))
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(scores)}"
        raise UsageError(f"there is no metric {unknown[0]} of a {task} task", hint)
    return scores if names is None else {name: scores[name] for name in names}
