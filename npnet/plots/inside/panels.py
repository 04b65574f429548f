"""What the pictures of the inside of a network share: choices of what is shown, heat maps, colour bars, numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.plots.inside.rows import Inside, Kind
from npnet.plots.kinds import Material, Numbers
from npnet.plots.layout import Axes, Box, Floats, Ints, plain
from npnet.plots.style import GREY, VERMILLION, Look, signed_shades

LAYERS_OF: dict[Kind, str] = {
    "feature_maps": "conv1d or conv2d",
    "gates": "rnn, gru or lstm",
    "attention": "attention",
}
TOKEN = 8  # letters of a token
T = TypeVar("T")
MOST_NUMBERS = 40_000  # in the table beside a picture


def needs_layers(kind: Kind) -> Callable[[Material], str | None]:
    """Return what requires the layers of a kind, and rows to show."""

    def needs(material: Material) -> str | None:
        if kind not in material.inside_kinds:
            return f"needs a network with {LAYERS_OF[kind]}"
        return None if material.inside else material.unpredicted

    return needs


def shown_inside(material: Material) -> Inside:
    """Return what the layers of a material compute; raise ValueError where there is none."""
    if material.inside is None:
        raise ValueError("the material has nothing inside")
    return material.inside()


def heading_of(what: str, inside: Inside) -> str:
    """Return the heading of a picture: what it shows, the set of its rows, and its network."""
    first = f", first of {inside.networks} networks" if inside.networks > 1 else ""
    return f"{what}, {inside.split} set{first}"


def evenly(things: Sequence[T], most: int) -> list[T]:
    """Return things evenly spread where there are more than `most`, the first and the last among them."""
    places = np.linspace(0, len(things) - 1, min(len(things), most)).astype(np.int64).tolist()
    return [things[place] for place in places]


def liveliest(values: Floats, most: int) -> Ints:
    """Return the indices, in order, of the parts of values (rows, parts, ...) that vary most."""
    spread = np.nanvar(np.moveaxis(values, 1, 0).reshape(values.shape[1], -1), axis=1)
    return np.sort(np.argsort(-spread, kind="stable")[:most])


def limits_of(values: Floats) -> tuple[float, float]:
    """Return the values of the ends of the colour map: the same distance from 0, the middle."""
    known = values[np.isfinite(values)]
    size = float(np.abs(known).max()) if len(known) else 0.0
    return (-size, size) if size > 0 else (-1.0, 1.0)


def paint_heat(axes: Axes, values: Floats, limits: tuple[float, float], **look: Any) -> None:
    """Draw a matrix in the colours of signed values, the first row at the top, without ticks."""
    usual: Look = {"cmap": signed_shades(), "vmin": limits[0], "vmax": limits[1], "aspect": "auto"}
    axes.imshow(values, **(usual | {"interpolation": "nearest"} | look))
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)


def paint_bar(box: Box, limits: tuple[float, float], low: float) -> None:
    """Draw a colour bar that fills a box, from `low` to the upper limit."""
    axes, high = box.bare(), limits[1]
    look: Look = {"cmap": signed_shades(), "vmin": limits[0], "vmax": high, "aspect": "auto"}
    axes.imshow(np.linspace(high, low, 128)[:, np.newaxis], extent=(0, 1, low, high), **look)
    axes.grid(visible=False)
    axes.yaxis.tick_right()
    ticks = sorted({low, (limits[0] + high) / 2, high})
    axes.set(xticks=[])
    axes.set_yticks(ticks, [f"{value:.2g}" for value in ticks], fontsize=7)
    axes.tick_params(axis="y", length=2, pad=1.5)
    for place, label in enumerate(axes.get_yticklabels()):  # inside the box: bars stand close to each other
        label.set_verticalalignment("bottom" if place == 0 else "top" if place == len(ticks) - 1 else "center")
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)


def row_name(inside: Inside, row: int) -> tuple[str, Look]:
    """Return the name of a row and its look: red where its class was not predicted right."""
    return inside.labels[row], {"fontsize": 8, "color": VERMILLION if inside.correct[row] is False else GREY}


def tokens_of(inside: Inside, row: int) -> list[str]:
    """Return the names of the codes at the positions of a row, "" where there is none; [] of other inputs."""
    if not inside.tokens or not inside.is_sequence:
        return []
    codes = inside.inputs[row].ravel().tolist()
    return ["" if code != code else plain(inside.tokens[int(code)], TOKEN) for code in codes]


@dataclass(frozen=True, eq=False)
class ValueTable:
    """Values of a row (parts, ...): what they are, and the indices of their parts."""

    row: int
    layer: str
    what: str
    parts: Ints
    values: Floats


def numbers_of(inside: Inside, tables: Sequence[ValueTable], axes: Sequence[str]) -> Numbers:
    """Return values as a table with a line for each; `axes` names the axes of their arrays.

    It has the rows that fit, the first at least; where a row has very many values, every second or third position.
    """
    by_row = [[table for table in tables if table.row == row] for row in range(len(inside.labels))]
    counts = np.cumsum([sum(table.values.size for table in each) for each in by_row])
    every = max(1, ceil(counts[0] / MOST_NUMBERS))
    kept = [table for each, count in zip(by_row, counts, strict=True) for table in each if count <= MOST_NUMBERS]
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in ("row", "layer", "what", *axes, "value")}
    for table in kept or by_row[0]:
        values = table.values[:, ::every]
        places = [place.ravel() for place in np.indices(values.shape)]
        places = [table.parts[places[0]], places[1] * every, *places[2:]]
        name = inside.labels[table.row].partition(":")[0].removeprefix("row ")
        for key, text in (("row", name), ("layer", table.layer), ("what", table.what)):
            columns[key].append(np.full(values.size, text, object))
        for key, place in zip(axes, places, strict=True):
            columns[key].append(place + 1)
        columns["value"].append(values.ravel().round(6))
    return {key: np.concatenate(each) for key, each in columns.items()}
