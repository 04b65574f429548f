"""Which classes are taken for which: the confusion matrix as counts and as shares of each row."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, Numbers, plot
from npnet.plots.layout import Box, sheet
from npnet.plots.material import Floats, Material
from npnet.plots.style import BLUE, GREY, INK, PALE, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

WITH_SHARES = 12  # classes up to which a cell has room for the share below the count
WITH_COUNTS = 40


def classified(material: Material) -> str | None:
    """Needs predicted classes."""
    if material.task == "regression":
        return "needs classes; this target has values"
    return None if material.judged else "needs predictions of the test or validation part"


@plot("confusion", needs=classified)
def confusion(material: Material) -> Drawing:
    """Confusion matrix: how many of each class were taken for which, and the share of the row."""
    margin = label_inches(material)
    side = float(np.clip(0.45 * len(material.classes), 3.2, 8.4))
    page = sheet(material, f"Confusion matrix of the {material.judged} part", side + margin + 2, side + margin + 1.15)
    return Drawing(page.figure, paint_confusion(page, material))


def paint_confusion(box: Box, material: Material) -> Numbers:
    """The matrix with a colour bar; gives a row per pair of classes."""
    count = matrix(material)
    with np.errstate(invalid="ignore"):
        share = count / count.sum(axis=1, keepdims=True)
    margin = label_inches(material)
    square = box.square(margin + 0.4, margin + 0.35, right=1)
    axes = square.bare()
    paint_cells(axes, count, share, 72 * square.width / len(count))
    name_sides(axes, material)
    paint_bar(axes)
    names = np.array(material.classes)
    true, predicted = np.repeat(names, len(names)), np.tile(names, len(names))
    return {"true": true, "predicted": predicted, "count": count.ravel(), "share_of_row": share.ravel()}


def matrix(material: Material) -> NDArray[np.int64]:
    """Counts (classes, classes) of the judged part: a row per true class, a column per predicted one."""
    judged = material.predictions[material.judged or ""]
    count = np.zeros((len(material.classes), len(material.classes)), np.int64)
    np.add.at(count, (judged.target.astype(np.int64), judged.prediction.astype(np.int64)), 1)
    return count


def paint_cells(axes: "Axes", count: NDArray[np.int64], share: Floats, points: float) -> None:
    """Each cell, of a side in points, in the colour of its share with its count; where classes are many, none for 0."""
    classes = len(count)
    axes.imshow(share, cmap=shades(), vmin=0, vmax=1, aspect="auto")
    edges = np.arange(classes - 1) + 0.5
    axes.hlines(edges, -0.5, classes - 0.5, color="white", linewidth=0.8)
    axes.vlines(edges, -0.5, classes - 0.5, color="white", linewidth=0.8)
    size = min(10.5, points / (4 if classes <= WITH_SHARES else 2.6))
    for row, column in np.argwhere(count > (-1 if classes <= 5 else 0)) if classes <= WITH_COUNTS else ():
        text = f"{count[row, column]:,}"
        if classes <= WITH_SHARES and np.isfinite(share[row, column]):
            text += f"\n{100 * share[row, column]:.{0 if classes > 5 else 1}f} %"
        colour = "white" if share[row, column] > 0.55 else INK
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour, linespacing=1.15)


def name_sides(axes: "Axes", material: Material) -> None:
    """Class names at both sides, each second or third one where they would touch."""
    names = [plain(name, 14) for name in material.classes]
    every = range(0, len(names), -(-len(names) // WITH_COUNTS))
    upright = max(map(len, names)) * len(names) > 40
    small = 7 if len(names) > 20 else 8.5
    axes.set_xticks(every, [names[code] for code in every], rotation=90 if upright else 0, fontsize=small)
    axes.set_yticks(every, [names[code] for code in every], fontsize=small)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set(visible=True, color=GREY)


def label_inches(material: Material) -> float:
    """Room for the longest class name."""
    return 0.12 + 0.075 * max(len(plain(name, 14)) for name in material.classes)


def paint_bar(matrix_axes: "Axes") -> None:
    """A thin bar that says which colour is which share."""
    axes = matrix_axes.inset_axes((1.04, 0, 0.035, 1))
    axes.imshow(np.linspace(1, 0, 256)[:, None], cmap=shades(), vmin=0, vmax=1, aspect="auto", extent=(0, 1, 0, 100))
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set(xticks=[], ylabel="share of the true class, %")
    axes.grid(visible=False)


def shades() -> "LinearSegmentedColormap":
    """White to blue to black: lightness alone tells the share; grey where a class has no rows."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = [(0, "#F7FAFC"), (0.08, "#D9E8F3"), (0.6, BLUE), (1, "#00304D")]
    return LinearSegmentedColormap.from_list("shares", stops).with_extremes(bad=PALE)
