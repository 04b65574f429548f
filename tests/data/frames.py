"""Small tables to test with."""

import numpy as np

from npnet.data.columns import Column, Frame


def number(*values, name="x"):
    return Column(name, "number", np.array(values, float))


def category(*texts, name="c"):
    """Return a column of texts, None where missing; its levels in the order in which they occur."""
    levels = tuple(dict.fromkeys(text for text in texts if text is not None))
    codes = {None: -1, **{level: code for code, level in enumerate(levels)}}
    return Column(name, "category", np.array([codes[text] for text in texts], np.int32), levels)


def dates(*texts, name="when"):
    """Return a column of dates as numpy reads them, "NaT" where missing."""
    read = np.array(texts, "datetime64[s]")
    return Column(name, "datetime", np.where(np.isnat(read), np.nan, read.astype(np.int64).astype(float)))


def frame(*columns):
    return Frame({column.name: column for column in columns}, np.arange(1, len(columns[0]) + 1))


def mixed(rows=200, seed=0):
    """Numbers with gaps and outliers, categories of few and of many levels, and dates."""
    random = np.random.default_rng(seed)
    gap = random.random(rows) < 0.2
    return frame(
        number(*np.where(gap, np.nan, random.lognormal(3, 1, rows)), name="income"),
        number(*random.integers(18, 90, rows), name="age"),
        category(*random.choice(["no", "yes"], rows), name="records"),
        category(*random.choice(["rent", "own", "parents", None], rows), name="home"),
        category(*random.choice([f"town {i}" for i in range(50)], rows), name="town"),
        dates(*(np.datetime64("2020-01-01T00") + random.integers(0, 30000, rows)).astype(str), name="since"),
    )
