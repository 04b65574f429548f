"""Preparation in PyTorch exports: from the values of columns to the inputs of a network, in float64."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from npnet.data.preprocessing.steps import CYCLES, DAY, THURSDAY

Step = dict[str, Any]
Columns = dict[str, Tensor]


def inputs_of(columns: Columns, preparation: Step, known: dict[str, list[str]]) -> Tensor:
    """Return the inputs of each row, (rows, inputs); `known` are the texts of each column in the order of codes."""
    outputs: list[Tensor] = []
    for step in preparation["steps"]:
        outputs += STEPS[step["kind"]](columns[step["column"]], step, known[step["column"]])
    for derived in preparation["derived"]:
        each = zip(derived["columns"], derived["fills"], strict=True)
        filled = [columns[name].nan_to_num(fill, math.inf, -math.inf) for name, fill in each]
        outputs.append(scaled(FEATURES[derived["feature"]](*filled), derived["scaling"]))
    return torch.stack([outputs[number] for number in preparation["order"]], dim=1)


def number_step(x: Tensor, step: Step, known: list[str]) -> list[Tensor]:
    """Return a column of numbers scaled, and where it is missing."""
    outputs = [scaled(x, step["scaling"])] if step["scaling"] else []
    return [*outputs, x.isnan().double()] if step["gaps"] else outputs


def category_step(code: Tensor, step: Step, known: list[str]) -> list[Tensor]:
    """Return a column of categories as 0 and 1 for each level, as -1 and 1, or as codes.

    The code of a text is 0 unseen, 1 missing, or 2 and more for the known texts in their order.
    """
    levels = len(step["levels"])
    missing = levels + 1 if step["gaps"] else 0
    place = torch.tensor([0, missing, *(step["places"].get(text, 0) for text in known)])[code]
    if step["coding"] == "codes":
        return [place.double()]
    if step["coding"] == "signs":
        outputs = [(place == 2).double() - (place == 1).double()]
    else:
        shown = [*range(1, levels + 1), *[0] * step["pooled"]] if step["coding"] == "one_hot" else []
        outputs = [(place == number).double() for number in shown]
    return [*outputs, (place == missing).double()] if step["gaps"] else outputs


def date_step(seconds: Tensor, step: Step, known: list[str]) -> list[Tensor]:
    """Return the parts of dates scaled, where they are missing, and the circles of parts that recur."""
    parts = parts_of(seconds)
    outputs = [scaled(parts[name], scaling) for name, scaling in step["parts"].items()]
    outputs += [seconds.isnan().double()] if step["gaps"] else []
    for name in step["parts"]:
        if name in CYCLES:
            angle = 2 * math.pi / CYCLES[name] * parts[name].floor()
            outputs += [angle.sin().nan_to_num(0.0), angle.cos().nan_to_num(0.0)]
    return outputs


def parts_of(seconds: Tensor) -> Columns:
    """Return the parts of dates in seconds since 1970, NaN where missing; year and hour with their fractions."""
    days = (seconds / DAY).floor()
    shifted = days + 719468  # days since 1 March 0000; see Hinnant, chrono-compatible low-level date algorithms
    era = (shifted / 146097).floor()
    day = shifted - era * 146097
    year = ((day - (day / 1460).floor() + (day / 36524).floor() - (day / 146096).floor()) / 365).floor()
    of_year = day - (365 * year + (year / 4).floor() - (year / 100).floor())
    month = ((5 * of_year + 2) / 153).floor()
    year = year + era * 400 + (month >= 10).double()
    start, end = new_year(year), new_year(year + 1)
    return {
        "year": year + (seconds - start) / (end - start),
        "month": torch.where(month < 10, month + 3, month - 9),
        "day": of_year - ((153 * month + 2) / 5).floor() + 1,
        "weekday": (days + THURSDAY) % 7,
        "hour": (seconds - days * DAY) / 3600,
    }


def new_year(year: Tensor) -> Tensor:
    """Return the seconds since 1970 at which years begin."""
    last = year - 1
    return (365 * last + (last / 4).floor() - (last / 100).floor() + (last / 400).floor() - 719162) * DAY


def scaled(x: Tensor, scaling: Step) -> Tensor:
    """Return numbers with gaps filled, as distances from the center in units of the scale."""
    x = torch.where(x.isnan(), scaling["fill"], x)
    if not scaling["scale"]:
        return torch.zeros_like(x)
    if scaling["quantiles"]:
        return torch.special.ndtri(share_below(x, torch.tensor(scaling["quantiles"], dtype=torch.float64)))
    quarter = 0.25 if scaling["scale"] > 2.0**1000 else 1.0  # no difference on the way is infinite
    z = (x * quarter - scaling["center"] * quarter) / (scaling["scale"] * quarter)
    if not scaling["clip"]:
        return z
    z = z.clamp(-1e100, 1e100)
    return z / (1 + (z / 3) ** 2).sqrt()


def share_below(x: Tensor, quantiles: Tensor) -> Tensor:
    """Return the share of quantiles that are below numbers, as the mean of a ramp from each to the next."""
    unit = 2.0 ** math.frexp(quantiles.abs().max().item())[1]
    x, quantiles = x[:, None] / unit, quantiles / unit
    low, high = quantiles[:-1], quantiles[1:]
    ramp = ((x - low) / torch.where(high > low, high - low, 1.0)).clamp(0, 1)
    step = ((x > low).double() + (x >= low).double()) / 2
    return torch.where(high > low, ramp, step).mean(dim=1).clamp(1e-7, 1 - 1e-7)


STEPS: dict[str, Callable[..., list[Tensor]]] = {
    "number": number_step,
    "datetime": date_step,
    "category": category_step,
}
FEATURES: dict[str, Callable[..., Tensor]] = {"square": torch.square, "product": torch.mul, "sine": torch.sin}
