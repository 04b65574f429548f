"""The object of metrics.json: the scores of each part, and what those of decisions depend on."""

from collections.abc import Mapping

from npnet.metrics import DECIDED
from npnet.metrics.calibration import DecisionRule
from npnet.rundir.info import THRESHOLD

Scores = Mapping[str, Mapping[str, float]]


def with_threshold(scores: Scores, rule: DecisionRule | None) -> dict[str, Mapping[str, float]]:
    """Scores as metrics.json has them: of two classes with the threshold beside them, by the positive class.

    It looks like one more part, of numbers by name, so that whoever reads those reads on.
    """
    decided = any(name in DECIDED for some in scores.values() for name in some)
    return {**scores, **({THRESHOLD: {rule.positive_class: rule.threshold}} if rule and decided else {})}
