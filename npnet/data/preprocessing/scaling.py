"""Numbers to inputs of a usual size, by statistics of the training set; gaps get its median."""

from collections.abc import Sequence
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
QUARTILES = np.array([0.5, 0.0, 0.25, 0.75, 1.0])
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
    def fit(cls, x: Floats, method: Method, clip: bool, weight: Floats | None = None) -> "Scaling":
        """Fit on values, NaN where missing; raises OverflowError where their spread exceeds float64.

        Mean and standard deviation count each value by its weight; medians and quantiles count values.
        """
        ordered = np.sort(x)[: len(x) - np.count_nonzero(np.isnan(x))]  # gaps come last
        if not len(ordered):
            return cls(fill=0.0, scale=0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            median, low, first, third, high = quantiles_of(ordered, QUARTILES).tolist()
            if method == "none":
                center, scale = 0.0, 1.0
            elif low == high:
                center, scale = low, 0.0
            elif method == "min_max":
                center, scale = low, high - low
            elif method == "standard":
                known = ~np.isnan(x)
                own = None if weight is None else weight[known]
                mean, deviation = mean_and_deviation(x[known].astype(np.float64), own)
                center, scale = float(mean), float(deviation) or high - low  # a deviation may be too small for a float
            else:  # half the range where the quartiles coincide (Holzmueller et al., 2024)
                center, scale = median, third - first or (high - low) / 2 or high - low
        if not np.isfinite([median, center, scale]).all():
            raise OverflowError
        quantiles: tuple[float, ...] = ()
        if method == "quantile" and scale:  # one for each 30 rows, 10 to 1000 in all (Gorishniy et al., 2021)
            count = min(max(min(len(ordered) // 30, 1000), 10), len(ordered))
            quantiles = tuple(np.maximum.accumulate(quantiles_of(ordered, np.linspace(0, 1, count))).tolist())
        return cls(fill=median, center=center, scale=scale, clip=clip and method in CLIPPED, quantiles=quantiles)


def scaled(x: Floats, scalings: Sequence[Scaling]) -> Floats:
    """Return numbers, (columns, rows), as inputs, gaps filled; infinite where a number is far too large.

    Each column has the bits that it has alone.
    """
    if not scalings:
        return x
    fill, center, scale = np.array([(one.fill, one.center, one.scale) for one in scalings]).T[..., np.newaxis]
    missing = np.isnan(x)
    if missing.any():
        x = np.where(missing, fill, x)
    special = [row for row, one in enumerate(scalings) if one.quantiles or not one.scale]
    clipped = [row for row, one in enumerate(scalings) if one.clip]
    if not (special or clipped or center.any() or (scale != 1).any()):
        return x
    z = standardised(x, center, np.where(scale == 0, 1.0, scale))
    if clipped:
        z[clipped] = smooth_clip(z[clipped])
    for row in special:
        one = scalings[row]
        z[row] = normal_scores(x[row], np.array(one.quantiles)) if one.scale else 0.0
    return z


@dataclass(frozen=True, eq=False)
class Scaler:
    """Standardisation by columns: z = (x - mean) / scale; mean and scale are (columns,)."""

    mean: Floats
    scale: Floats

    @classmethod
    def fit(cls, X: Floats, weight: Floats | None = None) -> "Scaler":
        """Fit mean and standard deviation of each column, of weighted rows; a constant column gets scale 1."""
        mean, scale = mean_and_deviation(X, weight)
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
        with np.errstate(over="ignore"):
            if np.all(self.scale <= HALF):
                return np.asarray(Z * self.scale + self.mean)
            quarter = np.where(self.scale > HALF, 0.25, 1.0)
            return np.asarray((Z * (self.scale * quarter) + self.mean * quarter) / quarter)


def mean_and_deviation(x: Floats, weight: Floats | None = None) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (of n, not n - 1) along the first axis, of rows that count by their weight.

    Where squares of the numbers would overflow or underflow, they are computed in another unit, a power of two, which
    changes no digit.
    """
    unit = unit_of(x)
    if weight is not None and weight.any():
        mean = np.average(x / unit, axis=0, weights=weight)
        return np.asarray(mean * unit), np.sqrt(np.average((x / unit - mean) ** 2, axis=0, weights=weight)) * unit
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


def smooth_clip(z: Floats) -> Floats:
    """Return z / sqrt(1 + (z / 3)^2), which draws outliers smoothly in to at most 3 in size.

    Holzmueller et al., 2024.
    """
    z = np.clip(z, -1e300, 1e300)  # infinity over infinity is no number
    return np.asarray(z / np.hypot(1.0, z / 3.0))


def normal_scores(x: Floats, quantiles: Floats) -> Floats:
    """Return the share of ascending quantiles that are below x, as a normal deviate."""
    from scipy.special import ndtri

    return np.asarray(ndtri(share_below(x, quantiles)))


def share_below(x: Floats, quantiles: Floats) -> Floats:
    """Return the share of ascending quantiles that are below x, at least 1e-7 and at most 1 - 1e-7.

    Interpolated from below and from above and averaged, so that a value that fills several quantiles gets their
    middle; as scikit-learn's QuantileTransformer(output_distribution="normal").
    """
    unit = unit_of(quantiles)  # slopes between tiny quantiles would be infinite
    with np.errstate(over="ignore"):
        x, quantiles = x / unit, quantiles / unit
    shares = np.linspace(0, 1, len(quantiles))
    share = (np.interp(x, quantiles, shares) - np.interp(-x, -quantiles[::-1], -shares[::-1])) / 2
    return np.clip(share, TAIL, 1 - TAIL)


def quantiles_of(ordered: Floats, shares: Floats) -> Floats:
    """Return the quantiles of ascending numbers: the bits of np.quantile, which would order them once more.

    No difference on the way is infinite.
    """
    position = (len(ordered) - 1) * shares
    below = position.astype(np.int64)
    share = position - below
    quarter = 0.25 if max(-float(ordered[0]), float(ordered[-1])) > HALF else 1.0
    low, high = (ordered[np.minimum(below + more, len(ordered) - 1)].astype(np.float64) * quarter for more in (0, 1))
    step = high - low
    return np.where(share < 0.5, low + step * share, high - step * (1 - share)) / quarter
