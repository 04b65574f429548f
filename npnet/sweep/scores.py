"""The scores of trials that trained together, all at once."""

from collections.abc import Sequence

import numpy as np

from npnet.metrics import DECIDED, for_task, measure
from npnet.model.cross_validation import Scores, all_scores
from npnet.model.fitting import Fitting


def scores_of(fittings: Sequence[Fitting]) -> list[Scores]:
    """The loss and the metrics of every part, for each trial of one cohort.

    One stack is measured with one call a metric; of a cross-validation scikit-learn scores trial by trial.
    """
    if len(fittings[0].folds) > 1:
        return [all_scores(fitting) for fitting in fittings]
    each: list[Scores] = [{} for _ in fittings]
    for part in fittings[0].data.parts:
        for scores, found in zip(each, _of_part(fittings, part), strict=True):
            scores[part] = found
    return each


def _of_part(fittings: Sequence[Fitting], part: str) -> list[dict[str, float]]:
    said = [fitting.said(part) for fitting in fittings]
    y, task = said[0][0].y, fittings[0].data.task
    outputs = np.stack([output for _, output in said])
    apply_threshold = np.stack(
        [fitting.calibration.apply_threshold(output, task) for fitting, output in zip(fittings, outputs, strict=True)]
    )
    plain = [fitting.calibration.threshold == 0.5 for fitting in fittings]
    decided = np.where(np.array(plain)[:, np.newaxis, np.newaxis], outputs, apply_threshold)
    columns = {
        name: measure(name, y, decided if name in DECIDED else outputs, task).tolist() for name in for_task(task)
    }
    return [
        {"loss": fitting.mean_loss(part), **{name: values[place] for name, values in columns.items()}}
        for place, fitting in enumerate(fittings)
    ]
