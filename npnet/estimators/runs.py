"""Run folders of estimators: written from what `fit` has left, with its rows as a CSV file."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.config.writer import write_resolved
from npnet.data import Dataset, fingerprint
from npnet.data.columns import MISSING, Column, Frame
from npnet.data.datasets.table import Table
from npnet.errors import DataError
from npnet.estimators.fitted import Fitted
from npnet.experiment.resources import limited
from npnet.rundir import names
from npnet.rundir.new_run import claim_folder
from npnet.rundir.restore import KEY, reopen
from npnet.rundir.run import RunFolder
from npnet.rundir.writer import RunWriter
from npnet.runner.results import write_scores
from npnet.storage import disk

if TYPE_CHECKING:
    import pandas as pd

NO_ROWS = "it has none: it was read from a file, or trained by partial_fit"


def write_run(fitted: Fitted, dataset: Dataset | None, folder: Path) -> tuple[RunFolder, str | None]:
    """Write a run folder; return it, and why the rows of the estimator are not in it, None where they are.

    Raise UsageError for a folder that is neither new nor empty.
    """
    table = fitted.experiment.dataset
    if not isinstance(table, Table):
        raise ValueError("the config of an estimator has a table")
    rows, why = _rows(table, dataset)
    resolved = write_resolved(fitted.experiment).encode()
    files = {names.CONFIG: resolved, names.RESOLVED: resolved}
    data = None
    if rows is not None and dataset is not None:
        files[names.ROWS], data = rows, fingerprint(with_present_levels(dataset))
    with claim_folder(folder, folder.resolve().name) as new:
        fields = {"data": data, "tags": [], "asked": {"plots": False, "baselines": False}, **fitted.info}
        with new.publish(files, Path(), **fields) as writer:
            try:
                _write(fitted, writer, has_rows=rows is not None)
            except BaseException:
                writer.close()
                disk.remove_folder(new.folder)
                raise
        return RunFolder(new.folder), why


def _write(fitted: Fitted, writer: RunWriter, has_rows: bool) -> None:
    """Write history and weights, and with the rows the scores and predictions."""
    columns, data = fitted.history, fitted.predictor.data
    for row, epoch in enumerate(columns["epoch"].astype(int).tolist()):
        values = {name: float(column[row]) for name, column in columns.items()}
        writer.append_history(values | {"epoch": epoch}, 0.0)
    writer.write_weights(fitted.weights, {KEY: data.text()})
    writer.write_metrics({})
    if has_rows:
        with limited(fitted.predictor.threads):
            write_scores(writer, reopen(writer.run))
    rule = data.calibration.rule(data.task, data.classes)
    decisions = {} if rule is None else {"decisions": rule._asdict()}
    writer.finish("done", error=None, best_epoch=fitted.best_epoch, monitored=fitted.monitored, **decisions)


def _rows(table: Table, dataset: Dataset | None) -> tuple[bytes | None, str | None]:
    """Return a CSV from which the table reads the same rows, or None and why there is none."""
    if dataset is None:
        return None, NO_ROWS
    text = frame_of(dataset, table).to_csv(index=False).encode()
    with tempfile.TemporaryDirectory() as folder:
        disk.write_atomic(Path(folder) / table.path, text)
        try:
            read = table.load(Path(folder), 0)
        except DataError as error:
            return None, f"they would read differently from a file: {error.message}"
    if fingerprint(read) != fingerprint(with_present_levels(dataset)):
        return None, "they would read differently from a file"
    return text, None


def frame_of(dataset: Dataset, table: Table) -> "pd.DataFrame":
    """Return the rows of a dataset with its targets and weights as a file has them."""
    import pandas as pd

    columns = {name: _cells(column.loaded()) for name, column in dataset.frame.columns.items()}
    if dataset.task in ("binary", "multiclass"):
        columns[dataset.targets[0]] = np.array(dataset.classes, object)[dataset.y]
    else:
        columns |= dict(zip(dataset.targets, dataset.y.T, strict=True))
    if table.weight is not None and dataset.weight is not None:
        columns[table.weight] = dataset.weight
    return pd.DataFrame(columns)


def _cells(column: Column) -> NDArray[Any]:
    """Return the values of a column as cells: texts, dates of ISO 8601, or numbers in all their digits."""
    if column.kind == "category":
        return np.asarray(np.array([*column.levels, None], object)[column.values])
    if column.kind == "number":
        return np.asarray(column.values, np.float64)
    missing = column.missing
    micros = np.where(missing, 0.0, np.round(column.values * 1e6)).astype("datetime64[us]")
    texts = np.datetime_as_string(micros).astype(object)
    texts[missing] = None
    return np.asarray(texts)


def with_present_levels(dataset: Dataset) -> Dataset:
    """Return a dataset without the texts that no row has, as its file is read."""
    columns = {name: _present(column.loaded()) for name, column in dataset.frame.columns.items()}
    return replace(dataset, frame=Frame(columns, dataset.frame.rows))


def _present(column: Column) -> Column:
    if column.kind != "category":
        return column
    codes = column.values
    counts = np.bincount(codes[codes != MISSING], minlength=len(column.levels))
    place = np.append(np.cumsum(counts > 0) - 1, MISSING).astype(np.int32)
    levels = tuple(level for level, count in zip(column.levels, counts.tolist(), strict=True) if count)
    return Column(column.name, "category", place[codes], levels)
