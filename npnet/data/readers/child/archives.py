"""Packed files: the one member of a zip file, and what a zstd file unpacks to, piece by piece."""

import importlib
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from npnet.data.readers.child.wire import FileError, Options, message, named

WORKBOOKS = ("[Content_Types].xml", "content.xml")  # members of Excel and of OpenDocument
NOISE = "__MACOSX/"  # what macOS adds to every zip file
WINDOW = 1 << 27  # bytes that zstd may look back, as many as its own program allows
PACKED = 1 << 12  # bytes of zstd unpacked at a time, which become at most 128 MB


class Zip:
    """A zip file with one member, whose name is never used as a path."""

    title = "zip file"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file, self._size = file, file.seek(0, io.SEEK_END)
        self._archive: Any = None
        self._member: Any = None
        self._content: Any = None

    def layout(self) -> dict[str, Any]:
        """Return the name of the member, or that the file is a workbook."""
        self._archive = zipfile.ZipFile(self._file)
        members = [one for one in self._archive.infolist() if not (one.is_dir() or one.filename.startswith(NOISE))]
        names = [one.filename for one in members]
        if any(name in WORKBOOKS for name in names):
            return {"workbook": True}
        if len(members) != 1:
            what = f"holds {len(names)} files: {named(names)}" if names else "holds no file"
            raise FileError(what, "unzip it, and name the file that is the table")
        if members[0].flag_bits & 1:
            raise FileError("is protected by a password", "unzip it, and name the file that was in it")
        self._member = members[0]
        return {"workbook": False, "member": names[0]}

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the next bytes of the member."""
        again, size = request
        if again:
            self._content = self._archive.open(self._member)
        data = self._content.read(size)
        at = self._content.tell() * self._size // max(self._member.file_size, 1)  # zlib reads far ahead
        yield message({"bytes": len(data), "at": at}, data)


class Zst:
    """A file of one or more frames of zstd."""

    title = "zstd file"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file = file
        self._zstd = importlib.import_module("zstandard")
        self._pieces: Iterator[bytes] = iter(())
        self._rest = b""

    def layout(self) -> dict[str, Any]:
        """Return nothing: the name of the file shows the format of its content."""
        return {}

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the next bytes of the content."""
        again, size = request
        if again:
            self._file.seek(0)
            self._pieces, self._rest = self._unpacked(), b""
        found, have = [self._rest], len(self._rest)
        while have < size and (piece := next(self._pieces, None)) is not None:
            found.append(piece)
            have += len(piece)
        data = b"".join(found)
        self._rest = data[size:]
        yield message({"bytes": min(size, have), "at": self._file.tell()}, data[:size])

    def _unpacked(self) -> Iterator[bytes]:
        frame = self._frame()
        while packed := self._file.read(PACKED):
            while packed:
                frame = self._frame() if frame.eof else frame
                yield frame.decompress(packed)
                packed = frame.unused_data if frame.eof else b""
        if not frame.eof:
            raise FileError(f"is a damaged {self.title}: it ends too early")

    def _frame(self) -> Any:
        return self._zstd.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
