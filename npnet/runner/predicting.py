"""Predicting: rows of a file, read as a run's own were, and what its network says of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.columns.schema import ColumnSchema, ReadOptions, Schema
from npnet.data.datasets import VALUES
from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import with_target
from npnet.data.preprocessing import Unknown
from npnet.data.readers.in_memory import InMemory
from npnet.data.readers.reading import ReadFrame, read_frame, read_table
from npnet.errors import DataError, UsageError
from npnet.experiment.threads import choose_threads, limited
from npnet.model.fitting import Fitting
from npnet.model.predictor import Predictor
from npnet.rundir import Run
from npnet.rundir.restore import DataMetadata, metadata_of, predictor_of
from npnet.runner.results import Columns, answers, block_of, bounds, lacks
from npnet.text import quoted

NAMED = 5  # unknown values that a warning names


@dataclass(frozen=True, eq=False)
class RunPredictor:
    """A run that answers: its predictor, what it knows of its data, its BLAS threads.

    `dropped` are the columns that its config leaves out, of which nobody needs to be told; `drop_rows` says whether
    it leaves out rows without a target.
    """

    predictor: Predictor
    data: DataMetadata
    threads: int
    dropped: tuple[str, ...]
    drop_rows: bool

    @classmethod
    def of(cls, run: Run) -> "RunPredictor":
        """Open a run; its data are not needed."""
        predictor, _, experiment = predictor_of(run)
        source = experiment.dataset
        dropped, drop_rows = (source.drop, source.drop_rows) if isinstance(source, Table) else ((), False)
        return cls(predictor, metadata_of(run), choose_threads(experiment.threads, 0), dropped, drop_rows)

    @classmethod
    def of_fitting(cls, fitting: Fitting, threads: int) -> "RunPredictor":
        """What predicts as the networks of a training do that left no run."""
        data = DataMetadata.of(fitting.folds, fitting.calibration)
        return cls(fitting.predictor, data, threads, dropped=(), drop_rows=False)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the network looks at; those that training left out need not be there."""
        return tuple(step.column for step in self.data.preparations[0].steps)

    def read(self, path: str, others: tuple[str, ...] = ()) -> ReadFrame:
        """Read a file as the data of the run were read; DataError where a column is missing."""
        options = ReadOptions(path=path, drop=self.dropped)
        return read_frame(options, Path.cwd(), self.schema, needs={*self.needed, *others})[0]

    def read_table(self, table: object, others: tuple[str, ...] = ()) -> ReadFrame:
        """Read a table in memory as a file that holds the same; DataError where a column is missing."""
        known: dict[str, set[str]] = {}
        for step in (step for one in self.data.preparations for step in one.steps if step.kind == "category"):
            known.setdefault(step.column, set()).update(step.places)
        return read_table(InMemory(table, known), self.schema, needs={*self.needed, *others})[0]

    def by_position(self, rows: NDArray[np.float64]) -> Frame:
        """The rows of an array (rows, columns) whose columns are those that the training had, in their order.

        DataError for another number of columns, and for a number that is not finite.
        """
        self.require_numbers()
        if rows.shape[1] != len(self.data.features):
            what = f"X has {rows.shape[1]} columns, the network takes {len(self.data.features)}"
            raise DataError(what, f"in this order: {', '.join(map(quoted, self.data.features[:NAMED]))}{self._more}")
        if np.isinf(rows).any():
            row, column = np.argwhere(np.isinf(rows))[0].tolist()
            where = f"X: row {row + 1}: {rows[row, column]} in column {quoted(self.data.features[column])}"
            raise DataError(f"{where} is not finite", "NaN stands for a number that is missing")
        return Frame.of(rows, self.data.features)

    def require_numbers(self) -> None:
        """DataError where an array cannot stand for the columns that the training had, as not all are numbers."""
        others = [one.name for one in self.schema.columns if one.name in self.data.features and one.kind != "number"]
        if others:
            what = f"column {quoted(others[0])} is no column of numbers, so the columns of X need their names"
            raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts")

    @property
    def _more(self) -> str:
        return ", ..." if len(self.data.features) > NAMED else ""

    @property
    def schema(self) -> Schema:
        """How columns are read: as those of the training, which are numbers where it had no file."""
        return self.data.schema or _of_numbers(self.data)

    def read_with_targets(self, path: str) -> ReadFrame:
        """Read a file whose rows have the target too; those without it are left out where training left them out.

        DataError for a row without a target where training refused it, and where no row has one.
        """
        frame = self.read(path, self.data.targets)
        kept = with_target(frame, self.data.targets)
        missing = len(frame) - len(kept)
        many = f"{missing} row{'s' * (missing != 1)} without a target"
        if not len(kept):
            raise DataError(f"no row of {path} has a target", "npnet predict needs none")
        if missing and not self.drop_rows:
            first = frame.rows[np.setdiff1d(np.arange(len(frame)), kept)[0]]
            raise DataError(f"{path} has {many}, first in row {first}", "give them one, or take them out of the file")
        notes = (*frame.notes, f"left out {many}, as in training") if missing else frame.notes
        chosen = frame.take(kept)
        return ReadFrame(chosen.columns, chosen.rows, frame.fingerprint, notes)

    def unknown(self, frame: Frame) -> Unknown:
        """What training never saw, counted by column and text; "" stands for an unexpected gap."""
        found = (
            (step.column, step.unseen_values(frame.columns[step.column])) for step in self.data.preparations[0].steps
        )
        return {name: counts for name, counts in found if counts}

    def warnings(self, frame: Frame) -> list[str]:
        """A line for each column with values that training never saw."""
        return [_warning(name, dict(counts.most_common())) for name, counts in self.unknown(frame).items()]

    def refuse_unknown(self, frame: Frame) -> None:
        """DataError that names the first row with a value that training never saw, if there is one."""
        unknown = self.unknown(frame)
        found = [(_first_row(frame, name, text), name, text) for name, counts in unknown.items() for text in counts]
        if found:
            row, name, text = min(found)
            what = f"{quoted(text)} in column {quoted(name)} is a value that training never saw"
            empty = f"column {quoted(name)} is empty, which it never was in training"
            raise DataError(f"row {row}: {what if text else empty}", "without --strict it is taken as unknown")

    def outputs(self, frame: Frame) -> NDArray[np.float64]:
        """Outputs (outputs, samples), averaged over the networks."""
        with limited(self.threads):
            return self.predictor.outputs(frame)

    def require_classes(self) -> None:
        """UsageError where there are no probabilities, of values."""
        if self.data.task in VALUES:
            raise UsageError(f"--proba is for classes, the task of this run is {self.data.task}", "leave out --proba")

    def predictions(self, frame: Frame, proba: bool) -> Iterator[Columns]:
        """The columns row, prediction and, where wished, those of probabilities: block after block of rows."""
        size = block_of(self.predictor.network.outputs)
        for start in range(0, len(frame), size):
            block = frame.take(np.arange(start, min(start + size, len(frame))))
            said, chances = answers(self.data, self.predictor.calibration, self.outputs(block))
            spread = bounds(self.data, self.predictor, block)
            yield {"row": block.rows, **said, **spread, **(chances if proba else {})}


