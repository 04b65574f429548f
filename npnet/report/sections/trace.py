"""Trace a row: every number of one training step, and an exercise that asks for the next one."""

from npnet.report.elements import element, joined
from npnet.report.page import Section
from npnet.report.parts import callout

PLACE = "row-trace"  # the id of the place where a script shows the step


def section() -> Section:
    """Return the place for the script that shows the steps of rows."""
    lede = (
        "Every number of one training step on a single row of the training set, from the weights of the best epoch: "
        "forward pass, loss, backward pass, update. The optimizer starts anew."
    )
    without = element("div", callout("This section needs JavaScript."), class_="without-js")
    return Section("trace", "Trace a row", lede, joined(element("div", id=PLACE), without))
