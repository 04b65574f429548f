"""The network: its layers, a drawing of its weights where it is small, and the place where it is replayed."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config.writer import plain_options
from npnet.nn.layer import layers
from npnet.plots.layout import Floats, plain
from npnet.report.chart import figure_svg
from npnet.report.elements import Markup, element, joined
from npnet.report.page import Section
from npnet.report.parts import NumberTable, callout, card, counted, figure, grid, table_of
from npnet.report.shapes import path
from npnet.report.view import RunView
from npnet.rundir import names

MOST_UNITS, MOST_WEIGHTS = 24, 1500  # of a drawing with every weight
THICKNESSES = (0.4, 0.8, 1.3, 1.9, 2.7, 3.8)
WIDTH = 460
PLAYER = "network-player"  # the id of the place where a script shows the network
Matrices = list[NDArray[np.float64]]


def section(view: RunView, player: bool = False) -> Section:
    """Return the layers and the drawing of a network; with `player`, the place for the script that replays it."""
    tensors = _tensors(view)
    count = view.info["parameters"]
    lede = "" if count is None else f"{view.info.get('network') or ''}, {counted(count, 'parameter')}."
    drawing = _drawing(view, tensors)
    parts = [
        card(
            "Layers",
            _flow(view),
            table_of(_tensor_table(tensors), "parameters of each layer"),
            wide=drawing is None or player,
        )
    ]
    place = element("div", id=PLAYER) if player else Markup("")
    return Section("network", "Network", lede.strip(", "), joined(_which(view), place, grid(drawing, *parts)))


def _which(view: RunView) -> Markup | None:
    """Return which of several networks is shown; None for a single one."""
    count, folds = view.experiment.ensemble, view.folds
    if count * folds == 1:
        return None
    own = f"network 1 of {count}, which predict together" if count > 1 else "the first network"
    shown = f"Shown is {own}." if folds == 1 else f"Shown is {own}, of the first of {folds} folds."
    others = "all networks" if folds == 1 else "the networks of all folds"
    return callout(
        f"{shown} This page holds its weights alone. The scores and predictions above are those of {others}."
    )


def _tensors(view: RunView) -> Mapping[str, NDArray[Any]]:
    """Return the parameters of the best epoch, of several networks those of the first."""
    if not view.run.file(names.WEIGHTS).exists():
        return {}
    found, _ = view.run.weights()
    several = view.folds * view.experiment.ensemble > 1
    return {name: values[0] if several else values for name, values in found.items()}


def _flow(view: RunView) -> Markup:
    """Return the layers as words in a row."""
    steps = [counted((view.info.get("dataset") or {}).get("inputs", 0), "input")]
    for layer in view.experiment.layers:
        options = plain_options(layer)
        main = options.get("units") or options.get("rate")
        steps.append(f"{layers.name_of(layer)} {main}" if main is not None else layers.name_of(layer))
    chips = [element("li", element("b", plain(step, 40)), class_="chip") for step in steps]
    return element("ol", *chips, class_="chips flow", aria_label="Layers in order")


def _tensor_table(tensors: Mapping[str, NDArray[Any]]) -> NumberTable:
    return NumberTable(
        {
            "parameter": list(tensors),
            "shape": ["\u00a0×\u00a0".join(map(str, values.shape)) for values in tensors.values()],
            "count": [int(values.size) for values in tensors.values()],
            "mean size": [float(np.abs(values).mean()) if values.size else None for values in tensors.values()],
            "largest": [float(np.abs(values).max()) if values.size else None for values in tensors.values()],
        }
    )


def _drawing(view: RunView, tensors: Mapping[str, NDArray[Any]]) -> Markup | None:
    """Return a drawing of every weight; None for a network that is not small or not a row of linear layers."""
    matrices = [
        values.astype(float) for name, values in tensors.items() if name.endswith(".weight") and values.ndim == 2
    ]
    biases = [values.astype(float) for name, values in tensors.items() if name.endswith(".bias") and values.ndim == 1]
    chained = all(one.shape[0] == other.shape[1] for one, other in pairwise(matrices))
    widths = [matrices[0].shape[1], *(one.shape[0] for one in matrices)] if matrices else []
    small = widths and max(widths) <= MOST_UNITS and sum(one.size for one in matrices) <= MOST_WEIGHTS
    if not (small and chained and len(tensors) == 2 * len(matrices) == 2 * len(biases)):
        return None
    height = max(150.0, 20.0 * max(widths) + 30)
    where = [_column(index, len(widths), width, height) for index, width in enumerate(widths)]
    largest = max(float(np.abs(one).max()) for one in matrices) or 1.0
    marks = [*_edges(matrices, where, largest), *_units(where, biases), *_names(view, where)]
    strongest = max(range(len(matrices)), key=lambda index: float(np.abs(matrices[index]).max()))
    alt = f"Units in columns of {', '.join(map(str, widths))}; the largest weight is in layer {strongest + 1}."
    drawing = figure_svg(joined(*marks), WIDTH, height, "Network with every weight", alt, "network-chart")
    note = "Every weight of the best epoch: the thicker, the larger; orange is positive, dashed blue negative."
    return figure("network-drawing", "Every weight", drawing, None, note)


def _column(index: int, columns: int, units: int, height: float) -> Floats:
    """Return the places of the units of a layer, (units, 2)."""
    x = 78 + index * (WIDTH - 116) / max(columns - 1, 1)
    return np.column_stack([np.full(units, x), height / 2 + (np.arange(units) - (units - 1) / 2) * 20])


def _edges(matrices: Matrices, where: list[Floats], largest: float) -> Iterator[Markup]:
    """Yield the weights of each layer, those of one sign and thickness as one path, the thin ones first."""
    for weights, left, right in zip(matrices, where[:-1], where[1:], strict=True):
        sizes = np.minimum((np.abs(weights) / largest * len(THICKNESSES)).astype(int), len(THICKNESSES) - 1)
        for size, thickness in enumerate(THICKNESSES):
            for look, sign in (("positive", weights > 0), ("negative", weights < 0)):
                pairs = np.argwhere(sign & (sizes == size)).tolist()
                lines = [path(np.array([left[b] + (6, 0), right[a] - (6, 0)])) for a, b in pairs]
                if lines:
                    yield element("path", d="".join(lines), class_=f"weight {look}", stroke_width=thickness)


def _units(where: list[Floats], biases: Matrices) -> Iterator[Markup]:
    """Yield the units, coloured by the sign of their bias."""
    for layer, places in enumerate(where):
        for unit, (x, y) in enumerate(places.tolist()):
            bias = biases[layer - 1][unit] if layer else 0.0
            look = "unit" if not layer else "unit positive" if bias > 0 else "unit negative"
            yield element("circle", cx=x, cy=y, r=6, class_=look)


def _names(view: RunView, where: list[Floats]) -> Iterator[Markup]:
    """Yield the names of inputs and outputs."""
    inputs: tuple[str, ...] = view.predictor.data.preparation.names if view.predictor else ()
    for name, (x, y) in zip(inputs, where[0].tolist(), strict=False):
        yield element("text", plain(name, 10), x=x - 11, y=y + 4, text_anchor="end", class_="tick")
    outputs = view.material.classes if len(view.material.classes) == len(where[-1]) else view.material.targets
    for name, (x, y) in zip(outputs, where[-1].tolist(), strict=False):
        yield element("text", plain(name, 5), x=x + 10, y=y + 4, class_="tick")
