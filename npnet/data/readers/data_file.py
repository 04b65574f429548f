"""Data files: regular files or standard input, hashed while they are read, and decoded."""

import codecs
import gzip
import os
import re
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from npnet.data.readers.packed import PIECE, Packing, packing_of
from npnet.errors import DataError
from npnet.machine.resources import explained
from npnet.registry import nearest
from npnet.text import quoted

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
STDIN, STDIN_NAME = "-", "standard input"
_KEPT: ContextVar[BinaryIO | None] = ContextVar("standard input", default=None)
UTF_8 = ("utf-8", "utf-8-sig")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class DataFile:
    """An open data file: `name` as messages call it, `path` unless it is standard input, `suffix` of its content.

    The callbacks of `ending` are called when the file is closed. `notes` are what a reader chose by itself, and what it
    left out; `chosen` are the keys of a `Schema` by which other files are read like this one.
    """

    def __init__(self, raw: BinaryIO, name: str, path: Path | None = None) -> None:
        self.raw, self.name, self.path = raw, name, path
        self._state, self.ending = _state(raw), ExitStack()
        self.fingerprint: str | None = None
        self.notes: list[str] = []
        self.chosen: dict[str, object] = {}

    def note(self, text: str) -> None:
        """Add a note; one that is there already, as from reading the file before, is added once."""
        if text not in self.notes:
            self.notes.append(text)

    @cached_property
    def _packing(self) -> Packing:
        return packing_of(self.raw, self.name, self.ending)

    @property
    def suffix(self) -> str:
        """The suffix of the content, in lower case."""
        return self._packing.suffix

    def head(self) -> bytes:
        """Return the first bytes of the content, unpacked."""
        with self.content() as content:
            return content.read(64)

    def lines(self) -> int:
        """Estimate the number of lines from the length of the first ones."""
        with self.content() as content:
            lines, read = content.read(PIECE).count(b"\n"), self._packing.position()
        return lines * self._state[0] // max(read, 1)

    @contextmanager
    def content(self) -> Iterator[BinaryIO]:
        """Open the content from its first byte on, unpacked.

        Once it was read to the end, `fingerprint` is the SHA-256 of the file as it is stored.
        """
        try:
            yield self._packing.open()
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise DataError(f"{self.name} is a damaged gzip file: {error}", "copy or download it again") from None
        except OSError as error:
            raise DataError(f"{self.name} cannot be read: {error.strerror or error}") from None
        found = self._packing.fingerprint()
        if found is not None:
            before, self.fingerprint = self.fingerprint, found
            if before not in (None, self.fingerprint):
                raise self._changed()

    def unpacked(self, named: bool = False) -> tuple[BinaryIO, Path]:
        """Return the whole content as a file and its path, after hashing it.

        Packed content is copied to a temporary file, and so is standard input where it needs a name.
        """
        if self._packing.packed or (named and self.path is None):
            with explained(Path(tempfile.gettempdir(), self.name)), self.content() as content:
                copy = self.ending.enter_context(tempfile.NamedTemporaryFile(prefix="npnet-"))  # noqa: SIM115
                shutil.copyfileobj(content, copy, PIECE)
                copy.flush()
            return cast(BinaryIO, copy), Path(copy.name)
        with self.content() as content:
            while content.read(PIECE):
                pass
        return self.raw, self.path or Path()

    @contextmanager
    def utf8(self, encoding: str | None) -> Iterator[BinaryIO]:
        """Open the content as a stream of UTF-8, decoded from another encoding unless it is None."""
        with self.content() as content:
            recodes = encoding is not None and codecs.lookup(encoding).name not in UTF_8
            yield cast(BinaryIO, _Recoded(content, encoding, self.name)) if encoding and recodes else content

    def require_text(self, data: bytes, offset: int) -> None:
        """Raise DataError with the number of the first byte that is not UTF-8 text."""
        if offset == 0 and data.startswith(UTF_16):
            raise DataError(f"{self.name} is UTF-16", "write encoding: utf-16, or save it as UTF-8")
        nul = data.find(0)
        if nul >= 0:
            hint = "compressed or a spreadsheet? Save it as CSV"
            raise DataError(f"{self.name}: byte {offset + nul} is NUL, so this is no text", hint)
        try:
            if not data.isascii():
                data.decode()
        except UnicodeDecodeError as error:
            hint = "save it as UTF-8; if it is Latin-1, write encoding: latin-1"
            raise DataError(f"{self.name}: byte {offset + error.start} is not UTF-8", hint) from None

    def refuse_change(self) -> None:
        """Raise DataError where the file was written to since it was opened."""
        if _state(self.raw) != self._state:
            raise self._changed()

    def _changed(self) -> DataError:
        return DataError(f"{self.name} changed while it was read", "wait until whoever writes it is done")


