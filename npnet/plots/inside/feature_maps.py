"""Feature maps: what each filter of a convolution finds in some rows, and the filters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from npnet.plots.inside.panels import (
    ValueTable,
    evenly,
    heading_of,
    limits_of,
    liveliest,
    needs_layers,
    numbers_of,
    paint_bar,
    paint_heat,
    row_name,
    shown_inside,
)
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.inside.steps import StepsPicture, count_text, group_of
from npnet.plots.kinds import Drawing, Material, plot, sheet
from npnet.plots.layout import Box, Floats, Ints, plain
from npnet.plots.style import GREY, INK, Look

MOST_LAYERS, MOST_ROWS, MOST_FILTERS = 5, 3, 16
FEWEST = 8  # filters that have room at least
CELL, GAP, TITLE = 0.54, 0.06, 0.44
LABEL, LEFT = 1.2, 2.1
RGB = 3


@plot("feature_maps", needs=needs_layers("feature_maps"))
def feature_maps(material: Material) -> Drawing:
    """Feature maps: what the filters of each convolution find in three rows, beside the inputs."""
    inside = shown_inside(material)
    found = inside.of_kind("feature_maps")
    chosen = evenly(found, MOST_LAYERS)
    few = f" ({len(chosen)} of {len(found)} layers)" if len(chosen) < len(found) else ""
    heading, rows = heading_of(f"Feature maps{few}", inside), range(min(MOST_ROWS, len(inside.labels)))
    if chosen[0].values["maps"].ndim == 3:
        shown = [layer for layer in chosen if layer.values["maps"].ndim == 3]
        picture = StepsPicture.of(inside, [group_of(layer, {"maps": "maps"}) for layer in shown])
        page = sheet(material, heading, *picture.size)
        picture.paint(page, "filters")
        return Drawing(page.figure, numbers_of(inside, picture.tables, ("filter", "step")))
    bands = [Band.of(layer) for layer in chosen if layer.values["maps"].ndim == 4]
    count = max(FEWEST, *(len(band.filters) for band in bands))
    height = sum(band.height(len(rows)) for band in bands)
    page = sheet(material, heading, LEFT + count * (CELL + GAP) + 0.75, 0.62 + height + 0.25)
    y = 0.0
    for band in bands:
        paint_band(page, inside, band, rows, y)
        y += band.height(len(rows))
    tables = [ValueTable(row, one.layer.name, "map", one.filters, one.maps[row]) for row in rows for one in bands]
    return Drawing(page.figure, numbers_of(inside, tables, ("filter", "line", "column")))


@dataclass(frozen=True, eq=False)
class Band:
    """The maps of a layer (rows, filters, lines, columns) of the filters shown, and their kernels where they show."""

    layer: InsideLayer
    filters: Ints
    maps: Floats
    kernels: Floats | None

    @classmethod
    def of(cls, layer: InsideLayer) -> "Band":
        """Return the band of a layer; kernels of one or three features can be seen."""
        filters = liveliest(layer.values["maps"], MOST_FILTERS)
        kernels = layer.kernels
        seen = kernels is not None and kernels.shape[1] in (1, RGB)
        return cls(
            layer, filters, layer.values["maps"][:, filters], kernels[filters] if seen and kernels is not None else None
        )

    def height(self, rows: int) -> float:
        """Inches of the band with its title."""
        return TITLE + (rows + (self.kernels is not None)) * (CELL + GAP)


def paint_band(page: Box, inside: Inside, band: Band, rows: Sequence[int], y: float) -> None:
    """Draw a layer: its kernels, and below them the maps of each row beside its input."""
    total, *positions = band.layer.values["maps"].shape[1:]
    page.write(f"{band.layer.name}  {band.layer.title}", 0.2, y + 0.32, fontsize=9.5, fontweight="bold")
    note = f"{count_text(len(band.filters), total, 'filters')}; maps of {positions[0]} x {positions[1]}"
    right = LEFT + max(FEWEST, len(band.filters)) * (CELL + GAP) - GAP
    page.write(note, right, y + 0.32, fontsize=8, color=GREY, ha="right")
    y += TITLE
    if band.kernels is not None:
        page.write("filters", LEFT - 0.12, y + CELL / 2 + 0.04, ha="right", fontsize=8.5, color=INK)
        _paint_kernels(page, band.kernels, y)
        y += CELL + GAP
    limits = limits_of(band.maps[list(rows)])
    top = y
    for row in rows:
        name, look = row_name(inside, row)
        lines = [plain(line, 16) for line in name.replace(": ", ", ").split(", ")]
        page.write("\n".join(lines), 0.2, y + CELL / 2, va="center", **look)
        if not inside.is_sequence:
            _paint_input(_cell(page, LABEL, y), inside, row)
        for place, values in enumerate(band.maps[row]):
            paint_heat(_cell(page, LEFT + place * (CELL + GAP), y).bare(), values, limits, aspect="equal")
        y += CELL + GAP
    low = 0.0 if band.maps.min() >= 0 else limits[0]
    bar = _cell(page, LEFT + len(band.filters) * (CELL + GAP) + 0.05, top, (y - top) - GAP)
    paint_bar(Box(page.figure, bar.left, bar.bottom, 0.1, bar.height), limits, low)


def _cell(page: Box, x: float, y: float, height: float = CELL) -> Box:
    return Box(page.figure, page.left + x, page.bottom + page.height - y - height, CELL, height)


def _paint_kernels(page: Box, kernels: Floats, y: float) -> None:
    size = float(np.abs(kernels).max()) or 1.0
    for place, kernel in enumerate(kernels):
        axes = _cell(page, LEFT + place * (CELL + GAP), y).bare()
        if len(kernel) == RGB:
            paint_heat(axes, np.moveaxis(0.5 + 0.5 * kernel / size, 0, -1), (0, 1), aspect="equal")
        else:
            paint_heat(axes, kernel[0], (-size, size), aspect="equal")


def _paint_input(cell: Box, inside: Inside, row: int) -> None:
    """Draw an image as ink on paper, or as the picture that it is."""
    low, high = (0.0, 1.0) if inside.pictures else (float(inside.inputs.min()), float(inside.inputs.max()))
    shares = (inside.inputs[row] - low) / ((high - low) or 1.0)
    look: Look = {"cmap": "gray" if inside.pictures else "gray_r", "aspect": "equal"}
    picture = np.moveaxis(shares.clip(0, 1), 0, -1) if len(shares) == RGB else shares.mean(axis=0)
    paint_heat(cell.bare(), picture, (0.0, 1.0), **look)
