"""Preparation in NumPy exports: from the values of columns to the inputs of a network."""

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.preprocessing.scaling import share_below, smooth_clip, standardised
from npnet.data.preprocessing.steps import CYCLES, date_part, on_circle
from npnet.export.python_code.reading import Cells

Step = dict[str, Any]
Columns = list[NDArray[Any]]


def inputs_of(cells: Cells, preparation: Step) -> NDArray[Any]:
    """Return the inputs of each row, (rows, inputs).

    Raise ValueError for a gap where training refused them, and for a number too large next to its scale.
    """
    outputs: Columns = []
    for step in preparation["steps"]:
        values = cells[step["column"]]
        if preparation["missing"] == "error":
            refuse_gaps(values, step["column"])
        outputs += STEPS[step["kind"]](values, step)
    for derived in preparation["derived"]:
        several = [np.array(cells[name], float) for name in derived["columns"]]
        filled = [np.where(np.isnan(x), fill, x) for x, fill in zip(several, derived["fills"], strict=True)]
        outputs.append(scaled(FEATURES[derived["feature"]](*filled), derived["scaling"]))
    return np.stack([outputs[number] for number in preparation["order"]], axis=1)


def refuse_gaps(values: list[Any], column: str) -> None:
    """Raise ValueError where a value is missing."""
    for row, value in enumerate(values, 1):
        if value == "" or value != value:  # NaN differs from itself
            raise ValueError(f'row {row}: column "{column}" is empty')


def number_step(values: list[float], step: Step) -> Columns:
    """Return a column of numbers scaled, and where it is missing."""
    x = np.array(values, float)
    outputs = [scaled(x, step["scaling"])] if step["scaling"] else []
    return [*outputs, np.isnan(x).astype(float)] if step["gaps"] else outputs


def date_step(values: list[float], step: Step) -> Columns:
    """Return the parts of dates scaled, where they are missing, and the circles of parts that recur."""
    seconds = np.array(values, float)
    parts: Any = {name: date_part(seconds, name) for name in step["parts"]}
    outputs = [scaled(parts[name], scaling) for name, scaling in step["parts"].items()]
    outputs += [np.isnan(seconds).astype(float)] if step["gaps"] else []
    return outputs + [wave for name in parts if name in CYCLES for wave in on_circle(parts[name], name).T]


def category_step(values: list[str], step: Step) -> Columns:
    """Return a column of categories as one number of 0 and 1 for each level, as -1 and 1, or as codes."""
    levels = len(step["levels"])
    missing = levels + 1 if step["gaps"] else 0
    place = np.array([step["places"].get(text, 0) if text else missing for text in values])
    if step["coding"] == "codes":
        return [place.astype(float)]
    if step["coding"] == "signs":
        outputs = [(place == 2).astype(float) - (place == 1)]
    else:
        shown = [*range(1, levels + 1), *[0] * step["pooled"]] if step["coding"] == "one_hot" else []
        outputs = [(place == number).astype(float) for number in shown]
    return [*outputs, (place == missing).astype(float)] if step["gaps"] else outputs


def scaled(x: NDArray[Any], scaling: Step) -> NDArray[Any]:
    """Return numbers with gaps filled, as distances from the center in units of the scale."""
    x = np.where(np.isnan(x), scaling["fill"], x)
    if not scaling["scale"]:
        return np.zeros(len(x))
    if scaling["quantiles"]:
        return np.array([NormalDist().inv_cdf(share) for share in share_below(x, np.array(scaling["quantiles"]))])
    z = standardised(x, scaling["center"], scaling["scale"])
    return smooth_clip(z) if scaling["clip"] else z


STEPS: dict[str, Callable[..., Columns]] = {"number": number_step, "datetime": date_step, "category": category_step}
FEATURES: dict[str, Callable[..., NDArray[Any]]] = {"square": np.square, "product": np.multiply, "sine": np.sin}
