"""Cross-validation: the scores of every fold, their mean and deviation, and what was said of rows while held."""

import numpy as np

from npnet.model.averaging import SplitPredictions, pooled
from npnet.model.fitting import Fitting

Scores = dict[str, dict[str, float]]


def all_scores(fitting: Fitting) -> Scores:
    """The loss and the metrics of every part; of a cross-validation what `cross_scores` says."""
    if len(fitting.folds) > 1:
        return cross_scores(fitting)
    return {part: fitting.scores(part) for part in fitting.data.parts}


def cross_scores(fitting: Fitting) -> Scores:
    """Mean scores of each part over the folds, their deviation on the held rows, and those of all held rows together.

    The held rows of a fold are its part "test". The deviation is that of a sample (n - 1).
    """
    found: Scores = {}
    for part in fitting.data.parts:
        each = [fitting.scores(part, fold) for fold in range(len(fitting.folds))]
        table = {name: np.array([scores[name] for scores in each]) for name in each[0]}
        found[part] = {name: float(values.mean()) for name, values in table.items()}
        if part == "test":
            found["test_deviation"] = {name: float(values.std(ddof=1)) for name, values in table.items()}
    pooled, output = out_of_fold(fitting)
    found["out_of_fold"] = fitting.figures(pooled.y, output)
    return found


def out_of_fold(fitting: Fitting) -> SplitPredictions:
    """Every row that was held, in order, and what the fold that held it says, (outputs, samples).

    A row that several repeats held gets the mean of what they say.
    """
    return pooled([fitting.said("test", fold) for fold in range(len(fitting.folds))])
