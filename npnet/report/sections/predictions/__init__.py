"""What suits the task: the boundary or the fit, and how the predictions compare with what is true."""

from typing import Any

from npnet.report.elements import Markup, joined
from npnet.report.page import Section
from npnet.report.parts import callout, grid
from npnet.report.sections.predictions.boundary import boundaries
from npnet.report.sections.predictions.class_figures import calibration, precision_recall, probabilities, roc
from npnet.report.sections.predictions.confusion import confusion, each_class, each_label
from npnet.report.sections.predictions.intervals import intervals
from npnet.report.sections.predictions.threshold import threshold
from npnet.report.sections.predictions.values import figures
from npnet.report.view import RunView


def section(view: RunView) -> tuple[Section | None, dict[str, Any]]:
    """Return the figures of the predictions, and the data of their scripts by name."""
    material, data = view.material, {}
    found: list[Markup | None] = [*boundaries(material)]
    if view.task == "multilabel":
        found += [roc(material), precision_recall(material), each_label(material)]
    elif material.task == "regression":
        found += [*figures(material), *intervals(view)]
    elif material.judged:
        found += [confusion(material), roc(material), precision_recall(material), calibration(material)]
        found += [probabilities(material), each_class(material)]
        if made := threshold(material):
            found.append(made[0])
            data["threshold"] = made[1]
    missing = callout(f"Figures that need the data are left out: {view.missing}.") if view.missing else None
    if not any(found):
        return None, {}
    title = "What it predicts"
    lede = f"Predictions of the {material.judged} set against what is true." if material.judged else ""
    return Section("predictions", title, lede, joined(missing, grid(*found))), data
