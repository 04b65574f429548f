"""What forms while a network trains: its losses as bars, and its outputs over the plane of two features."""

from collections.abc import Iterator, Mapping

import numpy as np
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from npnet.cli.console.curves import TextStyle, sparklines, style_of
from npnet.cli.console.field import TextPlane, field_picture
from npnet.cli.console.pictures import style_of_stream
from npnet.cli.console.screen import Output
from npnet.data.columns import Frame
from npnet.model.trainer import Trainer
from npnet.plots.kinds import fits_axis
from npnet.plots.plane.fields import limits

PARTS = ("train", "validation")
BARS = 60
ROWS, COLUMNS = 12, 24
"""Lines and columns of the plane; a line has two rows of it."""
DRAWN_CLASSES = 7


class LossBars:
    """The losses of a training for bars: all epochs, or every second, fourth, ... once there are more than bars."""

    def __init__(self) -> None:
        self.losses: dict[str, list[float]] = {}
        self.stride, self.waiting = 1, 0

    def add(self, values: Mapping[str, float]) -> None:
        """Add the losses of an evaluated epoch."""
        self.waiting -= 1
        if self.waiting > 0:
            return
        self.waiting = self.stride
        for part in PARTS:
            if f"{part}_loss" in values:
                self.losses.setdefault(part, []).append(values[f"{part}_loss"])
        if max(map(len, self.losses.values()), default=0) > BARS:
            self.losses = {part: values[::2] for part, values in self.losses.items()}
            self.stride *= 2

    def lines(self, style: TextStyle, width: int) -> list[Text]:
        """Return the bars of each set; nothing before the second epoch."""
        count = max(map(len, self.losses.values()), default=0)
        label = max(map(len, self.losses), default=0)
        room = width - label - 2
        if count < 2 or room < 8:
            return []
        step = -(-count // room)
        bars = sparklines([values[::step] for values in self.losses.values()], style)
        pairs = zip(self.losses, bars, strict=True)
        return [Text.assemble((f"{part:<{label}}  ", "dim"), (line, style_of(part, style))) for part, line in pairs]


class FormingPlane:
    """The outputs of one network in training over two features; `of` returns None where there is no such plane."""

    def __init__(self, trainer: Trainer, style: TextStyle) -> None:
        self.trainer, self.style, data = trainer, style, trainer.data
        points = data.parts["train"]
        spans = limits(points.raw)
        x, y = (np.linspace(low, high, 2 * COLUMNS + 1)[1::2] for low, high in spans)
        self.grid = Frame.of(np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2), data.features)
        self.low, self.high = (float(points.y.min()), float(points.y.max())) if not data.classes else (0.0, 1.0)

    @classmethod
    def of(cls, trainer: Trainer, style: TextStyle) -> "FormingPlane | None":
        """Return the plane of a single network on two features that are numbers, and of one target."""
        data, network = trainer.data, trainer.stack_trainer.network
        if network.models > 1 or len(data.features) != 2 or len(data.targets) > 1 or not data.all_numbers:
            return None
        points = data.parts["train"]
        known = len(data.classes) <= DRAWN_CLASSES and fits_axis(points.raw).all() and fits_axis(points.y).all()
        return cls(trainer, style) if known else None

    def lines(self) -> list[Text]:
        """Return the plane as it is now."""
        output = self.trainer.outputs(self.grid).T
        if self.trainer.data.task == "binary":
            output = np.concatenate([1 - output, output], axis=1)
        output = np.where(fits_axis(output), output, np.nan).reshape(2 * ROWS, COLUMNS, -1)
        high = self.high if self.high > self.low else self.low + 1
        plane = TextPlane(output, np.empty((0, 2)), np.empty(0), self.trainer.data.classes, self.low, high)
        return field_picture(plane, self.style)


class Forming:
    """Both of them, as far as a terminal has room."""

    def __init__(self, trainer: Trainer, output: Output) -> None:
        self.style = style_of_stream(output)
        self.bars, self.plane = LossBars(), FormingPlane.of(trainer, self.style)

    def drawn(self, width: int, room: int) -> list[RenderableType]:
        """Return what fits into a number of lines: the bars, and the plane if it fits too."""
        lines = self.bars.lines(self.style, width)
        lines = lines if len(lines) <= room else []
        if self.plane and lines and room - len(lines) >= ROWS:
            lines = [*lines, *self.plane.lines()]
        return [Drawn(lines)] if lines else []


class Drawn:
    """Lines as pieces that Rich need not lay out again; a live display draws them in a fraction of the time."""

    def __init__(self, lines: list[Text]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the pieces of each line."""
        for line in self.lines:
            at = 0
            for span in line.spans:
                yield Segment(line.plain[at : span.start])
                style = span.style if isinstance(span.style, Style) else console.get_style(span.style)
                yield Segment(line.plain[span.start : span.end], style)
                at = span.end
            yield Segment(line.plain[at:])
            yield Segment.line()
