"""The confusion matrix: counts, and shares of each true class."""

from math import ceil

import numpy as np

from npnet.plots.kinds import OTHERS, Drawing, Material, Numbers, needs_classes, plot, sheet
from npnet.plots.layout import Axes, Box, Colormap, Floats, Ints, plain
from npnet.plots.style import BLUE, GREY, INK, PALE, Look

# A cell has room for a count, and for the share of its row below it, from these sides on (points).
WITH_COUNT, WITH_SHARE = 9, 30
NAME = 9  # points that a class name needs


@plot("confusion", needs=needs_classes)
def confusion(material: Material) -> Drawing:
    """Confusion matrix: counts of true against predicted classes, and shares of each true class."""
    names = labels(material)
    across, down = label_inches(names)
    side = float(np.clip(0.45 * len(names), 3.2, 8.4))
    page = sheet(material, f"Confusion matrix of the {material.judged} set", side + across + 1.55, side + down + 1.2)
    return Drawing(page.figure, paint_confusion(page, material))


def paint_confusion(box: Box, material: Material) -> Numbers:
    """Draw the matrix with a colour bar; return a row per pair of classes."""
    names, count = labels(material), matrix(material)
    with np.errstate(invalid="ignore"):
        share = count / count.sum(axis=1, keepdims=True)
    across, down = label_inches(names)
    square = box.square(across + 0.4, down + 0.35, right=1)
    axes = square.bare()
    cell = 72 * square.width / len(count)
    edges = np.arange(len(share) - 1) + 0.5
    axes.imshow(share, cmap=shades(), vmin=0, vmax=1, aspect="auto")
    axes.hlines(edges, -0.5, len(share) - 0.5, color="white", linewidth=0.8)
    axes.vlines(edges, -0.5, len(share) - 0.5, color="white", linewidth=0.8)
    if cell >= WITH_COUNT:
        write_cells(axes, count, share, cell)
    name_sides(axes, material, names, cell)
    paint_bar(axes, square.width)
    true, predicted = np.repeat(names, len(names)), np.tile(names, len(names))
    return {"true": true, "predicted": predicted, "count": count.ravel(), "share_of_row": share.ravel()}


def labels(material: Material) -> list[str]:
    """Return the classes of the matrix; the last entry stands for classes not shown."""
    shown = [material.classes[code] for code in material.shown]
    return [*shown, OTHERS] if material.few else shown


def matrix(material: Material) -> Ints:
    """Return counts (true classes, predicted classes) of the judged split."""
    judged, shown = material.predictions[material.judged or ""], material.shown
    place = np.full(len(material.classes), len(shown))
    place[shown] = np.arange(len(shown))
    size = len(labels(material))
    count = np.zeros((size, size), np.int64)
    np.add.at(count, (place[judged.target.astype(np.int64)], place[judged.prediction.astype(np.int64)]), 1)
    return count


def write_cells(axes: Axes, count: Ints, share: Floats, cell: float) -> None:
    """Write the count in each cell (its side in points), and its share where there is room."""
    few = len(count) <= 5
    texts = {}
    for row, column in np.argwhere(count >= (0 if few else 1)).tolist():
        text = f"{count[row, column]:,}"
        if cell >= WITH_SHARE and np.isfinite(share[row, column]):
            text += f"\n{100 * share[row, column]:.{1 if few else 0}f} %"
        texts[row, column] = text
    longest = max((len(line) for text in texts.values() for line in text.split("\n")), default=1)
    look: Look = {"ha": "center", "va": "center", "fontsize": min(10.5, cell / 2.6, 1.45 * cell / longest)}
    for (row, column), text in texts.items():
        axes.text(column, row, text, color="white" if share[row, column] > 0.45 else INK, linespacing=1.15, **look)


def name_sides(axes: Axes, material: Material, names: list[str], cell: float) -> None:
    """Write class names at both sides; of small cells (side in points) each second or third."""
    names = [plain(name, 14) for name in names]
    every = range(0, len(names), ceil(NAME / cell))
    small = 7 if cell * every.step < 16 or len(names) > 20 else 8.5
    axes.set_xticks(every, [names[code] for code in every], rotation=90 if is_crowded(names) else 0, fontsize=small)
    axes.set_yticks(every, [names[code] for code in every], fontsize=small)
    rule = f", “{plain(material.classes[1], 14)}” above {material.threshold:.4g}" if material.task == "binary" else ""
    few = f", {material.few}" if material.few else ""
    axes.set(xlabel=f"predicted class{rule}{few}", ylabel="true class")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set(visible=True, color=GREY)


def label_inches(classes: list[str]) -> tuple[float, float]:
    """Return the inches for class names beside the matrix and below it."""
    names = [plain(name, 14) for name in classes]
    room = 0.12 + 0.075 * max(map(len, names))
    return room, room if is_crowded(names) else 0.25


def is_crowded(names: list[str]) -> bool:
    """Return whether names below the matrix would touch if they were not upright."""
    return max(map(len, names)) * len(names) > 40


def paint_bar(matrix_axes: Axes, side: float) -> None:
    """Draw the colour bar of the shares; the matrix has a side in inches."""
    axes = matrix_axes.inset_axes((1 + 0.13 / side, 0, 0.13 / side, 1))
    axes.imshow(np.linspace(1, 0, 256)[:, None], cmap=shades(), vmin=0, vmax=1, aspect="auto", extent=(0, 1, 0, 100))
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set(xticks=[], ylabel="share of the true class, %")
    axes.grid(visible=False)


def shades() -> Colormap:
    """Return a colour map from white over blue to black; grey where a class has no rows."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = [(0, "#F7FAFC"), (0.08, "#D9E8F3"), (0.6, BLUE), (1, "#00304D")]
    return LinearSegmentedColormap.from_list("shares", stops).with_extremes(bad=PALE)
