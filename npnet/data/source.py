"""What a dataset is once loaded, and the specs that load one."""

import json
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.registry import Registry
from npnet.spec import Named, Spec

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table of numbers as its source gave it: neither scaled nor split.

    X is (samples, features) float64. y is (samples,) int64 class codes, or (samples, targets) float64 of a
    regression. `rows` numbers the samples as their source does, from 1. `classes` is empty for a regression.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    rows: NDArray[np.int64]


class Source(Spec):
    """The spec of a dataset: says where its rows come from and loads them."""

    @abstractmethod
    def load(self, base: Path, seed: int) -> Dataset:
        """Load the rows; a relative path starts at `base`, the folder of the config."""


datasets: Registry[type[Source]] = Registry("dataset", "datasets")
SourceSpec = Annotated[Source, Named(datasets)]


def classification(
    X: NDArray[Any], codes: NDArray[Any], features: tuple[str, ...], target: str, classes: tuple[str, ...]
) -> Dataset:
    """The dataset whose target is one of some classes, given as codes from 0; its rows are numbered from 1."""
    task: Task = "multiclass" if len(classes) > 2 else "binary"
    rows = np.arange(1, len(X) + 1)
    return Dataset(X.astype(np.float64), codes.astype(np.int64), task, features, (target,), classes, rows)


def regression(X: NDArray[Any], y: NDArray[Any], features: tuple[str, ...], targets: tuple[str, ...]) -> Dataset:
    """The dataset whose targets, (samples,) or (samples, targets), are numbers; its rows are numbered from 1."""
    values = y.astype(np.float64).reshape(len(y), len(targets))
    rows = np.arange(1, len(X) + 1)
    return Dataset(X.astype(np.float64), values, "regression", features, targets, (), rows)


def quoted(text: str) -> str:
    """A text as an error message shows it: in quotes, control characters escaped, not endless."""
    return json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)
