"""Predicted against true values, residuals, and forecasts in the order of time."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.data.preprocessing.scaling import mean_and_deviation
from npnet.metrics import metrics
from npnet.plots.kinds import Drawing, Material, Numbers, Predictions, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, plain, short
from npnet.plots.style import BLACK, BLUE, GREY, Look

Number = TypeVar("Number", bound=np.generic)

MOST_TARGETS = 6
MOST_POINTS = 4000
CLOSE = 168  # forecasts that the lower panel shows: a week of hours
TICKS = 6


def valued(material: Material) -> str | None:
    """Require predicted values."""
    if material.task != "regression":
        return f"needs values as target; this one has {'labels' if material.task == 'multilabel' else 'classes'}"
    return None if material.judged else material.unpredicted


@plot("predicted_against_true", needs=valued)
def predicted_against_true(material: Material) -> Drawing:
    """Predicted against true values with the line on which they agree."""
    count = min(len(material.targets), MOST_TARGETS)
    columns = min(count, 3)
    width, height = (5.2, 5.4) if count == 1 else (3.6 * columns, 0.7 + 3.4 * -(-count // columns))
    page = sheet(material, heading(material, "Predicted against true values"), width, height)
    return Drawing(page.figure, paint_predicted(page, material))


@plot("residuals", needs=valued)
def residuals(material: Material) -> Drawing:
    """Residuals (true minus predicted) against the prediction, and how they are distributed."""
    count = min(len(material.targets), MOST_TARGETS)
    page = sheet(material, heading(material, "Residuals"), 6.9, 0.7 + (3.7 if count == 1 else 2.6 * count))
    for target, box in enumerate(page.grid(count, 1)):
        paint_residuals(box, material, target)
    return Drawing(page.figure, columns_of(material))


def heading(material: Material, text: str) -> str:
    """Return the heading with the split, and the number of targets where not all are shown."""
    targets = len(material.targets)
    few = f" (first {MOST_TARGETS} of {targets} targets)" if targets > MOST_TARGETS else ""
    return f"{text}, {material.judged} set{few}"


def paint_predicted(box: Box, material: Material, most: int = MOST_TARGETS) -> Numbers:
    """Draw a square scatter of each target, or of the first ones; return the values."""
    count = min(len(material.targets), most)
    for target, cell in enumerate(box.grid(count, min(count, 3))):
        side = min(cell.width - 1, cell.height - 0.9)
        axes = cell.inner(0.8, cell.width - 0.8 - side, cell.height - 0.35 - side, 0.35).bare()
        paint_scatter(axes, material, target)
    return columns_of(material)


def paint_scatter(axes: Axes, material: Material, target: int) -> None:
    """Draw one target: its points, the diagonal, R² and RMSE."""
    true, predicted = pair(material, target)
    low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    margin = 0.04 * (high - low) or 0.5
    span = (low - margin, high + margin)
    axes.plot(span, span, color=BLACK, linestyle=(0, (5, 3)), linewidth=1)
    scatter(axes, thin(true), thin(predicted))
    name = plain(material.targets[target], 28)
    axes.set(xlim=span, ylim=span, xlabel=f"true {name}", ylabel=f"predicted {name}")
    axes.locator_params(nbins=6)
    rmse = metrics["rmse"].scores(true[:, None], predicted[None, None])
    text = f"R² {short(determination(true, predicted))}   RMSE {short(float(rmse[0]))}"
    axes.text(0, 1.02, text, transform=axes.transAxes, va="bottom", fontsize=8.5, color=GREY)


def paint_residuals(box: Box, material: Material, target: int) -> None:
    """Draw one target: residuals against the prediction, and their histogram."""
    true, predicted = pair(material, target)
    rest = true - predicted
    axes = box.inner(0.8, 2.05, 0.5, 0.3).bare()
    scatter(axes, thin(predicted), thin(rest))
    name = plain(material.targets[target], 28)
    axes.set(xlabel=f"predicted {name}", ylabel="residual (true − predicted)")
    bars = box.inner(box.width - 1.9, 0.25, 0.5, 0.3).bare()
    look: Look = {"color": BLUE, "alpha": 0.75, "edgecolor": "white", "linewidth": 0.5}
    bars.hist(rest, bins=int(np.clip(1.5 * len(rest) ** 0.5, 6, 30)), orientation="horizontal", **look)
    bars.set(ylim=axes.get_ylim(), xlabel="rows")
    bars.tick_params(labelleft=False)
    for each in (axes, bars):
        each.axhline(0, color=BLACK, linestyle=(0, (5, 3)), linewidth=1)
    mean, deviation = mean_and_deviation(rest)
    text = f"mean {short(float(mean))}   s.d. {short(float(deviation))}"
    bars.text(0, 1.02, text, transform=bars.transAxes, va="bottom", fontsize=8.5, color=GREY)


def in_time(material: Material) -> str | None:
    """Require predicted values of rows that have a time."""
    if reason := valued(material):
        return reason
    return None if "time" in material.predictions[material.judged or ""].marks else "needs windows with a time"


@plot("forecast", needs=in_time)
def forecast(material: Material) -> Drawing:
    """Forecasts and true values in the order of time, and the last of them closely."""
    judged = material.predictions[material.judged or ""]
    chosen, note = longest_series(judged)
    true, predicted = (values[chosen] for values in pair(material, 0))
    times = judged.marks["time"][chosen]
    name, count = plain(material.targets[0], 28), len(chosen)
    heading = f"Forecast of {name}, {material.judged} set{note}"
    page = sheet(material, heading, 8.4, 5.6 if count > CLOSE else 3.4)
    boxes = page.grid(2, 1) if count > CLOSE else [page]
    paint_values(boxes[0], times, true, predicted, name)
    if count > CLOSE:
        paint_values(boxes[1], times[-CLOSE:], true[-CLOSE:], predicted[-CLOSE:], name, marker=".")
    rmse = float(metrics["rmse"].scores(true[:, None], predicted[None, None])[0])
    page.note(f"RMSE {rmse:.4g}{f'; below, the last {CLOSE} of {count:,}' if count > CLOSE else ''}")
    rows, residual = judged.rows[chosen], true - predicted
    return Drawing(
        page.figure, {"row": rows, "time": times, "true": true, "predicted": predicted, "residual": residual}
    )


def longest_series(judged: Predictions) -> tuple[NDArray[np.int64], str]:
    """Return the forecasts of the series with most of them, at most as many as are drawn, and the note on others."""
    if "series" not in judged.marks:
        chosen, note = np.arange(len(judged.rows)), ""
    else:
        names, which, counts = np.unique(judged.marks["series"].astype(str), return_inverse=True, return_counts=True)
        largest = int(np.argmax(counts))
        chosen = np.flatnonzero(which == largest)
        note = f", series {plain(str(names[largest]), 20)} of {len(names):,}"
    return chosen[-MOST_POINTS:], note


def paint_values(
    box: Box, times: NDArray[np.object_], true: Floats, predicted: Floats, name: str, marker: str = ""
) -> None:
    """Draw true values in black and the forecasts over them, with some of the times as labels."""
    axes, places = box.axes(right=1.0, bottom=0.55, top=0.12), np.arange(len(true))
    thin = 0.9 if len(true) > CLOSE else 1.4
    (first,) = axes.plot(places, true, color=BLACK, linewidth=thin, marker=marker)
    (second,) = axes.plot(places, predicted, color=BLUE, linewidth=thin, marker=marker, alpha=0.85)
    chosen = np.unique(np.linspace(0, len(true) - 1, TICKS).astype(np.int64))
    axes.set_xticks(chosen, [plain(str(times[place]), 19) for place in chosen])
    axes.set(xlim=(0, max(len(true) - 1, 1)), ylabel=name)
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")
    axes.legend([first, second], ["true", "forecast"], loc="upper left", bbox_to_anchor=(1.01, 1), labelcolor=GREY)


def scatter(axes: Axes, x: Floats, y: Floats) -> None:
    """Draw points, smaller and more transparent where they are many."""
    size = float(np.clip(7.5 - 1.4 * np.log10(len(x) / 20), 2.5, 6.5))
    look: Look = {"markersize": size, "alpha": 0.75 if len(x) < 500 else 0.45, "markeredgewidth": 0}
    axes.plot(x, y, "o", color=BLUE, **look)


def pair(material: Material, target: int) -> tuple[Floats, Floats]:
    """Return true and predicted values of one target on the judged split."""
    judged = material.predictions[material.judged or ""]
    true, predicted = (values.reshape(len(judged.rows), -1)[:, target] for values in (judged.target, judged.prediction))
    return true.astype(float), predicted.astype(float)


def thin(values: NDArray[Number]) -> NDArray[Number]:
    """Return the values that are drawn: all, or `MOST_POINTS` spread evenly over the rows."""
    return values[np.linspace(0, len(values) - 1, min(len(values), MOST_POINTS)).astype(np.int64)]


def determination(true: Floats, predicted: Floats) -> float:
    """Return R², one minus the share of the variance that is left; NaN for a constant target."""
    varies = (true != true[0]).any()
    return float(metrics["r2"].scores(true[:, None], predicted[None, None])[0]) if varies else float("nan")


def columns_of(material: Material) -> Numbers:
    """Return the rows that are drawn: true value, prediction and residual of each target."""
    judged = material.predictions[material.judged or ""]
    found: dict[str, NDArray[np.generic]] = {"row": thin(judged.rows)}
    for target, name in enumerate(material.targets):
        true, predicted = map(thin, pair(material, target))
        found |= {f"true {name}": true, f"predicted {name}": predicted, f"residual {name}": true - predicted}
    return found
