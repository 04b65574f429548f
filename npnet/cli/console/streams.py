"""Streams: standard output and standard error, either of which may be closed, full, or speak little more than ASCII."""

import errno
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Self, TextIO

from npnet.text import visible

PLAIN = "\x1b[0m"


class UnreadError(Exception):
    """Standard output is a pipe that nobody reads any more."""


def mend_streams() -> None:
    """Make both streams take any text, and give closed ones a place where nothing is heard.

    Without it the next file to be opened would get the number of a closed stream, and its messages.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = (_mended(stream) for stream in (sys.stdout, sys.stderr))


def _mended(stream: TextIO) -> TextIO:
    """The stream with letters that it lacks replaced, and with a buffer where PYTHONUNBUFFERED leaves it none.

    Without one Python takes a write that a full disk cuts short for a whole one.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if isinstance(stream.buffer, io.RawIOBase):
        encoding = stream.encoding
        return io.TextIOWrapper(io.BufferedWriter(stream.detach()), encoding, "replace")
    stream.reconfigure(errors="replace")
    return stream


class Painted(str):
    """Text with escape codes of npnet's own; nothing of unknown origin is in it but what was escaped."""

    @classmethod
    def of(cls, text: str, style: str) -> Self:
        """A text in a style, such as `ESC[1m`."""
        return cls(f"{style}{visible(text)}{PLAIN}")

    @classmethod
    def joined(cls, *pieces: str) -> Self:
        """Pieces one behind the other; those that are not painted are escaped."""
        return cls("".join(piece if isinstance(piece, Painted) else visible(piece) for piece in pieces))


class Output:
    """One stream, and whether it wants colours; None stands for a closed one.

    It is the one way on which text comes to a terminal: there all that is not `Painted` is escaped. Files and pipes
    get every byte as it is.
    """

    def __init__(self, stream: TextIO | None, color: bool | None = None) -> None:
        self.stream = stream
        self.terminal = stream is not None and not stream.closed and stream.isatty()
        self.color = (self.terminal and wants_color(os.environ)) if color is None else color
        self.unicode = (getattr(stream, "encoding", None) or "ascii").lower().startswith("utf")

    @property
    def moves(self) -> bool:
        """Whether a live display can move the cursor there."""
        return self.terminal and understands_escapes(os.environ)

    @property
    def width(self) -> int | None:
        """Columns of the terminal, or of COLUMNS; None where nothing bounds a line."""
        columns = os.environ.get("COLUMNS", "")
        if columns.isdigit() and int(columns) > 0:
            return int(columns)
        if not self.terminal or self.stream is None:
            return None
        with suppress(OSError):
            return os.get_terminal_size(self.stream.fileno()).columns or None
        return None

    def write(self, text: str) -> None:
        """Write and flush; OSError where the stream is closed, full, or no longer read."""
        if self.stream is None:
            raise OSError(errno.EBADF, "it is closed")
        try:
            self.stream.write(Painted.joined(text) if self.terminal else text)
            self.stream.flush()
        except OSError:
            _silence(self.stream)
            self.stream = None
            raise

    def write_if_heard(self, text: str) -> None:
        """Write, or lose it: for what is no reason to stop."""
        if self.stream is not None:
            with suppress(OSError):
                self.write(text)


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, or Python would complain about it at exit."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def wants_color(environment: Mapping[str, str]) -> bool:
    """Whether the environment allows colours: no NO_COLOR, and a terminal that is not dumb."""
    return not environment.get("NO_COLOR") and understands_escapes(environment)


def understands_escapes(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that takes escape codes."""
    return environment.get("TERM", "") not in ("", "dumb", "unknown")
