"""Inside the network: what layers with positions compute for some rows, and a still picture without a script."""

import base64
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from npnet.plots.inside.panels import evenly, limits_of, liveliest
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.inside.steps import SIGMOID
from npnet.plots.layout import Ints, plain
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Section
from npnet.report.parts import card, grid

PLACE = "network-inside"  # the id of the place where a script shows the values
MOST_STILLS, MOST_PARTS, IN_LINE = 4, 16, 8  # layers of still pictures, their filters or heads, those side by side
BESIDE = 60  # steps up to which gates stand side by side
BELOW, ZERO, ABOVE, ABSENT, BETWEEN = (0, 114, 178), (255, 255, 255), (213, 94, 0), (200, 204, 208), 223


def section(inside: Inside) -> Section:
    """Return the place for the script that shows the values, and the first row for a page without a script."""
    first = f" of the first of {inside.networks} networks" if inside.networks > 1 else ""
    lede = f"What the layers{first} compute for some rows of the {inside.split} set, recorded with the page."
    stills = [_still(inside, layer) for layer in evenly(inside.layers, MOST_STILLS)]
    place = element("div", id=PLACE)
    without = element("div", grid(*stills), class_="without-js")
    return Section("inside", "Inside the network", lede, joined(place, without))


def _still(inside: Inside, layer: InsideLayer) -> Markup:
    """Return the values of a layer for the first row as a picture."""
    name = f"{layer.name} {layer.title}"
    parts = liveliest(next(reversed(layer.values.values())), MOST_PARTS)
    each = [_pixels(layer, key, parts) for key in layer.values]
    whole = np.concatenate(each, axis=1 if len(each) > 1 and each[0].shape[1] < BESIDE else 0)
    data = base64.b64encode(_png(whole[:-1, :-1])).decode()
    what = {
        "gates": ", ".join(layer.values),
        "attention": "weights of its heads",
        "feature_maps": "maps of its filters",
    }
    row = plain(inside.labels[0])
    picture = element(
        "img", src=f"data:image/png;base64,{data}", alt=f"{name}, {what[layer.kind]}, {row}", class_="still"
    )
    return card(name, picture, note=f"{what[layer.kind]}: {row}")


def _pixels(layer: InsideLayer, key: str, parts: Ints) -> NDArray[np.uint8]:
    """Return the colours of values of the first row: blue below the middle, orange above it."""
    shown = layer.values[key][0, parts]
    low, high = (0.0, 1.0) if layer.kind == "gates" and key in SIGMOID else limits_of(shown)
    shares = (shown - (low + high) / 2) / ((high - low) / 2)
    if layer.kind == "attention":
        shares = np.sqrt(shares)
    side = shares[..., np.newaxis]
    ends = np.where(side < 0, BELOW, ABOVE)
    colours = np.where(np.isfinite(side), ZERO + np.abs(side) * (ends - np.array(ZERO)), ABSENT)
    made = np.nan_to_num(colours).round().astype(np.uint8)
    return _mosaic(made if shown.ndim == 3 else made[np.newaxis])


def _mosaic(parts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures (parts, lines, columns, 3) side by side, some in a line."""
    wide = min(len(parts), IN_LINE)
    lines = -(-len(parts) // wide)
    filled = np.full((lines * wide, *(size + 1 for size in parts.shape[1:3]), 3), BETWEEN, np.uint8)
    filled[: len(parts), :-1, :-1] = parts
    each = filled.reshape(lines, wide, *filled.shape[1:])
    return each.transpose(0, 2, 1, 3, 4).reshape(lines * filled.shape[1], wide * filled.shape[2], 3)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels).quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
