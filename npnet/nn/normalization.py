"""Normalization over the batch or over the features, and learned scaling."""

import math
from typing import Any

import numpy as np
from pydantic import Field

from npnet.nn.initializers import Ones, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch, Statistic, layers, mean_column
from npnet.nn.shape import Shape

HORIZON = -math.log(0.001)  # in units of 1 / momentum: batches until 0.1 % of older statistics is left


class _Normalization(Layer):
    """The learned gain and shift of each feature, applied to the normalized values n."""

    reads_output = False

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return a gain and a shift for each feature."""
        gain = Piece("weight", np.s_[..., 0], Ones())
        shift = Piece("bias", np.s_[..., 0], Zeros())
        column = (inputs.features, 1)
        return {"gain": Parameter(column, (gain,)), "shift": Parameter(column, (shift,))}

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dgain = Σ dy · n and dshift = Σ dy over the batch."""
        np.vecdot(dy, m.normal, out=m.dgain[..., 0])
        np.matmul(dy, m.ones, out=m.dshift)


@layers.add("batch_norm")
class BatchNorm(_Normalization):
    """Each feature gets mean 0 and variance 1 over the batch, then a learned gain and shift.

    y = gain · n + shift,  n = (x - mean) / √(variance + epsilon);
    dx = gain / √(variance + epsilon) · (dy - mean(dy) - n · mean(dy · n)), means over the batch.
    At prediction mean and variance are running averages, r ← (1 - momentum) r + momentum · batch's,
    the variance unbiased.  Ioffe and Szegedy (2015).
    PyTorch: the same. Keras: momentum is the share of the old average, 0.99 there is 0.01 here.
    """

    takes_ragged = False

    momentum: float = Field(0.1, gt=0, le=1, description="Share of the newest batch in the running statistics.")
    epsilon: float = Field(1e-5, gt=0, le=1, description="Added to the variance.")

    @property
    def horizon(self) -> float:
        """Number of batches after which 0.1 % is left of older running statistics."""
        return HORIZON / float(np.min(self.momentum))

    def state(self, inputs: Shape) -> tuple[Statistic, ...]:
        """Return the running mean and variance of each feature."""
        return (Statistic("running_mean", inputs.features, 0.0), Statistic("running_var", inputs.features, 1.0))

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the normalized values, and columns for statistics."""
        column = ((inputs.features, 1), None)
        return {"normal": ((inputs.features, columns), None), "mean": column, "inverse": column, "work": column}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return columns for means and sums, and the weights of the running statistics."""
        return {
            "means": mean_column(columns),
            "ones": np.ones((columns, 1)),
            "share": 1.0 / columns,
            "old": 1.0 - self.momentum,
            "new_unbiased": self.momentum * (columns / max(columns - 1, 1)),
        }

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y from the statistics of this batch, and update the running statistics."""
        np.matmul(x.values, m.means, out=m.mean)
        np.subtract(x.values, m.mean, out=m.normal)
        np.vecdot(m.normal, m.normal, out=m.inverse[..., 0])
        np.multiply(m.inverse, m.share, out=m.inverse)
        self._update_running(m)
        np.add(m.inverse, m.epsilon, out=m.inverse)
        np.sqrt(m.inverse, out=m.inverse)
        np.reciprocal(m.inverse, out=m.inverse)
        np.multiply(m.normal, m.inverse, out=m.normal)
        np.multiply(m.normal, m.gain, out=y.values)
        np.add(y.values, m.shift, out=y.values)

    def _update_running(self, m: Memory) -> None:
        for running, fresh, share in ((m.running_mean, m.mean, m.momentum), (m.running_var, m.inverse, m.new_unbiased)):
            np.multiply(running, m.old, out=running)
            np.multiply(fresh, share, out=m.work)
            np.add(running, m.work, out=running)

    def infer(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y from the running statistics."""
        np.add(m.running_var, m.epsilon, out=m.inverse)
        np.sqrt(m.inverse, out=m.inverse)
        np.divide(m.gain, m.inverse, out=m.inverse)
        np.subtract(x.values, m.running_mean, out=y.values)
        np.multiply(y.values, m.inverse, out=y.values)
        np.add(y.values, m.shift, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx; the two means are dshift and dgain over the batch size."""
        np.multiply(m.dgain, m.share, out=m.work)
        np.multiply(m.normal, m.work, out=dx)
        np.subtract(dy, dx, out=dx)
        np.multiply(m.dshift, m.share, out=m.work)
        np.subtract(dx, m.work, out=dx)
        np.multiply(m.gain, m.inverse, out=m.work)
        np.multiply(dx, m.work, out=dx)


@layers.add("layer_norm")
class LayerNorm(_Normalization):
    """Each sample gets mean 0 and variance 1 over its features, then a learned gain and shift.

    y = gain · n + shift,  n = (x - mean) / √(variance + epsilon);
    dx = (g - mean(g) - n · mean(g · n)) / √(variance + epsilon), g = gain · dy, means over features.
    Ba, Kiros and Hinton (2016).
    PyTorch: the same as LayerNorm over all features. Keras: epsilon is 1e-3 unless set, here 1e-5.
    """

    epsilon: float = Field(1e-5, gt=0, le=1, description="Added to the variance.")

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the normalized values, and rows for statistics."""
        full, row = ((inputs.features, columns), None), ((1, columns), None)
        return {"normal": full, "work": full, "inverse": row, "row": row}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return a row for means over features, and a column for sums over the batch."""
        return {"means": mean_column(inputs.features).T, "ones": np.ones((columns, 1))}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y from the statistics of each sample."""
        np.matmul(m.means, x.values, out=m.row)
        np.subtract(x.values, m.row, out=m.normal)
        np.multiply(m.normal, m.normal, out=m.work)
        np.matmul(m.means, m.work, out=m.inverse)
        np.add(m.inverse, m.epsilon, out=m.inverse)
        np.sqrt(m.inverse, out=m.inverse)
        np.reciprocal(m.inverse, out=m.inverse)
        np.multiply(m.normal, m.inverse, out=m.normal)
        np.multiply(m.normal, m.gain, out=y.values)
        np.add(y.values, m.shift, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = (g - mean(g) - n · mean(g · n)) · inverse."""
        np.multiply(dy, m.gain, out=dx)
        np.multiply(dx, m.normal, out=m.work)
        np.matmul(m.means, m.work, out=m.row)
        np.multiply(m.normal, m.row, out=m.work)
        np.matmul(m.means, dx, out=m.row)
        np.subtract(dx, m.row, out=dx)
        np.subtract(dx, m.work, out=dx)
        np.multiply(dx, m.inverse, out=dx)


@layers.add("scale")
class Scale(Layer):
    """Multiplies each feature by a learned factor that starts at 1.

    y = f x,  f = 1 + speed · s,  ds = speed · Σ dy x,  dx = f dy;  weight s (inputs,).
    Adam moves every parameter by about the learning rate, and so the factors `speed` times as far.
    Holzmüller, Grinsztajn and Steinwart (2024), Better by default, who train the scale at 6 times the rate.
    """

    speed: float = Field(6.0, gt=0, le=1e4, description="How much faster than other parameters a factor moves.")

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return the distance s of each factor from 1, a column (features, 1)."""
        return {"s": Parameter((inputs.features, 1), (Piece("weight", np.s_[..., 0], Zeros()),))}

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return a column for the factors."""
        return {"factor": ((inputs.features, 1), None)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = (1 + speed s) x."""
        np.multiply(m.s, m.speed, out=m.factor)
        np.add(m.factor, 1.0, out=m.factor)
        np.multiply(x.values, m.factor, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write ds = speed Σ dy x."""
        np.vecdot(dy, x.values, out=m.ds[..., 0])
        np.multiply(m.ds, m.speed, out=m.ds)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = f dy."""
        np.multiply(dy, m.factor, out=dx)