class Unanswered:
    """Counts the rows that go by without a prediction: what the network says of them is not finite."""

    def __init__(self) -> None:
        self.rows = 0

    def watch(self, blocks: Iterator[Columns]) -> Iterator[Columns]:
        """The same blocks, counted."""
        for block in blocks:
            lacking = [lacks(values) for name, values in block.items() if name.startswith("prediction")]
            self.rows += int(np.count_nonzero(np.logical_or.reduce(lacking)))
            yield block

    @property
    def warning(self) -> str | None:
        """What to tell of them, if there are any."""
        if not self.rows:
            return None
        rows, them = ("1 row has", "it") if self.rows == 1 else (f"{self.rows} rows have", "them")
        return f"{rows} no prediction: what the network says of {them} is not a finite number"


def _of_numbers(data: DataMetadata) -> Schema:
    """How a file is read for a run on a dataset that comes with npnet: features are numbers, classes text."""
    kind: Any = "number" if data.task in VALUES else "category"
    columns = [ColumnSchema(name=name, kind="number") for name in data.features]
    return Schema(columns=(*columns, *(ColumnSchema(name=name, kind=kind) for name in data.targets)))


def _first_row(frame: Frame, name: str, text: str) -> int:
    column = frame.columns[name]
    wanted = column.values == column.levels.index(text) if text else column.missing
    return int(frame.rows[np.argmax(wanted)])


def _warning(name: str, counts: dict[str, int]) -> str:
    rows = sum(counts.values())
    gaps = counts.pop("", 0)
    words = [f"{quoted(text)} {count}" for text, count in list(counts.items())[:NAMED]]
    words += [f"{len(counts) - NAMED} others"] if len(counts) > NAMED else []
    words += [f"empty {gaps}"] if gaps else []
    many = "row holds" if rows == 1 else "rows hold"
    return f"column {quoted(name)}: {rows} {many} what training never saw, taken as unknown: {', '.join(words)}"
