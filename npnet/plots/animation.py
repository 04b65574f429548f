"""A training as an animated picture: the boundary, or curve, and the losses at each recorded frame."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from npnet.plots.boundary import drawable, paint_curve
from npnet.plots.curves import PARTS, losses_recorded
from npnet.plots.film import Move
from npnet.plots.kinds import MOVING, Drawing, Material, Recorded, plot, sheet
from npnet.plots.layout import Artist, Axes, Box
from npnet.plots.plane.fields import field_of, limits, shown_points
from npnet.plots.plane.labels import of_label
from npnet.plots.plane.painting import paint_plane, repaint_plane
from npnet.plots.style import PALE, PART_COLOURS, PART_LINES, PART_MARKERS, Look

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


def _painted(box: Box, material: Material, frames: Recorded) -> Iterator[Move]:
    """Paint one frame after another into the figure of the box."""
    place = Box(box.figure, box.left, box.bottom, PLANE, box.height - 0.25)
    of_plane = len(material.features) == 2
    axes = place.square().bare() if of_plane else place.axes(left=0.8, bottom=0.55, top=0.1)
    show = _plane(axes, of_label(material, 0)) if of_plane else _curve(axes, material)
    title = box.figure.text(0.8 / box.figure.get_figwidth(), 0.82, "", fontsize=10, fontweight="bold", animated=True)
    side = Box(box.figure, box.left + PLANE, box.bottom, box.width - PLANE, box.height - 0.25)
    move, lines = _losses(side.axes(left=0.65, bottom=0.55, top=0.1), material)
    for index, label in enumerate(frames.labels):
        same, over = show(of_label(replace(material, predict=partial(frames.predict, index)), 0))
        title.set_text(label)
        move(float(frames.epochs[index]))
        yield Move([*over, *lines, title], same)


def _plane(axes: Axes, material: Material) -> Callable[[Material], tuple[bool, list[Artist]]]:
    """Return the function that paints a frame: whether the background is the same, and what is drawn over it.

    Regions of classes are drawn over the background; a surface has a scale of its own in each frame.
    """
    points, has_lines = shown_points(material), False

    def show(now: Material) -> tuple[bool, list[Artist]]:
        nonlocal has_lines
        area, had_lines = field_of(now, points, NODES), has_lines
        if axes.images and now.task != "regression":
            has_lines = repaint_plane(axes, now, area)
            if has_lines == had_lines or now.task != "binary":  # else the legend has another entry
                return True, [*axes.images, *axes.lines, *axes.collections, *axes.spines.values()]
        axes.clear()
        paint_plane(axes, now, area, points)
        has_lines = bool(axes.collections)
        return False, []

    return show


def _curve(axes: Axes, material: Material) -> Callable[[Material], tuple[bool, list[Artist]]]:
    """Return the function that paints a frame of a fitted curve, as `_plane` does."""
    points = shown_points(material)
    ((low, high),) = limits(np.concatenate([one.y.reshape(-1, 1) for one in points]))

    def show(now: Material) -> tuple[bool, list[Artist]]:
        axes.clear()
        paint_curve(axes, now, points)
        axes.set_ylim(low, high)
        return False, []

    return show


def _losses(axes: Axes, material: Material) -> tuple[Callable[[float], None], list[Artist]]:
    """Draw the losses by epoch in grey; return the function that moves the coloured ones to an epoch, and those."""
    epochs, drawn = material.history["epoch"], []
    for split in PARTS:
        values = material.history.get(f"{split}_loss")
        if values is None or not np.isfinite(values).any():
            continue
        known = np.isfinite(values)
        axes.plot(epochs[known], values[known], color=PALE)
        look: Look = {"color": PART_COLOURS[split], "animated": True}
        (line,) = axes.plot([], [], linestyle=PART_LINES[split], label=split, **look)
        (dot,) = axes.plot([], [], PART_MARKERS[split], markersize=5, **look)
        drawn.append((epochs[known], values[known], line, dot))
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend(loc="upper right")

    def move(epoch: float) -> None:
        for at, values, line, dot in drawn:
            done = at <= epoch
            line.set_data(at[done], values[done])
            dot.set_data(at[done][-1:], values[done][-1:])

    return move, [artist for _, _, *both in drawn for artist in both]
