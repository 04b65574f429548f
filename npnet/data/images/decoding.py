"""Picture files to pixels, decoded in a process of its own, many pictures in each."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import numpy as np
from numpy.typing import NDArray

from npnet.data.images.files import PictureFile
from npnet.data.readers.child_process import ChildProcess
from npnet.data.readers.data_file import regular_file
from npnet.errors import DataError, MachineError
from npnet.machine.resources import SHARE, available, cores, explained, size_text

Pixels = NDArray[np.uint8]
Size = tuple[int, int]
Color = Literal["gray", "rgb"]

LARGEST = 1 << 28  # bytes of a picture file
TOGETHER, BYTES = 500, 1 << 25  # pictures, and about how many bytes of them, that one process decodes
MEMORY = 64  # bytes for each of the packed ones
VALUES = 200_000  # of a picture: 256 x 256 in colour
LEAVE_OUT = "drop_unreadable: true leaves such files out"
FORM = ("pictures", "picture")


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels (pictures, height, width, channels) of the files at the positions `rows`; why others have none."""

    pixels: Pixels
    rows: NDArray[np.int64]
    unreadable: tuple[str, ...]


def decoded(
    files: Sequence[PictureFile], size: Size | None, color: Color | None, drop: bool = False, hint: str = LEAVE_OUT
) -> Decoded:
    """Decode picture files: all to a size, or all of one size, in gray or colour, or in gray where all are gray.

    With `drop`, files that cannot be read are left out. Raise DataError for the first such file otherwise, for
    pictures of several sizes, and for pictures that are too large; MachineError where they do not fit into memory.
    """
    pixels: list[Pixels] = []
    rows: list[int] = []
    unreadable: list[str] = []
    for row, found in enumerate(_each(files, size, color)):
        if isinstance(found, DataError):
            if not drop:
                raise DataError(found.message, f"{found.hint}; {hint}" if found.hint and hint else hint or found.hint)
            unreadable.append(found.message)
            continue
        if not pixels:
            _refuse_too_many(found, len(files))
        elif found.shape[:2] != pixels[0].shape[:2]:
            sizes = f"{files[rows[0]].name} {_size_text(pixels[0])} pixels"
            what = f"pictures differ in size: {files[row].name} has {_size_text(found)}, {sizes}"
            raise DataError(what, "write size: 32, or another size, to which all are resized")
        pixels.append(found)
        rows.append(row)
    if not pixels:
        raise DataError(f"none of {len(files)} pictures can be read", f"the first: {unreadable[0]}")
    return Decoded(_stacked(pixels), np.array(rows, np.int64), tuple(unreadable))


def _stacked(pixels: list[Pixels]) -> Pixels:
    """Return pictures as one array, gray ones in colour where others are."""
    channels = max(one.shape[2] for one in pixels)
    stacked = np.empty((len(pixels), *pixels[0].shape[:2], channels), np.uint8)
    for out, one in zip(stacked, pixels, strict=True):
        out[...] = one
    return stacked


def _refuse_too_many(first: Pixels, count: int) -> None:
    """Raise MachineError where pictures like the first do not fit into memory."""
    need, free = 2 * count * first.size, available()
    if need > SHARE * free:
        what = f"{count:,} pictures of {_size_text(first)} pixels need {size_text(need)}, {size_text(free)} are free"
        raise MachineError(what, "write a smaller size:, or take fewer pictures")


def _size_text(pixels: Pixels) -> str:
    """Return width x height, as programs for pictures show it."""
    return f"{pixels.shape[1]} x {pixels.shape[0]}"


def _each(files: Sequence[PictureFile], size: Size | None, color: Color | None) -> Iterator[Pixels | DataError]:
    """Yield the pixels of each picture (height, width, channels), or why it has none; all cores decode."""
    runs = [files[start : start + TOGETHER] for start in range(0, len(files), TOGETHER)]
    if len(runs) < 2:
        yield from chain.from_iterable(_run(run, size, color) for run in runs)
        return
    executor = ThreadPoolExecutor(min(cores(), len(runs)))
    try:
        for found in executor.map(lambda run: _run(run, size, color), runs):
            yield from found
    finally:
        executor.shutdown(cancel_futures=True)


def _run(files: Sequence[PictureFile], size: Size | None, color: Color | None) -> list[Pixels | DataError]:
    """Decode pictures that one process, or a few if the files are large, decode one after the other."""
    found: list[Pixels | DataError] = []
    while len(found) < len(files):
        with explained(Path(tempfile.gettempdir(), "pictures")), tempfile.TemporaryFile() as spool:
            ends, faults = list[int](), dict[int, DataError]()
            for file in files[len(found) :]:
                try:
                    spool.write(_content(file))
                except DataError as error:
                    faults[len(ends)] = error
                    spool.write(b"\0")  # no picture, which the process answers with an error
                ends.append(spool.tell())
                if spool.tell() >= BYTES:
                    break
            spool.flush()
            options = {"ends": ends, "size": size, "color": color, "values": VALUES}
            batch = files[len(found) : len(found) + len(ends)]
            found += _batch(cast(BinaryIO, spool), batch, options, faults)
    return found


def _content(file: PictureFile) -> bytes:
    """Read a picture file; raise DataError where it is no regular file, empty or far too large."""
    with regular_file(file.place, file.name, file.place.parent) as raw:
        length = os.fstat(raw.fileno()).st_size
        if not length:
            raise DataError(f"{file.name} is empty")
        if length > LARGEST:
            raise DataError(f"{file.name} has {size_text(length)}", f"a picture has at most {size_text(LARGEST)}")
        return raw.read(LARGEST)


def _batch(
    spool: BinaryIO, files: Sequence[PictureFile], options: dict[str, Any], faults: Mapping[int, DataError]
) -> Iterator[Pixels | DataError]:
    """Decode pictures that are end to end in a file; where one ends the process, a new process continues."""
    row = 0
    while row < len(files):
        with ExitStack() as ending:
            child = ChildProcess(spool, files[row].name, FORM, ending, options, MEMORY)
            while row < len(files) and child.process.poll() is None:
                child.ask([row])
                for found in _answers(child, files[row:]):
                    yield faults.get(row, found)
                    row += 1


def _answers(child: ChildProcess, files: Sequence[PictureFile]) -> Iterator[Pixels | DataError]:
    """Yield the pixels of pictures up to the first error, which ends an answer."""
    for file in files:
        child.name = file.name
        try:
            header = child.header()
            shape = tuple(int(header[key]) for key in ("height", "width", "channels"))
            if min(shape) < 1 or prod(shape) > VALUES:
                raise child.damaged("its size is not that of a picture")
            yield np.frombuffer(child.data(prod(shape)), np.uint8).reshape(shape)
        except DataError as error:
            yield error
            return
