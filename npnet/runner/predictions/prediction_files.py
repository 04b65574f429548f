"""Files of rows to predict: checked whole first, then predicted and written a block at a time."""

import glob
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config.loaded import load_alone
from npnet.config.overrides import SHORT, hints_as_overrides, key_of
from npnet.data.columns.schema import Layout, ReadOptions
from npnet.data.datasets import NewRows
from npnet.data.datasets.table import Table
from npnet.data.own_layout import read_fitting
from npnet.data.readers.data_file import STDIN, DataFile, opened
from npnet.data.readers.reading import ReadFrame, with_notes
from npnet.data.row_blocks import RowBlock, RowBlocks
from npnet.errors import DataError, UsageError
from npnet.registry import nearest
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.predictions.unseen import Unseen
from npnet.runner.results import Columns, blocks_of
from npnet.text import listed, quoted

FILE, ROW = "file", "row"
WILD = "*?["
CONFIG = "dataset: {table: {path: new.csv, target: y}}\nlayers: [linear]\n"


@dataclass(frozen=True)
class PredictionOptions:
    """What is wanted beside predictions: probabilities, columns of the file by name, or all of them.

    With `strict`, values that training never saw are refused. `layout` says how the files are written.
    """

    proba: bool = False
    ids: tuple[str, ...] = ()
    keep_all: bool = False
    strict: bool = False
    layout: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Checked:
    """A file that can be predicted: how it is read, and what was found when all of it was read.

    `rows` is the number of its predictions, or of its rows where each position has one.
    """

    path: str
    rows: int
    options: ReadOptions | NewRows
    unseen: Unseen
    kept: tuple[str, ...]
    notes: tuple[str, ...]


class PredictionFiles:
    """The rows of one or more files, which a run predicts: all are checked at once, and read again to be predicted.

    `notes` and `warnings` are about all files, `rows` is their number of rows. Standard input is held open by `stack`.
    """

    summary = ""
    """A line on all predictions, once they are made."""

    def __init__(
        self, predictor: RunPredictor, paths: Sequence[str], wanted: PredictionOptions, stack: ExitStack
    ) -> None:
        self._predictor, self._wanted = predictor, wanted
        own = predictor.source is not None
        self._stdin = stack.enter_context(opened(STDIN, Path.cwd())) if STDIN in paths and not own else None
        with hints_as_overrides():
            self._files = [self._checked_rows(paths)] if own else [self._checked(path) for path in paths]
        self.rows = sum(one.rows for one in self._files)
        kept = tuple(dict.fromkeys(name for one in self._files for name in one.kept))
        self._own_names = () if own else (FILE, ROW) if len(paths) > 1 else (ROW,)
        self._names = _free_names(kept, {*self._own_names, *predictor.column_names(wanted.proba)})
        self.notes = list(dict.fromkeys(note for one in self._files for note in one.notes))
        for name, other in self._names.items():
            if name != other:
                self.notes.append(f"column {quoted(name)} of the input is written as {quoted(other)}")
        self.warnings = predictor.uncorrected + [
            f"{one.path}: {line}" if len(paths) > 1 else line for one in self._files for line in one.unseen.warnings()
        ]

    @contextmanager
    def _open(self, path: str) -> Iterator[DataFile]:
        if path == STDIN and self._stdin is not None:
            yield self._stdin
        else:
            with opened(path, Path.cwd()) as file:
                yield file

    def _checked(self, path: str) -> _Checked:
        predictor, wanted = self._predictor, self._wanted
        with self._open(path) as file:
            try:
                options = predictor.options(path, wanted.layout)
                schema, needs = predictor.schema, predictor.needs()[0]
                found = read_fitting(file, options, schema, needs, lambda spec: self._read_all(file, path, spec))
            except DataError as error:
                raise with_notes(error, file.notes) from None
        return self._accepted(found, file.name)

    def _accepted(self, found: _Checked, name: str) -> _Checked:
        """Return a file that was checked; raise DataError where its values are not what training saw."""
        try:
            if self._wanted.strict:
                found.unseen.refuse_any()
            found.unseen.refuse_all()
        except DataError as error:
            raise DataError(f"{name}: {error.message}", error.hint) from None
        return found

    def _checked_rows(self, paths: Sequence[str]) -> _Checked:
        """Check rows that the source of the run reads."""
        rows, unseen = self._predictor.own_rows(paths, self._wanted.layout), self._predictor.unseen()
        path = listed(paths)
        for name in self._wanted.ids:
            if name not in rows.kept:
                has = f"they have {listed(rows.kept)}" if rows.kept else None
                raise DataError(f"the rows of {path} have no column {quoted(name)}", has or f"leave out --id {name}")
        for block in rows:
            unseen.add(block)
        return self._accepted(_Checked(path, unseen.rows, rows, unseen, rows.kept, rows.notes), path)

    def _read_all(self, file: DataFile, path: str, options: ReadOptions) -> _Checked:
        blocks, unseen = self._blocks(file, options), self._predictor.unseen()
        notes, rows = list[str](), 0
        for block in blocks:
            frame = self._completed(block)
            unseen.add(frame)
            samples, _ = self._predictor.samples(frame, file.name)
            notes, rows = [*notes, *samples.notes], rows + len(samples)
        return _Checked(path, rows, options, unseen, blocks.kept, (*blocks.notes, *notes))

    def _blocks(self, file: DataFile, options: ReadOptions) -> RowBlocks:
        predictor, wanted = self._predictor, self._wanted
        kept = None if wanted.keep_all else wanted.ids
        needs, sides = predictor.needs()
        return RowBlocks(
            file, options, predictor.schema, needs, kept, predictor.ids, whole=bool(sides) or predictor.whole
        )

    def _completed(self, block: RowBlock) -> ReadFrame:
        frame = ReadFrame(block.columns, block.rows, "", ())
        return self._predictor.completed(frame, self._predictor.needs()[1])

    def predictions(self) -> Iterator[Columns]:
        """Yield the columns file (of several files), row, those kept, prediction and others, block by block."""
        for one in self._files:
            if not isinstance(one.options, ReadOptions):
                for block in one.options:
                    yield from self._predicted(block, one.path)
                continue
            with self._open(one.path) as file:
                for block in self._blocks(file, one.options):
                    yield from self._predicted(block, one.path)

    def _predicted(self, block: RowBlock, path: str) -> Iterator[Columns]:
        predictor = self._predictor
        frame, row = predictor.samples(self._completed(block), path)
        for chunk in blocks_of(len(frame), predictor.predictor.network.graph.shapes[-1].values):
            rows = row[chunk[predictor.rows_of(frame.take(chunk))]]
            own = {FILE: np.full(len(rows), path), ROW: block.rows[rows]}
            kept = {other: _texts(block.kept.get(name), rows) for name, other in self._names.items()}
            predicted = predictor.predictions(frame.take(chunk), self._wanted.proba)
            yield {**{name: own[name] for name in self._own_names}, **kept, **predicted}


