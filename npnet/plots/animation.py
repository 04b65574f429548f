"""A training as an animated picture: the boundary, or curve, and the losses at each recorded frame."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from npnet.plots.boundary import drawable, field_of, limits, paint_curve, paint_plane, shown_points
from npnet.plots.curves import PARTS, losses_recorded
from npnet.plots.kinds import MOVING, Drawing, Material, Recorded, plot, sheet
from npnet.plots.layout import Axes, Box
from npnet.plots.style import PALE, PART_COLOURS, PART_LINES, PART_MARKERS

NODES = 101  # of the grid, on each axis
STEP_TIME, EPOCH_TIME, LAST_TIME = 0.35, 0.1, 2.5
"""Seconds that a frame is shown: within the first epoch, at an epoch, and the last one."""
PLANE = 5.3  # inches of the boundary with its legend
NO_FRAMES = "needs recorded frames; write record: true in the config, and train it again"


def has_frames(material: Material) -> str | None:
    """Require recorded frames, and what a boundary and a loss need."""
    if material.recorded is None:
        return NO_FRAMES
    return drawable(material) or losses_recorded(material)


@plot("animation", needs=has_frames, formats=MOVING)
def animation(material: Material) -> Drawing:
    """Boundary or curve and losses at each recorded step of a training, animated: GIF or PNG."""
    if material.recorded is None:
        raise ValueError("the material has no frames")
    frames = material.recorded()
    box = sheet(material, "Training, step by step", 8.6, 4.4)
    seconds = np.where(frames.epochs % 1 > 0, STEP_TIME, EPOCH_TIME)
    seconds[0], seconds[-1] = STEP_TIME, LAST_TIME
    numbers = {"frame": np.arange(len(frames.steps)), "step": frames.steps, "epoch": frames.epochs, **frames.losses}
    return Drawing(box.figure, numbers, partial(_painted, box, material, frames), tuple(seconds.tolist()))


def _painted(box: Box, material: Material, frames: Recorded) -> Iterator[None]:
    """Paint one frame after another into the figure of the box."""
    points, place = shown_points(material), Box(box.figure, box.left, box.bottom, PLANE, box.height - 0.25)
    plane = place.square().bare() if len(material.features) == 2 else place.axes(left=0.8, bottom=0.55, top=0.1)
    title = box.figure.text(0.8 / box.figure.get_figwidth(), 0.82, "", fontsize=10, fontweight="bold")
    side = Box(box.figure, box.left + PLANE, box.bottom, box.width - PLANE, box.height - 0.25)
    move = _losses(side.axes(left=0.65, bottom=0.55, top=0.1), material)
    for index, label in enumerate(frames.labels):
        plane.clear()
        now = replace(material, predict=partial(frames.predict, index))
        if len(material.features) == 2:
            paint_plane(plane, now, field_of(now, points, NODES), points)
        else:
            paint_curve(plane, now, points)
            plane.set_ylim(*limits(np.concatenate([one.y.reshape(-1, 1) for one in points]))[0])
        title.set_text(label)
        move(float(frames.epochs[index]))
        yield


def _losses(axes: Axes, material: Material) -> Callable[[float], None]:
    """Draw the losses by epoch in grey; return the function that draws them in colour up to an epoch."""
    epochs, drawn = material.history["epoch"], []
    for split in PARTS:
        values = material.history.get(f"{split}_loss")
        if values is None or not np.isfinite(values).any():
            continue
        known = np.isfinite(values)
        axes.plot(epochs[known], values[known], color=PALE)
        (line,) = axes.plot([], [], color=PART_COLOURS[split], linestyle=PART_LINES[split], label=split)
        (dot,) = axes.plot([], [], PART_MARKERS[split], color=PART_COLOURS[split], markersize=5)
        drawn.append((epochs[known], values[known], line, dot))
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend(loc="upper right")

    def move(epoch: float) -> None:
        for at, values, line, dot in drawn:
            done = at <= epoch
            line.set_data(at[done], values[done])
            dot.set_data(at[done][-1:], values[done][-1:])

    return move
