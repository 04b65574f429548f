"""The same 64 small trainings by npnet's sweep and by other means: `python -m benchmarks.sweeps`."""

from dataclasses import dataclass

RATES, SEEDS, EPOCHS, BATCH = tuple(10 ** (-3 + 2 * k / 15) for k in range(16)), 4, 20, 32
TRIALS = len(RATES) * SEEDS
SIZES = (2, 16, 16, 1)
CONFIG = f"""\
dataset: {{circles: {{samples: 5000, noise: 0.04}}}}
layers: [linear: 16, relu, linear: 16, relu, linear]
batch_size: {BATCH}
epochs: {EPOCHS}
sweep: {{parameters: {{learning_rate: {list(RATES)}}}, seeds: {SEEDS}}}
"""


@dataclass(frozen=True)
class Way:
    """A row of the table: its module, its name, the package it needs, the most that the sweep may take of it."""

    module: str
    name: str
    package: str = "npnet"
    limit: float | None = None


SWEEP = Way("npnet_sweep", "npnet sweep")
STACK = Way("npnet_stack", "npnet, the stack alone")
WAYS = (
    SWEEP,
    STACK,
    Way("npnet_singly", "npnet, one after another", limit=1 / 4),
    Way("sklearn_fits", "scikit-learn", "sklearn", 1 / 25),
    Way("torch_eager", "PyTorch", "torch", 1 / 25),
    Way("jax_vmap", "JAX, vmap", "optax", 1.1),
)
