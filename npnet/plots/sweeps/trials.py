"""What pictures of a sweep are drawn from: a row each trial, its parameters as scales, its score."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from npnet.plots.style import plain, tidy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Curves = Mapping[int, tuple[Floats, Floats]]  # of trials by their numbers: epochs, and the score at each
DECADES = 10.0  # a scale of values whose ends are this far apart is logarithmic
FAR = 30.0  # times the distance from the best score to that of three in four: worse ones are off the axis
CLOSE = 0.03  # of a linear scale: values nearer than this cannot be told apart
FEW = 8  # values that may stand side by side like names


@dataclass(frozen=True)
class Scale:
    """A quantity of the trials along an axis: numbers, or the places of names beside each other."""

    values: Floats
    names: tuple[str, ...] = ()
    log: bool = False
    listed: bool = True  # single values are marked, if they are few

    @classmethod
    def of(cls, cells: Sequence[str]) -> "Scale":
        """From cells of a table: numbers where all are, else names; few numbers too unlike for an axis are names."""
        try:
            numbers = np.array([float(cell) for cell in cells])
        except ValueError:
            return cls.side_by_side(cells, sorted(set(cells)))
        log = spans(numbers, DECADES)
        distinct = np.unique(numbers)
        gaps = np.diff(distinct) / max(np.ptp(distinct), np.finfo(float).tiny)
        if not log and 2 < len(distinct) <= FEW and gaps.min() < CLOSE:
            return cls.side_by_side(cells, sorted(set(cells), key=float))
        return cls(numbers, log=log)

    @classmethod
    def side_by_side(cls, cells: Sequence[str], order: Sequence[str]) -> "Scale":
        """Names, or numbers like names, at the places 0, 1, 2, ..."""
        place = {cell: number for number, cell in enumerate(order)}
        names = tuple(value(cell) for cell in order)
        return cls(np.array([place[cell] for cell in cells], float), names)

    @property
    def limits(self) -> tuple[float, float]:
        """The ends of the axis."""
        if self.names:
            return -0.5, len(self.names) - 0.5
        finite = self.values[np.isfinite(self.values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        if low == high:
            return (low / 2, low * 2) if self.log else (low - 0.5, high + 0.5)
        return low, high

    def share(self, values: Floats) -> Floats:
        """How far along the axis values are, 0 to 1."""
        low, high = self.limits
        if self.log:
            return np.asarray(np.log(values / low) / math.log(high / low))
        return np.asarray((values - low) / (high - low))

    def ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Values that are marked on the axis, and what stands there."""
        if self.names:
            return [(float(place), name) for place, name in enumerate(self.names)]
        distinct = np.unique(self.values[np.isfinite(self.values)])
        if self.listed and len(distinct) <= most:
            return [(float(value), number(value)) for value in distinct]
        low, high = self.limits
        places = decades(low, high, most) if self.log else _even(low, high, most)
        return [(place, number(place)) for place in places if low <= place <= high]


