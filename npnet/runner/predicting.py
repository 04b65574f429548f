"""Predictions of a finished run for the rows of a file or a table, read as those of its training were."""

from collections.abc import Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.columns.schema import ColumnSchema, ReadOptions, Schema
from npnet.data.datasets import VALUES
from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import with_target
from npnet.data.joining.tables import SideSource, needed_columns, with_sides
from npnet.data.preprocessing import Unknown, unseen_values
from npnet.data.readers.in_memory import InMemory
from npnet.data.readers.reading import ReadFrame, read_frame, read_table
from npnet.errors import DataError, UsageError
from npnet.experiment.resolved import choose_threads
from npnet.experiment.resources import limited
from npnet.model.predictor import Predictor, SplitPredictor
from npnet.registry import nearest
from npnet.rundir.restore import DataMetadata, experiment_of, restored
from npnet.rundir.run import Run
from npnet.runner.results import Columns, blocks_of, prediction_columns, quantile_columns
from npnet.text import one_line, quoted

NAMED = 5  # unknown values that a warning names


class RunPredictor:
    """The predictor of a run with what it needs to read rows, and its number of BLAS threads.

    `dropped` are the columns that the config leaves out, which are ignored without a note; `drop_rows` says whether it
    leaves out rows without a target. `needed` are the columns that the network uses: those that training left out may
    be missing. `sides` say where the rows of each side table are. `schema` says how columns are read: as in the
    training, or as numbers where it had no file. `unpredicted` counts the rows so far that have no prediction.
    """

    def __init__(
        self,
        predictor: Predictor,
        data: DataMetadata,
        threads: int,
        dropped: tuple[str, ...] = (),
        drop_rows: bool = False,
        sides: Mapping[str, SideSource] | None = None,
    ) -> None:
        self.predictor, self.data, self.threads, self.dropped = predictor, data, threads, dropped
        self.drop_rows, self.sides = drop_rows, sides or {}
        self.needed = data.preparations[0].needed
        self.schema = data.schema or _of_numbers(data)
        self.unpredicted = 0

    @classmethod
    def of(cls, run: Run) -> "RunPredictor":
        """Restore the predictor of a run; of its data, only side tables are needed."""
        experiment, base = experiment_of(run)
        predictor, data = restored(run, experiment)
        source, threads = experiment.dataset, choose_threads(experiment.threads, 0)
        dropped, drop_rows = (source.drop, source.drop_rows) if isinstance(source, Table) else ((), False)
        sides = {one.title: SideSource(one.path, base, same=True) for one in getattr(source, "sides", ())}
        return cls(predictor, data, threads, dropped, drop_rows, sides)

    def with_tables(self, tables: Mapping[str, object]) -> "RunPredictor":
        """Return the predictor with other side tables: a path or a table in memory for each name.

        Raise UsageError for a name that is no side table of the run.
        """
        known = [side.name for side in self.schema.sides]
        for name in tables:
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean {near}?" if near else f"they are: {', '.join(known)}" if known else "it has none"
                raise UsageError(f"the run has no side table {one_line(name, 60)}", hint)
        found = copy(self)
        found.sides = {**self.sides, **{name: SideSource.of(table, name) for name, table in tables.items()}}
        return found

    @classmethod
    def of_training(cls, predictor: SplitPredictor, threads: int) -> "RunPredictor":
        """Return the predictor of a training that left no run, without the data it was trained on."""
        return cls(predictor.frame_predictor, DataMetadata.of(predictor.folds, predictor.calibration), threads)

    @property
    def has_other_rows(self) -> bool:
        """Whether inputs come from side tables, or from rows of the training set."""
        return bool(self.schema.sides or self.data.preparations[0].aggregates)

    def read(self, path: str, others: tuple[str, ...] = ()) -> ReadFrame:
        """Read a file as the data of the run were read; raise DataError where a column is missing."""
        options = ReadOptions(path=path, drop=self.dropped)
        needs, sides = needed_columns(self.schema.sides, {*self.needed, *others})
        return with_sides(read_frame(options, Path.cwd(), self.schema, needs=needs)[0], sides, self.sides)

    def read_table(self, table: object, others: tuple[str, ...] = ()) -> ReadFrame:
        """Read a table in memory like a file with the same content; raise DataError where a column is missing."""
        known: dict[str, set[str]] = {}
        for step in (step for one in self.data.preparations for step in one.steps if step.kind == "category"):
            known.setdefault(step.column, set()).update(step.places)
        needs, sides = needed_columns(self.schema.sides, {*self.needed, *others})
        return with_sides(read_table(InMemory(table, known), self.schema, needs=needs)[0], sides, self.sides)

    def by_position(self, rows: NDArray[np.float64]) -> Frame:
        """Return the rows of an array (rows, columns) whose columns are those of the training, in order.

        Raise DataError for another number of columns, and for a number that is not finite.
        """
        self.require_numbers()
        if rows.shape[1] != len(self.data.features):
            what = f"X has {rows.shape[1]} columns, the network takes {len(self.data.features)}"
            more = ", ..." if len(self.data.features) > NAMED else ""
            raise DataError(what, f"in this order: {', '.join(map(quoted, self.data.features[:NAMED]))}{more}")
        if np.isinf(rows).any():
            row, column = np.argwhere(np.isinf(rows))[0].tolist()
            where = f"X: row {row + 1}: {rows[row, column]} in column {quoted(self.data.features[column])}"
            raise DataError(f"{where} is not finite", "NaN stands for a number that is missing")
        return Frame.of(rows, self.data.features)

    def require_numbers(self) -> None:
        """Raise DataError where not all columns of the training are numbers: an array cannot stand for them."""
        if self.has_other_rows:
            what = "the network has inputs from the rows of a key, so the columns of X need their names"
            raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts")
        others = [one.name for one in self.schema.columns if one.name in self.data.features and one.kind != "number"]
        if others:
            what = f"column {quoted(others[0])} is no column of numbers, so the columns of X need their names"
            raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts")

    def read_with_targets(self, path: str) -> ReadFrame:
        """Read a file with targets; rows without one are left out where training left them out.

        Raise DataError for a row without a target where training refused it, and where no row has one.
        """
        frame = self.read(path, self.data.targets)
        rows = with_target(frame, self.data.targets)
        lacking = len(frame) - len(rows)
        many = f"{lacking} row{'s' * (lacking != 1)} without a target"
        if not len(rows):
            raise DataError(f"no row of {path} has a target", "npnet predict needs none")
        if lacking and not self.drop_rows:
            first = frame.rows[np.setdiff1d(np.arange(len(frame)), rows)[0]]
            raise DataError(f"{path} has {many}, first in row {first}", "give them one, or take them out of the file")
        notes = (*frame.notes, f"left out {many}, as in training") if lacking else frame.notes
        chosen = frame.take(rows)
        return ReadFrame(chosen.columns, chosen.rows, frame.fingerprint, notes)

    def unknown(self, frame: Frame) -> Unknown:
        """Count the values that training never saw, by column and text; "" stands for an unexpected gap."""
        preparation = self.data.preparations[0]
        columns = preparation.extended(frame).columns
        found = ((step.column, unseen_values(step, columns[step.column])) for step in preparation.steps)
        return {name: counts for name, counts in found if counts}

    def warnings(self, frame: Frame) -> list[str]:
        """Return a line for each column with values that training never saw."""
        return [_warning(name, dict(counts.most_common())) for name, counts in self.unknown(frame).items()]

    def refuse_unknown(self, frame: Frame) -> None:
        """Raise DataError that names the first row with a value that training never saw, if there is one."""
        unknown = self.unknown(frame)
        whole = self.data.preparations[0].extended(frame)
        found = [(_first_row(whole, name, text), name, text) for name, counts in unknown.items() for text in counts]
        if found:
            row, name, text = min(found)
            what = f"{quoted(text)} in column {quoted(name)} is a value that training never saw"
            empty = f"column {quoted(name)} is empty, which it never was in training"
            raise DataError(f"row {row}: {what if text else empty}", "without --strict it is taken as unknown")

    def outputs(self, frame: Frame) -> NDArray[np.float64]:
        """Return outputs (outputs, samples), averaged over the networks."""
        with limited(self.threads):
            return self.predictor.outputs(frame)

    def require_classes(self) -> None:
        """Raise UsageError where the task has no probabilities."""
        if self.data.task in VALUES:
            raise UsageError(f"--proba is for classes, the task of this run is {self.data.task}", "leave out --proba")

    def predictions(self, frame: Frame, proba: bool) -> Iterator[Columns]:
        """Yield the columns row, prediction, and if wanted probabilities, block by block of rows.

        Rows without a prediction, whose outputs are not finite, add to `unpredicted`.
        """
        for rows in blocks_of(len(frame), self.predictor.network.outputs):
            block = frame.take(rows)
            output = self.outputs(block)
            self.unpredicted += int(np.count_nonzero(~np.isfinite(output).all(axis=0)))
            columns, chances = prediction_columns(self.data, self.predictor.calibration, output)
            spread = quantile_columns(self.data, self.predictor, block)
            yield {"row": block.rows, **columns, **spread, **(chances if proba else {})}


def _of_numbers(data: DataMetadata) -> Schema:
    """Return the schema of a run on a data set that comes with npnet: numbers, and classes as text."""
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