class _Recoded:
    """The bytes of a text in another encoding as UTF-8."""

    def __init__(self, content: BinaryIO, encoding: str, name: str) -> None:
        self._content, self._encoding, self._name = content, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._offset = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes of UTF-8; none at the end."""
        recoded, more = b"", b" "
        while more and not recoded:
            more = self._content.read(size)
            recoded = self._recoded(more)
        return recoded

    def _recoded(self, more: bytes) -> bytes:
        hint = "encoding: names the one it was saved in"
        try:
            recoded = self._decoder.decode(more, final=not more).encode()
        except UnicodeDecodeError as error:
            where = f"{self._name}: byte {self._offset + error.start}"
            raise DataError(f"{where} is not {self._encoding}", hint) from None
        except UnicodeError:  # a missing byte order mark, or half of a surrogate pair: the error has no byte number
            raise DataError(f"{self._name} is not {self._encoding}", hint) from None
        self._offset += len(more)
        return recoded


@contextmanager
def opened(path: str, base: Path) -> Iterator[DataFile]:
    """Open a data file, `-` for standard input; a relative path starts at `base`.

    Standard input is copied to a nameless temporary file first, as it can be read only once. Raises DataError where
    there is no regular file, and where the file has changed when the context ends.
    """
    with _standard_input() if path == STDIN else _plain_file(path, base) as raw:
        file = DataFile(raw, STDIN_NAME) if path == STDIN else DataFile(raw, path, place_of(path, base))
        try:
            with file.ending:
                yield file
        except DataError:
            file.refuse_change()  # which would explain the error
            raise
        file.refuse_change()


@contextmanager
def standard_input_kept() -> Iterator[None]:
    """Inside, standard input can be opened several times: it is read once."""
    with _spooled() as spool:
        before = _KEPT.set(spool)
        try:
            yield
        finally:
            _KEPT.reset(before)


def _standard_input() -> BinaryIO:
    kept = _KEPT.get()
    return _spooled() if kept is None else open(os.dup(kept.fileno()), "rb")  # noqa: PTH123 - `opened` closes it


def _spooled() -> BinaryIO:
    """Copy standard input to a nameless temporary file."""
    if sys.stdin is None or sys.stdin.closed:
        raise DataError("standard input is closed", "path: - reads the table from it")
    with explained(Path(tempfile.gettempdir(), STDIN_NAME)):
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - `opened` closes it
        shutil.copyfileobj(sys.stdin.buffer, spool, PIECE)
        spool.flush()
    return cast(BinaryIO, spool)


def _plain_file(path: str, base: Path) -> BinaryIO:
    if URL.match(path):
        raise DataError(f"{path} is an address", "npnet reads files only; download it first")
    return regular_file(place_of(path, base), path, base)


def regular_file(file: Path, path: str, base: Path) -> BinaryIO:
    """Open a file that messages call `path`, without waiting; raise DataError where there is no regular file."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise DataError(f"there is no file {path}", _near(path, file, base)) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise DataError(f"{path} is {what}", "name one file, or - for standard input")
    return open(descriptor, "rb")  # noqa: PTH123 - `opened` closes it


def place_of(path: str, base: Path) -> Path:
    """Return the file that a path of a config names: relative to `base`, or after `~/` to home."""
    try:
        return base / (Path(path).expanduser() if path.startswith("~/") else path)
    except RuntimeError:
        raise DataError(f"{path} has no meaning: this user has no home folder", "write the whole path") from None


def _near(path: str, file: Path, base: Path) -> str | None:
    """Return a hint for a path without a file: a similar name, or where relative paths start."""
    start = f"this path starts at {base.absolute()}" if file != Path(path) else None
    if not file.parent.is_dir():
        return f"there is no folder {file.parent} either{f'; {start}' if start else ''}"
    known = sorted(other.name for other in file.parent.iterdir()) if os.access(file.parent, os.R_OK) else []
    near = nearest(file.name, known)
    return f"did you mean {quoted(near)}?" if near else start


def _state(raw: BinaryIO) -> tuple[int, int]:
    info = os.fstat(raw.fileno())
    return info.st_size, info.st_mtime_ns
