"""Verdicts on the data that a network learns from: inputs that are too large, columns that give the target away."""

from collections.abc import Iterator

import numpy as np

from npnet.data.checks.leakage import suspicion
from npnet.data.checks.levels import Levels, ordered_codes
from npnet.data.columns import looks_like_identifier
from npnet.diagnosis.probe import size_of
from npnet.diagnosis.verdict import Verdict, VerdictKind, verdicts
from npnet.model.predictor import SplitPredictor
from npnet.nn.normalization import BatchNorm, LayerNorm
from npnet.text import quoted


@verdicts.add("unscaled_inputs")
class UnscaledInputs(VerdictKind):
    """Inputs are far larger or smaller than 1, for which initial weights are made."""

    number = "root mean square of the largest input on the training rows"
    threshold = "an input above 10, or all below 0.1, unless the first layer is a norm"
    why = "scores and gradients grow with the inputs: at 10 a step is a hundred times that of inputs of size 1"
    source = "LeCun, Bottou, Orr and Müller (1998), Efficient backprop"
    most, least = 10.0, 0.1

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Measure the inputs of the training set."""
        first, data = training.resolved.layers[0], training.data
        numbers = data.inputs - len(data.preparation.embedded)
        if isinstance(first, BatchNorm | LayerNorm) or not numbers or training.experiment.preparing == "standard":
            return
        with np.errstate(all="ignore"):
            sizes = size_of(data.parts["train"].X[:, :numbers].T)
        largest = int(np.argmax(sizes))
        size, count = float(sizes[largest]), int(np.count_nonzero(sizes > self.most))
        name = quoted(data.preparation.names[largest])
        if count:
            text = f"{count} of {numbers} inputs are larger than {self.most:g}, {name} the most: about {size:.3g}"
        elif size < self.least:
            text = f"all {numbers} inputs are smaller than {self.least:g}, {name} the least so: about {size:.3g}"
        else:
            return
        hint = "scale: standard, or prepare: with numbers: standard, brings them to about 1"
        yield self.found(f"{text}; {hint}", size, evidence="data", command=scaled(training))


def scaled(training: SplitPredictor) -> str | None:
    """Return the setting that scales the inputs."""
    return "scale=standard" if training.experiment.prepare is None else "prepare.numbers=standard"


@verdicts.add("leakage")
class Leakage(VerdictKind):
    """A single column tells the target nearly without error: it may hold the answer."""

    severity = "problem"
    number = "none; the message has the share that the column explains alone"
    threshold = "an area under the ROC or a rank correlation of 0.995, or 98 % of the errors or of the variance"
    why = "a column that is nearly the target is usually written down after it, and missing where it is to be predicted"
    source = "Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in data mining"

    def of_data(self, training: SplitPredictor) -> Iterator[Verdict]:
        """Judge each column of the training set alone."""
        data, part = training.data, training.data.parts["train"]
        for index, target in enumerate(() if data.steps else data.targets):  # of steps, inputs are earlier targets
            y = part.y.reshape(len(part.y), -1)[:, index]
            classes = data.class_count
            codes = y if classes else ordered_codes(y)[0]
            for column in part.frame.columns.values():
                levels = Levels.of(column)
                if not levels.distinct or looks_like_identifier(column):
                    continue
                if why := suspicion(levels, codes, classes):
                    text = f"{quoted(column.name)} may be the target {quoted(target)} again: {why}"
                    yield self.found(text, evidence="data")
