"""The symbols of a text file: code points of its characters, or its bytes."""

import codecs
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.readers.data_file import UTF_8, UTF_16, DataFile, opened
from npnet.errors import DataError

Level = Literal["characters", "bytes"]
Symbols = NDArray[np.int32]

BY_BYTES = "level: bytes reads any file"
LONGEST = 1 << 28
"""Bytes of the longest text that is read: it is held in memory as a whole."""
SHIPPED = "persuasion.txt"
"""Jane Austen, Persuasion (1818): the text that is read where no other is named."""


def read_symbols(path: str | None, base: Path, level: Level, encoding: str | None = None) -> Symbols:
    """Return the symbols of a file, of standard input for `-`, or of the text that comes with npnet for None.

    Raise DataError for a file that is empty, too large, or no text in its encoding.
    """
    start = Path(__file__).parent if path is None else base
    with opened(path or SHIPPED, start) as file:
        return symbols_of(file, level, encoding)


def symbols_of(file: DataFile, level: Level, encoding: str | None = None) -> Symbols:
    """Return the symbols of an open file; line ends of characters become a line feed, as Python reads them."""
    with file.content() as content:
        data, rest = content.read(LONGEST), content.read(1)
    if rest:
        raise DataError(f"{file.name} is longer than {LONGEST >> 20} MiB", "take a part of it: head -c 200M FILE")
    if not data:
        raise DataError(f"{file.name} is empty", "name a file with text in it")
    if level == "bytes":
        return np.frombuffer(data, np.uint8).astype(np.int32)
    return symbols(_decoded(file, data, encoding))


def symbols(text: str, level: Level = "characters") -> Symbols:
    """Return the symbols of a text in memory, bytes that were not UTF-8 among them (surrogateescape)."""
    if level == "bytes":
        return np.frombuffer(b"".join(map(_bytes, text)), np.uint8).astype(np.int32)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)


def _bytes(letter: str) -> bytes:
    try:
        return letter.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return b"?"


def text_of(found: Symbols, level: Level) -> str:
    """Return the text of symbols; bytes that are not UTF-8 become U+FFFD."""
    if level == "bytes":
        return found.astype(np.uint8).tobytes().decode(errors="replace")
    return found.astype("<i4").tobytes().decode("utf-32-le", "surrogatepass")


def _decoded(file: DataFile, data: bytes, encoding: str | None) -> str:
    """Decode a text; raise DataError with the first byte that does not fit, and what to write."""
    if encoding is None or codecs.lookup(encoding).name in UTF_8:
        return _utf8(file, data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"{file.name}: byte {error.start} is not {encoding}"
    except UnicodeError:
        what = f"{file.name} is not {encoding}"
    raise DataError(what, f"encoding: names the one it was saved in; {BY_BYTES}") from None


def _utf8(file: DataFile, data: bytes) -> str:
    if data.startswith(UTF_16):
        raise DataError(f"{file.name} is UTF-16", "write encoding: utf-16, or save it as UTF-8")
    if (nul := data.find(0)) >= 0:
        raise DataError(f"{file.name}: byte {nul} is NUL, so this is no text", BY_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = f"save it as UTF-8; if it is Latin-1, write encoding: latin-1; {BY_BYTES}"
        raise DataError(f"{file.name}: byte {error.start} is not UTF-8", hint) from None
