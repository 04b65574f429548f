"""A data file, open: nothing but a plain file or standard input, hashed as it is read, unchanged at the end."""

import gzip
import hashlib
import io
import os
import re
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from npnet.errors import DataError
from npnet.machine.refusals import explained
from npnet.registry import nearest
from npnet.text import quoted

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
STDIN = "-"
GZIP = b"\x1f\x8b"
PIECE = 1 << 20


class DataFile:
    """A file of data, open: `name` is how messages call it, `suffix` its ending without `.gz`, in small letters.

    What is in `ending` is called when the file is closed.
    """

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self.raw, self.name = raw, name
        self.suffix = Path(re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)).suffix.lower()
        self._state, self.ending = _state(raw), ExitStack()
        self.fingerprint: str | None = None

    def head(self) -> bytes:
        """The first bytes of the content, unpacked."""
        with self.content() as content:
            return content.read(64)

    def lines(self) -> int:
        """About how many lines the content has, if the others are as long, and as packed, as the first of them."""
        with self.content() as content:
            lines, read = content.read(PIECE).count(b"\n"), self.raw.tell()
        return lines * self._state[0] // max(read, 1)

    @contextmanager
    def content(self) -> Iterator[BinaryIO]:
        """The bytes from the first on, a gzip unpacked; read to the end, `fingerprint` is their SHA-256 as stored."""
        hashed = _Hashed(self.raw)
        try:
            self.raw.seek(0)
            packed = self.raw.read(len(GZIP)) == GZIP
            self.raw.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=hashed) if packed else hashed)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise DataError(f"{self.name} is a damaged gzip file: {error}", "copy or download it again") from None
        except OSError as error:
            raise DataError(f"{self.name} cannot be read: {error.strerror or error}") from None
        if hashed.ended:
            self._same_bytes(hashed.digest.hexdigest())

    def refuse_change(self) -> None:
        """DataError where somebody wrote to the file since it was opened."""
        if _state(self.raw) != self._state:
            raise self._changed()

    def _same_bytes(self, fingerprint: str) -> None:
        if self.fingerprint not in (None, fingerprint):
            raise self._changed()
        self.fingerprint = fingerprint

    def _changed(self) -> DataError:
        return DataError(f"{self.name} changed while it was read", "wait until whoever writes it is done")


class _Hashed(io.RawIOBase):
    """The bytes of a file with their hash so far; `ended` once all were read."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self.digest, self.ended = raw, hashlib.sha256(), False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self.digest.update(data)
        self.ended = self.ended or (not data and size != 0)
        return data


@contextmanager
def opened(path: str, base: Path) -> Iterator[DataFile]:
    """Open a file of data, `-` for standard input; DataError where there is none, or something that is no file.

    A relative path starts at `base`. Standard input is put into a nameless temporary file first, as it can be read
    only once. At the end the file must be what it was.
    """
    with _standard_input() if path == STDIN else _plain_file(path, base) as raw:
        file = DataFile(raw, "standard input" if path == STDIN else path)
        try:
            with file.ending:
                yield file
        except DataError:
            file.refuse_change()  # then this is why
            raise
        file.refuse_change()


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.closed:
        raise DataError("standard input is closed", "path: - reads the table from it")
    with explained(Path(tempfile.gettempdir(), "standard input")):
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - `opened` closes it
        shutil.copyfileobj(sys.stdin.buffer, spool, PIECE)
        spool.flush()
    return cast(BinaryIO, spool)


def _plain_file(path: str, base: Path) -> BinaryIO:
    if URL.match(path):
        raise DataError(f"{path} is an address", "npnet reads files only; download it first")
    place = place_of(path, base)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise DataError(f"there is no file {path}", _near(path, place, base)) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise DataError(f"{path} is {what}", "path: names one file, or - for standard input")
    return open(descriptor, "rb")  # noqa: PTH123 - `opened` closes it


def place_of(path: str, base: Path) -> Path:
    """Where a path of a config leads: a relative one starts at `base`, `~/` at the home folder."""
    return base / (_at_home(path) if path.startswith("~/") else path)


def _at_home(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(f"{path} has no meaning: this user has no home folder", "write the whole path") from None


def _near(path: str, place: Path, base: Path) -> str | None:
    """What may be meant by a path where nothing is, and where it starts."""
    start = f"this path starts at {base.absolute()}" if place != Path(path) else None
    if not place.parent.is_dir():
        return f"there is no folder {place.parent} either{f'; {start}' if start else ''}"
    known = sorted(file.name for file in place.parent.iterdir()) if os.access(place.parent, os.R_OK) else []
    near = nearest(place.name, known)
    return f"did you mean {quoted(near)}?" if near else start


def _state(raw: BinaryIO) -> tuple[int, int]:
    facts = os.fstat(raw.fileno())
    return facts.st_size, facts.st_mtime_ns
