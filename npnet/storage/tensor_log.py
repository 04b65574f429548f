"""Files of tensors that grow: each record is a whole file of tensors, with its length in eight bytes before it."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from numpy.typing import NDArray

from npnet.storage.tensor_file import Tensors, file_of, parse

PREFIX = 8
Record = tuple[Tensors, dict[str, str]]


def record_of(name: str, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """Return the bytes to append; raise `Diverged` for an array that is not finite."""
    data = file_of(name, tensors, metadata)
    return len(data).to_bytes(PREFIX, "little") + data


def records_in(data: bytes) -> Iterator[tuple[Record, int]]:
    """Yield each record and where it ends, up to the first that is cut off or damaged.

    What a process that died, or a loss of power, left at the end of the file is no record: the SHA-256 tells.
    """
    start = 0
    while len(data) - start > PREFIX:
        first = start + PREFIX
        end = first + int.from_bytes(data[start:first], "little")
        if end > len(data):
            return
        try:
            record = parse(BytesIO(data[first:end]), end - first)
        except ValueError:
            return
        yield record, end
        start = end
