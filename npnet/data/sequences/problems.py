"""The problems: each draws sequences of given lengths, missing steps as NaN after their ends, and their targets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Problem = Literal["sine", "adding", "parity", "copy", "recall"]
Array = NDArray[np.float64]
Lengths = NDArray[np.int64]

SYMBOLS = 8
"""Symbols of the copy problem, beside the blank and the mark."""
VALUES = 10
"""Values of the recall problem: digits."""
PERIODS = (0.02, 0.1)
"""Frequencies of sines, in periods for each step."""


@dataclass(frozen=True, eq=False)
class DrawnSequences:
    """Sequences X (samples, steps, features), and their targets: one for each, or for each step.

    `codes` are values that are codes from 0, so many; targets of classes are codes of `classes`, -1 where a step is
    missing.
    """

    X: Array
    y: NDArray[Any]
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()
    codes: int = 0


@dataclass(frozen=True)
class Wanted:
    """What is drawn: the longest length, that of each sequence, items to remember, noise, a target for each step."""

    length: int
    lengths: Lengths
    items: int
    noise: float
    steps: bool

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which steps are after the end of their sequence, (samples, steps)."""
        return np.asarray(np.arange(self.length) >= self.lengths[:, np.newaxis])

    @property
    def samples(self) -> int:
        """The number of sequences."""
        return len(self.lengths)


def sine(wanted: Wanted, random: Generator) -> DrawnSequences:
    """Draw waves sin(2 pi (f t + p)) + noise N(0, 1); the target is the next value."""
    low, high = PERIODS
    frequency = low + (high - low) * random.random((wanted.samples, 1))
    phase = random.random((wanted.samples, 1))
    waves = np.sin(2 * np.pi * (frequency * np.arange(wanted.length + 1) + phase))
    waves += wanted.noise * random.standard_normal(waves.shape)
    following = np.take_along_axis(waves, wanted.lengths[:, np.newaxis], axis=1)
    y = np.where(wanted.missing, np.nan, waves[:, 1:]) if wanted.steps else following
    return DrawnSequences(_ended(waves[:, :-1, np.newaxis], wanted), y, ("value",), "next")


def adding(wanted: Wanted, random: Generator) -> DrawnSequences:
    """Draw values from 0 to 1; one in each half is marked by 1, and the target is the sum of both.

    Always predicting 1 has a mean squared error of 1/6.
    """
    values, half = random.random((wanted.samples, wanted.length)), wanted.lengths // 2
    first = (random.random(wanted.samples) * half).astype(np.int64)
    second = half + (random.random(wanted.samples) * (wanted.lengths - half)).astype(np.int64)
    marked, markers = np.stack([first, second], axis=1), np.zeros_like(values)
    np.put_along_axis(markers, marked, 1.0, axis=1)
    y = np.take_along_axis(values, marked, axis=1).sum(axis=1, keepdims=True)
    return DrawnSequences(_ended(np.stack([values, markers], axis=-1), wanted), y, ("value", "marker"), "sum")


def parity(wanted: Wanted, random: Generator) -> DrawnSequences:
    """Draw bits; the class is whether the number of ones is odd, of the whole sequence or up to each step."""
    bits = _whole(random, 2, (wanted.samples, wanted.length))
    odd = bits.cumsum(axis=1) % 2
    y = np.where(wanted.missing, -1, odd) if wanted.steps else odd[np.arange(len(odd)), wanted.lengths - 1]
    return DrawnSequences(_ended(bits[..., np.newaxis], wanted), y, ("bit",), "odd", ("0", "1"))


def copy(wanted: Wanted, random: Generator) -> DrawnSequences:
    """Draw symbols 1 to 8, blanks 0, a mark 9, and as many blanks as symbols, in whose place the symbols are repeated.

    The target of every step before is a blank.
    """
    items, symbols = wanted.items, 1 + _whole(random, SYMBOLS, (wanted.samples, wanted.items))
    X = np.zeros((wanted.samples, wanted.length), np.int64)
    X[:, :items] = symbols
    ends = (wanted.lengths - items)[:, np.newaxis]
    np.put_along_axis(X, ends - 1, SYMBOLS + 1, axis=1)
    y = np.where(wanted.missing, -1, 0)
    np.put_along_axis(y, ends + np.arange(items), symbols, axis=1)
    classes = tuple(map(str, range(SYMBOLS + 1)))
    return DrawnSequences(_ended(X[..., np.newaxis], wanted), y, ("symbol",), "copy", classes, SYMBOLS + 2)


def recall(wanted: Wanted, random: Generator) -> DrawnSequences:
    """Draw pairs of a key, none twice, and a digit, then one of the keys; the target is its digit.

    Codes 0 to 9 are digits, those behind them keys, twice as many as pairs.
    """
    samples, items = wanted.samples, wanted.items
    keys = np.argsort(random.random((samples, 2 * items)), axis=1, kind="stable")[:, :items]
    digits = _whole(random, VALUES, (samples, items))
    pairs = wanted.lengths // 2
    asked = (random.random(samples) * pairs).astype(np.int64)[:, np.newaxis]
    X = np.zeros((samples, wanted.length), np.int64)
    X[:, :-1:2], X[:, 1::2] = VALUES + keys, digits
    query = VALUES + np.take_along_axis(keys, asked, axis=1)
    np.put_along_axis(X, 2 * pairs[:, np.newaxis], query, axis=1)
    y = np.take_along_axis(digits, asked, axis=1)[:, 0]
    codes = VALUES + 2 * items
    return DrawnSequences(
        _ended(X[..., np.newaxis], wanted), y, ("token",), "digit", tuple(map(str, range(VALUES))), codes
    )


PROBLEMS: dict[Problem, Callable[[Wanted, Generator], DrawnSequences]] = {
    "sine": sine,
    "adding": adding,
    "parity": parity,
    "copy": copy,
    "recall": recall,
}


def _whole(random: Generator, count: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Draw whole numbers from 0 to count - 1."""
    return (random.random(shape) * count).astype(np.int64)


def _ended(X: NDArray[Any], wanted: Wanted) -> Array:
    """Return sequences with NaN after their ends."""
    return np.where(wanted.missing[..., np.newaxis], np.nan, X)
