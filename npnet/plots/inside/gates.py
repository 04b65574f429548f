"""Gates and states of recurrent layers over the steps of some rows."""

from npnet.plots.inside.panels import evenly, heading_of, needs_layers, numbers_of, shown_inside
from npnet.plots.inside.steps import StepsPicture, group_of
from npnet.plots.kinds import Drawing, Material, plot, sheet

MOST_LAYERS = 3
NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "g": "candidate g",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "n": "candidate n",
    "c": "cell state c",
    "h": "state h",
}


@plot("gates", needs=needs_layers("gates"))
def gates(material: Material) -> Drawing:
    """Gates and states of recurrent layers over the steps of three rows, below their inputs."""
    inside = shown_inside(material)
    found = inside.of_kind("gates")
    groups = [group_of(layer, NAMES) for layer in evenly(found, MOST_LAYERS)]
    few = f" ({len(groups)} of {len(found)} layers)" if len(groups) < len(found) else ""
    picture = StepsPicture.of(inside, groups)
    page = sheet(material, heading_of(f"Gates over time{few}", inside), *picture.size)
    picture.paint(page, "units")
    return Drawing(page.figure, numbers_of(inside, picture.tables, ("unit", "step")))
