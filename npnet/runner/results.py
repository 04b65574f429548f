"""Tables of results: rows of the history, predictions block by block, and their files."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from io import RawIOBase
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Prepared
from npnet.data.columns import Frame
from npnet.data.datasets import VALUES
from npnet.data.readers.parquet import INSTALL
from npnet.data.readers.workbook import INSTALL as EXCEL
from npnet.data.reproduction import REPRODUCTION, reproduction_errors
from npnet.engine.loop import Progress
from npnet.errors import MachineError, UsageError
from npnet.machine.resources import out_of_memory
from npnet.metrics import decide
from npnet.model.outputs import Calibration
from npnet.model.predictor import Predictor, Scores, SplitPredictor
from npnet.model.trainer import Trainer
from npnet.rundir.names import OUT_OF_FOLD, PREDICTED
from npnet.rundir.restore import DataMetadata
from npnet.rundir.table import OF_TARGET, csv_rows, endings
from npnet.rundir.writer import RunWriter

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
Names = Prepared | DataMetadata  # whose task, targets, classes and steps name the columns

BLOCK = 1 << 16  # rows that are predicted, and written, at a time
CELLS = 1 << 20  # the most cells of a block, whose rows may have many
PIECE = 1 << 20
SHEET = (1 << 20, 1 << 14)  # the most rows and columns of a sheet
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # letters that XML cannot hold


def history_columns(trainer: Trainer) -> list[str]:
    """Return the names of the values in history.csv, in order: the losses, then each metric of both splits."""
    splits = [split for split in ("train", "validation") if split in trainer.data.parts]
    return [f"{split}_{name}" for name in ("loss", *trainer.stack_trainer.watched) for split in splits]


def history_row(progress: Progress, columns: list[str]) -> dict[str, float]:
    """Return the row of an epoch; NaN where it was not evaluated."""
    values = {name: progress.mean(name) for name in columns}
    return {"epoch": progress.epoch, **values, "learning_rate": float(progress.learning_rate[0])}


def write_scores(writer: RunWriter, predictor: SplitPredictor) -> Scores:
    """Write the scores of every split and the predictions of those that did not train; return the scores."""
    metrics = predictor.all_scores()
    writer.write_metrics(metrics, predictor.rule)
    crossed = len(predictor.folds) > 1
    for split in (OUT_OF_FOLD,) if crossed else [name for name in PREDICTED if name in predictor.data.parts]:
        rows, output = predictor.out_of_fold() if crossed else predictor.predictions(split)
        writer.write_predictions(split, prediction_blocks(predictor, rows, output))
    return metrics


def prediction_blocks(predictor: SplitPredictor, part: Part, output: Floats) -> Iterator[Columns]:
    """Yield the predictions of rows from their outputs (outputs, samples), block by block, as columns.

    The columns are row, marks, position where each has a target, target, prediction and, of classes,
    probability_<class>; several targets have columns of their own. Of a text there is the probability of the
    target alone. Quantiles are added unless the rows are those of several folds.
    """
    data = predictor.data
    for rows in blocks_of(len(part.y), output.shape[0]):
        block = part.take(rows)
        named = data.task in ("binary", "multiclass")
        y = [np.array(data.classes, object)[block.y]] if named else block.y.T
        targets: Columns = {f"target{end}": column for end, column in zip(endings(data.targets), y, strict=True)}
        predictions, probabilities = prediction_columns(data, predictor.calibration, output[:, rows])
        if data.negatives and not (data.schema and data.schema.labels):
            targets, predictions = words_of(data, targets, "target"), words_of(data, predictions, "prediction")
        spread = quantile_columns(data, predictor.frame_predictor, block.frame) if len(predictor.folds) == 1 else {}
        where: dict[str, NDArray[Any]] = {"row": block.rows, **block.frame.marks}
        if block.position is not None:
            where["position"] = block.position
        if data.predicts_next:
            probabilities = {OF_TARGET: output[block.y, rows]}
        if data.reproduces:
            where[REPRODUCTION] = reproduction_errors(block.y, output[:, rows], data.target_scaler)
        yield {**where, **targets, **predictions, **probabilities, **spread}


def blocks_of(rows: int, outputs: int) -> Iterator[NDArray[np.intp]]:
    """Yield the numbers of the rows, of so many outputs each, that are predicted and written at a time."""
    size = min(BLOCK, max(CELLS // outputs, 1))
    for start in range(0, rows, size):
        yield np.arange(start, min(start + size, rows))


def quantile_columns(data: Names, predictor: Predictor, frame: Frame) -> Columns:
    """Return the quantiles of a regression as columns quantile_<q>; none where one value is predicted."""
    names = predictor.loss.quantiles
    if not names or data.steps:
        return {}
    each = zip(endings(data.targets), predictor.quantiles(frame), strict=True)
    return {
        f"quantile_{q:g}{end}": np.where(np.isfinite(values), values, np.nan)
        for end, several in each
        for q, values in zip(names, several, strict=True)
    }


def prediction_columns(data: Names, calibration: Calibration, output: Floats) -> tuple[Columns, Columns]:
    """Return the columns of predictions and of probabilities, the latter none of values, of outputs (outputs, samples).

    An output that is not finite has no prediction: NaN in a column of numbers, None of classes and labels.
    """
    ends, output = endings(data.targets), np.where(np.isfinite(output), output, np.nan)
    if data.task in VALUES:
        return {f"prediction{end}": values for end, values in zip(ends, output, strict=True)}, {}
    if data.task == "multilabel":
        labels = {f"prediction{end}": _labels(chance) for end, chance in zip(ends, output, strict=True)}
        return labels, {f"probability{end}": chance for end, chance in zip(ends, output, strict=True)}
    names = np.array(data.classes, object)[decide(calibration.apply_threshold(output, data.task))]
    names[np.isnan(output).any(axis=0)] = None
    each = np.concatenate([1 - output, output]) if len(output) == 1 else output
    return {"prediction": names}, {
        f"probability_{name}": chance for name, chance in zip(data.classes, each, strict=True)
    }


def _labels(chance: Floats) -> NDArray[Any]:
    labels: NDArray[Any] = (chance > 0.5).astype(int)
    unknown = np.isnan(chance)
    if unknown.any():
        labels = labels.astype(object)
        labels[unknown] = None
    return labels


def labels_in_words(data: Names, predictions: Columns) -> Columns:
    """Return the predictions of several labels as the texts of their columns; labels of 0 and 1 stay numbers.

    Labels that share a column are one text, as in its cells.
    """
    shared = None if data.schema is None else data.schema.labels
    if shared is not None:
        from npnet.data.datasets.labels import joined_labels

        each = zip(data.targets, predictions.values(), strict=True)
        return {"prediction": joined_labels(shared, dict(each))}
    return words_of(data, predictions, "prediction")


def words_of(data: Names, columns: Columns, word: str) -> Columns:
    """Return columns of several labels, each named by a word and its label, as the texts of the file."""
    words = dict(columns)
    for end, pair in zip(endings(data.targets), zip(data.negatives, data.classes, strict=True), strict=True):
        if pair != ("0", "1"):
            labels = columns[f"{word}{end}"]
            words[f"{word}{end}"] = np.array([None if one is None else pair[one] for one in labels.tolist()], object)
    return words


def texts(form: str, blocks: Iterator[Columns]) -> Iterator[str]:
    """Yield the text of each block, CSV with a header or JSON lines."""
    for number, block in enumerate(blocks):
        if form == "csv":
            yield csv_rows(block, header=number == 0).decode()
        else:
            yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows_of(block))


def rows_of(columns: Columns) -> Iterator[dict[str, Any]]:
    """Yield the rows of a block as dicts by column; None for missing values."""
    cells = zip(*map(_values, columns.values()), strict=True)
    return (dict(zip(columns, row, strict=True)) for row in cells)


def _values(column: NDArray[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    if column.dtype.kind != "f" or np.isfinite(column).all():
        return values
    return [value if math.isfinite(value) else None for value in values]


def encoded(form: str, blocks: Iterator[Columns]) -> Iterator[bytes]:
    """Yield the bytes of a file of predictions, piece by piece; call `require_writer` first."""
    if form == "parquet":
        return _parquet(blocks)
    if form == "xlsx":
        return workbook(row for block in blocks for row in rows_of(block))
    return (text.encode() for text in texts(form, blocks))


def require_writer(form: str) -> None:
    """Raise MachineError where the package that writes a format is not installed."""
    what, install = ("Parquet files need pyarrow", INSTALL) if form == "parquet" else ("workbooks need openpyxl", EXCEL)
    try:
        if form == "parquet":
            import pyarrow.parquet  # noqa: F401
        elif form == "xlsx":
            import openpyxl  # noqa: F401
    except ImportError as error:
        raise out_of_memory(error) or MachineError(f"{what}: {error}", install) from error


def _parquet(blocks: Iterator[Columns]) -> Iterator[bytes]:
    """Yield a row group for each block; texts are strings, integers int64, other numbers float64."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    tables = (pyarrow.table({name: _arrow(values) for name, values in block.items()}) for block in blocks)
    pieces, first = Pieces(), next(tables)
    with ParquetWriter(pieces, first.schema) as writer:
        for table in chain((first,), tables):
            writer.write_table(table)
            yield pieces.take()
    yield pieces.take()


