"""How well a run predicts each character of other texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from npnet.config.overrides import hints_as_overrides
from npnet.data.datasets.text import Text
from npnet.data.text.reading import BY_BYTES, Symbols, read_symbols
from npnet.data.text.vocabulary import Vocabulary
from npnet.errors import DataError, UsageError
from npnet.experiment.resources import limited
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.predictions.prediction_files import PredictionOptions
from npnet.runner.results import Columns
from npnet.runner.text.network import Codes, Floats, TextNetwork
from npnet.text import listed, plural, quoted

TOGETHER = 1 << 22
"""Probabilities of a block of windows, at most about."""
NAMED = 5


@dataclass(frozen=True, eq=False)
class MeasuredText:
    """A text, by the path that a command names, and its codes."""

    path: str
    symbols: Symbols
    codes: Codes


class TextFiles:
    """Texts whose characters a run predicts, each from those before it.

    Windows overlap by half, so that a character has at least half a window before it, or all of the text.
    """

    def __init__(self, run: RunPredictor, source: Text, paths: Sequence[str], wanted: PredictionOptions) -> None:
        if wanted.ids or wanted.keep_all:
            raise UsageError("a text has no columns to copy", f"leave out {'--id' if wanted.ids else '--keep'}")
        network = TextNetwork(run, source)
        self._network, self._proba, self.notes = network, wanted.proba, list[str]()
        self._texts = [self._text(path, read_other(source, path, wanted.layout), wanted.strict) for path in paths]
        self.rows = sum(len(one.codes) - 1 for one in self._texts)
        self.bits = 0.0
        self.warnings = unknown_characters(network.vocabulary, [one.symbols for one in self._texts])

    def _text(self, path: str, found: Symbols, strict: bool) -> MeasuredText:
        """Return a text; raise DataError where it has no character to predict, or unknown ones and is read strictly."""
        if len(found) < 2:
            raise DataError(f"{path} has one character, and a prediction is of the one after it", "name a longer text")
        codes = self._network.vocabulary.encode(found)
        if strict and self._network.source.level == "characters" and not codes.all():
            at = int(np.argmin(codes))
            what = f"{path}: character {at + 1}, {quoted(chr(found[at]))}, was not in the training set"
            raise DataError(what, "leave out --strict: it then counts as unknown")
        return MeasuredText(path, found, codes)

    @property
    def summary(self) -> str:
        """The mean of the bits of all characters that were predicted so far."""
        return f"{self.bits / self.rows:.3f} bits per character (loss {self.bits / self.rows * np.log(2):.4f})"

    def predictions(self) -> Iterator[Columns]:
        """Yield the columns file (of several texts), row, character, prediction, probability and bits, block by block.

        A row is the number of a character in its text, from 1; the first one is not predicted. `bits` is -log2 of its
        probability, and their sum is added to `self.bits`.
        """
        names = np.array(self._network.vocabulary.names, object)
        for text in self._texts:
            for first, p in self._limited(text.codes):
                rows = np.arange(first, first + p.shape[1])
                codes = text.codes[rows]
                own = p[codes, np.arange(len(rows))]
                with np.errstate(divide="ignore"):
                    bits = -np.log2(own)
                self.bits += float(bits.sum())
                file = {"file": np.full(len(rows), text.path)} if len(self._texts) > 1 else {}
                columns = {"row": rows + 1, "character": self._shown(text, rows), "prediction": names[p.argmax(axis=0)]}
                chances = {f"probability_{name}": one for name, one in zip(names, p, strict=True)}
                yield {**file, **columns, "probability": own, "bits": bits, **(chances if self._proba else {})}

    def _shown(self, text: MeasuredText, rows: Codes) -> np.ndarray:
        if self._network.source.level == "bytes":
            return np.array(self._network.vocabulary.names, object)[text.codes[rows]]
        return np.array([*map(chr, text.symbols[rows].tolist())], object)

    def _limited(self, codes: Codes) -> Iterator[tuple[int, Floats]]:
        """Yield what `_blocks` does, with the number of BLAS threads of the run."""
        with limited(self._network.threads):
            yield from self._blocks(codes)

    def _blocks(self, codes: Codes) -> Iterator[tuple[int, Floats]]:
        """Yield the position of a character, and the probabilities of all symbols there and after it."""
        network, length = self._network, self._network.length
        half = length // 2
        yield 1, network.probabilities(codes[np.newaxis, :-1][:, :length], slice(0, min(length, len(codes) - 1)))[:, 0]
        together = max(TOGETHER // (half * len(network.vocabulary)), 1)
        ends = np.arange(length + half, len(codes) - 1 + half, half)  # behind the last input of each window
        for start in range(0, len(ends), together):
            places = ends[start : start + together, np.newaxis] + np.arange(-length, 0)
            windows = codes[np.minimum(places, len(codes) - 1)]
            p = network.probabilities(windows, slice(length - half, length))
            first = int(places[0, length - half]) + 1
            yield first, p.reshape(len(p), -1)[:, : len(codes) - first]


def read_other(source: Text, path: str, layout: Mapping[str, Any]) -> Symbols:
    """Read another text as that of the training was read, or by an encoding of its own.

    Raise UsageError for an option of tables.
    """
    if others := [name for name in layout if name != "encoding"]:
        what = f"{others[0]}= says how a table is written, and this run reads texts"
        raise UsageError(what, f"leave {others[0]}= out")
    with hints_as_overrides():
        try:
            return read_symbols(path, Path.cwd(), source.level, layout.get("encoding", source.encoding))
        except DataError as error:  # the level is the run's
            hints = [hint for hint in (error.hint or "").split("; ") if hint != BY_BYTES]
            raise DataError(error.message, "; ".join(hints) or "name a file of text") from None


def scored_text(predictor: RunPredictor, path: str, layout: Mapping[str, Any]) -> tuple[Codes, Floats, list[str]]:
    """Return the targets and outputs of the windows of another text, cut as in training, and warnings.

    The targets are (n,), the outputs (symbols, n). Raise DataError for a text that is shorter than a window.
    """
    source = predictor.source
    if not isinstance(source, Text):
        raise TypeError("the run has no text")
    found = read_other(source, path, layout)
    vocabulary = Vocabulary.named(source.level, predictor.data.classes)
    rows = source.model_copy(update={"stride": None}).windows(found, path).coded(vocabulary)
    return rows.y.reshape(-1), predictor.outputs(rows.frame), unknown_characters(vocabulary, [found])


def unknown_characters(vocabulary: Vocabulary, texts: Sequence[Symbols]) -> list[str]:
    """Return a line on the characters of texts that training never saw, if there are any."""
    if vocabulary.level == "bytes":
        return []
    unknown = np.concatenate([one[vocabulary.encode(one) == 0] for one in texts])
    named = listed((quoted(chr(point)) for point in np.unique(unknown).tolist()), NAMED)
    return [f"{plural(len(unknown), 'character')} that training never saw: {named}"] if len(unknown) else []
