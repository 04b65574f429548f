"""Vocabularies: which symbols of a text have a code of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from npnet.data.text.reading import Level, Symbols, symbols
from npnet.errors import RunError

UNKNOWN = "unknown"
"""The name of code 0 of characters, which every other character gets."""
BYTES = 256


@dataclass(frozen=True)
class Vocabulary:
    """The symbols that have codes, in the order of their codes.

    Of characters, code 0 is for all unknown ones, and code 1 for the first of `known`. Of bytes, every value is its
    own code, and none is unknown.
    """

    level: Level
    known: tuple[int, ...]

    @classmethod
    def of(cls, found: Symbols, level: Level, size: int) -> "Vocabulary":
        """Return the vocabulary of a text, at most `size` codes: its most frequent characters, by code point."""
        if level == "bytes":
            return cls(level, tuple(range(BYTES)))
        points, counts = np.unique(found, return_counts=True)
        chosen = np.argsort(-counts, kind="stable")[: size - 1]
        return cls(level, tuple(np.sort(points[chosen]).tolist()))

    @classmethod
    def named(cls, level: Level, names: Sequence[str]) -> "Vocabulary":
        """Return the vocabulary of the names of its codes; raise RunError for names that are of none."""
        known = tuple(range(BYTES)) if level == "bytes" else tuple(ord(name) for name in names[1:] if len(name) == 1)
        found = cls(level, known)
        if found.names != tuple(names):
            raise RunError("the classes of the run are not the characters of a text")
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the codes: a character, a printable byte as a character, other bytes as 0x0a."""
        if self.level == "bytes":
            return tuple(chr(byte) if 32 <= byte < 127 else f"0x{byte:02x}" for byte in self.known)
        return (UNKNOWN, *map(chr, self.known))

    def __len__(self) -> int:
        return len(self.known) + (self.level == "characters")

    @cached_property
    def _points(self) -> Symbols:
        return np.array(self.known, np.int32)

    def encode(self, found: Symbols) -> NDArray[np.int64]:
        """Return the code of each symbol."""
        if self.level == "bytes":
            return found.astype(np.int64)
        if not self.known:
            return np.zeros(len(found), np.int64)
        places = np.searchsorted(self._points, found).clip(max=len(self.known) - 1)
        return np.where(self._points[places] == found, places + 1, 0)

    def decode(self, codes: NDArray[np.int64]) -> Symbols:
        """Return the symbol of each code; U+FFFD for unknown ones."""
        first = [] if self.level == "bytes" else [0xFFFD]
        return np.array([*first, *self.known], np.int32)[codes]

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the different characters of a text that have no code of their own, in their order."""
        found = symbols(text, self.level)
        if self.level == "bytes":
            return ()
        return tuple(dict.fromkeys(map(chr, found[self.encode(found) == 0].tolist())))
