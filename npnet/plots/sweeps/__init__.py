"""What the plots of a sweep show: a row per trial, parameters along axes, scores."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from npnet.plots.layout import Axes, Flags, Floats, Ints, plain, tidy
from npnet.plots.style import INK, VERMILLION

Curves = Mapping[int, tuple[Floats, Floats]]  # by the number of a trial: epochs, and the score at each

BEST, FAILED = VERMILLION, "#9A9A9A"
DECADES = 10.0  # a parameter whose values span this ratio has a logarithmic axis
SCORE_DECADES = 100.0  # the same for scores
FAR = 30.0  # times the distance from the best score to that of three in four: worse ones are off the axis
CLOSE = 0.03  # of a linear axis: values nearer than this look equal
FEW = 8  # values that may stand side by side like names
BINS = 6  # of the values of a parameter that has more
DIGITS, MOST_DIGITS = 4, 12  # of a number beside an axis
WORST = 0.1  # share of the trials, the worst, that have the palest colour


@dataclass(frozen=True)
class AxisScale:
    """A quantity of the trials along an axis: numbers, or names side by side at 0, 1, 2, ..."""

    values: Floats
    names: tuple[str, ...] = ()
    log: bool = False
    listed: bool = True  # single values are marked, if they are few

    @classmethod
    def of(cls, cells: Sequence[str]) -> "AxisScale":
        """Return the scale of table cells: numbers, or names for texts and for close numbers."""
        try:
            numbers = np.array([float(cell) for cell in cells])
        except ValueError:
            return cls._side_by_side(cells, sorted(set(cells)))
        log = spans(numbers, DECADES)
        distinct = np.unique(numbers)
        gaps = np.diff(distinct) / max(np.ptp(distinct), np.finfo(float).tiny)
        if not log and 2 < len(distinct) <= FEW and gaps.min() < CLOSE:
            return cls._side_by_side(cells, sorted(set(cells), key=float))
        return cls(numbers, log=log)

    @classmethod
    def _side_by_side(cls, cells: Sequence[str], order: Sequence[str]) -> "AxisScale":
        index = {cell: number for number, cell in enumerate(order)}
        return cls(np.array([index[cell] for cell in cells], float), tuple(value_text(cell) for cell in order))

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the axis."""
        if self.names:
            return -0.5, len(self.names) - 0.5
        finite = self.values[np.isfinite(self.values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        if low == high:
            return (low / 2, low * 2) if self.log else (low - 0.5, high + 0.5)
        return low, high

    def limits_with_margin(self, share: float) -> tuple[float, float]:
        """Return the ends of the axis with a margin of this share of its length at both ends."""
        low, high = self.limits
        if self.log:
            factor = (high / low) ** share
            return low / factor, high * factor
        return low - share * (high - low), high + share * (high - low)

    def share(self, values: Floats) -> Floats:
        """Return how far along the axis values are, 0 to 1."""
        low, high = self.limits
        if self.log:
            return np.asarray(np.log(values / low) / math.log(high / low))
        return np.asarray((values - low) / (high - low))

    def ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Return the values that are marked on the axis, with their labels."""
        from matplotlib.ticker import MaxNLocator

        if self.names:
            return [(float(index), name) for index, name in enumerate(self.names)]
        distinct = np.unique(self.values[np.isfinite(self.values)])
        if self.listed and len(distinct) <= most:
            return [(float(value), _number_text(value)) for value in distinct]
        low, high = self.limits
        marks = _decades(low, high, most) if self.log else list(MaxNLocator(most).tick_values(low, high))
        inside = [mark for mark in marks if low <= mark <= high]
        return list(zip(inside, _number_texts(inside), strict=True))

    @property
    def spread(self) -> Floats:
        """Values of the trials, those of equal names a little apart."""
        if not self.names:
            return self.values
        apart = self.values.copy()
        for index in np.unique(self.values):
            rows = np.flatnonzero(self.values == index)
            apart[rows] += np.linspace(-0.12, 0.12, len(rows)) if len(rows) > 1 else 0.0
        return apart


def _decades(low: float, high: float, most: int) -> list[float]:
    """Return round numbers along a logarithmic axis: powers of ten, or also 2 and 5 times."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    marks = (1, 2, 5) if last - first <= most // 2 else (1,)
    step = -(-(last - first + 1) // (most + 2))
    return [float(f"{mark}e{power}") for power in range(first, last + 1, step) for mark in marks]


def spans(values: Floats, ratio: float) -> bool:
    """Return whether values are positive and span at least this ratio."""
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and bool(finite.min() > 0) and bool(finite.max() >= ratio * finite.min())


def _number_text(value: float, digits: int = DIGITS) -> str:
    return tidy(f"{value:.{digits}g}")


def _number_texts(values: Sequence[float]) -> list[str]:
    """Return numbers with as many digits as keep them apart.

    >>> _number_texts([0.1, 0.25]), _number_texts([0.99985, 0.9999])
    (['0.1', '0.25'], ['0.99985', '0.9999'])
    """
    for digits in range(DIGITS, MOST_DIGITS):
        texts = [_number_text(value, digits) for value in values]
        if len(set(texts)) == len(texts):
            return texts
    return [_number_text(value) for value in values]


def value_text(cell: str) -> str:
    """Return a value as a label: decimals with four digits, "none" for an empty cell."""
    try:
        return cell if cell.isdecimal() else _number_text(float(cell))
    except ValueError:
        return plain(re.sub(r'^\{|\}$|"', "", cell), 18) or "none"


def brief(keys: Sequence[str]) -> dict[str, str]:
    """Return the shortest ends of dotted keys that still differ.

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


@dataclass(frozen=True)
class SweepMaterial:
    """Everything that the plots of one sweep show; arrays have a row for each trial.

    `values` is the score by which the best is found, NaN where a trial failed. `means` holds (point, mean, deviation)
    of each point without a failed trial, the best first. `rungs` are (epoch, number of trials) of a halving. `curves`
    reads the histories of the trials, which takes some time.
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
    def scales(self) -> dict[str, AxisScale]:
        """Parameters along their axes."""
        return {key: AxisScale.of(cells) for key, cells in self.cells.items()}

    @property
    def score_scale(self) -> AxisScale:
        """Scores along their axis."""
        return AxisScale(self.near, log=spans(self.near, SCORE_DECADES), listed=False)

    @property
    def failed(self) -> Flags:
        """Trials that have no score."""
        return ~np.isfinite(self.values)

    @cached_property
    def near(self) -> Floats:
        """Scores that fit on the axis; NaN for failed trials and for those that are worse by far."""
        worse = -self.values if self.maximizes else self.values
        finite = worse[~self.failed]
        if len(finite) == 0:
            return self.values
        usual = float(np.quantile(finite, 0.75, method="lower"))
        reach = FAR * (usual - float(finite.min()))
        return np.where(worse > usual + reach, np.nan, self.values) if reach > 0 else self.values

    @property
    def off(self) -> str:
        """Label of the trials that are not on the axis; empty where there are none."""
        failed, far = bool(self.failed.any()), np.isnan(self.near).sum() > self.failed.sum()
        return "failed or far off" if failed and far else "failed" if failed else "far off" if far else ""

    @property
    def best(self) -> Flags:
        """Trials of the best point."""
        return np.asarray(self.point == (self.means[0][0] if self.means else 0))

    @property
    def goodness(self) -> Floats:
        """Rank of each trial's score, 0 (bad) to 1 (good); NaN where it failed or is far off."""
        near = np.isfinite(self.near)
        values = self.near[near] * (1 if self.maximizes else -1)
        found = np.full(len(near), np.nan)
        if len(values):
            low, high = np.quantile(values, WORST), values.max()
            found[near] = np.clip((values - low) / (high - low), 0, 1) if high > low else 1.0
        return found

    @property
    def scored(self) -> str:
        """Name of the score, and which way is better."""
        return f"{self.score} ({'more' if self.maximizes else 'less'} is better)"

    def text(self, point: int) -> str:
        """Return the values of a point, as "learning_rate 0.03, units 16"."""
        row = int(np.flatnonzero(self.point == point)[0])
        short = brief(list(self.cells))
        return ", ".join(f"{short[key]} {value_text(cells[row])}" for key, cells in self.cells.items())

    def influential(self, most: int) -> list[str]:
        """Return the parameters that explain most of the score: eta squared of its ranks."""
        scored = ~self.failed
        ranks = np.argsort(np.argsort(self.values[scored], kind="stable")).astype(float)
        explained = {key: _explained(scale.values[scored], ranks) for key, scale in self.scales.items()}
        return sorted(explained, key=lambda key: -explained[key])[:most]


def _explained(values: Floats, ranks: Floats) -> float:
    """Return the share of the ranks' variance that lies between bins of the values."""
    distinct, bins = np.unique(values, return_inverse=True)
    if len(distinct) > FEW:
        bins = np.argsort(np.argsort(values, kind="stable")) * BINS // len(values)
    counts = np.maximum(np.bincount(bins), 1)
    means = np.bincount(bins, ranks) / counts
    return float((counts * (means - ranks.mean()) ** 2).sum() / max(((ranks - ranks.mean()) ** 2).sum(), 1.0))


def has_trials(material: SweepMaterial) -> str | None:
    """Require a trial with a score."""
    return None if np.isfinite(material.values).any() else "needs a trial that has a score"


def score_axis(axes: Axes, material: SweepMaterial) -> None:
    """Make the y axis one of scores with room at both ends, logarithmic where they span decades."""
    scale = material.score_scale
    if scale.log:
        axes.set_yscale("log")
    axes.set_ylim(*scale.limits_with_margin(0.05 if scale.log else 0.06))
    if scale.log:
        ticks = scale.ticks()
        axes.yaxis.set_ticks([mark for mark, _ in ticks], [text for _, text in ticks])
        axes.yaxis.set_ticks([], minor=True)
    axes.yaxis.label.set_color(INK)
