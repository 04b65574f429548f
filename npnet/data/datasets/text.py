"""The data set `text`: windows of a text, with the next character as the target at each position."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field
from typing_extensions import override

from npnet.data.columns import Column, Frame, Rows
from npnet.data.columns.at_positions import columns_at
from npnet.data.columns.schema import Encoding
from npnet.data.datasets import Dataset, Source, datasets
from npnet.data.text.reading import SHIPPED, Level, Symbols, read_symbols
from npnet.data.text.vocabulary import Vocabulary
from npnet.errors import DataError
from npnet.text import plural

INPUT, TARGET = "character", "next"
FEWEST = 5
"""Windows of a text: some to train on, and one each to choose the best epoch and to test."""


@datasets.add("text")
class Text(Source):
    """Windows of a text; the target at each position is the character that comes next.

    The text is split in its order: the first part is the training set, the next the validation set, and the last the
    test set; no window is in two of them. Characters that do not occur in the training set are one, unknown, and so are
    the rarest beyond the size of the vocabulary. Without a path, the text is Jane Austen's Persuasion (1818).
    """

    path_options: ClassVar[tuple[str, ...]] = ("path",)
    reads_new_rows: ClassVar[bool] = True

    path: str | None = Field(
        None, min_length=1, description="The file, relative to the config; - is standard input. Default: a novel."
    )
    level: Level = Field("characters", description="Whether the text is read as characters or as bytes.")
    length: int = Field(64, ge=2, le=10**5, description="Characters in a window.")
    stride: int | None = Field(None, ge=1, le=10**6, description="Characters from window to window; default: length.")
    vocabulary: int = Field(1000, ge=3, le=10**5, description="Most characters that have a code, the unknown included.")
    encoding: Encoding | None = Field(None, description="The encoding of the characters, where it is not UTF-8.")

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        found, name = read_symbols(self.path, base, self.level, self.encoding), self.path or SHIPPED
        if (found == found[0]).all():
            raise DataError(f"{name} is one character, over and over", "there is nothing to learn")
        if (count := len(range(0, len(found) - self.length, self.stride or self.length))) < FEWEST:
            what = f"{name} has {plural(len(found), self.level[:-1])}, {plural(count, 'window')} of {self.length}"
            longer = "name a longer text"
            hint = f"write length: {len(found) // 20}, or {longer}" if len(found) >= 40 else longer
            raise DataError(f"{what}: too few to train on and to hold out", hint)
        return self.windows(found, name).dataset()

    def windows(self, found: Symbols, name: str) -> "TextWindows":
        """Return the windows of a text; raise DataError where it is too short for one."""
        if len(found) <= self.length:
            what = f"{name} has {plural(len(found), self.level[:-1])}; a window of {self.length} and the next one need"
            raise DataError(f"{what} {self.length + 1}", "name a longer text")
        return TextWindows(found, self.level, self.length, self.stride or self.length, self.vocabulary)


@dataclass(frozen=True, eq=False)
class TextWindows:
    """A text and how it is cut: a window of `length` symbols every `stride`, and `size`, the most codes."""

    symbols: Symbols
    level: Level
    length: int
    stride: int
    size: int

    @property
    def starts(self) -> Rows:
        """Where each window begins."""
        return np.arange(0, len(self.symbols) - self.length, self.stride)

    def dataset(self) -> Dataset:
        """Return all windows, with a code for each character that occurs."""
        return self.coded(Vocabulary.of(self.symbols, self.level, len(np.unique(self.symbols)) + 1))

    def fitted(self, train: Rows) -> Dataset:
        """Return all windows, with codes for the characters of the training set."""
        inside = np.zeros(len(self.symbols) + 1, np.int64)
        np.add.at(inside, self.starts[train], 1)
        np.add.at(inside, self.starts[train] + self.length + 1, -1)
        known = self.symbols[np.cumsum(inside)[:-1] > 0]
        return self.coded(Vocabulary.of(known, self.level, self.size))

    def pairs(self) -> Dataset:
        """Return a table with a row for each character and the one after it, as which a text is looked at."""
        vocabulary = Vocabulary.of(self.symbols, self.level, len(np.unique(self.symbols)) + 1)
        codes = vocabulary.encode(self.symbols)
        column = Column(INPUT, "category", codes[:-1].astype(np.int32), vocabulary.names)
        rows = np.arange(1, len(codes))
        frame = Frame({INPUT: column}, rows)
        return Dataset(frame, codes[1:], "multiclass", (TARGET,), vocabulary.names, times=rows.astype(np.float64))

    def coded(self, vocabulary: Vocabulary) -> Dataset:
        """Return all windows as codes of a vocabulary; rows have the number of their first character, from 1."""
        codes, starts = vocabulary.encode(self.symbols), self.starts
        inputs = sliding_window_view(codes.astype(np.float64), self.length)[:: self.stride][: len(starts)]
        targets = sliding_window_view(codes[1:], self.length)[:: self.stride][: len(starts)]
        names = columns_at([INPUT], (self.length,))
        columns = {name: Column(name, "number", values) for name, values in zip(names, inputs.T, strict=True)}
        return Dataset(
            Frame(columns, starts + 1),
            targets,
            "multiclass",
            (TARGET,),
            vocabulary.names,
            times=(starts + self.length).astype(np.float64),
            begins=starts.astype(np.float64),
            text=self,
            positions=(self.length,),
            steps=True,
            tokens=len(vocabulary),
        )
