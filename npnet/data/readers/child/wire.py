"""The headers and bytes that the program writes, the errors among them, and the file that it reads."""

import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

GREEDY = "takes far more memory than a file of its size should"
SHOWN, LONG = 20, 60  # names in a message, signs of each

Options = Mapping[str, Any]


class Format(Protocol):
    """A format that the program parses; `title` is how messages call a file of it."""

    title: str

    def layout(self) -> Mapping[str, Any]:
        """Open the file and return the header that describes it."""

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the answer to a request."""


class FileError(Exception):
    """What is wrong with a file, as it is to be reported, and perhaps a hint."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


class File(io.RawIOBase):
    """The file of a descriptor with a position of its own: others may read the same descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        if start + offset < 0:
            raise OSError("a position before the start")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes into a buffer and return their number."""
        data = os.pread(self._descriptor, len(buffer), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def message(header: Mapping[str, Any], data: bytes = b"") -> bytes:
    """Return a header and the bytes below it."""
    return json.dumps(header).encode() + b"\n" + data


def named(names: Sequence[str]) -> str:
    """Return names in quotes, the first of many, as messages show them."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(quoted, names[:SHOWN])) + more


def quoted(name: str) -> str:
    """Return a name in quotes, on one line and not too long."""
    return json.dumps(name if len(name) <= LONG else f"{name[: LONG - 3]}...", ensure_ascii=False)
