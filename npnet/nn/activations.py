"""Activations: functions of one value without parameters (softmax: of one sample)."""

from typing import Any

import numpy as np
from pydantic import Field

from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, layers
from npnet.nn.shape import Shape


@layers.add("relu")
class ReLU(Layer):
    """Rectified linear unit: negative values become 0, positive ones pass.

    y = max(0, x),  dx = dy where y > 0, else 0.  Nair and Hinton (2010).
    """

    masks = ("mask",)
    overwrites = True

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = max(0, x)."""
        np.maximum(x.values, 0.0, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy where y > 0."""
        np.greater(y.values, 0.0, out=m.mask)
        np.multiply(dy, m.mask, out=dx)


@layers.add("leaky_relu")
class LeakyReLU(Layer):
    """ReLU with a small slope for negative values, so that no unit dies.

    y = max(x, slope · x),  dx = dy where x > 0, else slope · dy.  Maas, Hannun and Ng (2013).
    """

    buffers = ("slopes",)
    masks = ("mask",)

    slope: float = Field(0.01, ge=0, lt=1, description="Slope for negative values.")

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return 1 - slope."""
        return {"rest": 1.0 - self.slope}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = max(x, slope x)."""
        np.multiply(x.values, m.slope, out=m.slopes)
        np.maximum(x.values, m.slopes, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy or slope dy."""
        np.greater(x.values, 0.0, out=m.mask)
        np.copyto(m.slopes, m.mask)
        np.multiply(m.slopes, m.rest, out=m.slopes)
        np.add(m.slopes, m.slope, out=m.slopes)
        np.multiply(dy, m.slopes, out=dx)


class _ExponentialUnit(Layer):
    """The common formula of ELU and SELU: scale · x above 0, scale · alpha · (exp(x) - 1) below.

    dx = dy · scale above 0, dy · (y + scale · alpha) below.
    """

    buffers = ("half",)
    masks = ("mask",)

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = scale · max(x, 0) + scale · alpha · (exp(min(x, 0)) - 1)."""
        np.minimum(x.values, 0.0, out=m.half)
        np.expm1(m.half, out=m.half)
        np.multiply(m.half, m.saturation, out=m.half)
        np.maximum(x.values, 0.0, out=y.values)
        np.multiply(y.values, m.scale, out=y.values)
        np.add(y.values, m.half, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx from y: the slope is scale, or y + scale · alpha."""
        np.greater(x.values, 0.0, out=m.mask)
        np.copyto(m.half, m.mask)
        np.multiply(m.half, m.step, out=m.half)
        np.minimum(y.values, 0.0, out=dx)
        np.add(dx, m.saturation, out=dx)
        np.add(dx, m.half, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("elu")
class ELU(_ExponentialUnit):
    """Exponential linear unit: linear above 0, falling smoothly to -alpha below.

    y = x if x > 0 else alpha (exp(x) - 1).  Clevert, Unterthiner and Hochreiter (2016).
    """

    alpha: float = Field(1.0, gt=0, le=100, description="Minus the value far below 0.")

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return scale 1 and the slopes on both sides of 0, 1 and alpha."""
        return {"scale": 1.0, "saturation": self.alpha, "step": 1.0 - self.alpha}


@layers.add("selu")
class SELU(_ExponentialUnit):
    """Scaled ELU whose constants keep mean 0 and variance 1 from layer to layer.

    y = s x if x > 0 else s a (exp(x) - 1),  s = 1.0507, a = 1.6733.  Klambauer et al. (2017).
    """

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the two constants of the paper in float64."""
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        return {"scale": scale, "saturation": scale * alpha, "step": scale - scale * alpha}


@layers.add("tanh")
class Tanh(Layer):
    """Hyperbolic tangent: squeezes every value into (-1, 1), with mean near 0.

    y = tanh(x),  dx = dy (1 - y²).  LeCun et al. (1998), Efficient BackProp.
    """

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = tanh(x)."""
        np.tanh(x.values, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy (1 - y²)."""
        np.multiply(y.values, y.values, out=dx)
        np.subtract(1.0, dx, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("sigmoid")
class Sigmoid(Layer):
    """Logistic sigmoid: squeezes every value into (0, 1), read as a probability.

    y = 1 / (1 + exp(-x)),  dx = dy y (1 - y).  Rumelhart, Hinton and Williams (1986).
    As the last layer before binary_cross_entropy the two are trained as one stable formula.
    """

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = 1 / (1 + exp(-x))."""
        logistic(x.values, y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy y (1 - y)."""
        np.subtract(1.0, y.values, out=dx)
        np.multiply(dx, y.values, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("softplus")
class Softplus(Layer):
    """Softplus: a smooth ReLU, always positive.

    y = ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)),  dx = dy (1 - exp(-y)).  Dugas et al. (2001).
    PyTorch: Softplus is x itself above 20; here the formula holds everywhere.
    """

    buffers = ("bend",)

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = max(x, 0) + ln(1 + exp(-|x|))."""
        np.abs(x.values, out=m.bend)
        np.negative(m.bend, out=m.bend)
        np.exp(m.bend, out=m.bend)
        np.log1p(m.bend, out=m.bend)
        np.maximum(x.values, 0.0, out=y.values)
        np.add(y.values, m.bend, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy (1 - exp(-y)), the sigmoid of x."""
        np.negative(y.values, out=dx)
        np.expm1(dx, out=dx)
        np.negative(dx, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("softmax")
class Softmax(Layer):
    """Softmax: the values of a sample become probabilities that sum to 1.

    y_i = exp(x_i) / Σ_j exp(x_j),  dx = y (dy - Σ dy y), sums over features.  Bridle (1990).
    As the last layer before cross_entropy the two are trained as one stable formula.
    """

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return a row for the largest value and the sum of each sample."""
        return {"row": ((1, columns), None)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y; the largest value is subtracted first, so that exp never overflows."""
        softmax(x.values, y.values, m.row)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = y (dy - Σ dy y)."""
        np.multiply(dy, y.values, out=dx)
        np.add.reduce(dx, axis=-2, keepdims=True, out=m.row)
        np.subtract(dy, m.row, out=dx)
        np.multiply(dx, y.values, out=dx)


def softmax(x: Array, out: Array, row: Array) -> None:
    """Write the softmax of x over the features into out; row (1, batch) is scratch."""
    np.maximum.reduce(x, axis=-2, keepdims=True, out=row)
    np.subtract(x, row, out=out)
    np.exp(out, out=out)
    np.add.reduce(out, axis=-2, keepdims=True, out=row)
    np.divide(out, row, out=out)


def logistic(x: Array, out: Array) -> None:
    """Write 1 / (1 + exp(-x)) as (1 + tanh(x/2)) / 2: one fast call, and nothing overflows."""
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    np.add(out, 0.5, out=out)
