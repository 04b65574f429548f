"""Numbers to inputs of a usual size, by what the train part says; gaps get its median."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.spec import Spec

Floats = NDArray[np.float64]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Method = Literal["standard", "robust", "min_max", "quantile", "none"]

CLIPPED: tuple[Method, ...] = ("standard", "robust")  # the others are bounded, or wanted as they are
TAIL = 1e-7  # normal scores end here: at -5.2 and 5.2


class Scaling(Spec):
    """One column's numbers as inputs: z = (x - center) / scale, or normal scores.

    `fill` stands in for gaps. A scale of 0 says that the train part had one value only: z is 0 then. With
    `quantiles` z is the normal score of x among them.
    """

    fill: Finite
    center: Finite = 0.0
    scale: Annotated[Finite, Field(ge=0)] = 1.0
    clip: bool = False
    quantiles: tuple[Finite, ...] = ()

    @classmethod
    def fit(cls, x: Floats, method: Method, clip: bool) -> "Scaling":
        """Learn from values, NaN where missing; OverflowError where their spread is no float64."""
        seen = x[~np.isnan(x)]
        if not len(seen):
            return cls(fill=0.0, scale=0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            median = float(np.quantile(seen, 0.5))  # the mean of two huge numbers would be infinite
            center, scale = _measures(seen, method, median)
        if not np.isfinite([median, center, scale]).all():
            raise OverflowError
        quantiles = _quantiles(seen) if method == "quantile" and scale else ()
        return cls(fill=median, center=center, scale=scale, clip=clip and method in CLIPPED, quantiles=quantiles)

    def __call__(self, x: Floats) -> Floats:
        """The inputs of some values, each by itself; infinite where one is far too large."""
        if self.scale == 0:
            return np.zeros(len(x))
        filled = np.where(np.isnan(x), self.fill, x)
        if self.quantiles:
            return normal_scores(filled, np.array(self.quantiles))
        with np.errstate(over="ignore"):
            z = (filled - self.center) / self.scale
        return smooth_clip(z) if self.clip else z


def smooth_clip(z: Floats) -> Floats:
    """Outliers drawn in to at most 3 without a kink: z / sqrt(1 + (z / 3)^2).

    Holzmueller et al., 2024.
    """
    z = np.clip(z, -1e300, 1e300)  # infinity over infinity is no number
    return np.asarray(z / np.hypot(1.0, z / 3.0))


def normal_scores(x: Floats, quantiles: Floats) -> Floats:
    """Where x stands among ascending quantiles, as the normal deviate of that share.

    Interpolated from below and from above and averaged, so that a value that fills several quantiles gets their
    middle; scikit-learn's QuantileTransformer(output_distribution="normal").
    """
    from scipy.special import ndtri

    shares = np.linspace(0, 1, len(quantiles))
    share = (np.interp(x, quantiles, shares) - np.interp(-x, -quantiles[::-1], -shares[::-1])) / 2
    return np.asarray(ndtri(np.clip(share, TAIL, 1 - TAIL)))


def _measures(x: Floats, method: Method, median: float) -> tuple[float, float]:
    """Center and scale of values without gaps; scale 0 where all are the same."""
    if method == "none":
        return 0.0, 1.0
    low, high = x.min(), x.max()
    if low == high:
        return float(low), 0.0
    if method == "min_max":
        return float(low), float(high - low)
    if method == "standard":
        return float(x.mean()), float(x.std()) or float(high - low)  # a deviation may be too small for a float
    return median, _robust_scale(x, float(high - low))


def _robust_scale(x: Floats, span: float) -> float:
    """The interquartile range, or half the range where the quartiles coincide.

    Holzmueller et al., 2024.
    """
    first, third = np.quantile(x, [0.25, 0.75])
    return float(third - first) or span / 2 or span


def _quantiles(x: Floats) -> tuple[float, ...]:
    """One for each 30 rows, 10 to 1000 of them, no more than rows. Gorishniy et al., 2021."""
    count = min(max(min(len(x) // 30, 1000), 10), len(x))
    return tuple(np.maximum.accumulate(np.quantile(x, np.linspace(0, 1, count))).tolist())
