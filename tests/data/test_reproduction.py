"""Prepared inputs as targets: numbers in the units of their columns, and back to the inputs."""

import numpy as np
import pytest

from npnet.data import Dataset, Prepared, Split
from npnet.data.columns import Column, Frame
from npnet.data.preprocessing import PrepareSpec
from npnet.data.reproduction import reproduced, reproducing, reproduction_errors
from npnet.data.split import parts_of
from npnet.data.split_and_fit import prepare_parts


def _dataset() -> Dataset:
    rng = np.random.default_rng(2)
    size, when = rng.normal(50, 9, 90), np.arange(90) * 86400.0 * 11
    size[::13] = np.nan
    columns = [
        Column("size", "number", size),
        Column("when", "datetime", when),
        Column("colour", "category", (np.arange(90) % 3).astype(np.int32), ("r", "g", "b")),
    ]
    frame = Frame({column.name: column for column in columns}, np.arange(1, 91))
    return Dataset(frame, np.empty((90, 0)), "regression", (), ())


def _prepared(spec: PrepareSpec) -> Prepared:
    dataset = _dataset()
    return reproducing(prepare_parts(dataset, parts_of(dataset, Split(), 0), spec))


@pytest.mark.parametrize("numbers", ["standard", "robust", "min_max", "quantile", "none"])
@pytest.mark.parametrize("clip", [False, True])
def test_targets_are_the_inputs_in_the_units_of_their_columns(numbers: str, clip: bool) -> None:
    spec = PrepareSpec(numbers=numbers, clip=clip, features=["square"])
    data = _prepared(spec)
    part = data.parts["test"]
    assert data.targets == data.preparation.names
    assert np.allclose(data.target_scaler.transform(part.y), part.X, rtol=0, atol=1e-12)
    assert np.array_equal(reproduced(data.preparation, part.frame), part.y)
    known, place = part.frame.columns["size"].values, data.targets.index("size")
    there = ~np.isnan(known)
    if numbers != "quantile" and not (clip and numbers in ("standard", "robust")):
        assert np.allclose(part.y[there, place], known[there])
    assert (part.y[~there, place] > 20).all() == (numbers != "quantile")
    assert set(np.unique(part.y[:, data.targets.index("colour = g")])) == {0.0, 1.0}


def test_the_error_of_a_row_is_in_scaled_units() -> None:
    data = _prepared(PrepareSpec(numbers="standard"))
    part = data.parts["test"]
    output = part.y.T.copy()
    output[data.targets.index("size")] += 2 * data.target_scaler.scale[data.targets.index("size")]
    errors = reproduction_errors(part.y, output, data.target_scaler)
    assert np.allclose(errors, 4 / len(data.targets))
