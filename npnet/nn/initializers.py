"""Initializers: random parameters whose spread preserves the size of signals."""

from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from npnet.errors import OptionError
from npnet.registry import Registry
from npnet.spec import Named, Spec

Values = NDArray[np.float64]


class Initializer(Spec):
    """A rule for the initial values of an array of shape (outputs, inputs) or (outputs,)."""

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw initial values in float64 from a random stream."""
        raise TypeError(f"{type(self).__name__} has no draw")


initializers: Registry[type[Initializer]] = Registry("initializer", "initializers")
InitializerSpec = Annotated[Initializer, Named(initializers)]


def _uniform(stream: np.random.Generator, shape: tuple[int, ...], variance: float) -> Values:
    limit = np.sqrt(3.0 * variance)
    return np.asarray((2.0 * stream.random(shape) - 1.0) * limit)


def _normal(stream: np.random.Generator, shape: tuple[int, ...], variance: float) -> Values:
    return np.asarray(stream.standard_normal(shape) * np.sqrt(variance))


class _WithGain(Initializer):
    """The gain that all rules of scaled spread have."""

    gain: float = Field(1.0, gt=0, le=1e6, description="A factor on the spread.")


@initializers.add("he_uniform")
class HeUniform(_WithGain):
    """Uniform with variance gain² · 2 / inputs, for ReLU and its kin.

    W ~ U(-a, a),  a = gain · sqrt(6 / inputs).  He et al. (2015), Delving deep into rectifiers.
    PyTorch: kaiming_uniform_ with nonlinearity="relu"; its gain √2 is in the formula here, and `gain` multiplies it.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _uniform(stream, shape, self.gain**2 * 2.0 / shape[-1])


@initializers.add("he_normal")
class HeNormal(_WithGain):
    """Normal with variance gain² · 2 / inputs, for ReLU and its kin.

    W ~ N(0, gain² · 2 / inputs).  He et al. (2015), Delving deep into rectifiers.
    PyTorch: kaiming_normal_ with nonlinearity="relu"; its gain √2 is in the formula here, and `gain` multiplies it.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _normal(stream, shape, self.gain**2 * 2.0 / shape[-1])


@initializers.add("glorot_uniform")
class GlorotUniform(_WithGain):
    """Uniform with variance gain² · 2 / (inputs + outputs), for tanh and sigmoid.

    W ~ U(-a, a),  a = gain · sqrt(6 / (inputs + outputs)).  Glorot and Bengio (2010),
    Understanding the difficulty of training deep feedforward neural networks.
    PyTorch: the same as xavier_uniform_.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _uniform(stream, shape, self.gain**2 * 2.0 / (shape[-1] + shape[0]))


@initializers.add("glorot_normal")
class GlorotNormal(_WithGain):
    """Normal with variance gain² · 2 / (inputs + outputs), for tanh and sigmoid.

    W ~ N(0, gain² · 2 / (inputs + outputs)).  Glorot and Bengio (2010).
    PyTorch: the same as xavier_normal_. Keras: GlorotNormal and HeNormal cut the tails off at 2 deviations.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _normal(stream, shape, self.gain**2 * 2.0 / (shape[-1] + shape[0]))


@initializers.add("lecun_uniform")
class LeCunUniform(_WithGain):
    """Uniform with variance gain² / inputs, for SELU and linear outputs.

    W ~ U(-a, a),  a = gain · sqrt(3 / inputs).  LeCun et al. (1998), Efficient BackProp.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _uniform(stream, shape, self.gain**2 / shape[-1])


@initializers.add("lecun_normal")
class LeCunNormal(_WithGain):
    """Normal with variance gain² / inputs, for SELU and linear outputs.

    W ~ N(0, gain² / inputs).  LeCun et al. (1998), Efficient BackProp.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return _normal(stream, shape, self.gain**2 / shape[-1])


@initializers.add("orthogonal")
class Orthogonal(_WithGain):
    """Orthonormal rows or columns, times gain: all directions keep their length.

    W = gain · Q of the QR decomposition of a normal matrix, signs fixed by the diagonal of R.
    PyTorch: the same as orthogonal_.
    Saxe, McClelland and Ganguli (2014), Exact solutions to the nonlinear dynamics of learning.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        rows, columns = shape[0], int(np.prod(shape[1:], dtype=int))
        q, r = np.linalg.qr(stream.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diagonal(r))
        return np.asarray(self.gain * (q if rows >= columns else q.T)).reshape(shape)


@initializers.add("uniform")
class Uniform(Initializer):
    """Uniform between low and high, independent of the size of the layer.

    W ~ U[low, high).  With low 0 and high 1 it is `np.random.rand`, as in many first tutorials.
    PyTorch: uniform_ is between 0 and 1 by default.
    """

    low: float = Field(-0.05, ge=-1e6, le=1e6, description="The lower end.")
    high: float = Field(0.05, ge=-1e6, le=1e6, description="The upper end.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            hint = f"write uniform: {{low: {self.high:g}, high: {self.low:g}}}"
            raise OptionError("low", f"{self.low:g} is above high, which is {self.high:g}", hint)
        return self

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return self.low + (self.high - self.low) * stream.random(shape)


@initializers.add("normal")
class Normal(Initializer):
    """Normal with a given mean and standard deviation, independent of the size of the layer.

    W ~ N(mean, deviation²).
    PyTorch: normal_ has deviation 1 by default.
    """

    deviation: float = Field(0.05, ge=0, le=1e6, description="The standard deviation.")
    mean: float = Field(0.0, ge=-1e6, le=1e6, description="The mean.")

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return self.mean + self.deviation * stream.standard_normal(shape)


@initializers.add("zeros")
class Zeros(Initializer):
    """All zeros: for biases, and for a last layer that should start without a preference.

    W = 0.  Hidden weights of zero stay equal: all units of the layer learn the same.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return np.zeros(shape)


@initializers.add("ones")
class Ones(Initializer):
    """All ones: for the gains of normalizing layers.

    W = 1.
    """

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Draw W."""
        return np.ones(shape)
