"""Verdicts on the predictions for rows that did not train."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.data.datasets.table import Table
from npnet.diagnosis.outcome import Estimate, Outcome
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts
from npnet.metrics import for_task, metrics
from npnet.text import listed, quoted

Counts = NDArray[np.int64]
FEWEST = 10
"""Rows from which on predictions are judged."""


def held_out(record: Record) -> tuple[str, Outcome]:
    """Return predictions of rows that did not train; raise Unjudged where there are none that can be judged."""
    if record.held_out is None and record.experiment.validates:
        raise Unjudged("predictions of held-out rows, which this run does not keep")
    if record.held_out is None:
        raise Unjudged("predictions of a validation or a test set", record.train("split.validation=0.2"))
    split, outcome = record.held_out
    if not outcome.finite:
        raise Unjudged("predictions that are finite numbers")
    if len(outcome.y) < FEWEST:
        raise Unjudged(f"at least {FEWEST} rows in the {split} set; there are {len(outcome.y)}")
    return split, outcome


@verdicts.add("constant_baseline")
class ConstantBaseline(VerdictKind):
    """The network is no better than the best prediction that ignores the inputs."""

    severity = "problem"
    number = "loss of the network minus the loss of the shares of the classes, or of the mean, on held-out rows"
    threshold = "not below 0 by more than 2 standard errors of the difference, nor by more than 5 % of the loss"
    why = "the difference is taken row by row; of classes, balanced accuracy within 2 standard errors of 1 / K too"
    source = "Karpathy (2019), A recipe for training neural networks"
    errors, share = 2.0, 0.05

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Compare the losses row by row."""
        split, outcome = held_out(record)
        gain = Estimate.of(outcome.constant_losses - outcome.losses)
        constant = float(outcome.constant_losses.mean())
        if constant <= 0 or gain.value > self.share * constant or gain.value > self.errors * gain.error > 0:
            return
        if self._ranks(record, outcome):
            return
        what = "the mean" if outcome.task in ("regression", "counts") else "the shares of the classes"
        yield self.found(
            f"no better than a prediction that ignores the inputs: on the {split} rows the loss is "
            f"{outcome.losses.mean():.3g}, and {constant:.3g} for {what} (difference {-gain.value:.2g} ± "
            f"{gain.error:.1g})",
            -gain.value,
            epoch=record.best_epoch,
            command=record.train("--baselines"),
        )

    def _ranks(self, record: Record, outcome: Outcome) -> bool:
        """Return whether decisions depend on the inputs: balanced accuracy above that of any constant, 1 / K."""
        if outcome.task in ("binary", "multiclass"):
            right = outcome.decisions(record.calibration.threshold) == outcome.y
            classes = np.unique(outcome.y)
            each = [Estimate.of(right[outcome.y == code].astype(np.float64)) for code in classes]
            value = float(np.mean([one.value for one in each]))
            error = float(np.sqrt(np.sum([one.error**2 for one in each])) / len(classes))
            return value - 1 / len(classes) > self.errors * error
        if outcome.task == "regression":  # a network that predicts medians may lose to the mean in squares
            y, medians = outcome.y, np.median(outcome.y, axis=0)
            gain = Estimate.of((np.abs(y - medians) - np.abs(y - outcome.output.T)).mean(axis=1))
            return gain.value > self.errors * gain.error
        return False


@verdicts.add("class_ignored")
class ClassIgnored(VerdictKind):
    """A class is never predicted although rows have it."""

    number = "rows of the class on which no row is predicted to be of it"
    threshold = "no prediction of a class that 10 rows or more have"
    why = "a network that finds one row in four of a class predicts none of 10 with a chance of 6 %"
    source = "He and Garcia (2009), Learning from imbalanced data"
    fewest, rare = 10, 0.9

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Count the decisions of each class."""
        if record.task not in ("binary", "multiclass"):
            return
        split, outcome = held_out(record)
        decided = np.bincount(outcome.decisions(record.calibration.threshold), minlength=len(record.classes))
        rows = np.bincount(outcome.y, minlength=len(record.classes))
        ignored = np.flatnonzero((decided == 0) & (rows >= self.fewest))
        if not len(ignored):
            self._require_rows(record, split, rows, decided)
            return
        names = listed(quoted(record.classes[code]) for code in ignored.tolist())
        count = int(rows[ignored].sum())
        rare = record.experiment.class_weight is None and rows[ignored].min() < self.rare * rows.sum() / len(rows)
        command = record.train("class_weight=balanced") if rare else None
        yield self.found(
            f"never predicts {names}, the class of {count} of {len(outcome.y)} {split} rows",
            float(count),
            epoch=record.best_epoch,
            command=command,
        )

    def _require_rows(self, record: Record, split: str, rows: Counts, decided: Counts) -> None:
        """Raise Unjudged where a class is not predicted either, but has too few rows."""
        few = np.flatnonzero((decided == 0) & (rows > 0))
        if len(few):
            code = int(few[0])
            what = (
                f"{quoted(record.classes[code])} in the {split} set, which is never predicted; there are {rows[code]}"
            )
            raise Unjudged(f"at least {self.fewest} rows of {what}")


@verdicts.add("validation_test_gap")
class ValidationTestGap(VerdictKind):
    """The losses on the validation and the test set differ by more than chance."""

    number = "test loss minus validation loss, in standard errors of the difference"
    threshold = "above 3 in size, and above 10 % of the validation loss"
    why = "3 standard errors, as the best epoch was chosen on the validation set; both sets need 30 rows"
    source = "two-sample z test of means"
    errors, share, fewest = 3.0, 0.1, 30

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Compare the mean losses of both sets."""
        pair = [record.outcomes.get(split) for split in ("validation", "test")]
        if any(one is None for one in pair):
            raise Unjudged("a validation and a test set", record.train("split.validation=0.2", "split.test=0.2"))
        known = [one for one in pair if one is not None and one.finite and len(one.y) >= self.fewest]
        if len(known) < 2:
            raise Unjudged(f"{self.fewest} rows in the validation and in the test set")
        valid, test = (Estimate.of(one.losses) for one in known)
        error = float(np.hypot(valid.error, test.error))
        gap = test.value - valid.value
        if abs(gap) <= max(self.errors * error, self.share * abs(valid.value)):
            return
        source = record.experiment.dataset
        later = isinstance(source, Table) and source.time is not None
        why = "the test rows are of a later time" if later else "the sets may differ in more than chance"
        yield self.found(
            f"validation and test disagree: the loss is {valid} on the validation rows and {test} on the test rows, "
            f"{abs(gap) / error:.1f} standard errors apart; {why}",
            gap / error,
            epoch=record.best_epoch,
            command=f"npnet data check {record.config}" if later else record.train("--cv", "5"),
        )


