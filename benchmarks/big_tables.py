"""Large tables, written quickly: the text of every number is looked up."""

from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

COLUMNS = 30
LEVELS = 1 << 16
BLOCK = 1 << 18  # rows made at a time
SEED = 7


def write_numbers(path: Path, rows: int) -> None:
    """Return a table of normal numbers x0 to x29 and their sum with noise, y; every cell takes 8 bytes."""
    random, texts, values = np.random.default_rng(SEED), _texts(b","), _values()
    ends = _texts(b"\n")
    with path.open("wb") as file:
        file.write(",".join([*(f"x{number}" for number in range(COLUMNS)), "y"]).encode() + b"\n")
        for start in range(0, rows, BLOCK):
            size = min(BLOCK, rows - start)
            codes = random.integers(0, LEVELS, (size, COLUMNS))
            cells = np.empty((size, COLUMNS + 1), texts.dtype)
            cells[:, :-1] = texts[codes]
            total = values[codes].sum(axis=1) / COLUMNS**0.5 + random.normal(0, 0.1, size)
            cells[:, -1] = ends[np.searchsorted(values, total).clip(0, LEVELS - 1)]
            file.write(cells.tobytes())


def write_text(path: Path, rows: int) -> None:
    """Return a table of 12 numbers, 8 texts of 2 to 40 words, gaps in half of them, and two classes, y."""
    import pandas as pd

    random = np.random.default_rng(SEED)
    numbers = random.normal(size=(rows, 12)).round(4)
    total = numbers[:, :4].sum(axis=1)
    columns = {f"x{number}": numbers[:, number] for number in range(12)}
    for number, words in enumerate((2, 2, 4, 6, 8, 12, 20, 40)):
        codes = random.integers(0, words, rows)
        total += random.normal(size=words)[codes]
        columns[f"c{number}"] = np.array([f"word {code}" for code in range(words)], object)[codes]
    for name in list(columns)[::2]:
        columns[name][random.random(rows) < 0.05] = np.nan
    chosen = total + random.logistic(size=rows) > 0
    pd.DataFrame({**columns, "y": np.where(chosen, "yes", "no")}).to_csv(path, index=False)


def _values() -> NDArray[np.float64]:
    normal = NormalDist()
    return np.array([normal.inv_cdf((level + 0.5) / LEVELS) for level in range(LEVELS)])


def _texts(end: bytes) -> NDArray[np.bytes_]:
    return np.array([f"{value:07.4f}".encode() + end for value in _values()])
