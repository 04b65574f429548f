"""Verdicts on a sweep: whether its points differ by more than the seeds, and whether its ranges were wide enough."""

import math
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts
from npnet.search.space import Choice, Parameter, Range

Floats = NDArray[np.float64]
MOST = 10.0
"""The largest factor between two values that are tried next."""


@dataclass(frozen=True, eq=False)
class SweepRecord:
    """The scores of a sweep: of each trial its point, its score, and the numbers of its keys (NaN for other values).

    Less is better: scores that are maximized are negated. Trials without a score are left out. `accepts` returns
    whether a key of the config may have a value.
    """

    plan: str
    score: str
    seeds: int
    parameters: Mapping[str, Parameter]
    points: NDArray[np.int64]
    scores: Floats
    numbers: Mapping[str, Floats]
    accepts: Callable[[str, float], bool]

    def sweep(self, *arguments: str) -> str:
        """Return the command that sweeps again with other values or options."""
        return " ".join(["npnet sweep", shlex.quote(self.plan), *map(shlex.quote, arguments)])

    def groups(self, chosen: NDArray[np.bool_] | None = None) -> list[Floats]:
        """Return the scores of each point, the best mean first; of some of the trials."""
        kept = np.ones(len(self.points), bool) if chosen is None else chosen
        each = [self.scores[kept & (self.points == point)] for point in np.unique(self.points[kept])]
        return sorted(each, key=lambda one: float(one.mean()))


def pooled(groups: Sequence[Floats]) -> float:
    """Return the deviation within groups, pooled; 0 of groups of one."""
    freedom = sum(len(one) - 1 for one in groups)
    squares = sum(float(np.square(one - one.mean()).sum()) for one in groups)
    return math.sqrt(squares / freedom) if freedom else 0.0


def differ(groups: Sequence[Floats]) -> float:
    """Return the probability of as large differences between groups by chance, by an F test of the ranks."""
    from scipy.special import fdtrc
    from scipy.stats import rankdata

    sizes = np.array([len(one) for one in groups])
    ranks = np.split(rankdata(np.concatenate(groups)), np.cumsum(sizes)[:-1])
    means, freedom = np.array([one.mean() for one in ranks]), int(sizes.sum()) - len(groups)
    between = float(sizes @ np.square(means - float(sizes @ means) / float(sizes.sum()))) / (len(groups) - 1)
    within = pooled(ranks) ** 2
    if not freedom or not within:
        return 0.0
    return float(fdtrc(len(groups) - 1, freedom, between / within))


