"""Tables of n-grams as models of characters: bits per character of held-out text, order by order.

An order mixes the relative frequencies after a context of n - 1 characters with the order below,

    p_n(c | context) = w f(c | context) + (1 - w) p_(n-1)(c | shorter context),  p_0 = 1 / vocabulary,

where w depends on how often the context occurs (Jelinek and Mercer, 1980). The weights of each order are chosen on the
validation set, by expectation-maximization. Run `python -m benchmarks.ngrams [CONFIG]`, by default on
`configs/characters.yaml`; bits are of its test set.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

CONFIG = "configs/characters.yaml"
ORDERS = 7
ROUNDS = 200


class Table:
    """How often each character follows each context of n - 1 characters in a text."""

    def __init__(self, train: Codes, size: int, order: int) -> None:
        self.size, self.order = size, order
        self.grams, self.counts = np.unique(numbered(train, size, order), return_counts=True)
        self.contexts, starts = np.unique(self.grams // size, return_index=True)
        self.totals = np.add.reduceat(self.counts, starts)

    def frequencies(self, text: Codes) -> tuple[Floats, Codes]:
        """Return the relative frequency of each character after its context, and how often the context occurs."""
        grams = numbered(text, self.size, self.order)
        totals = looked_up(self.contexts, self.totals, grams // self.size)
        return looked_up(self.grams, self.counts, grams) / np.maximum(totals, 1), totals


def numbered(text: Codes, size: int, order: int) -> Codes:
    """Return a number for each n-gram, by the place of its last character; before the text stand zeros."""
    padded = np.concatenate([np.zeros(order - 1, np.int64), text])
    found = np.zeros(len(text), np.int64)
    for place in range(order):
        found = found * size + padded[place : place + len(text)]
    return found


def looked_up(keys: Codes, values: Codes, wanted: Codes) -> Codes:
    """Return the value of each wanted key, 0 where there is none."""
    places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.asarray(np.where(keys[places] == wanted, values[places], 0))


def bits(train: Codes, validation: Codes, test: Codes, size: int) -> list[float]:
    """Return the bits per character of the test set, of each order from 1."""
    lower = {"validation": np.full(len(validation), 1 / size), "test": np.full(len(test), 1 / size)}
    found = []
    for order in range(1, ORDERS + 1):
        table = Table(train, size, order)
        chosen, totals = table.frequencies(validation)
        weights = fitted(chosen, lower["validation"], buckets(totals))
        for name, text in (("validation", validation), ("test", test)):
            each, totals = table.frequencies(text)
            w = weights[buckets(totals)]
            lower[name] = w * each + (1 - w) * lower[name]
        found.append(float(-np.log2(lower["test"]).mean()))
    return found


def buckets(totals: Codes) -> Codes:
    """Return the bucket of a context: 0 where it does not occur, else by the power of two of its count."""
    return np.asarray(np.ceil(np.log2(totals + 1.0)), np.int64)


def fitted(upper: Floats, lower: Floats, bucket: Codes) -> Floats:
    """Return the weight of the upper order in each bucket that makes a text most probable; 0 without its contexts."""
    weights = np.full(64, 0.5)
    rows = np.bincount(bucket, minlength=64)
    for _ in range(ROUNDS):
        w = weights[bucket]
        share = w * upper / (w * upper + (1 - w) * lower)
        weights = (np.bincount(bucket, share, minlength=64) + 0.5) / (rows + 1)  # half a row each way: never 0 or 1
    weights[0] = 0.0
    return np.asarray(weights)


def parts(config: str) -> tuple[dict[str, Codes], int]:
    """Return the codes of each part of a config's text, and the size of its vocabulary."""
    from npnet.config import load
    from npnet.data.datasets.text import Text
    from npnet.data.split import parts_of
    from npnet.data.text.reading import read_symbols
    from npnet.data.text.vocabulary import Vocabulary

    loaded = load(Path(config), [])
    experiment, source = loaded.experiment, loaded.experiment.dataset
    if not isinstance(source, Text):
        raise SystemExit(f"{config} has no data set text")
    windows = source.windows(read_symbols(source.path, loaded.base, source.level, source.encoding), config)
    rows = parts_of(windows.dataset(), experiment.split, experiment.seed)
    found = windows.fitted(rows["train"])
    codes = Vocabulary.named(source.level, found.classes).encode(windows.symbols)
    spans = {name: windows.starts[chosen[[0, -1]]] + (0, windows.length + 1) for name, chosen in rows.items()}
    return {name: codes[start:stop] for name, (start, stop) in spans.items()}, found.tokens


def main(arguments: list[str]) -> None:
    texts, size = parts(*(arguments or [CONFIG]))
    lengths = ", ".join(f"{name} {len(codes):,}" for name, codes in texts.items())
    print(f"characters: {lengths}; vocabulary {size}\n")
    print("| n | bits per character | loss |\n|---:|---:|---:|")
    for order, value in enumerate(bits(texts["train"], texts["validation"], texts["test"], size), 1):
        print(f"| {order} | {value:.3f} | {value * np.log(2):.3f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
