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
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
CODES = {dtype: code for code, dtype in DTYPES.items()}


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write the file of named arrays and texts atomically."""
    disk.write_atomic(path, file_of(path.name, tensors, metadata))


def file_of(name: str, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """Return the file that holds named arrays (float16, float32, float64, int64, uint8) and named texts.

    Raises `Diverged` for an array that is not finite, and ValueError for a header longer than `HEADER_LIMIT`: the file
    could not be read again.
    """
    if bad := _not_finite(tensors):
        raise Diverged(f"{name} is not written: {bad} is not finite")
    comments = {"format": str(FORMAT), HASH: ZEROS.decode()}
    if "__metadata__" in tensors or comments.keys() & metadata.keys():
        raise ValueError(f"the names __metadata__, format and {HASH} are taken")
    layout: dict[str, object] = {"__metadata__": comments | dict(metadata)}
    end = 0
    for key, array in tensors.items():
        start, end = end, end + array.nbytes
        code = CODES[array.dtype.newbyteorder("<")]
        layout[key] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(layout, separators=(",", ":")).encode()
    header = text + b" " * (-len(text) % 8)  # the values then begin at a multiple of eight, as others write it
    if len(header) > HEADER_LIMIT:
        raise ValueError(f"the header of {name} has {len(header)} bytes, more than {HEADER_LIMIT}")
    values = [array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in tensors.values()]
    return b"".join([len(header).to_bytes(8, "little"), _signed(header, *values), *values])


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
    with disk.reading(path), os.fdopen(disk.open_plain(path, os.O_RDONLY), "rb") as file:
        return parse(file, os.fstat(file.fileno()).st_size, limit)


def parse(file: BinaryIO, size: int, limit: int = FILE_LIMIT) -> tuple[Tensors, dict[str, str]]:
    """Read the arrays and texts of an open file of `size` bytes; ValueError if damaged.

    The header is checked against the size of the file before the values are read.
    """
    if size > limit:
        raise ValueError(f"it is larger than {size_text(limit)}")
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > HEADER_LIMIT:
        raise ValueError("it is not a safetensors file written by npnet")
    if 8 + length > size:
        raise ValueError("it is cut off within its header")
    header = file.read(length)
    fields = parse_json(header)
    if not isinstance(fields, dict):
        raise ValueError("its header is not a table of tensors")
    metadata = _metadata(header, fields.pop("__metadata__", None))
    layout = _layout(fields, size - 8 - length)
    data = file.read()
    if _signed(header, data) != header:
        raise ValueError("it has been damaged or changed: its SHA-256 is another one")
    tensors = {
        name: np.ndarray(shape, dtype, data, start).astype(dtype.newbyteorder("="))
        for name, (dtype, shape, start) in layout.items()
    }
    if bad := _not_finite(tensors):
        raise ValueError(f"{bad} is not finite")
    return tensors, metadata


def _metadata(header: bytes, fields: object) -> dict[str, str]:
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        raise ValueError("it has no metadata of npnet")
    number = fields.pop("format", "")
    if number.isdecimal() and number != str(FORMAT):
        raise ValueError(f"it has format {number[:9]} and needs a newer npnet")
    if not header.startswith(OPENING) or HASH not in fields:
        raise ValueError("it has no metadata of npnet")
    return {key: text for key, text in fields.items() if key != HASH}


def _layout(fields: dict[str, object], size: int) -> dict[str, tuple[np.dtype[Any], tuple[int, ...], int]]:
    """Return the type, the shape and the first byte of each tensor; they fill `size` bytes without gaps."""
    layout, end = {}, 0
    for name, entry in fields.items():
        dtype, shape = _described(f"{name[:60]!a}", entry)
        start, end = end, end + math.prod(shape) * dtype.itemsize
        if entry["data_offsets"] != [start, end]:  # type: ignore[index]
            why = "does not lie where the tensor before it ends, or has another size than its shape"
            raise ValueError(f"{name[:60]!a} {why}")
        layout[name] = dtype, shape, start
    if end != size:
        raise ValueError(f"it is cut off or longer than it says: {size} bytes of values, not {end}")
    return layout


def _described(name: str, entry: object) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return the type and the shape in an entry of the header."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name} is not described by dtype, shape and data_offsets")
    code, shape = entry["dtype"], entry["shape"]
    if not isinstance(code, str) or code not in DTYPES:
        raise ValueError(f"{name} has none of the types {', '.join(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > RANK_LIMIT or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"{name} has no usable shape")
    if math.prod(max(n, 1) for n in shape) > FILE_LIMIT:
        raise ValueError(f"{name} is impossibly large")
    return DTYPES[code], tuple(shape)


def _not_finite(tensors: Mapping[str, NDArray[Any]]) -> str | None:
    return next((f"{name[:60]!a}" for name, array in tensors.items() if not np.isfinite(array).all()), None)


def _signed(header: bytes, *values: bytes) -> bytes:
    """Return a header with the hash of its file, in which the digits of the hash count as zeros."""
    before, after = header[: len(OPENING)], header[len(OPENING) + len(ZEROS) :]
    whole = hashlib.sha256(b"".join([len(header).to_bytes(8, "little"), before, ZEROS, after]))
    for piece in values:
        whole.update(piece)
    return before + whole.hexdigest().encode() + after
