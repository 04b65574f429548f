"""Verdicts on the learning rate: steps that are too large or too small."""

from collections.abc import Iterator

import numpy as np

from npnet.config.writer import changed_options
from npnet.diagnosis.curve_verdicts import relative_error, require_curve
from npnet.diagnosis.probe import Probe
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Verdict, VerdictKind, verdicts


@verdicts.add("learning_rate_high")
class LearningRateHigh(VerdictKind):
    """The learning rate is too high: the training loss jumps, grows or diverges."""

    severity = "problem"
    number = "mean change of train_loss between evaluations of the second half, as a share of its whole fall"
    threshold = (
        "above 10 %, and above 1 % of the loss at the start, with rises in a third of them; or a loss above that at "
        "the start; or a run that diverged"
    )
    why = "train_loss is measured on all training rows: it has no noise but the jumps of the steps themselves"
    source = "LeCun, Bottou, Orr and Müller (1998), Efficient backprop"
    jump, still, rises, falls, above = 0.1, 0.01, 1 / 3, 0.9, 1.2

    def of_record(self, record: Record) -> Iterator[Verdict]:
        """Judge how the training ended, and the second half of the training loss."""
        rate = record.experiment.learning_rate
        command = record.train(f"learning_rate={rate / 10:.3g}") if rate else None
        if record.status == "diverged":
            epoch = int(record.history["epoch"][-1]) if "epoch" in record.history else None
            yield self.found("the training diverged", epoch=epoch, command=command)
            return
        ((epochs, losses),) = require_curve(record, "train_loss")
        start = float(losses[0]) if record.initial_loss is None else max(record.initial_loss, float(losses[0]))
        second = losses[len(losses) // 2 :]
        steps = np.diff(second)
        fall = start - float(losses.min())
        jump = float(np.abs(steps).mean()) / fall if fall > 0 else np.inf
        if record.initial_loss and not has_batch_norm(record) and losses[2:].max() > self.above * record.initial_loss:
            worst = int(np.argmax(losses[2:])) + 2
            text = f"train_loss rose to {losses[worst]:.3g}, above the {record.initial_loss:.3g} before training"
            number = float(losses[worst]) / record.initial_loss
            yield self.found(text, number, severity="warning", epoch=int(epochs[worst]), command=command)
            return
        still = float(np.abs(steps).mean()) <= self.still * abs(start)
        if jump <= self.jump or still or np.mean(steps > 0) < self.rises:
            return
        yield self.found(
            "train_loss jumps from evaluation to evaluation: in the second half it changes by "
            f"{np.abs(steps).mean():.2g} each time, {jump:.0%} of its whole fall, and rises in "
            f"{np.mean(steps > 0):.0%} of them",
            jump,
            severity="warning",
            epoch=int(epochs[len(losses) // 2]),
            command=command,
        )

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Compare a few steps with the learning rate of the run and with a tenth of it."""
        short = probe.short_training
        smaller, own = float(short.after[0]) / short.before, float(short.after[1]) / short.before
        if probe.warms_up or not short.before > 0 or own <= 1 or smaller >= self.falls:
            return
        rate = probe.learner.learning_rate
        yield self.found(
            f"after {short.steps} steps with a learning rate of {rate:.3g} the training loss is {short.after[1]:.3g}, "
            f"and was {short.before:.3g} before them; with {rate / 10:.3g} it is {short.after[0]:.3g}",
            own,
            evidence="probe",
            severity="warning",
            command=record.train(f"learning_rate={rate / 10:.3g}"),
        )


@verdicts.add("learning_rate_low")
class LearningRateLow(VerdictKind):
    """The learning rate is too low: a few steps with a larger one get further."""

    number = (
        "least validation_loss of the training minus that of 100 steps with a larger rate, by the loss at the start"
    )
    threshold = "above 5 % and 2 standard errors, with ten times the rate or the usual one; or a rate that rounds to 0"
    why = "if 100 steps with a larger rate beat the whole training on rows that did not train, the rate was too low"
    source = "Smith (2017), Cyclical learning rates"
    share, errors = 0.05, 2.0

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Compare the best epoch with a few steps with a larger rate, on the validation set if there is one."""
        short = probe.short_training
        name = "validation_loss" if len(short.validation) else "train_loss"
        ((epochs, losses),) = require_curve(record, name, fewest=1)
        after, least = (short.validation if len(short.validation) else short.after)[2:], float(losses.min())
        best = int(np.argmin(after))
        gain = (least - float(after[best])) / short.before if short.before > 0 else 0.0
        noise = self.errors * relative_error(record) * least / short.before if gain else 0.0
        if gain <= max(self.share, noise):
            return
        rate = float(short.rates[2 + best])
        yield self.found(
            f"{short.steps} steps with a learning rate of {rate:.3g} reach a {name} of {after[best]:.3g}; "
            f"the whole training with {probe.learner.learning_rate:.3g} reached {least:.3g}",
            gain,
            evidence="probe",
            epoch=int(epochs[-1]),
            command=record.train(f"learning_rate={rate:.3g}"),
        )


def has_batch_norm(record: Record) -> bool:
    """Return whether a network has running statistics, which change more slowly than the weights."""
    return "batch_norm" in repr(changed_options(record.experiment))
