"""Windows as rows of a frame at positions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import columns_at
from npnet.data.windows.cutting import RowWindows
from npnet.errors import DataError
from npnet.text import quoted


def positions_frame(frame: Frame, windows: RowWindows, marks: Mapping[str, NDArray[Any]] | None = None) -> Frame:
    """Return a row for each window: the columns of its first row, then those of the next, named as `columns_at` does.

    Values are read when they are needed. A row has the number of the last row of its window.
    """
    each = [frame.take(np.ascontiguousarray(rows)).columns.values() for rows in windows.rows.T]
    names = columns_at(frame.columns, (len(each),))
    if len(set(names)) < len(names):
        twice, _ = Counter(names).most_common(1)[0]
        what = f"two columns would have the name {quoted(twice)}, which ends in the number of a row of the window"
        raise DataError(what, "drop: leaves one of them out")
    columns = {name: replace(column, name=name) for name, column in zip(names, chain(*each), strict=True)}
    return Frame(columns, frame.rows[windows.last], marks=marks or {})
