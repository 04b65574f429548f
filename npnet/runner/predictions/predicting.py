"""Predictions of a finished run for the rows of a file or a table, read as those of its training were."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.config.overrides import hints_as_overrides
from npnet.data.columns import Frame, Rows
from npnet.data.columns.schema import ColumnSchema, ReadOptions, Schema, SideTable
from npnet.data.columns.spelling import respelled
from npnet.data.datasets import VALUES, NewRows, Source, WantedRows
from npnet.data.datasets.table import Table, joined
from npnet.data.datasets.windows import WindowsOfTable
from npnet.data.own_layout import read_fitting
from npnet.data.readers.data_file import opened
from npnet.data.readers.in_memory import InMemory
from npnet.data.readers.reading import ReadFrame, read_file, read_table
from npnet.errors import DataError, UsageError
from npnet.experiment.resolved import choose_threads
from npnet.model.predictor import Predictor, SplitPredictor
from npnet.registry import nearest
from npnet.rundir.restore import DataMetadata, experiment_of, restored
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.row_predictor import RowPredictor
from npnet.runner.predictions.unseen import Unseen
from npnet.text import one_line, plural, quoted

if TYPE_CHECKING:
    from npnet.data.joining.tables import SideSource

AS_RUN: Mapping[str, Any] = {}  # the layout of a file that is written as the data of the run
NAMED = 5  # columns that a hint names


class RunPredictor(RowPredictor):
    """The predictor of a run with what it needs to read rows.

    `dropped` are the columns that the config leaves out, which are ignored without a note; `drop_rows` says whether it
    leaves out rows without a target; `ids` are the columns that it carries to the predictions. `needed` are the columns
    that the network uses: those that training left out may be missing. `sides` say where the rows of each side table
    are. `schema` says how columns are read: as in the training, or as numbers where it had no file. `run` is the id of
    the run, if any. `source` reads new rows that are no rows of tables. `whole` says that all rows of a file are needed
    at once.
    """

    whole = False

    def __init__(
        self,
        predictor: Predictor,
        data: DataMetadata,
        threads: int,
        dropped: tuple[str, ...] = (),
        drop_rows: bool = False,
        sides: "Mapping[str, SideSource] | None" = None,
        ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(predictor, data, threads)
        self.dropped, self.drop_rows, self.sides, self.ids = dropped, drop_rows, sides or {}, ids
        self.needed = data.preparations[0].needed
        self.schema = data.schema or _of_numbers(data)
        self.run = ""
        self.source: Source | None = None

    @classmethod
    def of(cls, run: RunFolder) -> "RunPredictor":
        """Restore the predictor of a run; of its data, only side tables are needed."""
        experiment, base = experiment_of(run)
        predictor, data = restored(run, experiment)
        source, threads = experiment.dataset, choose_threads(experiment.threads, 0)
        found = cls(predictor, data, threads)
        if isinstance(source, Table):
            found = cls(predictor, data, threads, source.drop, source.drop_rows, ids=source.id)
            if source.sides:
                from npnet.data.joining.tables import side_sources

                found.sides = side_sources(source.sides, base)
        elif isinstance(source, WindowsOfTable):
            from npnet.runner.predictions.forecasting import WindowsPredictor

            found = WindowsPredictor(predictor, data, threads, source)
        found.run, found.source = run.id, source if source.reads_new_rows else None
        return found

    def with_tables(self, tables: Mapping[str, object]) -> "RunPredictor":
        """Return the predictor with other side tables: a path or a table in memory for each name.

        Raise UsageError for a name that is no side table of the run.
        """
        from npnet.data.joining.tables import SideSource

        known = [side.name for side in self.schema.sides]
        for name in tables:
            if name not in known:
                near = nearest(name, known)
                others = f"they are: {', '.join(known)}" if known else "leave out --table, as it has none"
                hint = f"did you mean {near}?" if near else others
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

    def options(self, path: str, layout: Mapping[str, Any]) -> ReadOptions:
        """Return the options for a file that is written as `layout` says, else as the data of the run were."""
        return ReadOptions(path=path, drop=self.dropped, id=self.ids, **layout)

    def read(self, path: str, others: tuple[str, ...] = (), layout: Mapping[str, Any] = AS_RUN) -> ReadFrame:
        """Read a file as the data of the run were read, or by its own layout where theirs does not fit.

        Raise DataError where a column is missing.
        """
        if self.source is not None:
            rows = self.own_rows((path,), layout, others)
            frame = joined([*rows])
            return ReadFrame(frame.columns, frame.rows, "", rows.notes)
        needs, sides = self.needs(others)
        with hints_as_overrides(), opened(path, Path.cwd()) as file:
            options, schema = self.options(path, layout), self.schema

            def read(spec: ReadOptions) -> ReadFrame:
                return read_file(file, spec, schema, needs, np.float64)[0]

            frame = read_fitting(file, options, schema, needs, read)
        return self.completed(frame, sides)

    def samples(self, frame: ReadFrame, name: str) -> tuple[ReadFrame, Rows]:
        """Return what is predicted of rows that were read, and the position of the row that each prediction is for."""
        return frame, np.arange(len(frame))

    def own_rows(self, paths: Sequence[str], layout: Mapping[str, Any], targets: tuple[str, ...] = ()) -> NewRows:
        """Return the rows at paths that are no rows of tables; raise UsageError for a layout, which tables have."""
        if self.source is None:
            raise TypeError("the rows of this run are those of tables")
        if layout:
            what = f"{next(iter(layout))}= says how a table is written, and this run reads no tables"
            raise UsageError(what, f"leave {next(iter(layout))}= out")
        return self.source.new_rows(paths, WantedRows(self.data.features, targets, self.data.schema))

    def needs(self, others: Sequence[str] = ()) -> tuple[set[str], list[SideTable]]:
        """Return the columns that a table must have, and the side tables from which others come."""
        names, labels = {*self.needed, *others}, self.schema.labels
        if labels is not None and names & {*labels.labels}:
            names = (names - {*labels.labels}) | {labels.column}
        if not self.schema.sides:
            return names, []
        from npnet.data.joining.tables import needed_columns

        return needed_columns(self.schema.sides, names)

    def completed(self, frame: ReadFrame, sides: Sequence[SideTable]) -> ReadFrame:
        """Return rows with the columns of side tables, and with texts spelled as in the training."""
        if sides:
            from npnet.data.joining.tables import with_sides

            frame = with_sides(frame, sides, self.sides)
        frame, labels = replace(frame, columns=respelled(frame, self.known).columns), self.schema.labels
        if labels is None or labels.column not in frame.columns:
            return frame
        from npnet.data.datasets.labels import label_columns

        return replace(frame, columns=label_columns(frame, labels))

    def read_table(self, table: object, others: tuple[str, ...] = ()) -> ReadFrame:
        """Read a table in memory like a file with the same content; raise DataError where a column is missing."""
        needs, sides = self.needs(others)
        return self.completed(read_table(InMemory(table), self.schema, needs=needs)[0], sides)

    @cached_property
    def known(self) -> dict[str, set[str]]:
        """The texts that training saw in each column of categories, the target's included."""
        found: dict[str, set[str]] = {}
        for step in (step for one in self.data.preparations for step in one.steps if step.kind == "category"):
            found.setdefault(step.column, set()).update(step.places)
        for name, classes in zip(self.data.targets, self.data.target.classes, strict=False):
            found.setdefault(name, set()).update(classes)
        return found

    def by_position(self, rows: NDArray[np.float64]) -> Frame:
        """Return the rows of an array (rows, columns) whose columns are those of the training, in order.

        Raise DataError for another number of columns, and for a number that is not finite.
        """
        self.require_numbers()
        if rows.shape[1] != len(self.data.features):
            what = f"X has {plural(rows.shape[1], 'column')}, the network takes {len(self.data.features)}"
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
            what = "the network has joined or aggregated columns, so the columns of X need their names"
            raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts")
        others = [one.name for one in self.schema.columns if one.name in self.data.features and one.kind != "number"]
        if others:
            what = f"column {quoted(others[0])} is no column of numbers, so the columns of X need their names"
            raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts")

    def warnings(self, frame: Frame) -> list[str]:
        """Return a line for each column with values that training never saw; raise DataError where all are such.

        Predictions that are not corrected are reported too.
        """
        unseen = self.unseen().add(frame)
        unseen.refuse_all()
        return [*self.uncorrected, *unseen.warnings()]

    @property
    def uncorrected(self) -> list[str]:
        """The warning that means of a transformed target are not corrected, as the training has not ended."""
        transform = self.predictor.folds[0][1]
        if transform.smearing is not None or not transform.smears:
            return []
        what = f"target_transform: {transform.target_transform} is undone without the smearing correction"
        return [
            f"{what}, which the end of a training computes: predictions are too low; npnet resume {self.run} ends it"
        ]

    def unseen(self) -> Unseen:
        """Return the count of values that training never saw, of no rows so far."""
        return Unseen(self.data.preparations[0])


def _of_numbers(data: DataMetadata) -> Schema:
    """Return the schema of a run on a data set that comes with npnet: numbers, and classes as text."""
    kind: Any = "number" if data.task in VALUES else "category"
    columns = [ColumnSchema(name=name, kind="number") for name in data.features]
    targets = () if data.reproduces else data.target_columns
    return Schema(columns=(*columns, *(ColumnSchema(name=name, kind=kind) for name in targets)))
