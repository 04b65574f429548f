"""Values of units over the steps of a sequence, one heat map below the other, under the inputs of the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.plots.inside.panels import ValueTable, limits_of, liveliest, paint_bar, paint_heat, row_name, tokens_of
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.layout import Axes, Box, Floats, Ints, plain
from npnet.plots.style import CLASS_COLOURS, GREY, INK, LINES, Look

MOST_UNITS, FEW_INPUTS = 32, 3
LEFT, RIGHT, GAP, TOP, BOTTOM, TITLE = 1.5, 0.75, 0.09, 0.36, 0.5, 0.42
NARROW, WIDE, TOKEN, BAR = 2.9, 8.9, 0.072, 0.11  # inches of a column, of all, of a token, and to a colour bar
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


@dataclass(frozen=True, eq=False)
class StepsPicture:
    """Inputs and panels below them, a column of some inches for each row; names of tokens need wider columns."""

    inside: Inside
    groups: Sequence[StepGroup]
    rows: Sequence[int]
    wide: float

    @classmethod
    def of(cls, inside: Inside, groups: Sequence[StepGroup]) -> "StepsPicture":
        """Return the picture of as many rows as have room."""
        steps = inside.inputs.shape[-1]
        wide = float(np.clip(TOKEN * steps, NARROW, WIDE)) if inside.tokens and inside.is_sequence else NARROW
        return cls(inside, groups, range(min(len(inside.labels), int((WIDE + GAP) / (wide + GAP)))), wide)

    @property
    def size(self) -> tuple[float, float]:
        """Inches of the picture with its heading."""
        height = 0.62 + TOP + self.input_height + sum(group.height for group in self.groups) + BOTTOM
        return self.right + RIGHT, height

    @property
    def right(self) -> float:
        """Inches to the end of the last column."""
        return LEFT + len(self.rows) * (self.wide + GAP) - GAP

    @property
    def input_height(self) -> float:
        """Inches of the panel of the inputs, which pictures are not shown in."""
        return (0.24 if self.inside.tokens else 0.75) if self.inside.is_sequence else 0.0

    @property
    def steps(self) -> int:
        """The number of steps of the inputs."""
        return int((self.inside.inputs if self.inside.is_sequence else self.groups[0].panels[0].values).shape[-1])

    @property
    def tables(self) -> list[ValueTable]:
        """The values of all panels."""
        return [
            ValueTable(row, group.layer.name, panel.name, panel.units, panel.values[row])
            for row in self.rows
            for group in self.groups
            for panel in group.panels
        ]

    def paint(self, page: Box, unit: str) -> None:
        """Draw inputs and panels."""
        y = TOP
        for column, row in enumerate(self.rows):
            name, look = row_name(self.inside, row)
            page.write(plain(name, 42), LEFT + column * (self.wide + GAP), y - 0.08, **look)
        if self.inside.is_sequence:
            self._paint_inputs(page, y)
        y += self.input_height
        for group in self.groups:
            note = count_text(len(group.panels[0].units), group.units, unit)
            heading = f"{group.layer.name}  {group.layer.title}"
            page.write(heading, 0.2, y + TITLE - 0.1, fontsize=9.5, fontweight="bold")
            page.write(note, self.right, y + TITLE - 0.1, fontsize=8, color=GREY, ha="right")
            y += TITLE
            for panel in group.panels:
                self._paint_panel(page, panel, y, ticks=panel is self.groups[-1].panels[-1])
                y += panel.height + GAP

    def _place(self, page: Box, column: int, y: float, height: float) -> Axes:
        return _box(page, LEFT + column * (self.wide + GAP), y, height, self.wide).bare()

    def _paint_inputs(self, page: Box, y: float) -> None:
        """Draw the inputs, with their name and, where they are a heat map, a colour bar."""
        _name_inputs(page, self.inside, y + self.input_height / 2)
        for column, row in enumerate(self.rows):
            _paint_inputs(self._place(page, column, y, self.input_height), self.inside, row, first=column == 0)
        values = self.inside.inputs
        if values.shape[1] > FEW_INPUTS:
            limits = limits_of(values)
            low = 0.0 if np.nanmin(values) >= 0 else limits[0]
            paint_bar(_box(page, self.right + BAR, y, self.input_height, 0.1), limits, low)

    def _paint_panel(self, page: Box, panel: StepPanel, y: float, *, ticks: bool) -> None:
        """Draw the heat maps of all rows in the same colours, the name at the left and a colour bar at the right."""
        shown, steps = panel.values[list(self.rows)], self.steps
        limits = (0.0, 1.0) if panel.what in SIGMOID else limits_of(shown)
        page.write(panel.name, LEFT - 0.12, y + panel.height / 2 + 0.04, ha="right", fontsize=8.5, color=INK)
        for column, row in enumerate(self.rows):
            axes = self._place(page, column, y, panel.height)
            paint_heat(axes, panel.values[row], limits, extent=(0.5, steps + 0.5, len(panel.units) + 0.5, 0.5))
            if ticks:
                axes.xaxis.set_major_locator(_whole_steps(steps))
                axes.set_xlabel("step", fontsize=8.5)
                axes.tick_params(axis="x", length=2.5, labelsize=7.5)
        low = 0.0 if np.nanmin(shown) >= 0 else limits[0]
        paint_bar(_box(page, self.right + BAR, y, panel.height, 0.1), limits, low)


def _box(page: Box, x: float, y: float, height: float, width: float) -> Box:
    return Box(page.figure, page.left + x, page.bottom + page.height - y - height, width, height)


def _whole_steps(steps: int) -> Any:
    from matplotlib.ticker import FixedLocator, MaxNLocator

    return FixedLocator(list(range(1, steps + 1))) if steps <= 10 else MaxNLocator(6, integer=True, min_n_ticks=3)


def _name_inputs(page: Box, inside: Inside, y: float) -> None:
    """Write what the inputs are; of few features, their names in the colours of their lines."""
    names = inside.features if 0 < len(inside.features) <= FEW_INPUTS else ("inputs",)
    several = len(names) > 1
    for place, name in enumerate(names):
        look: Look = {"color": CLASS_COLOURS[place] if several else INK, "ha": "right", "fontsize": 8.5}
        page.write(plain(name, 20), LEFT - (0.5 if several else 0.12), y + 0.16 * place - 0.08 * several + 0.04, **look)


def _paint_inputs(axes: Axes, inside: Inside, row: int, *, first: bool) -> None:
    """Draw tokens as their names, few features as lines, many as a heat map."""
    values, steps = inside.inputs[row], inside.inputs.shape[-1]
    if len(values) > FEW_INPUTS:
        paint_heat(axes, values, limits_of(inside.inputs), extent=(0.5, steps + 0.5, len(values) + 0.5, 0.5))
        return
    low, high = np.nanmin(inside.inputs), np.nanmax(inside.inputs)
    margin = 0.06 * (high - low) or 0.5
    axes.set(xlim=(0.5, steps + 0.5), ylim=(low - margin, high + margin), xticks=[])
    axes.set_yticks(sorted({float(low), float(high)}) if first and not inside.tokens else [])
    axes.tick_params(axis="y", length=2, labelsize=7)
    axes.grid(visible=False)
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
    if inside.tokens:
        middle, size = float(low + high) / 2, min(9.0, 72 * axes.bbox.width / axes.figure.dpi / steps * 1.3)
        for step, name in enumerate(tokens_of(inside, row), 1):
            axes.text(step, middle, name, ha="center", va="center_baseline", fontsize=size, clip_on=True)
        return
    for feature, line in enumerate(values):
        look: Look = {"color": CLASS_COLOURS[feature], "linestyle": LINES[feature], "linewidth": 1.1}
        axes.plot(np.arange(1, steps + 1), line, drawstyle="steps-mid", **look)
