"""Columns of Python values as the program writes them: numbers, or codes of distinct texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from npnet.data.readers.child.wire import message

ROWS, CELLS = 50_000, 4_000_000  # the most in a batch; a wide table has batches of fewer rows
LONGEST = 1 << 28  # bytes of the distinct texts of a column in a batch
EXACT = 2**53  # numbers from here on are checked as text
NUMBERS = {int, float, type(None)}

Text = Callable[[Any], str | None]  # the text of a value, None where it is missing
Row = Sequence[Any]


def clock(microseconds: int) -> str:
    """Return a duration as hours, minutes and seconds, `30:02:00`."""
    minutes, rest = divmod(abs(microseconds), 60_000_000)
    sign = "-" if microseconds < 0 else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{rest / 1e6:09.6f}".removesuffix(".000000")


def batch_rows(columns: int) -> int:
    """Return how many rows of a table are written at a time."""
    return max(1000, min(ROWS, CELLS // max(columns, 1)))


def batches(rows: Iterable[Row], wanted: list[tuple[int, bool]], text: Text) -> Iterator[bytes]:
    """Yield rows as messages; `wanted` has the positions of columns, and whether they must be text."""
    following = iter(rows)
    while block := list(islice(following, batch_rows(len(wanted)))):
        yield message({"rows": len(block)})
        columns: list[Row] = list(zip(*block, strict=True)) if wanted else []
        for position, as_text in wanted:
            yield column(columns[position], as_text, text)
    yield message({"rows": None})


def column(values: Row, as_text: bool, text: Text) -> bytes:
    """Return a column as a message: as numbers if it has no other values, and float64 holds them exactly."""
    if not as_text and set(map(type, values)) <= NUMBERS:
        numbers = np.array(values, np.float64)
        if not (np.abs(numbers) >= EXACT).any():
            return message({}, numbers.tobytes())
    codes: dict[str | None, int] = {None: -1}  # and the distinct texts, in their order
    found = [codes.setdefault(one, len(codes) - 1) for one in map(text, values)]
    texts = [text for text in codes if text is not None]
    if sum(map(len, texts)) > LONGEST:
        raise MemoryError
    return message({"texts": texts}, np.array(found, np.int32).tobytes())
