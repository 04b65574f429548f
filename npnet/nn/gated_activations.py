"""Gated activations: x times a gate between 0 and 1 that opens as x grows."""

import math

import numpy as np

from npnet.nn.activations import logistic
from npnet.nn.layer import Activations, Array, Layer, Memory, layers

ROOT = math.sqrt(2.0 / math.pi)
CUBIC = 0.044715 * ROOT
FAR = 100.0
"""Limit of x² in GELU: its tanh is 1 to the last digit there, and larger squares could overflow."""


@layers.add("gelu")
class GELU(Layer):
    """Gaussian error linear unit in its tanh form: x times about P(N(0, 1) < x).

    y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).  Hendrycks and Gimpel (2016).
    PyTorch: the same as GELU(approximate="tanh"); its default is the exact form, up to 5e-4 away.
    """

    buffers = ("square", "bend", "work")

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x/2 (1 + bend)."""
        np.multiply(x.values, x.values, out=m.square)
        np.minimum(m.square, FAR, out=m.square)
        np.multiply(m.square, CUBIC, out=m.bend)
        np.add(m.bend, ROOT, out=m.bend)
        np.multiply(m.bend, x.values, out=m.bend)
        np.tanh(m.bend, out=m.bend)
        np.add(m.bend, 1.0, out=y.values)
        np.multiply(y.values, x.values, out=y.values)
        np.multiply(y.values, 0.5, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy/2 (1 + bend + x (1 - bend²) √(2/π) (1 + 3 · 0.044715 x²))."""
        np.multiply(m.square, 3.0 * CUBIC, out=m.work)
        np.add(m.work, ROOT, out=m.work)
        np.multiply(m.bend, m.bend, out=dx)
        np.subtract(1.0, dx, out=dx)
        np.multiply(dx, x.values, out=dx)  # 0 for large |x|, before the factor that is large there
        np.multiply(dx, m.work, out=dx)
        np.add(dx, m.bend, out=dx)
        np.add(dx, 1.0, out=dx)
        np.multiply(dx, 0.5, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("silu")
class SiLU(Layer):
    """Sigmoid linear unit, also called swish: x times its own sigmoid.

    y = x s,  dx = dy (s + y (1 - s)),  s = 1 / (1 + exp(-x)).  Elfwing, Uchibe and Doya (2018).
    """

    buffers = ("s",)

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x s."""
        logistic(x.values, m.s)
        np.multiply(x.values, m.s, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy (s + y (1 - s))."""
        np.subtract(1.0, m.s, out=dx)
        np.multiply(dx, y.values, out=dx)
        np.add(dx, m.s, out=dx)
        np.multiply(dx, dy, out=dx)


@layers.add("mish")
class Mish(Layer):
    """Mish: x times the tanh of its softplus, smooth and slightly negative below 0.

    y = x t,  t = tanh(ln(1 + e)) = e (e + 2) / (e (e + 2) + 2),  e = exp(x);
    dx = dy (t + x (1 - t²) e / (1 + e)).  Misra (2019).
    """

    buffers = ("e", "t", "work")

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x t; x is limited to 20 in exp, where t is 1 to the last digit."""
        np.minimum(x.values, 20.0, out=m.e)
        np.exp(m.e, out=m.e)
        np.add(m.e, 2.0, out=m.t)
        np.multiply(m.t, m.e, out=m.t)
        np.add(m.t, 2.0, out=m.work)
        np.divide(m.t, m.work, out=m.t)
        np.multiply(x.values, m.t, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy (t + (x - y t) e / (1 + e))."""
        np.add(m.e, 1.0, out=m.work)
        np.divide(m.e, m.work, out=m.work)
        np.multiply(y.values, m.t, out=dx)
        np.subtract(x.values, dx, out=dx)
        np.multiply(dx, m.work, out=dx)
        np.add(dx, m.t, out=dx)
        np.multiply(dx, dy, out=dx)
