"""Optimizers, simplest first: rules that update parameters θ by their gradient g.

`slots` are arrays like theta, all zeros at the start, which a rule carries from step to step. `scalars` are the
numbers of one step, computed in float64 from the learning rate η and the step t = 1, 2, ...; `update` works
in place on one block of theta. weight_decay shrinks weights apart from the gradient, θ ← θ - η λ θ
(Loshchilov and Hutter, 2019), but not biases and norms; the penalty `l2` is added to the gradient instead.
"""

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from npnet.nn.layer import Array, Memory
from npnet.registry import Registry
from npnet.spec import Named, Spec

Number = Any  # a float for one model, a float64 column (models, 1) for a stack


class Optimizer(Spec):
    """An update rule; `usual_rate` is the learning rate unless a config sets one.

    A rule that `searches` has no `update`: its steps evaluate the loss of all rows, see `npnet.nn.quasi_newton`.
    """

    usual_rate: ClassVar[float] = 0.01
    searches: ClassVar[bool] = False
    slots: ClassVar[tuple[str, ...]] = ()

    weight_decay: float = Field(
        0.0,
        ge=0,
        le=1e3,
        description=(
            "Share by which weights shrink in a step, times the learning rate. Decoupled from the gradient in every "
            "optimizer; PyTorch's SGD and Adam add it to the gradient instead, which is the key `l2` here. Biases and "
            "norms do not shrink; in PyTorch they do."
        ),
    )

    @classmethod
    def main_option(cls) -> str | None:
        """Return the option that `{name: value}` sets: the momentum or none, never a rate."""
        return "momentum" if "momentum" in cls.model_fields else None

    def constants(self) -> dict[str, Number]:
        """Return numbers computed from the options in float64; `m` has the decimal options anyway."""
        return {}

    def scalars(self, rate: Number, t: Number) -> dict[str, Number]:
        """Return the numbers of step t by their names in `m`; rate and t may be arrays."""
        return {"rate": rate}

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta; m has options, constants, scalars, slots, and scratch `work` and `look`."""
        raise TypeError(f"{type(self).__name__} has no update")


optimizers: Registry[type[Optimizer]] = Registry("optimizer", "optimizers")
OptimizerSpec = Annotated[Optimizer, Named(optimizers)]


@optimizers.add("sgd")
class SGD(Optimizer):
    """Gradient descent: a step against the gradient of each batch.

    θ ← θ - η g.  Robbins and Monro (1951).  With `batch_size: all` it is full-batch gradient descent.
    """

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η g."""
        np.multiply(grad, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("momentum")
class Momentum(Optimizer):
    """Gradient descent with a velocity: zigzag averages out, long valleys are crossed faster.

    v ← μ v + g,  θ ← θ - η v.  Polyak (1964).
    PyTorch: the same as SGD with momentum and without dampening. Keras: v holds the learning rate, v ← μ v - η g,
    which differs where the learning rate changes.
    """

    slots = ("velocity",)

    momentum: float = Field(0.9, ge=0, lt=1, description="Share of the velocity kept in each step.")

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η v."""
        np.multiply(m.velocity, m.momentum, out=m.velocity)
        np.add(m.velocity, grad, out=m.velocity)
        np.multiply(m.velocity, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("nesterov")
class Nesterov(Momentum):
    """Momentum that looks ahead: the step uses the next velocity.

    v ← μ v + g,  θ ← θ - η (g + μ v).  Nesterov (1983), in the form of Sutskever et al. (2013).
    PyTorch: the same as SGD with nesterov=True.
    """

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η (g + μ v)."""
        np.multiply(m.velocity, m.momentum, out=m.velocity)
        np.add(m.velocity, grad, out=m.velocity)
        np.multiply(m.velocity, m.momentum, out=m.work)
        np.add(m.work, grad, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("adagrad")
class AdaGrad(Optimizer):
    """A learning rate for each parameter that falls with the sum of its squared gradients.

    s ← s + g²,  θ ← θ - η g / (√s + ε).  Duchi, Hazan and Singer (2011).
    PyTorch: the same. Keras: s starts at 0.1, here at 0.
    """

    slots = ("squares",)

    epsilon: float = Field(1e-10, gt=0, le=1, description="Added to the root.")

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η g / (√s + ε)."""
        np.multiply(grad, grad, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, m.epsilon, out=m.work)
        np.divide(grad, m.work, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("rmsprop")
class RMSProp(Optimizer):
    """A learning rate for each parameter by the size of its recent gradients.

    s ← ρ s + (1 - ρ) g²,  θ ← θ - η g / (√s + ε).  Tieleman and Hinton (2012), lecture 6.5.
    PyTorch: ρ is called alpha, the usual learning rate is 0.01, here 0.001. Keras: ρ is 0.9 unless set.
    """

    usual_rate = 0.001
    slots = ("squares",)

    rho: float = Field(0.99, ge=0, lt=1, description="Share of the mean square kept in each step.")
    epsilon: float = Field(1e-8, gt=0, le=1, description="Added to the root.")

    def constants(self) -> dict[str, Number]:
        """Return 1 - ρ."""
        return {"rest": 1.0 - self.rho}

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η g / (√s + ε)."""
        np.multiply(m.squares, m.rho, out=m.squares)
        np.multiply(grad, grad, out=m.work)
        np.multiply(m.work, m.rest, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, m.epsilon, out=m.work)
        np.divide(grad, m.work, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("adam")
class Adam(Optimizer):
    """Momentum with a learning rate for each parameter by the size of its recent gradients.

    m ← β₁ m + (1 - β₁) g,  s ← β₂ s + (1 - β₂) g²,
    θ ← θ - η m̂ / (√ŝ + ε),  m̂ = m / (1 - β₁ᵗ),  ŝ = s / (1 - β₂ᵗ).  Kingma and Ba (2015).
    PyTorch: the same; ε is added to √ŝ, as there.
    The slots hold m / (1 - β₁) and s / (1 - β₂), which saves two passes over memory.
    """

    usual_rate = 0.001
    slots = ("mean", "squares")

    beta1: float = Field(0.9, ge=0, lt=1, description="Share of the mean gradient kept in each step.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Share of the mean square kept in each step.")
    epsilon: float = Field(1e-8, gt=0, le=1, description="Added to the root.")

    def scalars(self, rate: Number, t: Number) -> dict[str, Number]:
        """Return η and ε in the units of the slots."""
        root = ((1.0 - self.beta2**t) / (1.0 - self.beta2)) ** 0.5
        return {"rate": rate * (1.0 - self.beta1) / (1.0 - self.beta1**t) * root, "epsilon": self.epsilon * root}

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η m̂ / (√ŝ + ε)."""
        self._average(grad, m)
        np.divide(m.mean, m.work, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)

    def _average(self, grad: Array, m: Memory) -> None:
        """Update the averages in the slots, and write √ŝ + ε into m.work."""
        np.multiply(m.mean, m.beta1, out=m.mean)
        np.add(m.mean, grad, out=m.mean)
        np.multiply(m.squares, m.beta2, out=m.squares)
        np.multiply(grad, grad, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, m.epsilon, out=m.work)


@optimizers.add("adamw")
class AdamW(Adam):
    """Adam with weight decay of 0.01, apart from the gradient.

    θ ← θ - η λ θ, then Adam's step.  Loshchilov and Hutter (2019), Decoupled weight decay regularization.
    PyTorch: the same for weights; there biases and norms shrink too.
    """

    weight_decay: float = Field(
        0.01, ge=0, le=1e3, description="Share by which weights shrink in a step, times the learning rate."
    )


@optimizers.add("nadam")
class NAdam(Adam):
    """Adam with Nesterov's look ahead.

    θ ← θ - η (β₁ m / (1 - β₁ᵗ⁺¹) + (1 - β₁) g / (1 - β₁ᵗ)) / (√ŝ + ε).  Dozat (2016).
    PyTorch: β₁ grows there with the steps, β₁ (1 - 0.5 · 0.96^(0.004 t)); here it is constant. The usual learning rate
    is 0.002 there, 0.001 here.
    """

    def scalars(self, rate: Number, t: Number) -> dict[str, Number]:
        """Return η and ε in the units of the slots, and the factor of the mean beside the gradient."""
        ahead = self.beta1 * (1.0 - self.beta1**t) / (1.0 - self.beta1 ** (t + 1))
        return {**super().scalars(rate, t), "ahead": ahead}

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by the next mean gradient over √ŝ + ε."""
        self._average(grad, m)
        np.multiply(m.mean, m.ahead, out=m.look)
        np.add(m.look, grad, out=m.look)
        np.divide(m.look, m.work, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("lion")
class Lion(Optimizer):
    """A step of equal size for every parameter, in the direction of the sign of the momentum.

    θ ← θ - η sign(β₁ m + (1 - β₁) g),  m ← β₂ m + (1 - β₂) g.  Chen et al. (2023).
    """

    usual_rate = 1e-4
    slots = ("mean",)

    beta1: float = Field(0.9, ge=0, lt=1, description="Share of the momentum in the direction.")
    beta2: float = Field(0.99, ge=0, lt=1, description="Share of the momentum kept in each step.")

    def constants(self) -> dict[str, Number]:
        """Return 1 - β₁ and 1 - β₂."""
        return {"rest1": 1.0 - self.beta1, "rest2": 1.0 - self.beta2}

    def update(self, theta: Array, grad: Array, m: Memory) -> None:
        """Move theta by -η sign(β₁ m + (1 - β₁) g)."""
        np.multiply(m.mean, m.beta1, out=m.work)
        np.multiply(grad, m.rest1, out=m.look)
        np.add(m.work, m.look, out=m.work)
        np.sign(m.work, out=m.work)
        np.multiply(m.work, m.rate, out=m.work)
        np.subtract(theta, m.work, out=theta)
        np.multiply(m.mean, m.beta2, out=m.mean)
        np.multiply(grad, m.rest2, out=m.look)
        np.add(m.mean, m.look, out=m.mean)
