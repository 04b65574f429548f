"""Files that grow by rows: each row has a few whole numbers and float32 tensors of the same names and shapes.

The file begins with a file of tensors, its length in eight bytes before it, whose tensors say the layout; its values
are those of the first row, and its metadata the numbers of that row and what is known of all. Every other row is its
numbers (int64), its values (float32) and the CRC-32 of both, all little-endian: nothing is repeated, and a row costs
microseconds.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import Diverged
from npnet.storage.tensor_file import Tensors, file_of, parse

PREFIX, CHECK = 8, 4  # bytes before the first row, and after every other
DIGITS = 18  # of a number in the metadata
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Rows:
    """The intact rows of a file: numbers (rows, numbers) int64, tensors (rows, ...) float32, metadata, and `ends`.

    `ends` (rows,) are the bytes of the file up to each row.
    """

    numbers: NDArray[np.int64]
    tensors: Tensors
    metadata: dict[str, str]
    ends: NDArray[np.int64]


def opening_of(
    name: str, numbers: Mapping[str, int], tensors: Mapping[str, Array], metadata: Mapping[str, str]
) -> bytes:
    """Return the first bytes of a file, which hold the first row; raise `Diverged` where a value is not finite."""
    values = {key: np.asarray(one, np.float32) for key, one in tensors.items()}
    data = file_of(name, values, {**metadata, **{key: str(number) for key, number in numbers.items()}})
    return len(data).to_bytes(PREFIX, "little") + data


def row_of(name: str, numbers: Sequence[int], tensors: Mapping[str, Array]) -> bytes:
    """Return the bytes of a row to append, tensors in the order of the first; raise `Diverged` if one is not finite."""
    values = np.concatenate([one.ravel() for one in tensors.values()]).astype("<f4", copy=False)
    if not np.isfinite(values).all():
        raise Diverged(f"a row of {name} is not written: it is not finite")
    row = np.array(numbers, "<i8").tobytes() + values.tobytes()
    return row + zlib.crc32(row).to_bytes(CHECK, "little")


def rows_in(data: bytes, names: Sequence[str]) -> Rows | None:
    """Return the rows up to the first that is cut off or damaged, with numbers of these names; None without the first.

    What a process that died, or a loss of power, left at the end of the file is no row: its CRC tells.
    """
    start = PREFIX + int.from_bytes(data[:PREFIX], "little")
    try:
        first, metadata = parse(BytesIO(data[PREFIX:start]), start - PREFIX)
        numbers = [int(metadata.pop(name, "")[:DIGITS]) for name in names]
    except ValueError:
        return None
    size = 8 * len(names) + 4 * sum(one.size for one in first.values())
    count = 0
    while len(data) >= (end := start + (count + 1) * (size + CHECK)):
        row = data[end - size - CHECK : end - CHECK]
        if zlib.crc32(row).to_bytes(CHECK, "little") != data[end - CHECK : end]:
            break
        if not np.isfinite(np.frombuffer(row, "<f4", offset=8 * len(names))).all():
            break
        count += 1
    table = np.frombuffer(data, np.uint8, count * (size + CHECK), start).reshape(count, size + CHECK)
    whole = np.concatenate([[numbers], np.ascontiguousarray(table[:, : 8 * len(names)]).view("<i8")])
    values = np.ascontiguousarray(table[:, 8 * len(names) : size]).view("<f4")
    flat = np.concatenate([np.concatenate([one.ravel() for one in first.values()])[np.newaxis], values])
    ends = start + np.arange(count + 1) * (size + CHECK)
    return Rows(whole.astype(np.int64), _split(flat, first), metadata, ends)


def _split(flat: Array, first: Tensors) -> Tensors:
    """Return the values of all rows, (rows, all values), by tensor."""
    edges = np.cumsum([one.size for one in first.values()])[:-1]
    pieces = np.split(flat, edges, axis=1)
    return {
        name: piece.reshape(len(flat), *one.shape) for (name, one), piece in zip(first.items(), pieces, strict=True)
    }
