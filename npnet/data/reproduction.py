"""Networks that reproduce their inputs: the prepared inputs as targets, and the error of a reproduced row."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.preprocessing import Preparation
from npnet.data.preprocessing.scaling import Scaler, Scaling
from npnet.data.preprocessing.steps import DateStep, NumberStep
from npnet.data.split_and_fit import Prepared
from npnet.errors import DataError

REPRODUCTION = "reproduction_error"
"""The column of predictions that has the error of a row."""
Floats = NDArray[np.float64]


def reproducing(data: Prepared) -> Prepared:
    """Return prepared data whose targets are the inputs of each row, numbers in units of their columns.

    Raise DataError for inputs that are codes, and for positions that may not exist.
    """
    _refuse_codes(data)
    scaler = units_of(data.preparation)
    parts = {name: replace(part, y=scaler.inverse(_inputs(part.X)), steps=False) for name, part in data.parts.items()}
    plain = replace(data, classes=(), negatives=(), target_transform=None, steps=False, tokens=0)
    names = data.preparation.names
    return replace(plain, task="regression", targets=names, parts=parts, target_scaler=scaler, reproduces=True)


def _refuse_codes(data: Prepared) -> None:
    codes, what, hint = data.preparation.embedded, "", "take target out"
    if codes:
        what = f"{len(codes)} column{'s' * (len(codes) > 1)} of categories became codes"
        hint = f"write prepare: {{embed_above: {max(codes)}}}, which makes them numbers, or take target out"
    elif data.tokens:
        what = "these data are codes"
    elif data.preparation.ragged:
        what = "positions of a row may not exist"
    if what:
        error = DataError(f"target: inputs is for numbers, and {what}", hint)
        error.key = "target"
        raise error


def reproduced(preparation: Preparation, frame: Frame) -> Floats:
    """Return the targets (samples, inputs) of rows that a network reproduces."""
    return units_of(preparation).inverse(preparation.with_ones(frame, dtype=np.float64)[:, :-1])


def reproduction_errors(y: Floats, output: Floats, unit: Scaler) -> Floats:
    """Return the mean squared error of each row, in scaled units: of outputs (outputs, samples) for its inputs y."""
    with np.errstate(all="ignore"):
        return np.asarray(np.square((output.T - y) / unit.scale).mean(axis=1))


def units_of(preparation: Preparation) -> Scaler:
    """Return the scaler from the units of columns to inputs; inputs that are no scaled numbers are as they are."""
    scaler = Scaler.none(len(preparation.names) // prod(preparation.positions))
    for place, scaling in _scalings(preparation):
        if not scaling.quantiles:
            scaler.mean[place], scaler.scale[place] = scaling.center, scaling.scale or 1.0
    times = prod(preparation.positions)
    return Scaler(np.tile(scaler.mean, times), np.tile(scaler.scale, times))


def _scalings(preparation: Preparation) -> Iterator[tuple[int, Scaling]]:
    """Yield the indices of inputs of a position that are scaled numbers, and how they are scaled."""
    for step, places in zip(preparation.steps, preparation.output_indices, strict=True):
        if isinstance(step, NumberStep) and step.scaling:
            yield places[0], step.scaling
        elif isinstance(step, DateStep):
            yield from zip(places, step.parts.values(), strict=False)
    for place, derived in enumerate(preparation.derived, preparation.first_derived):
        yield place, derived.scaling


def _inputs(x: NDArray[Any]) -> Floats:
    return np.asarray(x, np.float64)
