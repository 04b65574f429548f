"""Reproduced rows beside their inputs, of a network that reproduces its inputs."""

import re
from collections.abc import Sequence

import numpy as np

from npnet.plots.inside.panels import evenly, paint_heat
from npnet.plots.kinds import Drawing, Material, Predictions, plot, sheet
from npnet.plots.layout import Box, Floats, Ints, plain, short
from npnet.plots.style import GREY, INK

MOST_ROWS, MOST_NAMES = 10, 24
CELL, GAP, LABEL = 0.72, 0.1, 1.05
PLACE = re.compile(r"(\D*)(\d+)\D+(\d+)\D*")
"""The name of a pixel: its line and its column are the numbers in it."""


def reproduced(material: Material) -> str | None:
    """Require a network that reproduces its inputs, and rows that it did not train on."""
    if material.input_units is None:
        return "needs a network with target: inputs"
    return None if material.judged else material.unpredicted


@plot("reproductions", needs=reproduced)
def reproductions(material: Material) -> Drawing:
    """Reproduced inputs below those of some rows, from the smallest error to the largest."""
    judged = material.predictions[str(material.judged)]
    errors = errors_of(judged, material.input_units)
    chosen = np.array(evenly(np.argsort(errors, kind="stable").tolist(), MOST_ROWS), np.int64)
    image = image_of(material.targets)
    height = CELL if image else max(CELL, 0.16 * min(len(material.targets), MOST_NAMES))
    left = LABEL if image or len(material.targets) > MOST_NAMES else LABEL + 0.9
    heading = f"Reproduced inputs, {material.judged} set"
    page = sheet(material, heading, left + len(chosen) * (CELL + GAP) + 0.2, 0.62 + 2 * (height + GAP) + 0.6)
    paint_pairs(page, material, judged, chosen, image, (left, height))
    for place, row in enumerate(chosen.tolist()):
        x, y = left + place * (CELL + GAP) + CELL / 2, 2 * (height + GAP) + 0.16
        page.write(f"row {judged.rows[row]}", x, y, ha="center", fontsize=8, color=INK)
        page.write(short(float(errors[row])), x, y + 0.17, ha="center", fontsize=8, color=GREY)
    page.write("error", 0.2, 2 * (height + GAP) + 0.33, fontsize=8, color=GREY)
    count = len(material.targets)
    numbers = {
        "row": np.repeat(judged.rows[chosen], count),
        "input": np.tile(np.array(material.targets, object), len(chosen)),
        "value": judged.target[chosen].ravel(),
        "reproduced": judged.prediction[chosen].ravel(),
        "error": np.repeat(errors[chosen], count),
    }
    return Drawing(page.figure, numbers)


def errors_of(judged: Predictions, units: Floats | None) -> Floats:
    """Return the mean squared error of each row, of inputs in their units."""
    return np.asarray(np.square((judged.prediction - judged.target) / (1.0 if units is None else units)).mean(axis=1))


def image_of(names: Sequence[str]) -> tuple[int, int] | None:
    """Return lines and columns of an image whose pixels are named by line and column, in order; else None."""
    found = [PLACE.fullmatch(name) for name in names]
    if len(names) < 4 or not all(found):
        return None
    places = [(one[1], int(one[2]), int(one[3])) for one in found if one]
    first, last = places[0], places[-1]
    lines, columns = last[1] - first[1] + 1, last[2] - first[2] + 1
    grid = [(first[0], first[1] + line, first[2] + column) for line in range(lines) for column in range(columns)]
    return (lines, columns) if places == grid else None


def paint_pairs(
    page: Box,
    material: Material,
    judged: Predictions,
    chosen: Ints,
    image: tuple[int, int] | None,
    sizes: tuple[float, float],
) -> None:
    """Draw the chosen rows above their reproductions, by shares of the range of the inputs."""
    left, height = sizes
    low, high = judged.target.min(axis=0), judged.target.max(axis=0)
    if image:
        low, high = low.min(), high.max()
    width = np.where(high > low, high - low, 1.0)
    for line, (name, values) in enumerate((("input", judged.target), ("reproduced", judged.prediction))):
        y = line * (height + GAP)
        page.write(name, 0.2, y + height / 2, va="center", fontsize=9, color=INK)
        if left > LABEL:
            for place, target in enumerate(material.targets):
                middle = y + height * (place + 0.5) / len(material.targets)
                page.write(plain(target, 14), left - 0.06, middle, ha="right", va="center", fontsize=6.5, color=GREY)
        for place, row in enumerate(chosen.tolist()):
            shares = ((values[row] - low) / width).reshape(image or (-1, 1))
            box = Box(
                page.figure,
                page.left + left + place * (CELL + GAP),
                page.bottom + page.height - y - height,
                CELL,
                height,
            )
            paint_heat(box.bare(), shares, (0.0, 1.0), cmap="gray_r", aspect="equal" if image else "auto")
