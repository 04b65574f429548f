"""Tensors in a file: the safetensors layout, with a SHA-256 that covers every byte of it.

Eight bytes hold the length of the JSON header, the header describes the tensors, then the raw little-endian values
follow without gaps. The hash covers the whole file, with its own 64 digits read as zeros; for other programs it is
a comment.
"""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from npnet.errors import Diverged
from npnet.machine.resources import size_text
from npnet.storage import disk
from npnet.storage.strict_json import parse_json

Tensors = dict[str, NDArray[Any]]

FORMAT = 1
HASH = "npnet.sha256"
OPENING = f'{{"__metadata__":{{"format":"{FORMAT}","{HASH}":"'.encode()  # every header begins so, then the hash
ZEROS = b"0" * 64
HEADER_LIMIT = 100_000_000  # bytes, the most that the safetensors library reads
METADATA_LIMIT = HEADER_LIMIT - 2**24  # the rest is for the layout of the tensors
FILE_LIMIT = 2**34
RANK_LIMIT = 32
DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
CODES = {dtype: code for code, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Slot:
    """The position of an array in the values of a file: type, shape and first byte."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int

    @property
    def end(self) -> int:
        """The byte after its last one."""
        return self.start + math.prod(self.shape) * self.dtype.itemsize

    def read(self, data: bytes) -> NDArray[Any]:
        """Copy the array from the values of its file."""
        array: NDArray[Any] = np.ndarray(self.shape, self.dtype, data, self.start)
        return array.astype(self.dtype.newbyteorder("="))


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write the file of named arrays and texts atomically."""
    disk.write_atomic(path, file_of(path.name, tensors, metadata))


def file_of(name: str, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """Return the file that holds named arrays (float32, float64, int64, uint8) and named texts.

    Raises `Diverged` for an array that is not finite, and ValueError for a header longer than `HEADER_LIMIT`: the file
    could not be read again.
    """
    if bad := _not_finite(tensors):
        raise Diverged(f"{name} is not written: {bad} is not finite")
    header = _header(tensors, metadata)
    if len(header) > HEADER_LIMIT:
        raise ValueError(f"the header of {name} has {len(header)} bytes, more than {HEADER_LIMIT}")
    length = len(header).to_bytes(8, "little")
    values = [array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in tensors.values()]
    signed = _with_digest(header, _digest(length, header, *values))
    return b"".join([length, signed, *values])


def _header(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    comments = {"format": str(FORMAT), HASH: ZEROS.decode()}
    if "__metadata__" in tensors or comments.keys() & metadata.keys():
        raise ValueError(f"the names __metadata__, format and {HASH} are taken")
    layout: dict[str, object] = {"__metadata__": comments | dict(metadata)}
    start = 0
    for name, array in tensors.items():
        end = start + array.nbytes
        code = CODES[array.dtype.newbyteorder("<")]
        layout[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(layout, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)  # the values then begin at a multiple of eight, as others write it


def digest_of(beginning: bytes) -> str:
    """Return the hash in the first bytes of a file; raise ValueError if there is none."""
    digest = beginning[8 + len(OPENING) :][: len(ZEROS)]
    if beginning[8:].startswith(OPENING) and len(digest) == len(ZEROS):
        return digest.decode()
    raise ValueError("it has no metadata of npnet")


def read_tensors(path: Path, limit: int = FILE_LIMIT) -> tuple[Tensors, dict[str, str]]:
    """Read the arrays and texts of a file of at most `limit` bytes.

    Raises `RunError`, which names the file, unless it is whole, unchanged and finite.
    """
    with disk.reading(path), disk.open_regular(path) as file:
        return parse(file, os.fstat(file.fileno()).st_size, limit)


def parse(file: BinaryIO, size: int, limit: int = FILE_LIMIT) -> tuple[Tensors, dict[str, str]]:
    """Read the arrays and texts of an open file of `size` bytes; ValueError if damaged.

    The header is checked against the size of the file before the values are read.
    """
    if size > limit:
        raise ValueError(f"it is larger than {size_text(limit)}")
    header = _read_header(file, size)
    fields = parse_json(header)
    if not isinstance(fields, dict):
        raise ValueError("its header is not a table of tensors")
    metadata = _metadata(header, fields.pop("__metadata__", None))
    slots = _slots(fields, size - 8 - len(header))
    data = file.read()
    digest = _digest(len(header).to_bytes(8, "little"), _with_digest(header, ZEROS), data)
    if _with_digest(header, digest) != header:
        raise ValueError("it has been damaged or changed: its SHA-256 is another one")
    tensors = {name: slot.read(data) for name, slot in slots.items()}
    if bad := _not_finite(tensors):
        raise ValueError(f"{bad} is not finite")
    return tensors, metadata


def _read_header(file: BinaryIO, size: int) -> bytes:
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > HEADER_LIMIT:
        raise ValueError("it is not a safetensors file written by npnet")
    if 8 + length > size:
        raise ValueError("it is cut off within its header")
    return file.read(length)


def _metadata(header: bytes, fields: object) -> dict[str, str]:
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        raise ValueError("it has no metadata of npnet")
    number = fields.pop("format", "")
    if number.isdecimal() and number != str(FORMAT):
        raise ValueError(f"it has format {number[:9]} and needs a newer npnet")
    if not header.startswith(OPENING) or HASH not in fields:
        raise ValueError("it has no metadata of npnet")
    return {key: text for key, text in fields.items() if key != HASH}


def _slots(fields: dict[str, object], size: int) -> dict[str, Slot]:
    slots, end = {}, 0
    for name, entry in fields.items():
        slots[name] = _slot(_shown(name), entry, end)
        end = slots[name].end
    if end != size:
        raise ValueError(f"it is cut off or longer than it says: {size} bytes of values, not {end}")
    return slots


def _slot(name: str, entry: object, start: int) -> Slot:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name} is not described by dtype, shape and data_offsets")
    code, shape = entry["dtype"], entry["shape"]
    if not isinstance(code, str) or code not in DTYPES:
        raise ValueError(f"{name} has none of the types {', '.join(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > RANK_LIMIT or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"{name} has no usable shape")
    slot = Slot(DTYPES[code], tuple(shape), start)
    if math.prod(max(n, 1) for n in shape) > FILE_LIMIT:
        raise ValueError(f"{name} is impossibly large")
    if entry["data_offsets"] != [start, slot.end]:
        raise ValueError(f"{name} does not lie where the tensor before it ends, or has another size than its shape")
    return slot


def _not_finite(tensors: Mapping[str, NDArray[Any]]) -> str | None:
    return next((_shown(name) for name, array in tensors.items() if not np.isfinite(array).all()), None)


def _with_digest(header: bytes, digest: bytes) -> bytes:
    return header[: len(OPENING)] + digest + header[len(OPENING) + len(ZEROS) :]


def _digest(*pieces: bytes) -> bytes:
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(piece)
    return whole.hexdigest().encode()


def _shown(name: str) -> str:
    return ascii(name[:60])
