"""Figures of predicted values: predicted against true, residuals, and intervals."""

from collections.abc import Iterator

import numpy as np

from npnet.data.preprocessing.scaling import mean_and_deviation
from npnet.metrics import metrics
from npnet.plots.kinds import Material
from npnet.plots.layout import Floats, plain, short
from npnet.plots.regression import CLOSE, determination, in_time, longest_series, pair, thin
from npnet.report.chart import WIDTH, Axis, Chart, swatch
from npnet.report.elements import Markup
from npnet.report.parts import NumberTable, figure

MOST_TARGETS = 4
MOST_POINTS = 1500


def figures(material: Material) -> Iterator[Markup]:
    """Yield predicted against true values and the residuals of each target, or of the first ones."""
    if not material.judged:
        return
    if in_time(material) is None:
        yield _forecast(material)
    for index, name in enumerate(material.targets[:MOST_TARGETS]):
        yield _scatter(material, index, name)
        yield _residuals(material, index, name)
        yield _spread(material, index, name)


def _shown(values: Floats) -> Floats:
    return values[np.linspace(0, len(values) - 1, min(len(values), MOST_POINTS)).astype(np.int64)]


def _forecast(material: Material) -> Markup:
    """Return the last forecasts of the judged set over time, with what is true."""
    judged = material.predictions[material.judged or ""]
    chosen, of_series = longest_series(judged)
    chosen = chosen[-CLOSE:]
    true, predicted = (values[chosen] for values in pair(material, 0))
    times, places, name = (
        judged.marks["time"][chosen],
        np.arange(len(chosen), dtype=np.float64),
        plain(material.targets[0], 30),
    )
    span = f"from {times[0]} to {times[-1]}"
    x = Axis.whole(places, f"rows, {span}")
    chart = Chart(x, Axis.of(np.concatenate([true, predicted]), name, log=False), width=2 * WIDTH, height=340)
    chart.line(places, true, "c7")
    chart.line(places, predicted, "c1")
    title = f"Forecast of {name}{of_series}"
    numbers = NumberTable({"row": judged.rows[chosen], "time": times, "true": true, "predicted": predicted})
    note = f"The last {len(chosen)} of the {material.judged} set, {span}."
    drawn = chart.svg(title, note, "forecast-chart")
    legend = ((swatch("c7"), "true", None), (swatch("c1"), "forecast", None))
    return figure("forecast", title, drawn, numbers, note, legend, wide=True)


def _scatter(material: Material, index: int, name: str) -> Markup:
    true, predicted = pair(material, index)
    both = np.concatenate([true, predicted])
    axes = Axis.of(both, f"true {plain(name, 30)}", log=False), Axis.of(both, f"predicted {plain(name, 26)}", log=False)
    chart = Chart(*axes, square=True)
    chart.diagonal(*axes[0].scale.limits)
    chart.dots(_shown(true), _shown(predicted), "c1")
    rmse = float(metrics["rmse"].scores(true[:, None], predicted[None, None])[0])
    alt = f"R² {short(determination(true, predicted))}, RMSE {short(rmse)}"
    title = f"Predicted against true {plain(name, 30)}"
    rows = material.predictions[material.judged or ""].rows
    numbers = NumberTable(
        {"row": thin(rows), "true": thin(true), "predicted": thin(predicted), "residual": thin(true - predicted)}
    )
    note = f"The {material.judged} set: {alt}. On the line the prediction is right."
    return figure(f"predicted-{index}", title, chart.svg(title, alt, f"predicted-{index}-chart"), numbers, note)


def _residuals(material: Material, index: int, name: str) -> Markup:
    true, predicted = pair(material, index)
    rest = true - predicted
    axes = Axis.of(predicted, f"predicted {plain(name, 30)}", log=False), Axis.of(rest, "true − predicted", log=False)
    chart = Chart(*axes, height=340)
    chart.dots(_shown(predicted), _shown(rest), "c1")
    chart.rule("edge", y=0.0)
    mean, deviation = mean_and_deviation(rest)
    alt = f"mean {short(float(mean))}, standard deviation {short(float(deviation))}"
    title = f"Residuals of {plain(name, 30)}"
    numbers = NumberTable({"predicted": thin(predicted), "residual": thin(rest)})
    note = f"{alt[:1].upper()}{alt[1:]}. A pattern here is something that the network has not learned."
    return figure(f"residuals-{index}", title, chart.svg(title, alt, f"residuals-{index}-chart"), numbers, note)


def _spread(material: Material, index: int, name: str) -> Markup:
    """Return a histogram of the residuals."""
    true, predicted = pair(material, index)
    rest = true - predicted
    counts, edges = np.histogram(rest, bins=int(np.clip(1.5 * len(rest) ** 0.5, 6, 30)))
    axes = (
        Axis.of(edges, f"true − predicted {plain(name, 24)}", log=False),
        Axis.between(0, counts.max() * 1.06, "rows"),
    )
    chart = Chart(*axes, height=340)
    for count, left, right in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        chart.bar(left, right, 0, count, "c1")
    chart.rule("edge", x=0.0)
    low, high = np.quantile(rest, [0.05, 0.95])
    alt = f"Nine in ten lie between {short(float(low))} and {short(float(high))}."
    title = f"How far off {plain(name, 30)} is"
    numbers = NumberTable({"from": edges[:-1], "to": edges[1:], "rows": counts})
    return figure(f"spread-{index}", title, chart.svg(title, alt, f"spread-{index}-chart"), numbers, alt)
