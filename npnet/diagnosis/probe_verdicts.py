"""Verdicts that need the network itself: rebuilt from the run, and trained for a few steps."""

from collections.abc import Iterator
from operator import itemgetter

import numpy as np

from npnet.config import Experiment
from npnet.diagnosis.probe import Probe
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts
from npnet.nn.linear import Linear


@verdicts.add("initial_loss")
class InitialLoss(VerdictKind):
    """The loss at the start is far above that of scores of 0: ln K, or the variance."""

    severity = "note"
    number = "loss before training divided by the loss of scores that are all 0"
    threshold = "above 5"
    why = "usual initial values and inputs of size 1 give scores of about 1, and up to 3 times that loss"
    source = "Karpathy (2019), A recipe for training neural networks"
    most = 5.0

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Compare the loss of the initial network with that of scores that are all 0."""
        reference = probe.reference_loss
        initial = record.initial_loss if record.initial_loss is not None else probe.short_training.before
        if not reference > 0 or initial <= self.most * reference:
            return
        yield self.found(
            f"the loss at the start is {initial:.3g}, and {reference:.3g} where all scores are 0: the first steps "
            "only undo the initial values, or the inputs are too large",
            initial / reference,
            evidence="probe",
            epoch=0,
            command=record.train(*smaller_scores(record.experiment)),
        )


@verdicts.add("one_batch")
class OneBatch(VerdictKind):
    """The network cannot fit even a few rows."""

    severity = "problem"
    number = (
        "loss on at most 4 rows after 100 steps on them, divided by the least loss of scores that ignore the inputs"
    )
    threshold = (
        "above 0.5 at the rate of the run, ten times it, 1, 10 and 100 times the usual one, from 3 initial values"
    )
    why = "even a linear map fits 4 different rows, or as many as it has inputs and one more"
    source = "Karpathy (2019), A recipe for training neural networks"
    most = 0.5

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Train on a few rows, several learning rates beside each other."""
        if probe.best.graph.shapes[-1].count > 1:
            raise Unjudged("one target for each row, not one at each position")
        found, constant = probe.one_batch
        least = float(found.after.min())
        if constant <= 1e-6 or least <= self.most * constant:
            return
        yield self.found(
            f"cannot fit a few rows: after {found.steps} steps on them alone the loss is {least:.3g}, and "
            f"{constant:.3g} for scores that ignore the inputs; the layers may be too small, or not pass on what the "
            "rows differ in",
            least / constant,
            evidence="probe",
            command=f"npnet gradcheck {record.config}",
        )


@verdicts.add("update_ratio")
class UpdateRatio(VerdictKind):
    """A step changes the weights by far more, or far less, than a thousandth of their size."""

    number = "root mean square of a step by that of the weights, the median over the layers"
    threshold = "above 0.3 in the first 3 steps, or below 1e-5 in the steps 51 to 100"
    why = "at 0.3 three steps replace the initial weights; at 1e-5 it takes a hundred thousand; about 1e-3 is usual"
    source = "Karpathy (2022), Building makemore, part 3"
    low, high = 1e-5, 0.3

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Measure 100 steps of a training from the initial values."""
        short = probe.short_training
        for ratios, when in ((short.early, "in the first 3 steps"), (short.late, "in the steps 51 to 100")):
            known = {name: float(each[1]) for name, each in ratios.items() if 0 < each[1] < np.inf}
            typical = float(np.exp(np.median(np.log(list(known.values()))))) if known else 1e-3
            large = typical > self.high and ratios is short.early and not probe.warms_up
            small = typical < self.low and ratios is short.late
            if not (large or small):
                continue
            name = (max if large else min)(known.items(), key=itemgetter(1))[0]
            rate = probe.learner.learning_rate * (self.high / 10 if large else 10 * self.low) / typical
            yield self.found(
                f"{when} a step changes the weights by {typical:.2g} of their size, {name} by {known[name]:.2g}; "
                "about 0.001 is usual",
                typical,
                evidence="probe",
                command=record.train(f"learning_rate={rate:.1g}"),
            )


def smaller_scores(experiment: Experiment) -> Iterator[str]:
    """Yield the setting that makes the first scores smaller: of the inputs, or of the last linear layer."""
    last = max((at for at, layer in enumerate(experiment.layers) if isinstance(layer, Linear)), default=None)
    if experiment.preparing == "none":
        yield "scale=standard"
    elif last is not None:
        yield f"layers.{last}.linear.init={{he_uniform: 0.1}}"
