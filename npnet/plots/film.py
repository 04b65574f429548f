"""Animated pictures: what a figure shows, one painting after another, as GIF or as a PNG that moves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from npnet.plots.layout import Artist, Figure

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 92
COLOURS = 224  # the same in all pictures of an animation
SAMPLES = 5  # pictures that the colours are taken from


@dataclass(frozen=True)
class Move:
    """A picture of an animation: what is drawn over the background; `same` keeps the background of the move before."""

    over: Sequence[Artist] = ()
    same: bool = False


def film(
    figure: Figure,
    moves: Iterator[Move],
    seconds: Sequence[float],
    formats: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, bytes]:
    """Return the animation in each format; the same figure gives the same bytes.

    What is drawn over a background is animated in the sense of matplotlib, and no part of it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(DPI)
    pictures, background = [], None
    canvas: Any = FigureCanvasAgg(figure)
    size = (int(figure.bbox.width), int(figure.bbox.height))
    for move in moves:
        if background is None or not move.same:
            canvas.draw()
            background = canvas.copy_from_bbox(figure.bbox)
        else:
            canvas.restore_region(background)
        for artist in sorted(move.over, key=lambda one: one.get_zorder()):
            figure.draw_artist(artist)
        pictures.append(Image.frombytes("RGBA", size, bytes(canvas.buffer_rgba())).convert("RGB"))
        if progress is not None:
            progress(len(pictures), len(seconds))
    few = _of_few_colours(pictures)
    return {form: _file(few, seconds, form) for form in formats}


def _file(pictures: "list[Image]", seconds: Sequence[float], form: str) -> bytes:
    buffer, times = BytesIO(), [round(1000 * one) for one in seconds]
    first, *others = pictures
    first.save(buffer, form, save_all=True, append_images=others, duration=times, loop=0)
    return buffer.getvalue()


def _of_few_colours(pictures: "list[Image]") -> "list[Image]":
    """Return pictures of the same few colours, without dithering: flat areas take few bytes."""
    from PIL import Image

    chosen = [pictures[at] for at in np.unique(np.linspace(0, len(pictures) - 1, SAMPLES).astype(int))]
    width, height = pictures[0].size
    strip = Image.new("RGB", (width, height * len(chosen)))
    for number, picture in enumerate(chosen):
        strip.paste(picture, (0, height * number))
    palette = strip.quantize(COLOURS)
    return [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
