"""The engine: layers, losses, optimizers and schedules in NumPy, features first, a model axis in front."""

from npnet.nn import (
    activations,
    dropout,
    embedding,
    gates,
    initializers,
    linear,
    lookup,
    losses,
    normalization,
    optimizers,
    regression_losses,
    residual,
    scaling,
    schedules,
)

__all__ = [
    "activations",
    "dropout",
    "embedding",
    "gates",
    "initializers",
    "linear",
    "lookup",
    "losses",
    "normalization",
    "optimizers",
    "regression_losses",
    "residual",
    "scaling",
    "schedules",
]
