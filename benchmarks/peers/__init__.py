"""One module a library; `python -m benchmarks.peers.NAME WORK` times one work in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A column of the table: the module that times it and what may be said of it."""

    module: str
    heading: str
    package: str  # of pip, for the version
    stacks: bool = False  # trains many models at once
    rival: bool = True  # counts for "the fastest peer"


NPNET = Entry("npnet_worker", "npnet", "npnet", stacks=True, rival=False)
FLOOR = Entry("floor", "floor", "numpy", stacks=True, rival=False)
SCAN = Entry("jax_scan", "JAX, scan", "jax", stacks=True, rival=False)

# In the order in which they are timed. The scan is a rival of its own: one call an epoch, not one a step.
ENTRIES = (
    NPNET,
    FLOOR,
    Entry("sklearn_mlp", "scikit-learn", "scikit-learn"),
    Entry("torch_eager", "PyTorch", "torch"),
    Entry("torch_compiled", "compiled", "torch"),
    Entry("jax_step", "JAX", "jax", stacks=True),
    SCAN,
    Entry("keras_jax", "Keras", "keras"),
)
