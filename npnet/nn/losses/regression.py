"""Losses of the error e = z - t: for regression, and for classes where a config names them."""

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from npnet.errors import OptionError
from npnet.nn.layer import Array, Memory
from npnet.nn.losses import Encoded, Loss, losses

Share = Annotated[float, Field(gt=0, lt=1)]


@losses.add("mean_squared_error")
class MeanSquaredError(Loss):
    """The square of the error, averaged: large errors count most.

    L = (z - t)²,  dL/dz = 2 (z - t).  Legendre (1805), Gauss (1809).
    PyTorch: MSELoss with the targets as given; here targets of a regression are scaled first, to mean 0 and
    deviation 1. The metric rmse is in the units of the target.
    """

    factor = 2.0

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write (z - t)²."""
        np.subtract(z, t, out=out)
        np.multiply(out, out, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write z - t."""
        np.subtract(z, t, out=dz)


@losses.add("mean_absolute_error")
class MeanAbsoluteError(Loss):
    """The size of the error, averaged: its best constant is the median.

    L = |z - t|,  dL/dz = sign(z - t).  Laplace (1774).
    PyTorch: L1Loss with the targets as given; here targets of a regression are scaled first.
    """

    predicts_mean = False

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write |z - t|."""
        np.subtract(z, t, out=out)
        np.abs(out, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write sign(z - t)."""
        np.subtract(z, t, out=dz)
        np.sign(dz, out=dz)


@losses.add("huber")
class Huber(Loss):
    """Squared for errors up to delta, linear beyond: the pull of outliers is bounded by delta.

    L = e²/2 where |e| <= delta, else delta (|e| - delta/2);  dL/dz = clip(e, ±delta);  e = z - t.
    Huber (1964).
    PyTorch: the same as HuberLoss; SmoothL1Loss is this over delta. Targets are scaled first, so that delta is in
    their standard deviations.
    """

    delta: float = Field(1.0, gt=0, le=1e6, description="Error at which the square becomes linear, in scaled units.")

    def constants(self, outputs: int) -> dict[str, Any]:
        """Return minus delta."""
        return {"minus": -self.delta}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write c (|e| - c/2) with c = min(|e|, delta), which covers both branches."""
        np.subtract(z, t, out=out)
        np.abs(out, out=out)
        np.minimum(out, m.delta, out=m.work)
        np.subtract(out, m.work, out=out)
        np.multiply(m.work, out, out=out)
        np.multiply(m.work, m.work, out=m.work)
        np.multiply(m.work, 0.5, out=m.work)
        np.add(out, m.work, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write the error, clipped at ±delta."""
        np.subtract(z, t, out=dz)
        np.minimum(dz, m.delta, out=dz)
        np.maximum(dz, m.minus, out=dz)


@losses.add("log_cosh")
class LogCosh(Loss):
    """Squared for small errors, linear for large errors, smooth everywhere.

    L = ln cosh(e) = |e| + ln(1 + exp(-2 |e|)) - ln 2,  dL/dz = tanh(e);  e = z - t.  Green (1990).
    """

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write |e| + ln(1 + exp(-2 |e|)) - ln 2."""
        np.subtract(z, t, out=out)
        np.abs(out, out=out)
        np.multiply(out, -2.0, out=m.work)
        np.exp(m.work, out=m.work)
        np.log1p(m.work, out=m.work)
        np.add(out, m.work, out=out)
        np.subtract(out, np.log(2.0).item(), out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write tanh(e)."""
        np.subtract(z, t, out=dz)
        np.tanh(dz, out=dz)


@losses.add("quantile")
class Quantile(Loss):
    """The pinball loss: its best constant is a quantile of the target.

    L = max(q e, (q - 1) e),  dL/dz = -q where t > z, else 1 - q;  e = t - z.  Koenker and Bassett (1978).
    Several quantiles have an output each: [0.05, 0.5, 0.95] predicts the median and an interval that holds 90 % of
    the rows. Predicted quantiles are sorted, so that they do not cross; the prediction is the quantile nearest to 0.5.
    """

    tasks = ("regression",)
    predicts_mean = False

    quantile: Share | Annotated[tuple[Share, ...], Field(strict=False, min_length=2, max_length=99)] = Field(
        0.5, description="The quantile to predict, 0.5 is the median; or a list of several."
    )

    @model_validator(mode="after")
    def _differ(self) -> Self:
        several = self.quantiles
        if len(set(several)) < len(several):
            distinct = [f"{q:g}" for q in dict.fromkeys(several)]
            once = f"[{', '.join(distinct)}]" if len(distinct) > 1 else distinct[0]
            raise OptionError("quantile", "a quantile is there twice", f"write quantile: {once}")
        return self

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The quantiles in ascending order, if there are several."""
        return tuple(sorted(self.quantile)) if isinstance(self.quantile, tuple) else ()

    def outputs(self, targets: int, classes: int) -> int:
        """Return one score for each quantile of each target."""
        return targets * max(len(self.quantiles), 1)

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return the targets, each repeated for every quantile."""
        return np.repeat(super().encode(y, 0), max(len(self.quantiles), 1), axis=1)

    def constants(self, outputs: int) -> dict[str, Any]:
        """Return q and q - 1, as columns for several quantiles."""
        several = self.quantiles
        q: Any = np.tile(several, outputs // len(several))[:, np.newaxis] if several else self.quantile
        return {"q": q, "below": q - 1.0}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write max(q e, (q - 1) e)."""
        np.subtract(t, z, out=out)
        np.multiply(out, m.below, out=m.work)
        np.multiply(out, m.q, out=out)
        np.maximum(out, m.work, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write [z > t] - q, with 1/2 for [z > t] where they are equal."""
        np.subtract(z, t, out=dz)
        np.sign(dz, out=dz)
        np.multiply(dz, 0.5, out=dz)
        np.add(dz, 0.5, out=dz)
        np.subtract(dz, m.q, out=dz)


@losses.add("poisson")
class Poisson(Loss):
    """Minus the log likelihood of counts with Poisson rate exp(z), without the constant term.

    L = exp(z) - t z,  dL/dz = exp(z) - t;  t >= 0, never scaled.  Nelder and Wedderburn (1972).
    PyTorch: the same as PoissonNLLLoss.
    """

    tasks = ("regression", "counts")
    link = "exp"
    scales_target = False

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write exp(z) - t z."""
        np.exp(z, out=out)
        np.multiply(t, z, out=m.work)
        np.subtract(out, m.work, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write exp(z) - t."""
        np.exp(z, out=dz)
        np.subtract(dz, t, out=dz)
