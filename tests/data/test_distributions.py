"""Distributions of columns: bins, the target in them, drift between sets, and over time."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from npnet.data.checks.distributions import OTHERS, distribution
from npnet.data.columns import Column, Frame
from npnet.data.datasets import Dataset

RANDOM = np.random.default_rng(0)
ROWS = {"train": np.arange(300), "test": np.arange(300, 400)}


def dataset(column: Column, y: np.ndarray, times: np.ndarray | None = None) -> Dataset:
    frame = Frame({column.name: column}, np.arange(1, len(y) + 1))
    classes = ("no", "yes") if y.ndim == 1 else ()
    return Dataset(frame, y, "binary" if y.ndim == 1 else "regression", ("y",), classes, times=times)


def numbers() -> Column:
    values = RANDOM.normal(size=400)
    values[300:] += 0.5
    values[::50] = np.nan
    return Column("a", "number", values)


def test_numbers_are_counted_in_bins_of_the_training_set() -> None:
    column = numbers()
    found = distribution(column, dataset(column, (np.nan_to_num(column.values) > 0).astype(np.int64)), ROWS)
    assert len(found.edges) == 15
    assert {name: int(counts.sum()) for name, counts in found.counts.items()} == {"train": 294, "test": 98}
    assert found.missing == {"train": 6, "test": 2}
    assert found.target.sum() == 294
    assert 0.8 < found.association < 1


@pytest.mark.parametrize("kind", ["number", "category"])
def test_drift_is_that_of_scipy(kind: str) -> None:
    levels = tuple(map(str, range(6)))
    column = (
        numbers() if kind == "number" else Column("a", "category", RANDOM.integers(0, 6, 400).astype(np.int32), levels)
    )
    found = distribution(column, dataset(column, np.arange(400) % 2), ROWS).drift["test"]
    one, two = (column.values[rows][~column.missing[rows]] for rows in ROWS.values())
    if kind == "number":
        exact = ks_2samp(one, two, method="asymp")
        assert found.distance == pytest.approx(exact.statistic)
        assert found.chance == pytest.approx(exact.pvalue, rel=0.5)
    else:
        table = np.stack([np.bincount(part, minlength=6) for part in (one, two)])
        assert found.chance == pytest.approx(chi2_contingency(table).pvalue)


def test_rare_levels_share_a_bin_and_means_follow_the_time() -> None:
    codes = np.minimum(RANDOM.integers(0, 40, 400), 20).astype(np.int32)
    column = Column("a", "category", codes, tuple(map(str, range(21))))
    times = np.arange(400.0)[::-1]
    found = distribution(column, dataset(column, np.arange(400.0)[:, None], times), ROWS)
    assert found.names[-1] == OTHERS
    assert len(found.names) == 11
    assert len(found.over_time) == 12
    assert found.over_time[0] == pytest.approx((codes[-34:] == 20).mean())


def test_a_column_without_values_has_no_drift() -> None:
    column = Column("a", "number", np.full(400, np.nan))
    found = distribution(column, dataset(column, np.arange(400.0)[:, None]), ROWS)
    assert (found.association, found.drift["test"].distance) == (0.0, 0.0)
