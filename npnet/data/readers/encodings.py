"""Bytes of text in other encodings as bytes of UTF-8, and what is off with bytes that should be text."""

import codecs
from typing import BinaryIO, Protocol

from npnet.errors import DataError

UTF_8 = ("utf-8", "utf-8-sig")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Stream(Protocol):
    """Bytes from the first to the last."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, about so many; none at the end."""


def is_encoding(name: str) -> bool:
    """Whether Python reads text of that encoding."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return False
    return True


def as_utf8(content: BinaryIO, encoding: str | None, name: str) -> Stream:
    """A stream of UTF-8, whatever the encoding of the content is; None: UTF-8."""
    if encoding is None or codecs.lookup(encoding).name in UTF_8:
        return content
    return _Recoded(content, encoding, name)


def refuse_no_text(data: bytes, offset: int, name: str) -> None:
    """DataError with the number of the first byte that is no UTF-8 text; `offset` is that of the first one."""
    if offset == 0 and data.startswith(UTF_16):
        raise DataError(f"{name} is UTF-16", "write encoding: utf-16, or save it as UTF-8")
    nul = data.find(0)
    if nul >= 0:
        hint = "compressed or a spreadsheet? Save it as CSV"
        raise DataError(f"{name}: byte {offset + nul} is NUL, so this is no text", hint)
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8; if it is Latin-1, write encoding: latin-1"
        raise DataError(f"{name}: byte {offset + error.start} is not UTF-8", hint) from None


class _Recoded:
    def __init__(self, content: BinaryIO, encoding: str, name: str) -> None:
        self._content, self._encoding, self._name = content, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._offset = 0

    def read(self, size: int, /) -> bytes:
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
        except UnicodeError:  # no mark at the beginning, or half of a pair of surrogates: no byte is named
            raise DataError(f"{self._name} is not {self._encoding}", hint) from None
        self._offset += len(more)
        return recoded
