"""Values of units over the steps of a sequence, one heat map below the other, under the inputs of the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.plots.inside.panels import ValueTable, limits_of, liveliest, paint_bar, paint_heat, row_name
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.layout import Axes, Box, Floats, Ints, plain
from npnet.plots.style import CLASS_COLOURS, GREY, INK, LINES, Look

MOST_UNITS, FEW_INPUTS = 32, 3
LEFT, RIGHT, GAP, TOP, BOTTOM, TITLE = 1.5, 0.75, 0.09, 0.36, 0.5, 0.42
WIDE = 2.9
INPUT = 0.75  # inches of the panel of the inputs


SIGMOID = frozenset("ifozr")  # gates from closed, 0, to open, 1: blue and orange


@dataclass(frozen=True, eq=False)
class StepPanel:
    """A heat map: its name, and values (rows, units, steps) of the units whose indices are given."""

    name: str
    what: str
    units: Ints
    values: Floats

    @property
    def height(self) -> float:
        """Inches of the panel."""
        return float(np.clip(0.035 * len(self.units), 0.42, 0.95))


@dataclass(frozen=True, eq=False)
class StepGroup:
    """The panels of a layer."""

    layer: InsideLayer
    panels: Sequence[StepPanel]
    units: int

    @property
    def height(self) -> float:
        """Inches of the group with its title."""
        return TITLE + sum(panel.height + GAP for panel in self.panels)


def group_of(layer: InsideLayer, names: dict[str, str]) -> StepGroup:
    """Return the panels of a layer by the names of its values; of many units those that vary most."""
    units = liveliest(layer.values[next(key for key in reversed(names) if key in layer.values)], MOST_UNITS)
    panels = [StepPanel(names[key], key, units, layer.values[key][:, units]) for key in names if key in layer.values]
    return StepGroup(layer, panels, next(iter(layer.values.values())).shape[1])


def count_text(shown: int, total: int, unit: str) -> str:
    """Return how many units or filters are shown."""
    return f"{total:,} {unit}" if shown == total else f"{shown} of {total:,} {unit}, those that vary most"


def tables_of(groups: Sequence[StepGroup], rows: Sequence[int]) -> list[ValueTable]:
    """Return the values of all panels."""
    return [
        ValueTable(row, group.layer.name, panel.name, panel.units, panel.values[row])
        for row in rows
        for group in groups
        for panel in group.panels
    ]


def size_of(groups: Sequence[StepGroup], rows: int) -> tuple[float, float]:
    """Return the inches of a picture with its heading."""
    return LEFT + rows * (WIDE + GAP) + RIGHT, 0.62 + TOP + INPUT + sum(group.height for group in groups) + BOTTOM


def paint_steps(page: Box, inside: Inside, groups: Sequence[StepGroup], rows: Sequence[int], unit: str) -> None:
    """Draw inputs and panels, a column for each row."""
    steps = inside.inputs.shape[-1]
    y = TOP
    _name_inputs(page, inside, y)
    for column, row in enumerate(rows):
        x = LEFT + column * (WIDE + GAP)
        name, look = row_name(inside, row)
        page.write(plain(name, 42), x, y - 0.08, **look)
        axes = _place(page, x, y, INPUT)
        _paint_inputs(axes, inside, row, bar=column == len(rows) - 1, page=page, x=x, y=y)
        axes.set_xlim(0.5, steps + 0.5)
    y += INPUT
    last = groups[-1].panels[-1]
    for group in groups:
        note = count_text(len(group.panels[0].units), group.units, unit)
        page.write(f"{group.layer.name}  {group.layer.title}", 0.2, y + TITLE - 0.1, fontsize=9.5, fontweight="bold")
        page.write(note, LEFT + len(rows) * (WIDE + GAP) - GAP, y + TITLE - 0.1, fontsize=8, color=GREY, ha="right")
        y += TITLE
        for panel in group.panels:
            _paint_panel(page, panel, rows, y, steps, ticks=panel is last)
            y += panel.height + GAP


def _place(page: Box, x: float, y: float, height: float, width: float = WIDE) -> Axes:
    return _box(page, x, y, height, width).bare()


def _box(page: Box, x: float, y: float, height: float, width: float) -> Box:
    return Box(page.figure, page.left + x, page.bottom + page.height - y - height, width, height)


def _paint_panel(page: Box, panel: StepPanel, rows: Sequence[int], y: float, steps: int, *, ticks: bool) -> None:
    """Draw the heat maps of all rows in the same colours, the name at the left and a colour bar at the right."""
    shown = panel.values[list(rows)]
    limits = (0.0, 1.0) if panel.what in SIGMOID else limits_of(shown)
    page.write(panel.name, LEFT - 0.12, y + panel.height / 2 + 0.04, ha="right", fontsize=8.5, color=INK)
    for column, row in enumerate(rows):
        axes = _place(page, LEFT + column * (WIDE + GAP), y, panel.height)
        paint_heat(axes, panel.values[row], limits, extent=(0.5, steps + 0.5, len(panel.units) + 0.5, 0.5))
        if ticks:
            axes.xaxis.set_major_locator(_whole_steps(steps))
            axes.set_xlabel("step", fontsize=8.5)
            axes.tick_params(axis="x", length=2.5, labelsize=7.5)
    low = 0.0 if np.nanmin(shown) >= 0 else limits[0]
    paint_bar(_box(page, LEFT + len(rows) * (WIDE + GAP) + 0.02, y, panel.height, 0.1), limits, low)


def _whole_steps(steps: int) -> Any:
    from matplotlib.ticker import FixedLocator, MaxNLocator

    return FixedLocator(list(range(1, steps + 1))) if steps <= 10 else MaxNLocator(6, integer=True, min_n_ticks=3)


def _name_inputs(page: Box, inside: Inside, y: float) -> None:
    """Write what the inputs are; of few features, their names in the colours of their lines."""
    names = inside.features or ("inputs",)
    few = len(names) <= FEW_INPUTS and len(names) == inside.inputs.shape[1]
    for place, name in enumerate(names if few else ("inputs",)):
        look: Look = {"color": CLASS_COLOURS[place] if few and len(names) > 1 else INK, "ha": "right", "fontsize": 8.5}
        page.write(plain(name, 20), LEFT - (0.5 if few else 0.12), y + INPUT / 2 + 0.16 * place - 0.08, **look)


def _paint_inputs(axes: Axes, inside: Inside, row: int, *, bar: bool, page: Box, x: float, y: float) -> None:
    """Draw few features as lines, many as a heat map."""
    values = inside.inputs[row]
    if len(values) > FEW_INPUTS:
        limits = limits_of(inside.inputs)
        paint_heat(axes, values, limits, extent=(0.5, values.shape[-1] + 0.5, len(values) + 0.5, 0.5))
        if bar:
            low = 0.0 if np.nanmin(inside.inputs) >= 0 else limits[0]
            paint_bar(_box(page, x + WIDE + GAP + 0.02, y, INPUT, 0.1), limits, low)
        return
    step = np.arange(1, values.shape[-1] + 1)
    for feature, line in enumerate(values):
        axes.plot(
            step, line, color=CLASS_COLOURS[feature], linestyle=LINES[feature], linewidth=1.1, drawstyle="steps-mid"
        )
    low, high = np.nanmin(inside.inputs), np.nanmax(inside.inputs)
    margin = 0.06 * (high - low) or 0.5
    axes.set(
        ylim=(low - margin, high + margin), xticks=[], yticks=[] if x > LEFT else sorted({float(low), float(high)})
    )
    axes.tick_params(axis="y", length=2, labelsize=7)
    axes.grid(visible=False)
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
