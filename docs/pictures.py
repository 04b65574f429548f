"""The pictures of docs/article.md, in the colours and type of npnet's own."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.model.predictor import SplitPredictor
from npnet.plots.encoding import render
from npnet.plots.style import BLUE, CLASS_COLOURS, GREY, INK, MARKERS, ORANGE, VERMILLION, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (GREY, VERMILLION, ORANGE, BLUE)
NAMES = {
    "article": "the article,\nas published",
    "its bias gradient": "npnet with its\nbias gradient",
    "its config": "npnet on\nits config",
    "circles.yaml": "npnet on circles.yaml,\nunseen rows",
}


def draw_figures(columns: dict[str, NDArray[np.float64]], best: float, path: Path) -> None:
    """Return the figures of each experiment in a column, their mean as a line, the best possible above."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        axes = figure.subplots()
        for place, values in enumerate(columns.values()):
            spread = place + 0.05 * (np.argsort(np.argsort(values)) - 4.5)
            axes.plot(spread, values, MARKERS[place], color=COLOURS[place], markersize=6)
            axes.plot([place - 0.32, place + 0.32], [values.mean()] * 2, color=COLOURS[place], linewidth=1.2)
        axes.axhline(best, color=INK, linestyle=(0, (5, 1.5)), linewidth=1)
        axes.text(-0.48, best + 0.008, f"the best possible, {best:.4f}", color=INK)
        axes.set(ylabel="ROC-AUC of hard labels", ylim=(0.5, 1.04), xlim=(-0.5, len(columns) - 0.5))
        names = [f"{NAMES[name]}\nmean {values.mean():.4f}" for name, values in columns.items()]
        axes.set_xticks(range(len(columns)), names)
        axes.grid(visible=False, axis="x")
        path.write_bytes(render(figure, "png"))


def draw_boundaries(fittings: dict[str, SplitPredictor], path: Path) -> None:
    """Return the probability of the inner circle over the plane, for each network side by side."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(9.6, 3.6), layout="constrained")
        for axes, (name, fitting) in zip(figure.subplots(1, len(fittings)), fittings.items(), strict=True):
            paint(axes, fitting)
            axes.set(title=NAMES[name].replace("\n", " "), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            axes.grid(visible=False)
        path.write_bytes(render(figure, "png"))


def paint(axes: "Axes", fitting: SplitPredictor) -> None:
    """From blue, outside, over white to orange, inside; the 0.5 contour; some points of both classes."""
    from matplotlib.colors import LinearSegmentedColormap

    x = np.linspace(-1.25, 1.25, 300)
    plane = np.stack([part.ravel() for part in np.meshgrid(x, x)], axis=1)
    chance = probability(fitting, plane).reshape(300, 300)
    diverging = LinearSegmentedColormap.from_list("blue-orange", ["#86BBDD", "#FAFAFA", "#F3CB7A"])
    axes.imshow(chance, origin="lower", extent=(-1.25, 1.25, -1.25, 1.25), cmap=diverging, vmin=0, vmax=1)
    axes.contour(x, x, chance, levels=[0.5], colors=INK, linewidths=1.6)
    part = fitting.data.parts.get("test", fitting.data.parts["train"])
    for code, mark in enumerate(MARKERS[:2]):
        points = part.raw[part.y == code][:250]
        axes.plot(*points.T, mark, color=CLASS_COLOURS[code], markersize=1.8, markeredgewidth=0)


def probability(fitting: SplitPredictor, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of points in units of the data, (points,)."""
    return np.asarray(fitting.outputs(Frame.of(points, fitting.data.features))[0])
