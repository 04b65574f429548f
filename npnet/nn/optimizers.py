"""Optimizers, simplest first: how the gradient g moves the parameters θ, one rule a class.

`slots` are arrays like theta, all zeros at the start, that a rule keeps from step to step. `scalars` are the
numbers of one step, made in float64 of the learning rate η and the step t = 1, 2, ...; `update` works
in place on one block of theta. weight_decay shrinks weights apart from the gradient, θ ← θ - η λ θ
(Loshchilov and Hutter, 2019), and spares biases and norms; the penalty `l2` is the other way to say it.
"""

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from npnet.nn.layer import Array, Memory
from npnet.registry import Registry
from npnet.spec import Named, Spec

Number = Any  # a float for one model, a float64 column (models, 1) for a stack


class Optimizer(Spec):
    """A rule that moves the parameters along their gradient."""

    usual_rate: ClassVar[float] = 0.01
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
        """The option that `{name: value}` sets: the momentum; a number alone might be meant as a learning rate."""
        return "momentum" if "momentum" in cls.model_fields else None

    def constants(self) -> dict[str, Number]:
        """Numbers made of the options, cast once to the network's dtype."""
        return {}

    def scalars(self, rate: Number, t: Number) -> tuple[Number, ...]:
        """The numbers of step t that `update` takes; of many steps at once from arrays of rates and steps."""
        return (rate,)

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta; m has the slots and constants by name, `work` and `look` to calculate in."""
        raise TypeError(f"{type(self).__name__} has no update")


optimizers: Registry[type[Optimizer]] = Registry("optimizer", "optimizers")
OptimizerSpec = Annotated[Optimizer, Named(optimizers)]


@optimizers.add("sgd")
class SGD(Optimizer):
    """Gradient descent: a step against the gradient of each batch.

    θ ← θ - η g.  Robbins and Monro (1951).  With `batch_size: all` it is full-batch gradient descent.
    """

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η g."""
        (rate,) = scalars
        np.multiply(grad, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


class _WithMomentum(Optimizer):
    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    momentum: float = Field(0.9, ge=0, lt=1, description="Share of the velocity that a step keeps.")

    def constants(self) -> dict[str, Number]:
        """The momentum."""
        return {"momentum": self.momentum}


@optimizers.add("momentum")
class Momentum(_WithMomentum):
    """Gradient descent with a velocity: zigzag averages out, long valleys are crossed faster.

    v ← μ v + g,  θ ← θ - η v.  Polyak (1964).
    PyTorch: the same as SGD with momentum and without dampening. Keras: v holds the learning rate, v ← μ v - η g,
    which differs where the learning rate changes.
    """

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η v."""
        (rate,) = scalars
        np.multiply(m.velocity, m.momentum, out=m.velocity)
        np.add(m.velocity, grad, out=m.velocity)
        np.multiply(m.velocity, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("nesterov")
class Nesterov(_WithMomentum):
    """Momentum that looks ahead: the step takes the velocity as it will be.

    v ← μ v + g,  θ ← θ - η (g + μ v).  Nesterov (1983), in the form of Sutskever et al. (2013).
    PyTorch: the same as SGD with nesterov=True.
    """

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η (g + μ v)."""
        (rate,) = scalars
        np.multiply(m.velocity, m.momentum, out=m.velocity)
        np.add(m.velocity, grad, out=m.velocity)
        np.multiply(m.velocity, m.momentum, out=m.work)
        np.add(m.work, grad, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("adagrad")
class AdaGrad(Optimizer):
    """A rate for each parameter that falls with all its gradients so far.

    s ← s + g²,  θ ← θ - η g / (√s + ε).  Duchi, Hazan and Singer (2011).
    PyTorch: the same. Keras: s starts at 0.1, here at 0.
    """

    slots: ClassVar[tuple[str, ...]] = ("squares",)

    epsilon: float = Field(1e-10, gt=0, le=1, description="Added to the root.")

    def constants(self) -> dict[str, Number]:
        """ε."""
        return {"epsilon": self.epsilon}

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η g / (√s + ε)."""
        (rate,) = scalars
        np.multiply(grad, grad, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, m.epsilon, out=m.work)
        np.divide(grad, m.work, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("rmsprop")
class RMSProp(Optimizer):
    """A rate for each parameter by the size of its recent gradients.

    s ← ρ s + (1 - ρ) g²,  θ ← θ - η g / (√s + ε).  Tieleman and Hinton (2012), lecture 6.5.
    PyTorch: ρ is called alpha, the usual learning rate is 0.01, here 0.001. Keras: ρ is 0.9 unless set.
    """

    usual_rate: ClassVar[float] = 0.001
    slots: ClassVar[tuple[str, ...]] = ("squares",)

    rho: float = Field(0.99, ge=0, lt=1, description="Share of the mean square that a step keeps.")
    epsilon: float = Field(1e-8, gt=0, le=1, description="Added to the root.")

    def constants(self) -> dict[str, Number]:
        """ρ, 1 - ρ and ε."""
        return {"rho": self.rho, "rest": 1.0 - self.rho, "epsilon": self.epsilon}

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η g / (√s + ε)."""
        (rate,) = scalars
        np.multiply(m.squares, m.rho, out=m.squares)
        np.multiply(grad, grad, out=m.work)
        np.multiply(m.work, m.rest, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, m.epsilon, out=m.work)
        np.divide(grad, m.work, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("adam")
class Adam(Optimizer):
    """Momentum, and a rate for each parameter by the size of its recent gradients.

    m ← β₁ m + (1 - β₁) g,  s ← β₂ s + (1 - β₂) g²,
    θ ← θ - η m̂ / (√ŝ + ε),  m̂ = m / (1 - β₁ᵗ),  ŝ = s / (1 - β₂ᵗ).  Kingma and Ba (2015).
    PyTorch: the same; ε is added to √ŝ, as there.
    The slots hold m / (1 - β₁) and s / (1 - β₂), which saves two passes over memory.
    """

    usual_rate: ClassVar[float] = 0.001
    slots: ClassVar[tuple[str, ...]] = ("mean", "squares")

    beta1: float = Field(0.9, ge=0, lt=1, description="Share of the mean gradient that a step keeps.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Share of the mean square that a step keeps.")
    epsilon: float = Field(1e-8, gt=0, le=1, description="Added to the root.")

    def constants(self) -> dict[str, Number]:
        """β₁ and β₂."""
        return {"beta1": self.beta1, "beta2": self.beta2}

    def scalars(self, rate: Number, t: Number) -> tuple[Number, ...]:
        """η and ε in the units of the slots."""
        root = ((1.0 - self.beta2**t) / (1.0 - self.beta2)) ** 0.5
        return rate * (1.0 - self.beta1) / (1.0 - self.beta1**t) * root, self.epsilon * root

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η m̂ / (√ŝ + ε)."""
        rate, epsilon = scalars
        np.multiply(m.mean, m.beta1, out=m.mean)
        np.add(m.mean, grad, out=m.mean)
        np.multiply(m.squares, m.beta2, out=m.squares)
        np.multiply(grad, grad, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, epsilon, out=m.work)
        np.divide(m.mean, m.work, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("adamw")
class AdamW(Adam):
    """Adam with weight decay of 0.01, apart from the gradient.

    θ ← θ - η λ θ, then Adam's step.  Loshchilov and Hutter (2019), Decoupled weight decay regularization.
    PyTorch: the same for weights; there biases and norms shrink too.
    """

    weight_decay: float = Field(
        0.01,
        ge=0,
        le=1e3,
        description="Share by which weights shrink in a step, times the learning rate; biases and norms do not.",
    )


@optimizers.add("nadam")
class NAdam(Adam):
    """Adam with Nesterov's look ahead.

    θ ← θ - η (β₁ m / (1 - β₁ᵗ⁺¹) + (1 - β₁) g / (1 - β₁ᵗ)) / (√ŝ + ε).  Dozat (2016).
    PyTorch: β₁ grows there with the steps, β₁ (1 - 0.5 · 0.96^(0.004 t)); here it is constant. The usual learning rate
    is 0.002 there, here 0.001.
    """

    def scalars(self, rate: Number, t: Number) -> tuple[Number, ...]:
        """η and ε in the units of the slots, and the factor of the mean beside the gradient."""
        rate, epsilon = super().scalars(rate, t)
        return rate, epsilon, self.beta1 * (1.0 - self.beta1**t) / (1.0 - self.beta1 ** (t + 1))

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by the mean gradient looked ahead, over √ŝ + ε."""
        rate, epsilon, ahead = scalars
        np.multiply(m.mean, m.beta1, out=m.mean)
        np.add(m.mean, grad, out=m.mean)
        np.multiply(m.squares, m.beta2, out=m.squares)
        np.multiply(grad, grad, out=m.work)
        np.add(m.squares, m.work, out=m.squares)
        np.sqrt(m.squares, out=m.work)
        np.add(m.work, epsilon, out=m.work)
        np.multiply(m.mean, ahead, out=m.look)
        np.add(m.look, grad, out=m.look)
        np.divide(m.look, m.work, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)


@optimizers.add("lion")
class Lion(Optimizer):
    """A step of the same size for every parameter, along the sign of a momentum.

    θ ← θ - η sign(β₁ m + (1 - β₁) g),  m ← β₂ m + (1 - β₂) g.  Chen et al. (2023).
    """

    usual_rate: ClassVar[float] = 1e-4
    slots: ClassVar[tuple[str, ...]] = ("mean",)

    beta1: float = Field(0.9, ge=0, lt=1, description="Share of the momentum in the direction.")
    beta2: float = Field(0.99, ge=0, lt=1, description="Share of the momentum that a step keeps.")

    def constants(self) -> dict[str, Number]:
        """β₁, β₂, and what is missing to 1."""
        return {"beta1": self.beta1, "beta2": self.beta2, "rest1": 1.0 - self.beta1, "rest2": 1.0 - self.beta2}

    def update(self, theta: Array, grad: Array, m: Memory, *scalars: Any) -> None:
        """Move theta by -η sign(β₁ m + (1 - β₁) g)."""
        (rate,) = scalars
        np.multiply(m.mean, m.beta1, out=m.work)
        np.multiply(grad, m.rest1, out=m.look)
        np.add(m.work, m.look, out=m.work)
        np.sign(m.work, out=m.work)
        np.multiply(m.work, rate, out=m.work)
        np.subtract(theta, m.work, out=theta)
        np.multiply(m.mean, m.beta2, out=m.mean)
        np.multiply(grad, m.rest2, out=m.look)
        np.add(m.mean, m.look, out=m.mean)
