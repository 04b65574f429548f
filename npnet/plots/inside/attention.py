"""Weights of attention: where each position looks, by head."""

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
)
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.kinds import Drawing, Material, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, plain
from npnet.plots.style import ABSENT, GREY, Look, signed_shades

MOST_LAYERS, MOST_HEADS, MOST_PANELS = 4, 8, 4  # of panels: layers times rows
TITLE, GAP, LEFT, RIGHT, BOTTOM = 0.62, 0.2, 0.8, 0.85, 0.55
SMALLEST, LARGEST, WIDE = 1.25, 2.5, 9.5
NAMED = 24  # positions whose tokens are written


@plot("attention", needs=needs_layers("attention"))
def attention(material: Material) -> Drawing:
    """Attention weights: how much each position takes of every other, head by head."""
    inside = shown_inside(material)
    found = inside.of_kind("attention")
    chosen = evenly(found, MOST_LAYERS)
    rows = range(max(1, min(MOST_PANELS // len(chosen), len(inside.labels), 2)))
    heads = min(MOST_HEADS, max(layer.values["a"].shape[1] for layer in chosen))
    side = float(np.clip(WIDE / heads - GAP, SMALLEST, LARGEST))
    few = f" ({len(chosen)} of {len(found)} layers)" if len(chosen) < len(found) else ""
    height = len(rows) * len(chosen) * (TITLE + side + BOTTOM)
    wide = LEFT + heads * (side + GAP) + RIGHT
    page = sheet(material, heading_of(f"Attention weights{few}", inside), max(wide, 6.4), 0.62 + height)
    y = 0.0
    for row in rows:
        for layer in chosen:
            _paint_heads(page, inside, layer, row, y, side)
            y += TITLE + side + BOTTOM
    tables = [
        ValueTable(row, layer.name, "weight", np.arange(len(weights)), weights)
        for row in rows
        for layer in chosen
        for weights in (layer.values["a"][row, :MOST_HEADS],)
    ]
    return Drawing(page.figure, numbers_of(inside, tables, ("head", "query", "key")))


def _paint_heads(page: Box, inside: Inside, layer: InsideLayer, row: int, y: float, side: float) -> None:
    """Draw the heads of a layer for one row, in the same colours."""
    weights = layer.values["a"][row]
    few = f", {MOST_HEADS} of {len(weights)} heads" if len(weights) > MOST_HEADS else ""
    page.write(f"{layer.name}  {layer.title}{few}", 0.2, y + 0.3, fontsize=9.5, fontweight="bold")
    name, look = row_name(inside, row)
    shown = min(MOST_HEADS, len(weights))
    page.write(plain(name, 50), LEFT + shown * (side + GAP) - GAP, y + 0.3, ha="right", **look)
    high = float(np.nanmax(weights)) or 1.0
    for head, values in enumerate(weights[:MOST_HEADS]):
        place = Box(
            page.figure,
            page.left + LEFT + head * (side + GAP),
            page.bottom + page.height - y - TITLE - side,
            side,
            side,
        )
        axes = place.bare()
        _paint_weights(axes, values, high)
        _label(axes, inside, row, values.shape[-1], side, first=head == 0)
        place.write(f"head {head + 1}", 0, -0.05, fontsize=8, color=GREY)
    bar = Box(page.figure, place.left + side + 0.12, place.bottom, 0.11, side)
    _paint_bar(bar, high)


def _norm(high: float) -> Any:
    """Return the scale of colours: square roots, so that small weights are seen beside large ones."""
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, 0.0, high)


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

    names = _tokens(inside, row) if count <= NAMED else []
    axes.tick_params(length=2, labelsize=6.5 if names else 7)
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


def _tokens(inside: Inside, row: int) -> list[str]:
    """Return the names of the codes at the positions of a row, if they have any."""
    if not inside.tokens:
        return []
    return [plain(inside.tokens[int(code)], 8) for code in inside.inputs[row].ravel()]


def _paint_bar(box: Box, high: float) -> None:
    axes = box.bare()
    values = np.linspace(high, 0, 256)[:, np.newaxis]
    shares = np.array([0, 0.04, 0.25, 1]) * high
    axes.imshow((values / high) ** 2 * high, cmap=_shades(), norm=_norm(high), aspect="auto", extent=(0, 1, 0, 1))
    axes.grid(visible=False)
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set(xticks=[], ylabel="weight")
    axes.set_yticks(np.sqrt(shares / high), [f"{share:.2g}" for share in shares], fontsize=7)
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
