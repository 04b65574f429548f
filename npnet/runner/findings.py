"""Findings about the data of a config that a training reports, as `npnet data check` does."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Dataset
from npnet.data.checks import oddities
from npnet.data.checks.finding import Finding, FindingKind
from npnet.data.checks.values import repeated_in_test, spans
from npnet.data.columns import Column, Frame
from npnet.data.datasets import VALUES
from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import Target
from npnet.data.split import parts_of

SUGGESTIONS: tuple[FindingKind, ...] = ("skew", "counts", "repeated")
"""Kinds of findings that need not be mistakes."""


def settled(experiment: Experiment) -> set[FindingKind]:
    """Return the kinds of findings that the config has decided already."""
    source, found = experiment.dataset, set[FindingKind]()
    if not isinstance(source, Table):
        return {"skew", "counts", "header"}
    if experiment.target_transform is not None:
        found.add("skew")
    if source.task is not None:
        found.add("counts")
    return found


def findings_of(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Return the findings about names, texts and the target of a data set, and rows that are in two sets."""
    found: list[Finding] = []
    if isinstance(experiment.dataset, Table):
        classes = (dataset.classes,) if dataset.task in ("binary", "multiclass") else ()
        target = Target(task=dataset.task, names=dataset.targets, classes=classes)
        y = dataset.y.reshape(len(dataset), -1)
        found += oddities(with_targets(dataset), target, y, settled(experiment))
        if experiment.cv is None:
            found += repeated_in_test(dataset, parts_of(dataset, experiment.split, experiment.seed))
    return found


def periods(experiment: Experiment, dataset: Dataset) -> list[str]:
    """Return from when to when each set reaches, where rows are split by time."""
    source = experiment.dataset
    if not isinstance(source, Table) or source.time is None or experiment.cv is not None:
        return []
    parts: Mapping[str, NDArray[np.int64]] = parts_of(dataset, experiment.split, experiment.seed)
    found = spans(dataset, parts, source.time)
    return [f"{name}: {source.time} from {first} to {last}" for name, (first, last) in found.items()]


def with_targets(dataset: Dataset) -> Frame:
    """Return the features of a dataset with its targets beside them, classes by name."""
    y = dataset.y.reshape(len(dataset), -1)
    if dataset.task in VALUES or dataset.task == "multilabel":
        targets = [Column(name, "number", values) for name, values in zip(dataset.targets, y.T, strict=True)]
    else:
        targets = [Column(dataset.targets[0], "category", dataset.y.astype(np.int32), dataset.classes)]
    return Frame({**dataset.frame.columns, **{column.name: column for column in targets}}, dataset.frame.rows)
