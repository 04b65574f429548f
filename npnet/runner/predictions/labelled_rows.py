"""Other rows with targets, on which a run is scored."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns import MISSING, Frame
from npnet.data.datasets.targets import with_target
from npnet.data.readers.reading import ReadFrame
from npnet.errors import DataError
from npnet.runner.predictions.forecasting import WindowsPredictor
from npnet.runner.predictions.predicting import RunPredictor


def read_with_targets(predictor: RunPredictor, table: object, layout: Mapping[str, Any]) -> ReadFrame:
    """Read a file, or a table in memory, with targets; rows without one are left out as in the training.

    Raise DataError for a row without a target where training refused it, and where no row has one.
    """
    if predictor.data.reproduces:  # the inputs of a row are its targets
        return predictor.read(table, (), layout) if isinstance(table, str) else predictor.read_table(table)
    if isinstance(predictor, WindowsPredictor):
        return predictor.labelled(table, layout)
    targets = predictor.data.target_columns
    if isinstance(table, str):
        name, frame = table, predictor.read(table, targets, layout)
    else:
        name, frame = "the table", predictor.read_table(table, targets)
    rows = with_targets_that_exist(predictor, frame) if predictor.data.steps else with_target(frame, targets)
    lacking = len(frame) - len(rows)
    many = f"{lacking} row{'s' * (lacking != 1)} without a target"
    if not len(rows):
        raise DataError(f"no row of {name} has a target", "npnet predict needs none")
    if lacking and not predictor.drop_rows:
        first = frame.rows[np.setdiff1d(np.arange(len(frame)), rows)[0]]
        raise DataError(f"{name} has {many}, first in row {first}", "give them one, or take them out of the file")
    notes = (*frame.notes, f"left out {many}, as in training") if lacking else frame.notes
    chosen = frame.take(rows)
    return ReadFrame(chosen.columns, chosen.rows, frame.fingerprint, notes)


def with_targets_that_exist(predictor: RunPredictor, frame: Frame) -> NDArray[np.intp]:
    """Return the rows that have a target at each position that exists."""
    missing = np.stack([frame.columns[name].missing for name in predictor.data.target_columns], axis=1)
    return np.flatnonzero(~(missing & predictor.existing(frame)).any(axis=1))


def labelled(predictor: RunPredictor, frame: Frame) -> tuple[Part, NDArray[np.float64]]:
    """Return rows with their targets, a row for each position that has one, and their outputs."""
    data, output = predictor.data, predictor.outputs(frame)
    no_inputs = np.ones((len(frame), 1))
    if not data.steps:
        return Part(frame, no_inputs, predictor.targets(frame)), output
    existing = predictor.existing(frame)
    y = np.full(existing.shape, MISSING if data.classes else np.nan)
    for place, name in enumerate(data.target_columns):
        rows = np.flatnonzero(existing[:, place])
        target = data.target.model_copy(update={"names": (name,)})
        y[rows, place] = target.encode(frame.take(rows)).reshape(-1)
    part = Part(frame, no_inputs, y.astype(np.int64) if data.classes else y, steps=True)
    return part.each_target, part.of_targets(output)
