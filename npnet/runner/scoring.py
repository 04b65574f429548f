"""Scores of a finished run, computed again from its weights, on its own data or another file, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Task
from npnet.data.datasets.text import Text
from npnet.diagnosis.setup_verdicts import not_finite, undefined, unfinite
from npnet.errors import UsageError
from npnet.experiment.resources import limited
from npnet.metrics import DECIDED, lacking, measure, metrics
from npnet.metrics.calibration import DecisionRule
from npnet.model.outputs import Calibration, score_outputs
from npnet.model.predictor import Scores, SplitPredictor
from npnet.registry import nearest
from npnet.rng import stream
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.labelled_rows import labelled, read_with_targets
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.text.measuring import scored_text

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Rows = tuple[NDArray[Any], Floats, NDArray[np.int64] | None]
"""Targets (samples, ...) and outputs (outputs, samples) that can be scored, and which belong to one row."""

OTHER = "data"  # the name of the split that another file is
LEVEL = 0.95


@dataclass(frozen=True)
class Question:
    """What to score: which split, which metrics, at which threshold, on which rows, with how many bootstrap draws.

    `data` is a file or a table in memory, `tables` are the files of its side tables by their names.
    """

    part: str | None = None
    names: tuple[str, ...] | None = None
    threshold: float | None = None
    data: object | None = None
    bootstrap: int = 0
    tables: Mapping[str, str] = field(default_factory=dict)
    layout: Mapping[str, Any] = field(default_factory=dict)  # how that file is written


@dataclass(frozen=True)
class Answer:
    """Scores by split, their intervals, how two classes are decided, and what to report."""

    scores: Scores
    rule: DecisionRule | None = None
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def score(run: RunFolder, question: Question) -> Answer:
    """Return the loss and metrics of every split, of one, or of another file; raise UsageError for unknown ones."""
    return _of_file(run, question) if question.data is not None else _of_run(run, question)


def _of_run(run: RunFolder, question: Question) -> Answer:
    predictor = reopen(run)
    task = predictor.data.task
    predictor = predictor.with_calibration(_with_threshold(predictor.calibration, question, task))
    with limited(predictor.resolved.threads):
        found = predictor.all_scores()
        if question.part is not None and question.part not in found:
            raise UsageError(f"the run has no part {question.part}", f"its parts are: {', '.join(found)}")
        chosen = found if question.part is None else {question.part: found[question.part]}
        scores = {name: _picked(scores, question.names, task) for name, scores in chosen.items()}
        drawn = intervals_of(predictor, scores, question.bootstrap)
    warnings = tuple(map(str, (*undefined(predictor, scores), *unfinite(predictor, scores))))
    return Answer(scores, predictor.rule, drawn, warnings=warnings)


def intervals_of(predictor: SplitPredictor, scores: Scores, draws: int) -> dict[str, dict[str, Interval]]:
    """Return the interval of each metric of these splits, of a cross-validation those of `out_of_fold` alone."""
    if not draws:
        return {}
    each = {name: predictor.predictions(name) for name in predictor.data.parts if name in scores}
    if len(predictor.folds) > 1:
        each = {"out_of_fold": predictor.out_of_fold()} if "out_of_fold" in scores else {}
    rows = {name: (part.y, output, _together(part)) for name, (part, output) in each.items()}
    return _drawn(rows, scores, predictor.data.task, predictor.calibration, draws, predictor.experiment.seed)


def _of_file(run: RunFolder, question: Question) -> Answer:
    predictor = RunPredictor.of(run).with_tables(question.tables)
    data = predictor.data
    if question.part is not None:
        raise UsageError("--split is for the run's own data", "leave out --split or --data")
    calibration = _with_threshold(predictor.predictor.calibration, question, data.task)
    rows, notes, odd = _other_rows(predictor, question)
    y, output, _ = rows
    scores = {OTHER: _picked(score_outputs(y, output, data.task, calibration), question.names, data.task)}
    drawn = _drawn({OTHER: rows}, scores, data.task, calibration, question.bootstrap, seed=0)
    lacks = {name: lacking(name, y, data.task) for name in scores[OTHER]}
    null = [f"{name} is null: it needs {lack}, which the file lacks" for name, lack in lacks.items() if lack]
    warnings = (*odd, *null, *map(str, not_finite(OTHER, output)))
    return Answer(scores, calibration.rule(data.task, data.classes), drawn, notes, warnings)


def _other_rows(predictor: RunPredictor, question: Question) -> tuple[Rows, tuple[str, ...], list[str]]:
    """Return the targets and outputs of the rows of a question, and notes and warnings about them."""
    if isinstance(predictor.source, Text):
        if not isinstance(question.data, str):
            raise UsageError("the run is of a text, which is no table", "name a file of text alone")
        y, output, warnings = scored_text(predictor, question.data, question.layout)
        return (y, output, None), (), warnings
    frame = read_with_targets(predictor, question.data, question.layout)
    part, output = labelled(predictor, frame)
    return (part.y, output, _together(part)), frame.notes, predictor.warnings(frame)


def _together(part: Part) -> NDArray[np.int64] | None:
    """Return which rows belong together: the positions of a row; None for rows that are their own."""
    return None if part.position is None else part.rows


def _with_threshold(calibration: Calibration, question: Question, task: Task) -> Calibration:
    if question.threshold is None:
        return calibration
    if task != "binary":
        raise UsageError(f"--threshold is for two classes, the task of this run is {task}", "leave out --threshold")
    return replace(calibration, threshold=question.threshold, chosen_for=None)


def _picked(scores: dict[str, float], names: Sequence[str] | None, task: str) -> dict[str, float]:
    unknown = [name for name in names or () if name not in scores]
    if unknown:
        near = nearest(unknown[0], list(scores))
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(scores)}"
        raise UsageError(f"there is no metric {unknown[0]} of a {task} task", hint)
    return scores if names is None else {name: scores[name] for name in names}


def _drawn(
    rows: Mapping[str, Rows], scores: Scores, task: Task, calibration: Calibration, draws: int, seed: int
) -> dict[str, dict[str, Interval]]:
    if not draws:
        return {}
    names = {split: [name for name in scores[split] if name in metrics] for split in rows}
    return {
        split: intervals(y, output, task, calibration, names[split], draws, seed, together)
        for split, (y, output, together) in rows.items()
    }


def intervals(
    y: NDArray[Any],
    output: Floats,
    task: Task,
    calibration: Calibration,
    names: Sequence[str],
    draws: int,
    seed: int,
    together: NDArray[np.int64] | None = None,
) -> dict[str, Interval]:
    """Return the interval of each metric that holds 95 % of its values over samples drawn with replacement.

    output (outputs, samples). A drawn sample is the count of each row, taken as weights; all metrics see the same
    samples. Rows with the same number in `together` are drawn together. NaN where a metric is undefined on most of
    them. Efron (1979), percentile method.
    """
    decisions = calibration.apply_threshold(output, task)
    values = np.empty((len(names), draws))
    random = stream(seed, "data", 1)
    of_row = np.arange(len(y)) if together is None else np.unique(together, return_inverse=True)[1]
    count = int(of_row.max()) + 1
    for draw in range(draws):
        weight = np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)
        weight = weight if together is None else weight[of_row]
        rows = np.flatnonzero(weight)
        drawn = {False: output[np.newaxis, :, rows], True: decisions[np.newaxis, :, rows]}
        values[:, draw] = [measure(name, y[rows], drawn[name in DECIDED], task, weight[rows])[0] for name in names]
    return {name: _interval(row) for name, row in zip(names, values, strict=True)}


def _interval(values: Floats) -> Interval:
    known = values[np.isfinite(values)]
    if len(known) <= len(values) / 2:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
