"""Weights of attention: where each position looks, by head."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from npnet.plots.inside.panels import (
    ValueTable,
    evenly,
    heading_of,
    needs_layers,
    numbers_of,
    paint_heat,
    row_name,
    shown_inside,
    tokens_of,
)
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.kinds import Drawing, Material, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, plain
from npnet.plots.style import ABSENT, GREY, Look, signed_shades

MOST_LAYERS, MOST_HEADS, MOST_PANELS = 4, 8, 4  # of panels: layers times rows
TITLE, GAP, LEFT, RIGHT, BOTTOM = 0.62, 0.2, 0.8, 0.85, 0.55
SMALLEST, LARGEST, WIDE = 1.25, 2.5, 9.5
MOST_SHADED = 0.995  # share of the weights that have shades of their own
NAMED, TOKEN, LARGE = 64, 0.075, 4.6  # positions whose tokens are written, inches of each, the side with many


@plot("attention", needs=needs_layers("attention"))
def attention(material: Material) -> Drawing:
    """Attention weights: how much each position takes of every other, head by head."""
    inside = shown_inside(material)
    found = inside.of_kind("attention")
    picture = HeadsPicture.of(inside, evenly(found, MOST_LAYERS))
    few = f" ({len(picture.layers)} of {len(found)} layers)" if len(picture.layers) < len(found) else ""
    page = sheet(material, heading_of(f"Attention weights{few}", inside), *picture.size)
    picture.paint(page)
    return Drawing(page.figure, numbers_of(inside, picture.tables, ("head", "query", "key")))


@dataclass(frozen=True, eq=False)
class HeadsPicture:
    """The heads of some layers for some rows, squares of some inches in lines of a number of columns."""

    inside: Inside
    layers: Sequence[InsideLayer]
    rows: Sequence[int]
    side: float
    columns: int

    @classmethod
    def of(cls, inside: Inside, layers: Sequence[InsideLayer]) -> "HeadsPicture":
        """Return the picture of layers; of few heads the squares are so large that tokens can be read."""
        heads = [min(MOST_HEADS, layer.values["a"].shape[1]) for layer in layers]
        count, columns = layers[0].values["a"].shape[-1], max(heads)
        side = float(np.clip(WIDE / columns - GAP, SMALLEST, LARGEST))
        rows = range(max(1, min(MOST_PANELS // len(layers), len(inside.labels), 2)))
        if inside.tokens and side < TOKEN * count <= LARGE and sum(heads) <= 2 * MOST_PANELS:
            side, columns, rows = max(side, TOKEN * count), min(columns, 2), range(1)
        return cls(inside, layers, rows, side, columns)

    @property
    def size(self) -> tuple[float, float]:
        """Inches of the picture with its heading."""
        height = len(self.rows) * sum(map(self._height, self.layers))
        return max(LEFT + self.columns * (self.side + GAP) + RIGHT, 6.4), 0.62 + height

    @property
    def tables(self) -> list[ValueTable]:
        """The weights of all heads shown."""
        each = [(row, layer, layer.values["a"][row, :MOST_HEADS]) for row in self.rows for layer in self.layers]
        return [ValueTable(row, layer.name, "weight", np.arange(len(a)), a) for row, layer, a in each]

    def paint(self, page: Box) -> None:
        """Draw layer by layer for each row."""
        y = 0.0
        for row in self.rows:
            for layer in self.layers:
                self._paint_heads(page, layer, row, y)
                y += self._height(layer)

    def _height(self, layer: InsideLayer) -> float:
        """Inches of a layer: a title, and lines of heads with labels."""
        lines = ceil(min(MOST_HEADS, int(layer.values["a"].shape[1])) / self.columns)
        return 0.3 + lines * (self.side + TITLE - 0.3 + BOTTOM)

    def _paint_heads(self, page: Box, layer: InsideLayer, row: int, y: float) -> None:
        """Draw the heads of a layer for one row, in the same colours."""
        weights = layer.values["a"][row]
        few = f", {MOST_HEADS} of {len(weights)} heads" if len(weights) > MOST_HEADS else ""
        page.write(f"{layer.name}  {layer.title}{few}", 0.2, y + 0.3, fontsize=9.5, fontweight="bold")
        (name, look), shown = row_name(self.inside, row), weights[:MOST_HEADS]
        right = LEFT + min(len(shown), self.columns) * (self.side + GAP) - GAP
        page.write(plain(name, 50), right, y + 0.3, ha="right", **look)
        high = _highest(weights)
        top = page.bottom + page.height - y - TITLE
        for head, values in enumerate(shown):
            line, column = divmod(head, self.columns)
            bottom = top - self.side - line * (self.side + TITLE - 0.3 + BOTTOM)
            left = page.left + LEFT + column * (self.side + GAP)
            place = Box(page.figure, left, bottom, self.side, self.side)
            axes = place.bare()
            _paint_weights(axes, values, high)
            _label(axes, self.inside, row, values.shape[-1], self.side, first=column == 0)
            place.write(f"head {head + 1}", 0, -0.05, fontsize=8, color=GREY)
        _paint_bar(Box(page.figure, page.left + right + 0.12, top - self.side, 0.11, self.side), high)


def _highest(weights: Floats) -> float:
    """Return the weight of the darkest colour: few are larger, such as those of the first of very many positions."""
    known = weights[weights > 0]
    return float(np.quantile(known, MOST_SHADED)) if len(known) else 1.0


def _norm(high: float) -> Any:
    """Return the scale of colours: square roots, so that small weights are seen beside large ones."""
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, 0.0, high, clip=True)


def _shades() -> Any:
    """Return the upper half of the colour map: weights are never below 0."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(signed_shades()(np.linspace(0.5, 1, 256))).with_extremes(bad=ABSENT)


def _paint_weights(axes: Axes, values: Floats, high: float) -> None:
    count = values.shape[-1]
    look: Look = {"cmap": _shades(), "norm": _norm(high), "vmin": None, "vmax": None}
    paint_heat(axes, values, (0, high), extent=(0.5, count + 0.5, count + 0.5, 0.5), **look)


def _label(axes: Axes, inside: Inside, row: int, count: int, side: float, *, first: bool) -> None:
    """Write tokens or numbers of positions at the sides."""
    from matplotlib.ticker import MaxNLocator

    names = tokens_of(inside, row) if count <= NAMED and TOKEN * count <= side else []
    axes.tick_params(length=0 if names else 2, labelsize=min(7.0, 72 * side / count) if names else 7)
    if names:
        axes.set_xticks(np.arange(1, count + 1), names, rotation=90 if max(map(len, names)) > 1 else 0)
        axes.set_yticks(np.arange(1, count + 1), names if first else [])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        if not first:
            axes.set_yticklabels([])
    axes.set_xlabel("position seen (key)" if side > 1.4 else "key", fontsize=8)
    if first:
        axes.set_ylabel("position that asks (query)" if side > 1.8 else "query", fontsize=8)


def _paint_bar(box: Box, high: float) -> None:
    axes = box.bare()
    values = np.linspace(high, 0, 256)[:, np.newaxis]
    shares = np.array([0, 0.04, 0.25, 1]) * high
    axes.imshow((values / high) ** 2 * high, cmap=_shades(), norm=_norm(high), aspect="auto", extent=(0, 1, 0, 1))
    axes.grid(visible=False)
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set(xticks=[], ylabel="weight")
    more = "+" if high < 0.99 else ""
    names = [f"{share:.2g}{more if share == high else ''}" for share in shares]
    axes.set_yticks(np.sqrt(shares / high), names, fontsize=7)
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