@verdicts.add("uncalibrated_weights")
class UncalibratedWeights(VerdictKind):
    """Class weights move the probabilities away from the shares of the classes."""

    number = "mean probability of a class minus its share among held-out rows, in standard errors"
    threshold = "above 3 in size and above 0.05, with class_weight"
    why = "a network that sees a class twice as often learns a probability that is right for such rows alone"
    source = (
        "Saerens, Latinne and Decaestecker (2002), Adjusting the outputs of a classifier to new a priori probabilities"
    )
    errors, least = 3.0, 0.05

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Compare the mean probabilities with the shares of the classes."""
        if record.experiment.class_weight is None or record.task not in ("binary", "multiclass"):
            return
        split, outcome = held_out(record)
        gaps = [
            Estimate.of(probability - (outcome.y == code)) for code, probability in enumerate(outcome.probabilities)
        ]
        code = max(range(len(gaps)), key=lambda one: (abs(gaps[one].value), one))
        gap = gaps[code]
        if abs(gap.value) <= max(self.least, self.errors * gap.error):
            return
        share, mean = np.mean(outcome.y == code), outcome.probabilities[code].mean()
        yield self.found(
            f"probabilities are not calibrated: class_weight gives {quoted(record.classes[code])} a probability of "
            f"{mean:.2g} on average, and {share:.2g} of the {split} rows are of it; decisions may be what you want, "
            "probabilities are not",
            gap.value / gap.error,
            epoch=record.best_epoch,
            command=record.train("class_weight=null", *self._threshold(record)),
        )

    @staticmethod
    def _threshold(record: Record) -> tuple[str, ...]:
        return ("threshold=balanced_accuracy",) if record.task == "binary" else ()


@verdicts.add("underfitting")
class Underfitting(VerdictKind):
    """A simple model beats the network on held-out rows and on the training rows."""

    number = "score of the best baseline minus that of the network on the validation set"
    threshold = "a baseline with a better main score on the validation set, and on the training set too"
    why = "a network that fits its own training rows worse than a simple model has not learned what is there"
    source = "Goodfellow, Bengio and Courville (2016), Deep learning, chapter 11"
    errors = 2.0

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Compare the network with the baselines that were trained beside it."""
        if not record.baselines or not record.metrics:
            raise Unjudged("baselines beside the network", record.train("--baselines"))
        split = next((name for name in ("validation", "test") if name in record.metrics), None)
        if split is None:
            raise Unjudged("a validation or a test set", record.train("split.validation=0.2", "--baselines"))
        name = for_task(record.task)[0]
        sign = 1.0 if metrics[name].goal == "maximize" else -1.0
        rows = len(record.outcomes[split].y) if split in record.outcomes else 0
        own = {part: sign * record.metrics[part].get(name, np.nan) for part in ("train", split)}
        for baseline, scores in record.baselines.items():
            other = {part: sign * scores.get(part, {}).get(name, np.nan) for part in own}
            ahead = {part: other[part] - own[part] for part in own}
            if not all(np.isfinite(value) and value > self.margin(own[part], rows) for part, value in ahead.items()):
                continue
            words = baseline.replace("_", " ")
            yield self.found(
                f"underfits: {words} has a {name} of {sign * other['train']:.3g} on the training rows and "
                f"{sign * other[split]:.3g} on the {split} rows, the network {sign * own['train']:.3g} and "
                f"{sign * own[split]:.3g}; more units, more epochs or another learning rate",
                ahead[split],
                epoch=record.best_epoch,
                command=record.train(f"epochs={2 * record.experiment.epochs}"),
            )
            return

    def margin(self, score: float, rows: int) -> float:
        """Return 2 standard errors of a share, which bound those of an area under the ROC and of R² near 1 as well."""
        share = min(max(abs(score), 0.0), 1.0)
        return self.errors * float(np.sqrt(max(share * (1 - share), 0.01) / max(rows, 1)))
