"""Images and targets in files of NumPy, .npy: numbers or texts, never objects."""

import warnings
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from npnet.data.columns import Column, Frame
from npnet.data.images.decoding import VALUES, Color, Size
from npnet.data.readers.data_file import opened
from npnet.errors import DataError, MachineError
from npnet.machine.resources import SHARE, available, size_text

HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
SHAPES = "images are (images, height, width) or (images, height, width, channels)"
LUMA = (19595, 38470, 7471)  # of red, green and blue in gray, of 65536: as Pillow has them
LARGEST = {"u1": 255, "u2": 65535, "b1": 1}  # which become 1


def read_array(path: str, base: Path) -> NDArray[Any]:
    """Read an array; raise DataError where the file is damaged or holds objects, MachineError where it is too large."""
    with opened(path, base) as file:
        shape, fortran, dtype = _header(file.raw, path)
        if dtype.hasobject or dtype.names is not None or dtype.kind not in "biufU":
            what = f"{path} holds {'Python objects' if dtype.hasobject else f'values of type {dtype}'}"
            raise DataError(what, "npnet reads numbers and texts; write it with np.save as one of them")
        need, at, size = prod(shape) * dtype.itemsize, file.raw.tell(), file.raw.seek(0, 2)
        if need != size - at:
            what = f"{path} is a damaged array: {shape} of {dtype} are {need:,} bytes, it has {size - at:,}"
            raise DataError(what, "write it again by np.save")
        if 2 * need > SHARE * available():
            what = f"{path} needs {size_text(2 * need)}, {size_text(available())} are free"
            raise MachineError(what, "take fewer or smaller images")
        file.raw.seek(at)
        values = np.frombuffer(bytearray(file.raw.read(need)), dtype)
        if len(values) != prod(shape):
            raise DataError(f"{path} is a damaged array: it ends too early", "write it again by np.save")
    values = values.reshape(shape, order="F" if fortran else "C")
    return np.ascontiguousarray(values, dtype.newbyteorder("="))


def _header(raw: BinaryIO, path: str) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    """Read shape, order and type; the header is at most 10,000 literals long, and no code."""
    try:
        raw.seek(0)
        read = HEADERS.get(npy.read_magic(raw))
        if read is None:
            raise ValueError("its header is of another version")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, fortran, dtype = read(raw)
        if min(shape, default=0) < 0:
            raise ValueError("a length below 0")
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(f"{path} is no array of NumPy: {why[:100]}", "write it again by np.save") from None
    return shape, fortran, dtype


def images_of(path: str, base: Path, size: Size | None, color: Color | None) -> NDArray[Any]:
    """Read images (images, height, width, channels) of an array, bytes as they are, other numbers as float32.

    Raise DataError for an array of another shape, and for whole numbers that have no usual largest value.
    """
    pixels = read_array(path, base)
    if pixels.ndim == 3:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 4 or not pixels.size:
        raise DataError(f"{path} has the shape {pixels.shape}; {SHAPES}", "reshape it before np.save")
    if pixels.shape[3] > 64 and pixels.shape[1] <= 64:
        what = f"{path} has the shape {pixels.shape}, with the channels first; {SHAPES}"
        raise DataError(what, "write it as np.moveaxis(x, 1, -1)")
    kind = pixels.dtype.str[1:]
    if pixels.dtype.kind not in "f" and kind not in LARGEST:
        what = f"{path} holds values of type {pixels.dtype}, whose largest is no usual shade"
        raise DataError(what, "write it as x.astype('uint8'), or as decimals from 0 to 1")
    if kind != "u1":
        pixels = (pixels / LARGEST.get(kind, 1)).astype(np.float32)
    if not np.isfinite(pixels).all():
        row = int(np.argwhere(~np.isfinite(pixels))[0][0]) + 1
        raise DataError(f"{path}: image {row} has a value that is not finite", "every pixel needs a number")
    pixels = _resized(_colored(pixels, color, path), size)
    if prod(pixels.shape[1:]) > VALUES:
        what = f"images of {pixels.shape[2]} x {pixels.shape[1]} pixels have {prod(pixels.shape[1:]):,} values"
        raise DataError(f"{what}, more than {VALUES:,}", "write size: 64, or another size, to which all are resized")
    return pixels


def _colored(pixels: NDArray[Any], color: Color | None, path: str) -> NDArray[Any]:
    """Return images in gray or in colour, if either is asked for."""
    channels = pixels.shape[3]
    if color is None or channels == {"gray": 1, "rgb": 3}[color]:
        return pixels
    if color == "rgb" and channels == 1:
        return np.repeat(pixels, 3, axis=3)
    if channels != 3:
        raise DataError(f"{path} has {channels} channels, which color: {color} is not made of", "take color out")
    if pixels.dtype == np.uint8:
        gray = sum(pixels[..., place].astype(np.uint32) * share for place, share in enumerate(LUMA))
        return np.asarray((gray + 32768) >> 16, np.uint8)[..., np.newaxis]
    return np.asarray(pixels @ (np.array(LUMA) / 65536), np.float32)[..., np.newaxis]


def _resized(pixels: NDArray[Any], size: Size | None) -> NDArray[Any]:
    """Return images at a size, each channel resized as Pillow resizes pictures."""
    if size is None or pixels.shape[1:3] == size:
        return pixels
    from PIL import Image

    resized = np.empty((len(pixels), *size, pixels.shape[3]), pixels.dtype)
    for image, out in zip(pixels, resized, strict=True):
        for channel in range(image.shape[2]):
            one = Image.fromarray(np.ascontiguousarray(image[..., channel]))
            out[..., channel] = one.resize(size[::-1], Image.Resampling.BILINEAR)
    return resized


def targets_of(path: str, base: Path, count: int, images: str, as_values: bool) -> Frame:
    """Read targets (images,) or (images, targets) of an array as columns; raise DataError where they do not fit.

    Whole numbers are classes, unless they are to be values.
    """
    values = read_array(path, base)
    if values.ndim not in (1, 2) or not values.size:
        what = f"{path} has the shape {values.shape}; targets are (images,) or (images, targets)"
        raise DataError(what, "reshape it before np.save")
    if len(values) != count:
        what = f"{path} has {len(values)} targets, and {images} has {count} images"
        raise DataError(what, "a target is needed for each image, in the same order")
    columns = values.reshape(count, -1).T
    numbers = values.dtype.kind != "U"
    if len(columns) > 1 and numbers and np.isin(values, (0, 1)).all() and (columns.sum(axis=0) == 1).all():
        what = f"{path} has a 1 in every row among zeros: classes in one-hot form"
        raise DataError(what, "write it as np.argmax(y, axis=1)")
    names = ["target"] if len(columns) == 1 else [f"target_{number}" for number in range(1, len(columns) + 1)]
    classes = not numbers or (values.dtype.kind in "biu" and len(columns) == 1 and not as_values)
    made = [_column(name, column, classes) for name, column in zip(names, columns, strict=True)]
    return Frame({column.name: column for column in made}, np.arange(1, count + 1))


def _column(name: str, values: NDArray[Any], classes: bool) -> Column:
    if not classes:
        return Column(name, "number", values.astype(np.float64))
    levels, codes = np.unique(values, return_inverse=True)
    texts = tuple(str(int(level)) if values.dtype.kind == "b" else str(level) for level in levels.tolist())
    return Column(name, "category", codes.astype(np.int32), texts)
