"""Verdicts on the data, the settings and the scores of a training: what `npnet train` warns of before it begins."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import single_rows
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Evidence, Verdict, VerdictKind, verdicts
from npnet.metrics import for_task, lacking
from npnet.model.predictor import SplitPredictor
from npnet.nn.layer import layers
from npnet.text import first_of, listed

BOUNDS = {
    "relu": "at 0 or above",
    "softplus": "above 0",
    "tanh": "between -1 and 1",
    "elu": "above -alpha",
    "selu": "above -1.76",
    "gelu": "above -0.17",
    "silu": "above -0.28",
    "mish": "above -0.31",
}
"""Activations with bounded outputs, and the bounds; sigmoid and softmax have checks of their own."""
ONE_ROW = {
    "validation": "the validation set has one row: it alone chooses the best epoch",
    "test": "the test set has one row: its scores say little about other rows",
}


def warnings(training: SplitPredictor) -> list[Verdict]:
    """Return the verdicts on the data of a run, each once; of many the first."""
    return [*of_data(training), *undefined(training, training.data.parts)]


def of_data(training: SplitPredictor) -> list[Verdict]:
    """Return the verdicts on columns, sizes and classes, each once; of many the first."""
    kinds = (OddColumns, SharedTestSet, FewRows, BoundedOutputs)
    return [verdict for kind in kinds for verdict in kind().of_data(training)]


def undefined(training: SplitPredictor, splits: Iterable[str]) -> Iterator[Verdict]:
    """Yield a verdict for each score that is undefined on one of the splits, and so null in metrics.json."""
    task, several = training.data.task, len(training.sides) // len(training.folds)
    for split in [name for name in splits if name in training.data.parts]:
        each = [side.parts[split].each_target.y for side in training.sides]
        targets = [np.concatenate(each[start : start + several]) for start in range(0, len(each), several)]
        for name in for_task(task):
            lacks = {fold: lack for fold, y in enumerate(targets, 1) if (lack := lacking(name, y, task))}
            if lacks:
                some = "every fold" if len(lacks) == len(targets) else f"fold {listed(lacks)}"
                which = f"{some} of that split" if len(targets) > 1 else "that split"
                text = f"{name} of {split} is null: it needs {next(iter(lacks.values()))}, which {which} lacks"
                yield UndefinedScore.found(text, evidence="data")


def unfinite(predictor: SplitPredictor, scores: Mapping[str, Mapping[str, float]]) -> Iterator[Verdict]:
    """Yield a verdict for each split without scores, where some of its outputs are not finite."""
    for split in predictor.data.parts:
        if any(np.isnan(value) for value in scores.get(split, {}).values()):
            each = [predictor.predictions(split, fold)[1] for fold in range(len(predictor.folds))]
            yield from not_finite(split, np.concatenate(each, axis=1))


def not_finite(split: str, output: NDArray[np.float64], evidence: Evidence = "data") -> Iterator[Verdict]:
    """Yield a verdict where some outputs (outputs, samples) are not finite, and give no scores."""
    rows = int(np.count_nonzero(~np.isfinite(output).all(axis=0)))
    if rows:
        text = f"the scores of {split} are null: the outputs for {rows} of {output.shape[1]} rows are not finite"
        yield InfiniteOutputs.found(text, float(rows), evidence=evidence)


@verdicts.add("odd_columns")
class OddColumns(VerdictKind):
    """Columns are left out, look like identifiers, or hold values that look odd."""

    number = "none"
    threshold = "the rules of `npnet data check`"
    why = "a column that says nothing, or that no other row can have, is not what the network should learn from"
    source = "docs/tables.md"

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Yield the notes of all folds, each once."""
        found = list(dict.fromkeys(note for fold in training.folds for note in fold.notes))
        for text in first_of(found, "npnet data check lists every column"):
            yield self.found(text, evidence="data")


@verdicts.add("shared_test_set")
class SharedTestSet(VerdictKind):
    """One file is the validation set and the test set."""

    number = "none"
    threshold = "the same path"
    why = "scores of rows that chose the best epoch are too good"
    source = "Hastie, Tibshirani and Friedman (2009), chapter 7"

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Compare the files of the config."""
        source = training.experiment.dataset
        if isinstance(source, Table) and source.validation is not None and source.validation == source.test:
            text = f"validation and test are both {source.test}: the test scores are of rows that chose the best epoch"
            yield self.found(text, evidence="data")


@verdicts.add("few_rows")
class FewRows(VerdictKind):
    """There are more inputs than training rows, or a set or every class has a single row."""

    number = "inputs, or rows"
    threshold = "more inputs than training rows; one row"
    why = "a linear map of as many inputs as rows can fit any targets"
    source = "Cover (1965), Geometrical and statistical properties of systems of linear inequalities"

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Count the rows of training, of each set, of each class."""
        data = training.data
        rows = len(data.parts["train"].y)
        if data.inputs > rows:
            plural = "s" * (rows != 1)
            text = f"{data.inputs} inputs but only {rows} training row{plural}: the network will probably overfit"
            yield self.found(text, float(data.inputs), evidence="data")
        if len(training.folds) == 1:
            single = (text for name, text in ONE_ROW.items() if name in data.parts and len(data.parts[name].y) == 1)
            yield from (self.found(text, 1.0, evidence="data") for text in single)
        if data.task in ("binary", "multiclass") and not data.predicts_next:
            codes = np.concatenate([part.each_target.y for part in data.parts.values()])
            counts = np.bincount(codes, minlength=len(data.classes)).tolist()
            if note := single_rows(data.targets[0], dict(zip(data.classes, counts, strict=True))):
                yield self.found(note, 1.0, evidence="data")


@verdicts.add("bounded_outputs")
class BoundedOutputs(VerdictKind):
    """The last layer bounds the raw scores, which the loss expects to be any number."""

    number = "none"
    threshold = "an activation with bounded outputs as the last layer that the loss does not contain"
    why = "a relu before the loss gives no probability below one half, and no gradient where it is 0"
    source = "Karpathy (2019), A recipe for training neural networks"

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Look at the last layer."""
        name = layers.name_of(training.experiment.layers[-1])
        if name in BOUNDS and name != training.resolved.loss.link:
            what = "probabilities" if training.data.classes else "predictions"
            text = f"{name} as the last layer keeps the outputs {BOUNDS[name]}, and so the {what} in bounds: "
            yield self.found(f"{text}take {name} out", evidence="data")


@verdicts.add("undefined_score")
class UndefinedScore(VerdictKind):
    """A metric is undefined on a set, and null in metrics.json."""

    severity = "note"
    number = "none"
    threshold = "a metric that needs what the rows of a set lack, such as two classes"
    why = "a mean of scores without it would hide that"

    def of_data(self, training: SplitPredictor) -> Iterable[Verdict]:
        """Look at the targets of every set."""
        return undefined(training, training.data.parts)


@verdicts.add("infinite_outputs")
class InfiniteOutputs(VerdictKind):
    """Outputs for some rows are not finite, so that their set has no scores."""

    severity = "problem"
    number = "rows whose outputs are not finite"
    threshold = "one row"
    why = "no score is defined with them"

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Look at the predictions of every set."""
        for split, outcome in record.outcomes.items():
            yield from not_finite(split, outcome.output, "record")
