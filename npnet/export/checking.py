"""The check of an export: rows of the run, and how far predictions are from those of npnet."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame
from npnet.errors import DataError, NpnetError
from npnet.export.document import Document
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.predicting import RunPredictor

ROWS = 64
CLOSE = 1e-5


def rows_of_run(run: RunFolder, document: Document) -> tuple[Frame, bool]:
    """Return rows of the data of a run, evenly spaced; made-up rows, and False, where the data are gone."""
    experiment, base = experiment_of(run)
    try:
        frame = experiment.dataset.load(base, experiment.seed).frame
    except DataError:
        return made_up(document), False
    rows = np.unique(np.linspace(0, len(frame) - 1, ROWS).astype(np.int64))
    needed = {column.name: frame.columns[column.name] for column in document.columns}
    return Frame(needed, frame.rows).take(rows), True


def made_up(document: Document) -> Frame:
    """Return rows with numbers around the centers of their columns, all known texts, and gaps."""
    numbers: dict[str, NDArray[np.float64]] = {}
    for preparation in document.preparations[:1]:
        for step in preparation.steps:
            if step.kind == "number" and step.scaling is not None:
                spread = np.linspace(-3, 3, ROWS) * (step.scaling.scale or 1)
                numbers[step.column] = np.append(step.scaling.center + spread[1:], np.nan)
    columns = {}
    for column in document.columns:
        if column.kind == "category":
            codes = np.append(np.arange(ROWS - 1) % max(len(column.known), 1), MISSING).astype(np.int32)
            columns[column.name] = Column(column.name, "category", codes, column.known or ("",))
        else:
            seconds = np.append(np.linspace(-1e9, 2e9, ROWS - 1), np.nan)
            columns[column.name] = Column(column.name, column.kind, numbers.get(column.name, seconds))
    return Frame(columns, np.arange(1, ROWS + 1))


def require_equal(document: Document, predictor: RunPredictor, frame: Frame, found: NDArray[Any]) -> float:
    """Return the largest deviation of predictions (rows, outputs) from those of npnet; raise NpnetError above 1e-5.

    Probabilities are compared as they are, values in units of the spread of the predictions, or of their size.
    """
    expected = predictor.outputs(frame).T
    if document.output.task == "binary":
        expected = np.concatenate([1 - expected, expected], axis=1)
    finite = np.isfinite(expected)
    if document.output.has_values:
        spread = np.nanstd(np.where(finite, expected, np.nan), axis=0)
        unit = np.maximum(spread, np.maximum(np.abs(expected), np.finfo(np.float64).tiny))
    else:
        unit = np.ones(1)
    difference = np.abs(np.where(finite, found - expected, 0.0) / unit)
    largest = float(difference.max(initial=0.0))
    if not largest <= CLOSE or (np.isfinite(found) != finite).any():
        what = f"the export of {document.origin.run} predicts otherwise than npnet, by {largest:.2g}: it is not written"
        raise NpnetError(what, "please report it, with the config of the run")
    return largest


def feeds_of(document: Document, frame: Frame) -> Mapping[str, NDArray[Any]]:
    """Return the values of columns, (rows, 1): numbers, and texts that are empty where missing."""
    feeds: dict[str, NDArray[Any]] = {}
    for raw in document.columns:
        column = frame.columns[raw.name].loaded()
        values: NDArray[Any] = column.values.astype(np.float64)
        if column.kind == "category":
            values = np.array([*column.levels, ""], object)[column.values]
        elif raw.ranks is not None:
            texts = {rank: text for text, rank in raw.ranks.items()}
            values = np.array([texts.get(rank, "") for rank in values.tolist()], object)
        feeds[raw.name] = values[:, np.newaxis]
    return feeds
