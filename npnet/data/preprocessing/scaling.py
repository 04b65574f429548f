"""Numbers to inputs of a usual size, by statistics of the training set; gaps get its median."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.spec import Spec

Floats = NDArray[np.float64]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Method = Literal["standard", "robust", "min_max", "quantile", "none"]

LARGE = 1e150  # squares of larger numbers, and of those below 1 / LARGE, may overflow or underflow a float64
HALF = 2.0**1000  # beyond, the difference of two numbers may be infinite

CLIPPED: tuple[Method, ...] = ("standard", "robust")  # the others are bounded, or to stay as they are
TAIL = 1e-7  # normal scores end here: at -5.2 and 5.2


class Scaling(Spec):
    """The numbers of a column as inputs: z = (x - center) / scale, or normal scores.

    `fill` replaces gaps. A scale of 0 means that the training set has a single value: z is 0 then. With `quantiles`
    z is the normal score of x among them.
    """

    fill: Finite
    center: Finite = 0.0
    scale: Annotated[Finite, Field(ge=0)] = 1.0
    clip: bool = False
    quantiles: tuple[Finite, ...] = ()

    @classmethod
    def fit(cls, x: Floats, method: Method, clip: bool) -> "Scaling":
        """Fit on values, NaN where missing; raises OverflowError where their spread exceeds float64."""
        present = x[~np.isnan(x)]
        if not len(present):
            return cls(fill=0.0, scale=0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            median = float(_quantile(present, 0.5))
            center, scale = _center_and_scale(present, method, median)
        if not np.isfinite([median, center, scale]).all():
            raise OverflowError
        quantiles = _quantiles(present) if method == "quantile" and scale else ()
        return cls(fill=median, center=center, scale=scale, clip=clip and method in CLIPPED, quantiles=quantiles)

    def __call__(self, x: Floats) -> Floats:
        """Return the inputs of values, each by itself; infinite where a value is far too large."""
        if self.scale == 0:
            return np.zeros(len(x))
        filled = np.where(np.isnan(x), self.fill, x)
        if self.quantiles:
            return normal_scores(filled, np.array(self.quantiles))
        z = standardised(filled, self.center, self.scale)
        return smooth_clip(z) if self.clip else z


@dataclass(frozen=True, eq=False)
class Scaler:
    """Standardisation by columns: z = (x - mean) / scale; mean and scale are (columns,)."""

    mean: Floats
    scale: Floats

    @classmethod
    def fit(cls, X: Floats) -> "Scaler":
        """Fit mean and standard deviation of each column; a constant column gets scale 1."""
        mean, scale = mean_and_deviation(X)
        constant = (X[0] == X).all(axis=0)
        with np.errstate(over="ignore"):  # a deviation may be too small for a float, a range too large
            scale = np.where(scale == 0, X.max(axis=0) - X.min(axis=0), scale)
        return cls(np.where(constant, X[0], mean), np.where(constant, 1.0, scale))

    @classmethod
    def none(cls, columns: int) -> "Scaler":
        """Return the scaler that changes nothing."""
        return cls(np.zeros(columns), np.ones(columns))

    def transform(self, X: Floats) -> Floats:
        """Scale values in units of the data, (n, columns)."""
        return standardised(X, self.mean, self.scale)

    def inverse(self, Z: Floats) -> Floats:
        """Return scaled values, (n, columns), in units of the data."""
        return restored(Z, self.mean, self.scale)


def mean_and_deviation(x: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (of n, not n - 1) along the first axis.

    Where squares of the numbers would overflow or underflow, they are computed in another unit, a power of two, which
    changes no digit.
    """
    unit = unit_of(x)
    return np.asarray((x / unit).mean(axis=0) * unit), np.asarray((x / unit).std(axis=0) * unit)


def unit_of(x: Floats) -> Floats:
    """Return a power of two for each column that keeps the squares of its numbers finite."""
    largest = np.abs(x).max(axis=0)
    extreme = (largest > LARGE) | ((largest < 1 / LARGE) & (largest > 0))
    return np.where(extreme, np.ldexp(1.0, np.frexp(largest)[1] - 1), 1.0)


def standardised(x: Floats, mean: Floats | float, scale: Floats | float) -> Floats:
    """Return (x - mean) / scale, without an infinite difference on the way.

    It is infinite where x is far too large.
    """
    with np.errstate(over="ignore"):
        if np.all(scale <= HALF):
            return np.asarray((x - mean) / scale)
        quarter = np.where(scale > HALF, 0.25, 1.0)
        return np.asarray((x * quarter - mean * quarter) / (scale * quarter))


def restored(z: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return z scale + mean, the inverse of `standardised`."""
    with np.errstate(over="ignore"):
        if np.all(scale <= HALF):
            return np.asarray(z * scale + mean)
        quarter = np.where(scale > HALF, 0.25, 1.0)
        return np.asarray((z * (scale * quarter) + mean * quarter) / quarter)


def smooth_clip(z: Floats) -> Floats:
    """Return z / sqrt(1 + (z / 3)^2), which draws outliers smoothly in to at most 3 in size.

    Holzmueller et al., 2024.
    """
    z = np.clip(z, -1e300, 1e300)  # infinity over infinity is no number
    return np.asarray(z / np.hypot(1.0, z / 3.0))


def normal_scores(x: Floats, quantiles: Floats) -> Floats:
    """Return the share of ascending quantiles that are below x, as a normal deviate.

    Interpolated from below and from above and averaged, so that a value that fills several quantiles gets their
    middle; as scikit-learn's QuantileTransformer(output_distribution="normal").
    """
    from scipy.special import ndtri

    unit = unit_of(quantiles)  # slopes between tiny quantiles would be infinite
    with np.errstate(over="ignore"):
        x, quantiles = x / unit, quantiles / unit
    shares = np.linspace(0, 1, len(quantiles))
    share = (np.interp(x, quantiles, shares) - np.interp(-x, -quantiles[::-1], -shares[::-1])) / 2
    return np.asarray(ndtri(np.clip(share, TAIL, 1 - TAIL)))


def _center_and_scale(x: Floats, method: Method, median: float) -> tuple[float, float]:
    """Return center and scale of values without gaps; scale 0 where all are the same."""
    if method == "none":
        return 0.0, 1.0
    low, high = x.min(), x.max()
    if low == high:
        return float(low), 0.0
    if method == "min_max":
        return float(low), float(high - low)
    if method == "standard":
        mean, deviation = mean_and_deviation(x)
        return float(mean), float(deviation) or float(high - low)  # a deviation may be too small for a float
    return median, _robust_scale(x, float(high - low))


def _robust_scale(x: Floats, span: float) -> float:
    """Return the interquartile range, or half the range if it is 0 (Holzmueller et al., 2024)."""
    first, third = _quantile(x, [0.25, 0.75])
    return float(third - first) or span / 2 or span


def _quantile(x: Floats, share: float | list[float]) -> Floats:
    """Return quantiles without an infinite difference or sum on the way."""
    quarter = 0.25 if np.abs(x).max() > HALF else 1.0
    return np.asarray(np.quantile(x * quarter, share) / quarter)


def _quantiles(x: Floats) -> tuple[float, ...]:
    """Return a quantile for each 30 rows, 10 to 1000 in all (Gorishniy et al., 2021)."""
    count = min(max(min(len(x) // 30, 1000), 10), len(x))
    return tuple(np.maximum.accumulate(np.quantile(x, np.linspace(0, 1, count))).tolist())
