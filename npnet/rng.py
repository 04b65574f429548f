"""Random streams, derived from a seed and a purpose, never stored."""

from typing import Literal, get_args

import numpy as np

Purpose = Literal["data", "split", "init", "shuffle", "dropout", "members", "search", "trials", "augment", "sample"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def member_seed(seed: int, member: int) -> int:
    """Return the seed of one of a run's models; the first has the seed of the run."""
    if member == 0:
        return seed
    return _seed(seed, "members", member)


def trial_seed(seed: int, trial: int) -> int:
    """Return the seed of the initial values and dropout of a sweep's trial, by its number."""
    return _seed(seed, "trials", trial)


def _seed(seed: int, purpose: Purpose, number: int) -> int:
    words = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose), number)).generate_state(1, np.uint64)
    return int(words[0] >> np.uint64(1))


def stream(seed: int, purpose: Purpose, *key: int) -> np.random.Generator:
    """Return the generator of a purpose: PCG64(SeedSequence(seed, spawn_key=(purpose, *key))).

    The same arguments give the same numbers in any process; other keys give independent ones.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose), *key))
    return np.random.Generator(np.random.PCG64(sequence))
