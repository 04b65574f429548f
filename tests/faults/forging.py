"""Forging: checkpoints as npnet writes them, and others with a hash that is right all the same."""

import hashlib
import json

import numpy as np

from npnet.storage import tensor_file

AT = len(tensor_file.OPENING)


def signed(header: bytes, values: bytes = b"") -> bytes:
    """Make a file of any header with a correct hash, as an attacker would."""
    length = len(header).to_bytes(8, "little")
    zeroed = header[:AT] + tensor_file.ZEROS + header[AT + 64 :]
    digest = hashlib.sha256(length + zeroed + values).hexdigest().encode()
    return length + header[:AT] + digest + header[AT + 64 :] + values


def header_of(entries: str, metadata: str = "") -> bytes:
    """Return a header that begins as npnet's do: entries and metadata are JSON, each after a comma."""
    return tensor_file.OPENING + tensor_file.ZEROS + f'"{metadata}}}{entries}}}'.encode()


def entry(shape: object, offsets: object, dtype: object = "F32", name: str = "a", **more: object) -> str:
    """Return the JSON of one tensor of a header, with the comma before it."""
    return f",{json.dumps(name)}:" + json.dumps({"dtype": dtype, "shape": shape, "data_offsets": offsets, **more})


def cut(data: bytes) -> tuple[bytes, bytes]:
    """Return the header and the values of a file."""
    end = 8 + int.from_bytes(data[:8], "little")
    return data[8:end], data[end:]


def checkpoint_of(size: int) -> bytes:
    """Return a checkpoint of about so many bytes: a network, its optimizer's slots, a counter."""
    units = max(1, (size - 560) // 72)
    chance = np.random.default_rng(0)
    tensors = {
        f"{kind}{name}": chance.normal(size=shape).astype(dtype)
        for kind, dtype in (("layers.0.linear.", np.float32), ("optimizer.m.", np.float32))
        for name, shape in (("W", (7, units)), ("b", (units,)))
    }
    counter = {"step": np.array(320, np.int64), "best": np.ones(units, np.float64)}
    return tensor_file.file_of("checkpoint", tensors | counter, {"epoch": "10", "name": "Kreise ⊙"})