def decades(low: float, high: float, most: int) -> list[float]:
    """Round numbers along a logarithmic axis: powers of ten, with 2 and 5 between them where there are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    marks = (1, 2, 5) if last - first <= most // 2 else (1,)
    step = -(-(last - first + 1) // (most + 2))
    return [float(f"{mark}e{power}") for power in range(first, last + 1, step) for mark in marks]


def _even(low: float, high: float, most: int) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    return [float(place) for place in MaxNLocator(most).tick_values(low, high)]


def spans(values: Floats, ratio: float) -> bool:
    """Whether values are better seen on a logarithmic axis: the largest is so many times the smallest."""
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and bool(finite.min() > 0) and bool(finite.max() >= ratio * finite.min())


def number(value: float) -> str:
    """A number as a tick has it."""
    return tidy(f"{value:.4g}")


@dataclass(frozen=True)
class SweepMaterial:
    """All that the pictures of one sweep show; arrays have a row for each trial.

    `values` is the score by which the best is found, NaN where a trial failed; `means` holds (point, mean,
    deviation) of each point without a failed trial, the best first. `rungs` are (epoch, trials up to it) of a halving;
    `curves` takes some time.
    """

    title: str
    subtitle: str
    score: str
    maximizes: bool
    number: Ints
    point: Ints
    epochs: Ints
    values: Floats
    cells: dict[str, list[str]]
    means: tuple[tuple[int, float, float], ...]
    rungs: tuple[tuple[int, int], ...]
    curves: Callable[[], Curves]

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """The parameters along their axes."""
        return {key: Scale.of(cells) for key, cells in self.cells.items()}

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which trials have no score."""
        return ~np.isfinite(self.values)

    @cached_property
    def near(self) -> Floats:
        """The scores that pictures have room for; NaN of failed trials, and of those that are worse by far."""
        worse = -self.values if self.maximizes else self.values
        there = worse[~self.failed]
        if len(there) == 0:
            return self.values
        usual = float(np.quantile(there, 0.75, method="lower"))
        reach = FAR * (usual - float(there.min()))
        return np.where(worse > usual + reach, np.nan, self.values) if reach > 0 else self.values

    @property
    def off(self) -> str:
        """What to say of the trials without a place on the axis; nothing where there are none."""
        failed, far = bool(self.failed.any()), np.isnan(self.near).sum() > self.failed.sum()
        return "failed or far off" if failed and far else "failed" if failed else "far off" if far else ""

    @property
    def best(self) -> NDArray[np.bool_]:
        """The trials of the best point."""
        return np.asarray(self.point == (self.means[0][0] if self.means else 0))

    @property
    def scored(self) -> str:
        """The score, and which way is better."""
        return f"{self.score} ({'more' if self.maximizes else 'less'} is better)"

    def text(self, point: int) -> str:
        """The values of a point: learning_rate 0.03, units 16."""
        row = int(np.flatnonzero(self.point == point)[0])
        short = brief(list(self.cells))
        return ", ".join(f"{short[key]} {value(cells[row])}" for key, cells in self.cells.items())


def value(cell: str) -> str:
    """A value as a label has it: a decimal with four digits, none where there is nothing, no braces of JSON."""
    try:
        return cell if cell.isdecimal() else number(float(cell))
    except ValueError:
        return plain(re.sub(r'^\{|\}$|"', "", cell), 18) or "none"


def brief(keys: Sequence[str]) -> dict[str, str]:
    """The shortest ends of dotted keys that still tell them apart.

    >>> brief(["layers.0.linear.units", "learning_rate"])
    {'layers.0.linear.units': 'units', 'learning_rate': 'learning_rate'}
    """
    found = {}
    for key in keys:
        words = key.split(".")
        ends = [".".join(words[-count:]) for count in range(1, len(words) + 1)]
        others = [f".{other}" for other in keys if other != key]
        found[key] = next((end for end in ends if not any(other.endswith(f".{end}") for other in others)), key)
    return found


def has_trials(material: SweepMaterial) -> str | None:
    """Needs a trial with a score."""
    return None if np.isfinite(material.values).any() else "needs a trial that has a score"


def influence(material: SweepMaterial) -> list[str]:
    """The parameters, first that which tells most of the score: the share of its ranks' variance between bins."""
    there = ~material.failed
    ranks = np.argsort(np.argsort(material.values[there], kind="stable")).astype(float)
    told = {key: _between(_bins(scale, there), ranks) for key, scale in material.scales.items()}
    return sorted(told, key=lambda key: -told[key])


def _bins(scale: Scale, there: NDArray[np.bool_]) -> Ints:
    values = scale.values[there]
    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) <= FEW:
        return codes.astype(np.int64)
    return (np.argsort(np.argsort(values, kind="stable")) * 6 // len(values)).astype(np.int64)


def _between(bins: Ints, ranks: Floats) -> float:
    counts = np.bincount(bins)
    counts = np.maximum(counts, 1)
    means = np.bincount(bins, ranks) / counts
    return float((counts * (means - ranks.mean()) ** 2).sum() / max(((ranks - ranks.mean()) ** 2).sum(), 1.0))