@verdicts.add("seed_spread")
class SeedSpread(VerdictKind):
    """The points of a sweep differ no more than the repeats of one point do."""

    number = "deviation of the repeats of a point divided by the gain of the best point over the median point"
    threshold = "an F test of the ranks of all trials by point that is not significant at 5 %"
    why = (
        "the best of many equal points looks best by chance; ranks, as one point that fails varies more than all others"
    )
    source = "Conover and Iman (1981), Rank transformations; Bouthillier et al. (2021), Accounting for variance"
    level = 0.05

    def of_sweep(self, record: SweepRecord) -> Iterator[Verdict]:
        """Compare the variance between the points with that between the seeds."""
        if record.seeds < 2:
            raise Unjudged("several seeds for each point", record.sweep("--seeds", "3"))
        groups = record.groups()
        if len(groups) < 2 or differ(groups) <= self.level:
            return
        gain = float(np.median([one.mean() for one in groups]) - groups[0].mean())
        spread = pooled(groups[: (len(groups) + 2) // 2])
        yield self.found(
            f"the seeds differ as much as the points: the best of {len(groups)} points is better than the median point "
            f"by {gain:.2g} in {record.score}, and repeats of a point deviate by {spread:.2g}; none of them is shown "
            "to be best",
            spread / gain if gain else math.inf,
            evidence="sweep",
            command=record.sweep("--seeds", str(3 * record.seeds)),
        )


@verdicts.add("range_edge")
class RangeEdge(VerdictKind):
    """The best value of a key is at the edge of what the sweep tried."""

    number = "the best value"
    threshold = "the first or last of 3 numbers or more, or the outer 5 % of a range; better than inner values"
    why = "a better value may lie beyond; with several seeds the edge must be better by 2 standard errors"
    source = "Bergstra and Bengio (2012), Random search for hyper-parameter optimization"
    errors, outer, fewest = 2.0, 0.05, 3

    def of_sweep(self, record: SweepRecord) -> Iterator[Verdict]:
        """Look at the best point, key by key."""
        groups = record.groups()
        if not groups:
            return
        best = next(p for p in np.unique(record.points) if record.scores[record.points == p].mean() == groups[0].mean())
        for key, parameter in record.parameters.items():
            value = float(record.numbers[key][record.points == best][0])
            fraction = self._fraction(parameter, value)
            if not np.isfinite(value) or fraction is None or self.outer < fraction < 1 - self.outer:
                continue
            inner = self._inner(record, key, parameter)
            lowest = fraction <= self.outer
            if (lowest and value == 0) or not inner.any() or not self._is_better(record, groups[0], inner):
                continue
            following = [one for one in beyond_of(parameter, lowest) if one != value and record.accepts(key, one)]
            if not following:
                continue  # the end of what the key can be
            tried = ",".join(f"{one:.6g}" for one in sorted([value, *following]))
            chance = "" if record.seeds > 1 else "; with one seed that may be chance"
            yield self.found(
                f"the best value of {key}, {value:g}, is the {'lowest' if lowest else 'highest'} that was tried: a "
                f"better one may lie beyond{chance}",
                value,
                evidence="sweep",
                severity="warning" if record.seeds > 1 else "note",
                command=record.sweep(f"{key}=[{tried}]"),
            )

    def _fraction(self, parameter: Parameter, value: float) -> float | None:
        """Return where a value is between the ends of a range or a list of numbers, from 0 to 1."""
        if isinstance(parameter, Range):
            low, high = float(parameter.min), float(parameter.max)
            if parameter.logarithmic:
                low, high, value = math.log(low), math.log(high), math.log(value)
            return (value - low) / (high - low)
        numbers = numbers_of(parameter)
        return numbers.index(value) / (len(numbers) - 1) if len(numbers) >= self.fewest and value in numbers else None

    def _inner(self, record: SweepRecord, key: str, parameter: Parameter) -> NDArray[np.bool_]:
        fractions = [self._fraction(parameter, value) for value in record.numbers[key].tolist()]
        return np.array([one is not None and self.outer < one < 1 - self.outer for one in fractions], bool)

    def _is_better(self, record: SweepRecord, best: Floats, inner: NDArray[np.bool_]) -> bool:
        """Return whether the best point beats the best point with an inner value, with seeds by more than noise."""
        other = record.groups(inner)[0]
        gain = float(other.mean() - best.mean())
        return gain > self.errors * pooled([best, other]) * math.sqrt(1 / len(best) + 1 / len(other))


def numbers_of(parameter: Choice) -> list[float]:
    """Return the numbers of a list in ascending order; nothing where it holds other values."""
    values: tuple[Any, ...] = parameter.values
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return []
    return sorted(map(float, values))


def beyond_of(parameter: Parameter, lowest: bool) -> list[float]:
    """Return values beyond an end, as far apart as those at it: by a factor where they rise by factors."""
    if isinstance(parameter, Range):
        low, high, whole = float(parameter.min), float(parameter.max), parameter.whole
        factor = MOST if parameter.logarithmic else 0.0
        ends = (low, low + (high - low) / 5) if lowest else (high, high - (high - low) / 5)
    else:
        values = numbers_of(parameter)
        whole = all(value.is_integer() for value in values)
        ends = (values[0], values[1]) if lowest else (values[-1], values[-2])
        factor = min(max(ends) / min(ends), MOST) if min(ends) > 0 else 0.0
    if factor:
        steps = [ends[0] / factor, ends[0] / factor**2] if lowest else [ends[0] * factor, ends[0] * factor**2]
    else:
        steps = [ends[0] + (ends[0] - ends[1]) * times for times in (1, 2)]
    return list(dict.fromkeys(float(f"{round(one) if whole else one:.3g}") for one in steps))
