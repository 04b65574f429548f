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
    """A row of the table: the module that trains so, what it is called, and the most that the sweep may take of it."""

    module: str
    name: str
    limit: float | None = None


SWEEP = Way("npnet_sweep", "npnet sweep")
STACK = Way("npnet_stack", "npnet, the stack alone")
WAYS = (
    SWEEP,
    STACK,
    Way("npnet_singly", "npnet, one after another", 1 / 4),
    Way("sklearn_fits", "scikit-learn", 1 / 25),
    Way("torch_eager", "PyTorch", 1 / 25),
    Way("jax_vmap", "JAX, vmap", 1.1),
)
