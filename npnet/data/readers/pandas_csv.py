"""Blocks of regular text through pandas' C parser: numbers where all cells are some, and the text of the others."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npnet.data.columns.cells import Cells
from npnet.data.columns.type_rules import doubtful

if TYPE_CHECKING:
    import pandas as pd


def parsed(
    block: bytes,
    rows: int,
    delimiter: str,
    missing: Iterable[str],
    names: Sequence[str],
    wanted: Iterable[str],
    as_text: Callable[[str], bool],
) -> dict[str, Cells] | None:
    """The wanted columns of a block of so many rows; None where the parser takes them for others."""
    place = {name: index for index, name in enumerate(names)}
    texts = {place[name] for name in wanted if as_text(name)}
    options = _options(len(names), delimiter, missing)
    table = _parse(block, [place[name] for name in wanted], texts, options)
    if table is None or len(next(iter(table.values()))) != rows:
        return None
    doubts = [index for index, cells in table.items() if index not in texts and not _certain(cells)]
    again = _parse(block, doubts, set(doubts), options) if doubts else {}
    if again is None:
        return None
    table |= again
    return {name: table[place[name]] for name in wanted}


def _options(width: int, delimiter: str, missing: Iterable[str]) -> dict[str, Any]:
    import pandas as pd

    options = {
        "sep": delimiter,
        "header": None,
        "names": range(width),
        "index_col": False,
        "keep_default_na": False,
        "na_values": ["", *(text for text in missing if not _is_float(text))],
        "skip_blank_lines": False,
        "low_memory": False,
        "engine": "c",
    }
    if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
        options["float_precision"] = "round_trip"  # from 3.1 on numbers are rounded rightly without being asked
    return options


def _parse(block: bytes, wanted: list[int], texts: set[int], options: dict[str, Any]) -> dict[int, Cells] | None:
    import pandas as pd

    columns = None if len(wanted) == len(options["names"]) else wanted
    types = dict.fromkeys(texts, object)
    try:
        frame = pd.read_csv(io.BytesIO(block), usecols=columns, dtype=types, **options)
    except pd.errors.ParserError:
        return None
    return {index: _values(frame[index]) for index in wanted}


def _values(column: "pd.Series[Any]") -> Cells:
    return column.to_numpy(np.float64 if column.dtype.kind in "iuf" else object)


def _certain(cells: Cells) -> bool:
    """Whether the parser found numbers, and none of which the text must be seen."""
    return cells.dtype != object and not doubtful(cells)


def _is_float(text: str) -> bool:
    """Whether pandas would leave out each number that equals the text, not the text alone."""
    try:
        float(text)
    except ValueError:
        return False
    return True
