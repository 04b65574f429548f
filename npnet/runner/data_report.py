"""A table before anything is trained on it: the report on its data, and a config proposed for it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from npnet.config import Loaded
from npnet.config.files import preset_text
from npnet.config.nodes import shown
from npnet.config.writer import flow
from npnet.data.checks import Finding, Inspection, inspect
from npnet.data.columns import Column, Frame
from npnet.data.datasets import VALUES, Dataset
from npnet.data.datasets.table import Table
from npnet.data.split import divided
from npnet.errors import UsageError
from npnet.runner.prepared_run import at_line
from npnet.text import first_of, listed

RECIPE = "tabular"
MOST_CLASSES = 4  # that a comment counts
ALL = "npnet data check --json lists all"


@dataclass(frozen=True)
class DataReport:
    """The findings of a table, the roles of columns that are no features, rows by split, rows by split and class."""

    inspection: Inspection
    roles: Mapping[str, str]
    parts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]


def report_data(loaded: Loaded) -> DataReport:
    """Read the data of a config, inspect them, and split them as a training would.

    Raise DataError only for data that cannot be read, or targets that cannot be predicted; rows without a target are
    left out of the split.
    """
    experiment = loaded.experiment
    with at_line(loaded):
        frame, dataset, roles = _rows(loaded)
        parts = divided(dataset, experiment.split, experiment.seed)
        found = inspect(frame, dataset.targets, dataset.task)
    if isinstance(experiment.dataset, Table) and experiment.dataset.drop_rows:
        found = replace(found, findings=tuple(map(_without_advice, found.findings)))
    classes = {}
    if dataset.task in ("binary", "multiclass"):
        counts = {name: np.bincount(dataset.y[rows], minlength=len(dataset.classes)) for name, rows in parts.items()}
        classes = {name: dict(zip(dataset.classes, each.tolist(), strict=True)) for name, each in counts.items()}
    return DataReport(found, roles, {name: len(rows) for name, rows in parts.items()}, classes)


def _rows(loaded: Loaded) -> tuple[Frame, Dataset, dict[str, str]]:
    """Return features and targets in one frame, the dataset, and the roles of columns that are no features."""
    source, seed = loaded.experiment.dataset, loaded.experiment.seed
    if not isinstance(source, Table):
        dataset = source.load(loaded.base, seed)
        return with_targets(dataset), dataset, dict.fromkeys(dataset.targets, "target")
    read = source.read(loaded.base)
    others = {"weight": source.weight, "group": source.group, "time": source.time}
    aside = {name: role for role, name in others.items() if name is not None}
    columns = {name: column for name, column in read.frame.columns.items() if name not in aside}
    dataset = source.model_copy(update={"drop_rows": True}).dataset(read)
    return Frame(columns, read.frame.rows), dataset, dict.fromkeys(source.targets, "target") | aside


def with_targets(dataset: Dataset) -> Frame:
    """Return the features of a dataset with its targets beside them, classes by name."""
    y = dataset.y.reshape(len(dataset), -1)
    if dataset.task in VALUES or dataset.task == "multilabel":
        targets = [Column(name, "number", values) for name, values in zip(dataset.targets, y.T, strict=True)]
    else:
        targets = [Column(dataset.targets[0], "category", dataset.y.astype(np.int32), dataset.classes)]
    return Frame({**dataset.frame.columns, **{column.name: column for column in targets}}, dataset.frame.rows)


def _without_advice(finding: Finding) -> Finding:
    """Return the finding of a config that already leaves out rows without a target."""
    if finding.fault != "target":
        return finding
    return replace(finding, message=f"{finding.message.partition(';')[0]}, which are left out")


@dataclass(frozen=True)
class Proposal:
    """A config as YAML, the columns that it leaves out, and warnings for its reader."""

    text: str
    dropped: tuple[str, ...]
    warnings: tuple[str, ...]


def propose(file: str, targets: Sequence[str], folder: Path) -> Proposal:
    """Propose the config for a table, to be written into a folder: its columns, and the recipe for tables.

    Identifiers and rows without a target are dropped; columns that may repeat the target are left to the user.
    Raise DataError where the table cannot be read or lacks the target, UsageError for a target that is named twice.
    """
    if len(set(targets)) < len(targets) or not all(targets):
        raise UsageError("--target takes the name of a column, each once", "write it once for each target")
    source = Table(path=file, target=targets[0] if len(targets) == 1 else tuple(targets))
    frame = source.read(Path.cwd()).frame
    found = inspect(frame, targets)
    dropped = tuple(finding.columns[0] for finding in found.findings if finding.fault == "identifier")
    path = file if file == "-" or Path(file).is_absolute() else os.path.relpath(file, folder)
    lines = [*_head(file, targets, found), *_dataset(path, targets, found, dropped), ""]
    recipe = preset_text(RECIPE).partition("\n")
    split = "split: {test: 0.2, validation: 0.2}   # shares of the rows; classes keep their shares in each part\n"
    text = "\n".join([*lines, split, f"# {recipe[0].lstrip('# ')}", recipe[2]])
    return Proposal(text, dropped, tuple(one.message for one in found.findings if one.fault == "predictor"))


def _head(file: str, targets: Sequence[str], found: Inspection) -> Iterator[str]:
    features = len(found.columns) - len(targets)
    name = Path(file).name if file != "-" else "standard input"
    yield _comment(f"{listed(targets)} of {name}: {found.rows} rows, {features} columns, task {found.task}.")
    yield "# `npnet data check` on this file says more; `preset: tabular` stands for all that is below the split."


def _dataset(path: str, targets: Sequence[str], found: Inspection, dropped: tuple[str, ...]) -> Iterator[str]:
    yield "dataset:"
    yield "  table:"
    yield f"    path: {flow(path)}"
    target = flow(targets[0] if len(targets) == 1 else list(targets))
    yield _beside(f"    target: {target}", _classes(found))
    by_fault: dict[str, list[Finding]] = {}
    for finding in found.findings:
        by_fault.setdefault(finding.fault, []).append(finding)
    if "target" in by_fault:
        yield _beside("    drop_rows: true", by_fault["target"][0].message.partition(";")[0])
    for text in first_of([finding.message.partition("; drop")[0] for finding in by_fault.get("identifier", [])], ALL):
        yield f"    {_comment(text)}"
    if dropped:
        yield f"    drop: {flow(list(dropped))}"
    for fault in ("predictor", "copy", "constant", "empty", "rare class", "balance"):
        advice = "; drop it if it is not known when you predict" if fault == "predictor" else ""
        for text in first_of([finding.message + advice for finding in by_fault.get(fault, [])], ALL):
            yield f"    {_comment(text)}"


def _classes(found: Inspection) -> str:
    """Return the rows of each class, for one target of classes; else the task or nothing."""
    if len(found.classes) != 1:
        return "" if found.classes else found.task
    (counts,) = found.classes.values()
    return f"{len(counts)} classes: {listed((f'{label} {rows}' for label, rows in counts.items()), MOST_CLASSES)}"


def _beside(text: str, comment: str) -> str:
    return f"{text}   {_comment(comment)}" if comment else text


def _comment(text: str) -> str:
    return f"# {shown(text, 300)}"
