"""Predictions of a run on windows of a table, for the windows of another table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from npnet.data.columns import Frame, Rows
from npnet.data.columns.schema import SideTable
from npnet.data.datasets.windows import CutRows, WindowsOfTable
from npnet.data.readers.reading import ReadFrame
from npnet.errors import DataError
from npnet.model.predictor import Predictor
from npnet.rundir.restore import DataMetadata
from npnet.runner.predictions.predicting import AS_RUN, RunPredictor
from npnet.runner.predictions.unseen import Unseen
from npnet.text import plural

MEMORY = "the table"


@dataclass(frozen=True, eq=False)
class WindowsFrame(ReadFrame):
    """Windows as rows at positions, and the rows of the table that they were cut from."""

    table: Frame


class UnseenInWindows(Unseen):
    """Values of new rows of windows that training never saw: a column of nothing else is reported, not refused.

    The newest rows are few and later than those of training: all may be of a month that training never saw.
    """

    @override
    def refuse_all(self) -> None:
        return


class WindowsPredictor(RunPredictor):
    """The predictor of a run on windows: a table is read as any other, and cut into windows that are predicted."""

    whole = True

    def __init__(self, predictor: Predictor, data: DataMetadata, threads: int, windows: WindowsOfTable) -> None:
        super().__init__(predictor, data, threads, windows.drop, windows.drop_rows, ids=windows.id)
        self.windows, self.marks = windows, windows.marks
        self.features = tuple(step.column for step in data.preparations[0].steps)
        group = () if windows.group is None else (windows.group,)
        read = (name for name in self.features if name not in windows.added)
        self.needed = tuple(dict.fromkeys([*read, *windows.times, *group]))

    @override
    def completed(self, frame: ReadFrame, sides: Sequence[SideTable]) -> ReadFrame:
        return self.windows.with_calendar(super().completed(frame, sides))

    @override
    def read(self, path: str, others: tuple[str, ...] = (), layout: Mapping[str, Any] = AS_RUN) -> ReadFrame:
        """Return the windows of a file, the newest included."""
        return self.samples(super().read(path, others, layout), path)[0]

    @override
    def read_table(self, table: object, others: tuple[str, ...] = ()) -> ReadFrame:
        """Return the windows of a table in memory, the newest included."""
        return self.samples(super().read_table(table, others), MEMORY)[0]

    @override
    def samples(self, frame: ReadFrame, name: str) -> tuple[ReadFrame, Rows]:
        """Return the windows of rows, the newest included, and the position of the last row of each."""
        cut = self.windows.cut(frame, name, learned=True, newest=True)
        return self._framed(frame, cut, cut.notes), cut.windows.last

    def labelled(self, table: object, layout: Mapping[str, Any]) -> ReadFrame:
        """Read a file, or a table in memory, and return its windows, with the target of each as one more column."""
        if isinstance(table, str):
            name, frame = table, super().read(table, self.data.targets, layout)
        else:
            name, frame = MEMORY, super().read_table(table, self.data.targets)
        cut, lacking = self.windows.with_targets(self.windows.cut(frame, name, learned=True))
        if not len(cut.windows):
            raise DataError(f"no window of {name} has a target", "npnet predict needs none")
        left = (f"left out {plural(lacking, 'window')} without a target, as in training",) if lacking else ()
        found = self._framed(frame, cut, (*cut.notes, *left))
        ahead = frame.take(cut.windows.ahead)
        targets = {one: ahead.columns[one] for one in self.data.targets}
        return WindowsFrame({**found.columns, **targets}, found.rows, "", found.notes, found.table, marks=found.marks)

    def _framed(self, frame: ReadFrame, cut: CutRows, notes: tuple[str, ...]) -> WindowsFrame:
        found = cut.samples(self.features, self.windows.horizon)
        both = (*frame.notes, *notes)
        return WindowsFrame(found.columns, found.rows, frame.fingerprint, both, frame, marks=found.marks)

    @override
    def require_numbers(self) -> None:
        what = f"the network reads windows of {plural(self.windows.window, 'row')}, whose columns need their names"
        raise DataError(what, "predict a DataFrame, a dict of columns, or a list of dicts, in order of time")

    @override
    def unseen(self) -> Unseen:
        """Return the count of values that training never saw, in rows of a table."""
        return UnseenInWindows(self.data.preparations[0].of_position)

    @override
    def warnings(self, frame: Frame) -> list[str]:
        return super().warnings(frame.table if isinstance(frame, WindowsFrame) else frame)
