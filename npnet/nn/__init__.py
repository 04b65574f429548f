"""The engine: layers, losses, optimizers and schedules in NumPy, features first, a model axis in front."""

from npnet.nn import (
    activations,
    dropout,
    embedding,
    gated_activations,
    initializers,
    linear,
    losses,
    normalization,
    optimizers,
    periodic,
    regression_losses,
    residual,
    scale,
    schedules,
)

__all__ = [
    "activations",
    "dropout",
    "embedding",
    "gated_activations",
    "initializers",
    "linear",
    "losses",
    "normalization",
    "optimizers",
    "periodic",
    "regression_losses",
    "residual",
    "scale",
    "schedules",
]
