"""A CSV file as a dataset: columns of numbers, and a target of numbers or classes."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from npnet.data.columns import class_codes, looks_like_classes, numbers, refuse_gaps
from npnet.data.csvfile import Columns, read_columns
from npnet.data.source import Dataset, Source, classification, datasets, quoted, regression
from npnet.errors import DataError
from npnet.registry import nearest

Names = Annotated[tuple[Annotated[str, Field(strict=True)], ...], Field(strict=False)]


@datasets.add("table")
class Table(Source):
    """The rows of a CSV file with a header: every column but the target is a feature, a number.

    A target of text is classes. One of numbers is classes where they are whole and few, at most 2 distinct
    values, or at most 20 that make up no more than 5 % of the rows; else it is a regression. `task` decides
    otherwise. Several targets are a regression. Rows are numbered from 1, below the header.
    """

    path: str = Field(min_length=1, description="The CSV file, relative to the config.")
    target: Annotated[str, Field(min_length=1)] | Annotated[Names, Field(min_length=1)] = Field(
        description="The column to predict; of a regression also a list of several."
    )
    drop: Names = Field((), description="Columns to leave out.")
    task: Literal["classification", "regression"] | None = Field(
        None, description="What the target is, where the rule would take it for the other."
    )

    @model_validator(mode="after")
    def _one_target_for_classes(self) -> "Table":
        if self.task == "classification" and not isinstance(self.target, str):
            raise ValueError("task: classification has one target; write its name, not a list")
        return self

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        columns = read_columns(self.path, base)
        targets = (self.target,) if isinstance(self.target, str) else self.target
        features = self._features(columns, targets)
        X = self._matrix(columns, features, "drop: leaves a column out")
        if len(targets) == 1 and self._is_classes(targets[0], columns[targets[0]]):
            codes, classes = class_codes(columns[targets[0]], targets[0], self.path)
            return classification(X, codes, features, targets[0], classes)
        y = self._matrix(columns, targets, "task: classification makes classes of text")
        return regression(X, y, features, targets)

    def _features(self, columns: Columns, targets: tuple[str, ...]) -> tuple[str, ...]:
        for name in (*targets, *self.drop):
            if name not in columns:
                raise DataError(f"{self.path} has no column {quoted(name)}", _known(name, list(columns)))
        dropped = [name for name in targets if name in self.drop]
        if dropped:
            raise DataError(f"the target {quoted(dropped[0])} is dropped", "take it out of drop:")
        features = tuple(name for name in columns if name not in targets and name not in self.drop)
        if not features:
            raise DataError(f"{self.path} has no columns left to learn from", "drop: and target: name all of them")
        return features

    def _is_classes(self, name: str, cells: tuple[str, ...]) -> bool:
        refuse_gaps(cells, name, self.path)
        if self.task is not None:
            return self.task == "classification"
        return looks_like_classes(cells)

    def _matrix(self, columns: Columns, names: tuple[str, ...], hint: str) -> NDArray[np.float64]:
        return np.stack([numbers(columns[name], name, self.path, hint) for name in names], axis=1)


def _known(name: str, columns: list[str]) -> str:
    near = nearest(name, columns)
    question = f"did you mean {quoted(near)}? " if near else ""
    return f"{question}The columns are: {', '.join(columns[:30])}{', ...' if len(columns) > 30 else ''}"
