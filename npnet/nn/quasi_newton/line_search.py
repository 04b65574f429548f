"""The search along a direction for a step with the strong Wolfe conditions.

φ(t) is the loss at θ + t d, φ'(t) its slope. A step t is taken where φ has fallen enough, φ(t) ≤ φ(0) + c₁ t φ'(0), and
has become flat, |φ'(t)| ≤ c₂ |φ'(0)|. Nocedal and Wright (2006), Numerical optimization, algorithms 3.5 and 3.6.
"""

from collections.abc import Generator
from math import isfinite, sqrt
from typing import NamedTuple

DECREASE, FLAT = 1e-4, 0.9
"""c₁ and c₂ of the conditions, the usual ones of quasi-Newton methods."""
WIDER, MARGIN = 4.0, 0.1
"""The factor to the next trial while φ still falls, and the share of an interval that a trial keeps from its ends."""


class LinePoint(NamedTuple):
    """A step, and the loss and its slope there."""

    t: float
    value: float
    slope: float

    @property
    def finite(self) -> bool:
        """Whether loss and slope are numbers."""
        return isfinite(self.value) and isfinite(self.slope)


Search = Generator[float, tuple[float, float]]


def search(value: float, slope: float, first: float, most: int, noise: float) -> Search:
    """Yield steps to try, and receive the loss and the slope at each; the last one that is yielded is the step to take.

    `value` and `slope` are those at 0, and `slope` is below 0; `first` is the first step to try, `most` the number of
    trials. The last one may be 0, where no step is better. `noise` is the relative rounding error of a loss.
    """
    start = LinePoint(0.0, value, slope)
    bracket = yield from _bracket(start, first, most, noise)
    if bracket is not None:
        yield from _narrow(start, *bracket, noise)


def _bracket(
    start: LinePoint, first: float, most: int, noise: float
) -> Generator[float, tuple[float, float], "Bracket"]:
    """Widen the step until it is taken (None), or until a good one lies between two trials, the lower one first."""
    before, t = start, first
    for left in reversed(range(most)):
        now = LinePoint(t, *(yield t))
        if not _falls(start, now, noise) or (before.t > 0 and now.value >= before.value):
            return before, now, left
        if abs(now.slope) <= -FLAT * start.slope:
            return None
        if now.slope >= 0:
            return now, before, left
        before, t = now, t * WIDER
    return None  # the loss still falls there


Bracket = tuple[LinePoint, LinePoint, int] | None


def _narrow(start: LinePoint, low: LinePoint, high: LinePoint, left: int, noise: float) -> Search:
    """Narrow an interval around a good step; `low` has the lowest loss that fell enough."""
    last = high
    for _ in range(left):
        t = _between(low, high)
        if abs(high.t - low.t) <= noise * max(high.t, low.t):
            break
        last = now = LinePoint(t, *(yield t))
        if not _falls(start, now, noise) or now.value >= low.value:
            high = now
            continue
        if abs(now.slope) <= -FLAT * start.slope:
            return
        if now.slope * (high.t - low.t) >= 0:
            high = low
        low = now
    if last.t != low.t:
        yield low.t


def _falls(start: LinePoint, now: LinePoint, noise: float) -> bool:
    """Return whether the loss fell enough; where rounding hides that, whether its slope shows it.

    The latter is the approximate condition of Hager and Zhang (2005), A new conjugate gradient method, equation 4.1.
    """
    if not now.finite:
        return False
    if now.value <= start.value + DECREASE * now.t * start.slope:
        return True
    return now.value <= start.value + noise * abs(start.value) and now.slope <= (2 * DECREASE - 1) * start.slope


def _between(low: LinePoint, high: LinePoint) -> float:
    """Return the minimum of the cubic through both ends of an interval, kept away from them; else the middle."""
    width = high.t - low.t
    share = 0.5
    if high.finite:
        bend = low.slope + high.slope - 3 * (high.value - low.value) / width
        root = bend * bend - low.slope * high.slope
        if root >= 0:
            turn = sqrt(root) if width > 0 else -sqrt(root)
            below = high.slope - low.slope + 2 * turn
            share = 1 - (high.slope + turn - bend) / below if below else 0.5
    share = share if isfinite(share) else 0.5
    return low.t + width * min(max(share, MARGIN), 1 - MARGIN)
