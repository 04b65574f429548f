"""Verdicts on the curves of a training: what its losses did from epoch to epoch."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.outcome import Estimate
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts
from npnet.metrics import metrics

Floats = NDArray[np.float64]
FEWEST = 10
"""Evaluations from which on the shape of a curve is judged."""


def smoothed(values: Floats, width: int) -> Floats:
    """Return the mean of each value and its neighbours, `width` values in all; fewer at the ends."""
    sums = np.convolve(values, np.ones(width), "same")
    return np.asarray(sums / np.convolve(np.ones(len(values)), np.ones(width), "same"))


def require_curve(record: Record, *names: str, fewest: int = FEWEST) -> list[tuple[Floats, Floats]]:
    """Return the epochs and values of columns of the history; raise Unjudged where one has too few values."""
    curves = [record.curve(name) for name in names]
    for name, (epochs, _) in zip(names, curves, strict=True):
        if len(epochs) < fewest:
            more = record.train(f"epochs={max(2 * FEWEST, 2 * record.experiment.epochs)}", "evaluate_every=1")
            raise Unjudged(f"at least {fewest} evaluations of {name}; there are {len(epochs)}", more)
    return curves


def slope(epochs: Floats, values: Floats) -> Estimate:
    """Return the slope of a line through values by epoch, with its standard error."""
    x = epochs - epochs.mean()
    spread = float(x @ x)
    gradient = float(x @ values) / spread
    rest = values - values.mean() - gradient * x
    return Estimate(gradient, float(np.sqrt(rest @ rest / max(len(x) - 2, 1) / spread)))


def relative_error(record: Record) -> float:
    """Return the standard error of the validation loss as a share of it; 0 where there are no predictions."""
    outcome = record.outcomes.get("validation")
    if outcome is None or not outcome.finite:
        return 0.0
    loss = Estimate.of(outcome.losses)
    return abs(loss.error / loss.value) if loss.value else 0.0


@verdicts.add("overfitting")
class Overfitting(VerdictKind):
    """The validation loss rises from an epoch on while the training loss goes on falling."""

    number = "rise of the smoothed validation_loss from its minimum to the end, as a share of the minimum"
    threshold = "above 5 %, above 2 standard errors of the validation loss, and train_loss lower than at the minimum"
    why = "2 standard errors of the mean over the validation rows: a rise that other rows could undo is no verdict"
    source = "Prechelt (1998), Early stopping - but when?"
    least, errors = 0.05, 2.0

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Judge the losses of the history; the predictions of the validation set give the standard error."""
        if "validation_loss" not in record.history:
            raise Unjudged("a validation set", record.train("split.validation=0.2"))
        (epochs, valid), (_, train) = require_curve(record, "validation_loss", "train_loss")
        count = min(len(valid), len(train))
        width = 2 * (count // 40) + 1
        valid, train = smoothed(valid[:count], width), smoothed(train[:count], width)
        least = int(np.argmin(valid))
        rise, fall = float(valid[-1] - valid[least]), float(train[least] - train[-1])
        noise = self.errors * relative_error(record) * float(valid[least])
        if fall <= 0 or valid[least] <= 0 or rise <= max(self.least * float(valid[least]), noise):
            return
        epoch = int(epochs[least])
        kept = f"; the weights of epoch {record.best_epoch} are kept" if record.best_epoch else ""
        yield self.found(
            f"overfits from epoch {epoch} on: validation_loss rose from {valid[least]:.3g} to {valid[-1]:.3g} while "
            f"train_loss fell from {train[least]:.3g} to {train[-1]:.3g}{kept}",
            rise / float(valid[least]),
            epoch=epoch,
            command=record.train("l2=0.001", f"early_stopping={max(5, count // 10)}"),
        )


@verdicts.add("stopped_early")
class StoppedEarly(VerdictKind):
    """The training ended while its monitored score was still getting better."""

    number = "what the last tenth of the epochs gained, as a share of all that was gained"
    threshold = "above 2 %, with a slope above 4 standard errors, and the best epoch among the last tenth"
    why = "a curve that has flattened gains less in a tenth of its epochs; the slope of a noisy one is not certain"
    source = "npnet"
    share, errors = 0.02, 4.0

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Judge the end of the monitored curve."""
        name = record.experiment.monitored
        ((epochs, values),) = require_curve(record, name)
        if record.status != "done" or record.best_epoch is None:
            return
        metric = name.partition("_")[2]
        sign = -1.0 if metric in metrics and metrics[metric].goal == "maximize" else 1.0
        last = max(5, len(values) // 10)
        gained = sign * float(values[0] - values[-last:].mean())
        line = slope(epochs[-last:], sign * values[-last:])
        gain = -line.value * float(epochs[-1] - epochs[-last])
        late = record.best_epoch > epochs[-last - 1]
        if not late or gained <= 0 or gain <= self.share * gained or -line.value <= self.errors * line.error:
            return
        more = 2 * record.experiment.epochs
        yield self.found(
            f"stopped while still improving: the last {last} evaluations moved {name} by {gain:.2g}, "
            f"{gain / gained:.0%} of all that the training gained; the best epoch is {record.best_epoch} of "
            f"{int(epochs[-1])}",
            gain / gained,
            epoch=int(epochs[-1]),
            command=f"npnet resume {record.folder} epochs={more}",
        )


@verdicts.add("plateau")
class Plateau(VerdictKind):
    """The training loss no longer changes, to the last digit."""

    severity = "note"
    number = "the training loss"
    threshold = "the same number after 11 evaluations or more, and not 0"
    why = "a step that changes a weight changes the loss in some digit"
    evaluations = 10

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Look at the end of the training loss."""
        ((epochs, losses),) = require_curve(record, "train_loss")
        same = np.flatnonzero(losses != losses[-1])
        first = int(same[-1]) + 1 if len(same) else 0
        if len(losses) - first <= self.evaluations or not losses[-1]:
            return
        since = int(epochs[first])
        text = f"train_loss has been {losses[-1]:.6g} to the last digit since epoch {since}"
        yield self.found(text, float(losses[-1]), epoch=since, command=record.train(f"epochs={since}"))
