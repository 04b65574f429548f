"""Random streams: derived from one seed and a purpose, never stored."""

from typing import Literal

import numpy as np

Purpose = Literal["data", "split", "init", "shuffle", "dropout", "members", "search", "trials"]
PURPOSES: tuple[Purpose, ...] = ("data", "split", "init", "shuffle", "dropout", "members", "search", "trials")


def member_seed(seed: int, member: int) -> int:
    """The seed of one of several models that share a run's seed; that of the first is the run's own."""
    if member == 0:
        return seed
    return _seed(seed, "members", member)


def trial_seed(seed: int, trial: int) -> int:
    """The seed of the initial values and the dropout of a sweep's trial, by its number."""
    return _seed(seed, "trials", trial)


def _seed(seed: int, purpose: Purpose, number: int) -> int:
    words = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose), number)).generate_state(1, np.uint64)
    return int(words[0] >> np.uint64(1))


def stream(seed: int, purpose: Purpose, *key: int) -> np.random.Generator:
    """The generator of one purpose: PCG64(SeedSequence(seed, spawn_key=(purpose, *key))).

    The same arguments give the same numbers in any process; other keys give independent ones.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose), *key))
    return np.random.Generator(np.random.PCG64(sequence))
