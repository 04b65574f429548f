"""The report on the data of a config, before anything is trained on them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment, Loaded
from npnet.data.checks.inspection import Inspection, inspect
from npnet.data.checks.oddities import Finding, repeated_in_test, spans
from npnet.data.checks.positions import each_position
from npnet.data.columns import Frame
from npnet.data.columns.schema import Schema
from npnet.data.datasets import Dataset, known_targets
from npnet.data.datasets.table import Table
from npnet.data.datasets.text import Text
from npnet.data.datasets.windows import TIME, WindowsOfTable
from npnet.data.readers.data_file import STDIN
from npnet.data.readers.reading import ReadFrame
from npnet.data.split import divided
from npnet.data.split.folds import folds_of
from npnet.data.understanding import contradictions
from npnet.errors import DataError
from npnet.runner.prepared_run import at_line, settled, with_targets


@dataclass(frozen=True)
class DataReport:
    """The findings of a table, the roles of columns that are no features, rows by split, rows by split and class.

    `spans` has the first and last time of each split where rows are split by time; `notes` tell of rows left out.
    `dataset` has the rows with a target, `rows` the positions of those of each split; of a cross-validation with so
    many `folds`, all of that is of the first fold.
    """

    inspection: Inspection
    roles: Mapping[str, str]
    parts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]
    spans: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]
    dataset: Dataset
    rows: Mapping[str, NDArray[np.int64]]
    folds: int = 1


def report_data(loaded: Loaded) -> DataReport:
    """Read the data of a config, inspect them, and split them as a training would.

    Raise DataError only for data that cannot be read, or targets that cannot be predicted; rows without a target are
    left out of the split.
    """
    experiment = loaded.experiment
    with at_line(loaded):
        frame, dataset, roles = _rows(loaded)
        parts, folds = _parts(experiment, dataset)
        shown, rows, overlap = dataset, parts, isinstance(experiment.dataset, WindowsOfTable)
        if dataset.positions:
            shown, of_row = each_position(dataset)
            frame = frame if overlap else with_targets(shown)
            rows = {name: np.flatnonzero(np.isin(of_row, some)) for name, some in parts.items()}
        found = inspect(frame, shown.targets, shown.task, settled(experiment))
        if dataset.positions and not overlap:
            findings = tuple(one for one in found.findings if one.fault != "rows")
            found = replace(found, rows=len(dataset), findings=findings)
        if isinstance(experiment.dataset, Text):
            found = replace(found, findings=())  # what is odd in a table is usual in a text
        elif not overlap:
            found = replace(found, findings=(*found.findings, *repeated_in_test(dataset, parts)))
    if isinstance(experiment.dataset, Table) and experiment.dataset.path != STDIN:
        unsaid = contradictions(experiment.dataset, loaded.base, experiment.dataset.targets)
        findings = tuple(Finding("reading", (), message) for message in unsaid)
        found = replace(found, findings=(*findings, *found.findings))
    if isinstance(experiment.dataset, Table) and experiment.dataset.drop_rows:
        found = replace(found, findings=tuple(map(_without_advice, found.findings)))
    classes = {}
    if dataset.task in ("binary", "multiclass"):
        each = {name: known_targets(dataset.y[rows]).ravel() for name, rows in parts.items()}
        counts = {name: np.bincount(codes, minlength=len(dataset.classes)) for name, codes in each.items()}
        classes = {name: dict(zip(dataset.classes, each.tolist(), strict=True)) for name, each in counts.items()}
    time = next((name for name, role in roles.items() if role == "time"), "")
    time = TIME if TIME in dataset.frame.marks else time
    sizes = {name: len(known_targets(dataset.y[some])) if dataset.steps else len(some) for name, some in parts.items()}
    notes = dataset.notes if overlap else (*dataset.notes, *_of_positions(dataset))
    return DataReport(found, roles, sizes, classes, spans(dataset, parts, time), notes, shown, rows, folds)


def _of_positions(dataset: Dataset) -> Iterator[str]:
    """Yield the note on what is counted of data at positions."""
    if dataset.positions:
        at = ("up to " if dataset.ragged else "") + " x ".join(map(str, dataset.positions))
        what = "values and targets" if dataset.steps else "values"
        yield f"each row has {what} at {at} positions, which are shown together"


def _parts(experiment: Experiment, dataset: Dataset) -> tuple[Mapping[str, NDArray[np.int64]], int]:
    """Return the rows of each set, of a cross-validation those of the first fold, and the number of folds."""
    if experiment.cv:
        with suppress(DataError):  # too few rows for the folds: show the split
            folds = folds_of(dataset, experiment.cv, experiment.seed)
            return folds[0], len(folds)
    return divided(dataset, experiment.split, experiment.seed), 1


def _rows(loaded: Loaded) -> tuple[Frame, Dataset, dict[str, str]]:
    """Return features and targets in one frame, the dataset, and the roles of columns that are no features."""
    source, seed = loaded.experiment.dataset, loaded.experiment.seed
    if isinstance(source, WindowsOfTable):
        return _rows_of_windows(source, *source.read(loaded.base))
    if not isinstance(source, Table):
        dataset = source.load(loaded.base, seed)
        dataset = dataset if dataset.text is None else dataset.text.pairs()
        return with_targets(dataset), dataset, dict.fromkeys(dataset.targets, "target")
    read = source.read(loaded.base)
    others = {"weight": source.weight, "group": source.group, "time": source.time}
    aside = {name: role for role, name in others.items() if name is not None}
    columns = {name: column for name, column in read.frame.columns.items() if name not in aside}
    dataset = replace(source.model_copy(update={"drop_rows": True}).dataset(read), notes=read.notes)
    return Frame(columns, read.frame.rows), dataset, dict.fromkeys(dataset.targets, "target") | aside


def _rows_of_windows(source: WindowsOfTable, frame: ReadFrame, schema: Schema) -> tuple[Frame, Dataset, dict[str, str]]:
    """Return the rows of the table, the dataset of its windows, and the roles of columns."""
    dataset = source.model_copy(update={"drop_rows": True}).dataset(frame, schema)
    others = {"group": source.group, "weight": source.weight}
    aside = dict.fromkeys(source.times[:1], "time") | {name: role for role, name in others.items() if name is not None}
    columns = {name: column for name, column in frame.columns.items() if name not in aside}
    return Frame(columns, frame.rows), dataset, {source.target: "target", **aside}


def _without_advice(finding: Finding) -> Finding:
    """Return the finding of a config that already leaves out rows without a target."""
    if finding.fault != "target":
        return finding
    return replace(finding, message=f"{finding.message.partition(';')[0]}, which are left out")
