"""Packed files: gzip, zstd, and zip with one member; what they unpack to is bounded by their size.

zlib unpacks gzip here; the other two are unpacked in a process of their own, as is shown in child/.
"""

import gzip
import hashlib
import io
import re
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from npnet.data.readers.child_process import ChildProcess
from npnet.errors import DataError

SUFFIXES = (".gz", ".zip", ".zst")
GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\3\4", b"PK\5\6")
FREE, RATIO = 1 << 30, 1000  # bytes that any file may unpack to; above, each of its own bytes to so many
PIECE = 1 << 20
INSTALL = 'pip install "npnet[zst]"'


class Packing(Protocol):
    """How a file is packed: the `suffix` of its content, and whether it is `packed` at all."""

    suffix: str
    packed: bool

    def open(self) -> BinaryIO:
        """Return the content from its first byte on."""

    def position(self) -> int:
        """Return how many bytes of the file were read for the content so far."""

    def fingerprint(self) -> str | None:
        """Return the SHA-256 of the file once the content was read to its end, else None."""


def packing_of(raw: BinaryIO, name: str, ending: ExitStack) -> Packing:
    """Return how a file is packed, by its first bytes; raise DataError for a zip file without one member."""
    raw.seek(0)
    head = raw.read(4)
    if head.startswith(GZIP):
        return Hashed(raw, _suffix(name, SUFFIXES[0]), name)
    if head == ZSTD:
        if find_spec("zstandard") is None:
            raise DataError(f"{name}: files of zstd need zstandard", INSTALL)
        child = ChildProcess(raw, name, ("zst", "zstd file"), ending)
        return Unpacking(raw, _suffix(name, SUFFIXES[2]), name, child)
    if head in ZIP:
        child = ChildProcess(raw, name, ("zip", "zip file"), ending)
        if not child.layout["workbook"]:
            suffix = PurePosixPath(child.layout["member"]).suffix.lower()
            return Unpacking(raw, suffix, name, child)
    return Hashed(raw, _suffix(name))


def _suffix(name: str, packing: str = "") -> str:
    """Return the suffix of a name in lower case, without that of its packing."""
    return Path(re.sub(f"{re.escape(packing)}$", "", name, flags=re.IGNORECASE)).suffix.lower()


class Hashed:
    """A file that is not packed, or by gzip where `gzipped` names it; it is hashed while it is read."""

    def __init__(self, raw: BinaryIO, suffix: str, gzipped: str | None = None) -> None:
        self.suffix, self.packed = suffix, gzipped is not None
        self._raw, self._gzipped = raw, gzipped
        self._stream = HashedStream(raw)

    def open(self) -> BinaryIO:
        """Return the content from its first byte on."""
        self._raw.seek(0)
        self._stream = HashedStream(self._raw)
        if self._gzipped is None:
            return cast(BinaryIO, self._stream)
        return cast(BinaryIO, Bounded(gzip.GzipFile(fileobj=self._stream), self._raw, self._gzipped))

    def position(self) -> int:
        """Return how many bytes of the file were read so far."""
        return self._raw.tell()

    def fingerprint(self) -> str | None:
        """Return the SHA-256 of the file once it was read to its end, else None."""
        return self._stream.digest.hexdigest() if self._stream.ended else None


class Unpacking(io.RawIOBase):
    """A file that a process unpacks."""

    def __init__(self, raw: BinaryIO, suffix: str, name: str, child: ChildProcess) -> None:
        self.suffix, self.packed = suffix, True
        self._raw, self._name, self._child = raw, name, child
        self._again = self._ended = False
        self._at = 0

    def open(self) -> BinaryIO:
        """Return the content from its first byte on; one stream at a time can be read."""
        self._again, self._ended = True, False
        return cast(BinaryIO, Bounded(self, self._raw, self._name))

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`."""
        self._child.ask([self._again, size])
        self._again, header = False, self._child.header()
        self._at, self._ended = header["at"], not header["bytes"] and size != 0
        return self._child.data(header["bytes"])

    def position(self) -> int:
        """Return how many bytes of the file were read so far."""
        return self._at

    def fingerprint(self) -> str | None:
        """Return the SHA-256 of the file once its content was read to its end, else None."""
        if not self._ended:
            return None
        self._raw.seek(0)
        return hashlib.file_digest(cast(io.BufferedReader, self._raw), "sha256").hexdigest()


class HashedStream(io.RawIOBase):
    """The bytes of a file with the hash of those read so far; `ended` once all were read."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self.digest, self.ended = raw, hashlib.sha256(), False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._raw.read(size)
        self.digest.update(data)
        self.ended = self.ended or (not data and size != 0)
        return data


class Bounded:
    """The bytes that a packed file unpacks to; raises DataError where they are far too many."""

    def __init__(self, content: io.BufferedIOBase | io.RawIOBase, raw: BinaryIO, name: str) -> None:
        self._content, self._name = content, name
        self._rest = max(FREE, RATIO * raw.seek(0, io.SEEK_END))
        raw.seek(0)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, all of them for a negative size."""
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        data = self._content.read(size) or b""
        self._rest -= len(data)
        if self._rest < 0:
            what = f"{self._name} unpacks to more than {RATIO} times its own size"
            raise DataError(what, "no table does; if you trust it, unpack it and name the file that comes out")
        return data