def expanded(paths: Sequence[str]) -> list[str]:
    """Return the paths of files, with patterns such as *.csv replaced by what they match, each file once.

    A path that exists is no pattern. Raise DataError for a pattern that no file matches.
    """
    found: list[str] = []
    for path in paths:
        if path == STDIN or not set(WILD) & set(path) or Path(path).exists():
            found.append(path)
            continue
        found_here = glob.glob(path, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        matches = sorted(one for one in found_here if Path(one).is_file())
        if not matches:
            raise DataError(f"no file matches {path}", f"this pattern starts at {Path.cwd()}")
        found += matches
    return list(dict.fromkeys(found))


def _free_names(kept: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Return the names under which columns of the input are written; no name is taken twice."""
    names: dict[str, str] = {}
    for name in kept:
        other = name
        while other in taken or (other != name and other in kept):
            other = f"input_{other}"
        names[name] = other
        taken.add(other)
    return names


def _texts(cells: NDArray[Any] | None, rows: NDArray[np.intp]) -> NDArray[Any]:
    """Return the texts of some rows, None where empty or where their file has no such column."""
    if cells is None:
        return np.full(len(rows), None, object)
    chosen = cells[rows].astype(object)
    chosen[chosen != chosen] = None  # NaN differs from itself
    return chosen


def layout_of(overrides: Sequence[str]) -> dict[str, Any]:
    """Return the options of `Layout` that `KEY=VALUE` texts set.

    Raise UsageError for another key, ConfigError for a value that is not valid.
    """
    for text in overrides:
        _refuse_other(key_of(text).removeprefix(f"{SHORT}."))
    table = load_alone(Path("new.yaml"), CONFIG.encode(), overrides).experiment.dataset
    written = table.model_dump(exclude_unset=True)
    return {key: value for key, value in written.items() if key in Layout.model_fields}


def _refuse_other(key: str) -> None:
    names = list(Layout.model_fields)
    if key in names:
        return
    if key in Table.model_fields:
        what = f"{key}= says what the values of a table mean, which comes from the run"
        raise UsageError(what, f"take it out; {', '.join(names[:-1])} and {names[-1]} say how a file is written")
    near = nearest(key, names)
    raise UsageError(
        f"{key}= does not say how a file is written",
        f"did you mean {near}=?" if near else f"there are: {', '.join(names)}; a file of this name does not exist",
    )