def _arrow(values: NDArray[Any]) -> Any:
    """Return a column for Parquet; one of texts and gaps is text, also where a block has only gaps."""
    import pyarrow

    are_texts = values.dtype == object and all(value is None or isinstance(value, str) for value in values)
    return pyarrow.array(values, pyarrow.string() if are_texts else None)


class Pieces(RawIOBase):
    """A file written from beginning to end, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """Return True: the file can be written."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written, including those taken."""
        return self._size

    def write(self, data: Any) -> int:
        """Hold bytes until they are taken; return their number."""
        self._pieces.append(bytes(data))
        self._size += len(self._pieces[-1])
        return len(self._pieces[-1])

    def take(self) -> bytes:
        """Return the bytes written since the last call."""
        data, self._pieces = b"".join(self._pieces), []
        return data


def workbook(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the bytes of a workbook with one sheet of rows below their names; texts are never formulas.

    Needs openpyxl, which keeps the rows in a temporary file. Raise UsageError where a sheet cannot hold all of them.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("predictions")
    try:
        _fill_sheet(sheet, iter(rows))
    except BaseException:
        sheet.close()  # what openpyxl has written it removes at the end of the process
        raise
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(PIECE), b"")


def _fill_sheet(sheet: Any, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows, {})
    for number, cells in enumerate(chain([list(first), first.values()], (row.values() for row in rows)), 1):
        if number > SHEET[0] or len(cells) > SHEET[1]:
            what = f"a sheet of a workbook has at most {SHEET[0]} rows and {SHEET[1]} columns"
            raise UsageError(f"the predictions are more: {what}", "-o FILE.csv holds any number")
        sheet.append([_sheet_cell(cell, sheet) if isinstance(cell, str) else cell for cell in cells])


def _sheet_cell(value: str, sheet: Any) -> Any:
    """Return a cell that is text whatever it begins with; control characters are written as Excel escapes them."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", value))
    cell.data_type = "s"
    return cell
