"""One page of a training: its loss, its predictions and all metrics."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from npnet.plots import boundary, class_curves, confusion, curves, regression
from npnet.plots.kinds import Drawing, Material, Numbers, plot, sheet, suits
from npnet.plots.layout import Box, plain, short
from npnet.plots.style import GREY, INK, PALE, Look

A4 = (11.69, 8.27)
MOST_ROWS = 13  # metrics in the table
WIDE = 0.78  # share of the table's width that its numbers take
FEW = 4  # columns that have room for their whole names
SHORT = {
    "validation": "valid.",
    "test_deviation": "± test",
    "out_of_fold": "pooled",
    "logistic_regression": "logistic",
    "linear_regression": "linear",
    "hist_gradient_boosting": "boosting",
}

PANELS: dict[str, tuple[str, Callable[[Box, Material], object]]] = {
    "loss": ("Loss by epoch", lambda box, data: curves.paint_quantity(box, data, "loss")),
    "boundary": ("What it learned", boundary.paint_boundary),
    "roc": ("ROC", class_curves.paint_roc),
    "confusion": ("Confusion matrix", confusion.paint_confusion),
    "predicted_against_true": ("Predicted against true", lambda box, data: regression.paint_predicted(box, data, 2)),
    "residuals": ("Residuals", lambda box, data: regression.paint_residuals(box, data, 0)),
}
# For each place of the page, the first plot that applies and is not on it yet.
PLACES = (
    ("loss",),
    ("boundary", "confusion", "predicted_against_true"),
    ("roc", "confusion", "predicted_against_true", "residuals"),
)


def anything(material: Material) -> str | None:  # noqa: ARG001
    """Require nothing: plots that cannot be drawn are left out with their reason."""
    return None


@plot("summary", needs=anything, shows=tuple(PANELS))
def summary(material: Material) -> Drawing:
    """One A4 page: the loss, the boundary or confusion matrix, ROC or residuals, all metrics."""
    page = sheet(replace(material, title=""), plain(material.title, 60) or "Summary", *A4)
    cells = page.inner(0.15, 0.15, 0.1, 0.1).grid(4, 2)
    taken: set[str] = set()
    for cell, kinds in zip(cells, PLACES, strict=False):
        kind = next((kind for kind in kinds if kind not in taken and suits(kind, material) is None), None)
        if kind is None:
            cell.write(f"no {kinds[0]} plot: it {suits(kinds[0], material)}", 0.2, 0.5, color=GREY)
            continue
        taken.add(kind)
        heading, paint = PANELS[kind]
        cell.write(heading, 0.2, 0.25, fontsize=10.5, fontweight="bold")
        paint(cell.inner(0, 0, 0, 0.3), material)
    numbers = table(material)
    paint_table(cells[3], material, numbers)
    return Drawing(page.figure, numbers)


def table(material: Material) -> Numbers:
    """Return a row for each metric, a column for each split and each baseline."""
    scores = dict(material.metrics)
    for name, parts in material.baselines.items():
        part = list(parts)[-1]
        scores[f"{part}: {name}"] = {**parts[part]}
    names = list(dict.fromkeys(name for found in material.metrics.values() for name in found))
    columns: dict[str, list[float]] = {}
    for part, known in scores.items():
        found = [known.get(name) for name in names]
        columns[part] = [np.nan if value is None else value for value in found]
    return {"metric": np.array(names, dtype=object)} | {part: np.array(column) for part, column in columns.items()}


def paint_table(cell: Box, material: Material, numbers: Numbers) -> None:
    """Draw the metrics by split, with lines below the heading and each row."""
    cell.write("Metrics", 0.2, 0.25, fontsize=10.5, fontweight="bold")
    axes = cell.inner(0.3, 0.3, 0.2, 0.4).bare()
    axes.set_axis_off()
    height = cell.height - 0.6
    axes.set(xlim=(0, 1), ylim=(height, 0))
    parts = list(numbers)[1:] or list(material.rows)
    if not parts:
        return
    wide = min(0.21, WIDE / len(parts))
    right = [1 - wide * (len(parts) - 1 - index) for index in range(len(parts))]
    lines = [["rows", *(f"{material.rows[part]:,}" if part in material.rows else "" for part in parts)]]
    lines += [[plain(str(row[0]), 24), *map(short, row[1:])] for row in zip(*numbers.values(), strict=True)]
    step = min(0.27, height / (len(lines[: MOST_ROWS + 1]) + 2.2))
    size = 9.5 if len(parts) <= FEW else 8
    after_colon = [part.rpartition(": ")[2] for part in parts]  # of a baseline, without the split
    names = parts if len(parts) <= FEW else [SHORT.get(part, part) for part in after_colon]
    for index, line in enumerate([["", *names], *lines[: MOST_ROWS + 1]]):
        y = step * (index + 0.6)
        axes.axhline(y + step / 2, color=GREY if index == 0 else PALE, linewidth=0.9)
        axes.text(0, y, line[0], va="center", fontsize=size, color=INK)
        for x, text in zip(right, line[1:], strict=True):
            bold: Look = {"fontsize": size if len(parts) <= 6 else 6.5, "fontweight": "bold"}
            axes.text(x, y, text, va="center", ha="right", **({"fontsize": size} if index else bold))
    if material.task == "binary":
        name = plain(material.classes[1], 24)
        rule = f"f1, precision, recall: of “{name}”, decided above {material.threshold:.4g}"
        rule += ", without a network above 0.5" if material.baselines and material.threshold != 0.5 else ""
        axes.text(0, step * (len(lines[: MOST_ROWS + 1]) + 1.6), rule, va="center", fontsize=8, color=GREY)
    if material.baselines:
        first = parts[-len(material.baselines)].partition(":")[0]
        look: Look = {"va": "center", "ha": "right", "fontsize": size, "color": GREY}
        axes.text(1, -0.4 * step, f"without a network, on {first}", **look)
