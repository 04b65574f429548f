"""What a network computes inside, as the page shows it: a byte for each value.

split, networks     the set of the rows, and how many networks the run has: the first is shown
rows                [{"label", "correct": true, false, or null of values}], as many as the page has bytes for
pictures            whether inputs are from dark, 0, to light, 1, and not ink
isSequence          whether the inputs are a sequence, and not an image
tokens, features    the names of codes, and of the features at a position; [] where there are none
inputs              a field: images (rows, features, lines, columns), sequences (rows, 1, features, steps)
layers              [{"kind", "name", "title", "note", "unit", "numbers", "fields", "kernels"}]: "maps" have one field
                    (rows, filters, lines, columns), "steps" one for each gate or state (rows, 1, units, steps),
                    "attention" one (rows, heads, queries, keys); "numbers" are those of the filters, units or heads
                    shown; kernels (1, filters, lines, columns) are there where a filter sees one feature, else null

A field is {"name", "legend", "low", "high", "power", "middle", "every", "values"}: byte b is low + (high - low)
(b / 254) ** power, 255 no value; `middle` is white; `every` lines and columns were averaged.
"""

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.plots.inside.gates import NAMES
from npnet.plots.inside.panels import evenly, liveliest
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.inside.steps import SIGMOID, count_text
from npnet.plots.layout import Floats
from npnet.report.page_engine import Json, array

BYTES = 200_000
"""Bytes for the values of all layers and rows."""
CHOICES = ((12, 64), (12, 32), (8, 32), (8, 16), (6, 16), (4, 16), (3, 8), (2, 8), (2, 4), (1, 4), (1, 1))
"""Rows, and filters or units of each layer; the first pair that fits is taken."""
MOST_LAYERS = 12
MOST_PIXELS, MOST_STEPS, MOST_POSITIONS = 48, 500, 96
LEVELS, ABSENT = 254, 255


def inside_data(inside: Inside) -> Json:
    """Return the values of some rows for the page."""
    layers = evenly(inside.layers, MOST_LAYERS)
    for rows, parts in CHOICES:
        inputs = _inputs(inside, rows)
        found = [_layer(layer, rows, parts) for layer in layers]
        fields = [inputs, *(field for layer in found for field in layer["fields"])]
        if sum(field["values"].size for field in fields) <= BYTES:
            break
    for field in fields:
        field["values"] = array(field["values"], np.uint8)
    return {
        "split": inside.split,
        "networks": inside.networks,
        "rows": [
            {"label": label, "correct": correct}
            for label, correct in zip(inside.labels[:rows], inside.correct, strict=False)
        ],
        "tokens": list(inside.tokens),
        "features": list(inside.features),
        "pictures": inside.pictures,
        "isSequence": inside.is_sequence,
        "inputs": inputs,
        "layers": found,
    }


def _inputs(inside: Inside, rows: int) -> Json:
    """Return the inputs; a sequence has its features as lines."""
    values = inside.inputs[:rows]
    if inside.is_sequence:
        return field_of("input", values[:, np.newaxis], (values.shape[2] + 1, MOST_STEPS))
    return field_of("input", values, (MOST_PIXELS, MOST_PIXELS), (0.0, 1.0) if inside.pictures else None)


def _layer(layer: InsideLayer, rows: int, parts: int) -> Json:
    """Return a layer with the filters, units or heads that vary most."""
    values = next(reversed(layer.values.values()))
    shown, total = liveliest(values, parts), values.shape[1]
    head = {"name": layer.name, "title": layer.title, "numbers": (shown + 1).tolist(), "kernels": None}
    chosen = {key: one[:rows, shown] for key, one in layer.values.items()}
    if layer.kind == "attention":
        field = field_of("weight", chosen["a"], (MOST_POSITIONS, MOST_POSITIONS), power=2)
        note = count_text(len(shown), total, "heads")
        return {**head, "kind": "attention", "unit": "head", "note": note, "fields": [field]}
    if values.ndim == 4:
        field = field_of("map", chosen["maps"], (MOST_PIXELS, MOST_PIXELS))
        seen = layer.kernels is not None and layer.kernels.shape[1] == 1
        kernels = _kernels(layer.kernels[shown, 0]) if seen and layer.kernels is not None else None
        note = f"{count_text(len(shown), total, 'filters')}; maps of {values.shape[2]} x {values.shape[3]}"
        return {**head, "kind": "maps", "unit": "filter", "note": note, "fields": [field], "kernels": kernels}
    unit = "unit" if layer.kind == "gates" else "filter"
    names = {key: NAMES.get(key, "map") for key in (*NAMES, "maps") if key in chosen}
    fields = [_steps(name, chosen[key], key in SIGMOID and layer.kind == "gates") for key, name in names.items()]
    return {**head, "kind": "steps", "unit": unit, "note": count_text(len(shown), total, f"{unit}s"), "fields": fields}


def _steps(name: str, values: Floats, is_gate: bool) -> Json:
    found = field_of(name, values[:, np.newaxis], (values.shape[1], MOST_STEPS), (0.0, 1.0) if is_gate else None)
    return found | ({"legend": "gates", "middle": 0.5} if is_gate else {})


def _kernels(kernels: Floats) -> Json:
    found = field_of("filter", kernels[np.newaxis], kernels.shape[1:])
    return {**found, "values": array(found["values"], np.uint8)}


def field_of(
    name: str, values: Floats, most: tuple[int, ...], limits: tuple[float, float] | None = None, power: int = 1
) -> Json:
    """Return values (rows, parts, lines, columns) as bytes, averaged where there are more than `most`."""
    every = [ceil(count / limit) for count, limit in zip(values.shape[2:], most, strict=True)]
    for axis, size in enumerate(every, 2):
        values = _averaged(values, axis, size)
    known = values[np.isfinite(values)]
    low, high = limits or ((float(known.min()), float(known.max())) if len(known) else (0.0, 0.0))
    low, high = (0.0, high) if power > 1 else _with_zero(low, high)
    size = (high - low) or 1.0
    with np.errstate(invalid="ignore"):
        levels = np.clip((values - low) / size, 0, 1) ** (1 / power) * LEVELS
    found = {"low": low, "high": low + size, "power": power, "middle": 0.0, "every": every}
    return {"name": name, "legend": name, **found, "values": _bytes(levels)}


def _with_zero(low: float, high: float) -> tuple[float, float]:
    """Return limits, a little wider, between which a byte stands for 0."""
    if low >= 0 or high <= 0:
        return low, high
    below = int(np.clip(round(-low / (high - low) * LEVELS), 1, LEVELS - 1))
    step = max(-low / below, high / (LEVELS - below))
    return -below * step, (LEVELS - below) * step


def _bytes(levels: Floats) -> NDArray[Any]:
    return np.where(np.isfinite(levels), np.nan_to_num(levels).round(), ABSENT).astype(np.uint8)


def _averaged(values: Floats, axis: int, size: int) -> Floats:
    """Return means of `size` neighbours along an axis."""
    if size == 1:
        return values
    starts = np.arange(0, values.shape[axis], size)
    counts = np.diff([*starts, values.shape[axis]])
    shape = [len(counts) if each == axis else 1 for each in range(values.ndim)]
    return np.asarray(np.add.reduceat(values, starts, axis=axis) / counts.reshape(shape))
