"""Pictures in PNG and JPEG, many in one file, end to end: the pixels of each as bytes."""

import importlib
import io
from collections.abc import Iterator
from typing import Any

from npnet.data.readers.child.wire import FileError, Options, message

FORMATS = ("PNG", "JPEG")
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
MOST = 100_000_000  # pixels of a picture, about 400 MB while it is decoded
LONGEST = 100_000  # pixels of a side
GRAY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I")  # modes without colour
SHARP = 2  # a JPEG is decoded at no less than so many times the size that is asked for
OTHERS = {
    b"GIF8": "a GIF",
    b"BM": "a BMP",
    b"II*\0": "a TIFF",
    b"MM\0*": "a TIFF",
    b"<svg": "an SVG",
    b"<?xml": "XML",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "packed by gzip",
    b"PK\3\4": "a zip file",
}
BRANDS = {b"WEBP": "a WebP", b"heic": "an HEIC", b"heix": "an HEIC", b"mif1": "an HEIC", b"avif": "an AVIF"}


class Pictures:
    """Pictures end to end; `ends` of the options has the end of each in bytes, `size` and `color` how they are read."""

    title = "picture"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file, self._ends = file, [0, *options["ends"]]
        self._size, self._color, self._most = options["size"], options["color"], options["values"] // 3
        self._image: Any = None
        self._ops: Any = None

    def layout(self) -> dict[str, Any]:
        """Return nothing, after importing Pillow."""
        self._image, self._ops = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageOps")
        self._image.MAX_IMAGE_PIXELS = None  # ours is checked before any pixel is read
        return {}

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield height, width, channels and pixels of each picture from a number on."""
        for start, stop in zip(self._ends[request[0] :], self._ends[request[0] + 1 :], strict=False):
            self._file.seek(start)
            yield self._message(self._file.read(stop - start))

    def _message(self, data: bytes) -> bytes:
        picture = self._decoded(data)
        channels = 1 if picture.mode == "L" else 3
        shape = {"height": picture.height, "width": picture.width, "channels": channels}
        return message(shape, picture.tobytes())

    def _decoded(self, data: bytes) -> Any:
        """Return a picture upright, without transparency, in gray or in colour, at the size that is asked for."""
        try:
            picture = self._image.open(io.BytesIO(data), formats=FORMATS)
        except self._image.UnidentifiedImageError:
            if data.startswith(STARTS):
                raise FileError("is a damaged picture: its header is cut off or wrong", "write it again") from None
            raise FileError(f"is {_kind(data)}, and no picture in PNG or JPEG", "save it as PNG") from None
        width, height = picture.size
        if width * height > MOST or max(width, height) > LONGEST:
            most = f"{MOST:,} pixels, {LONGEST:,} on a side"
            raise FileError(f"has {width:,} x {height:,} pixels", f"a picture has at most {most}; make it smaller")
        if self._size is None and width * height > self._most:
            what = f"has {width:,} x {height:,} pixels, more than {self._most:,}"
            raise FileError(what, "write size: 64, or another size, to which all are resized")
        if self._size is not None:
            longest = SHARP * max(self._size)
            picture.draft(None, (longest, longest))
        gray = self._color == "gray" or (self._color is None and _is_gray(picture))
        picture = _opaque(self._image, self._ops.exif_transpose(picture)).convert("L" if gray else "RGB")
        if self._size is None or picture.size == (self._size[1], self._size[0]):
            return picture
        return picture.resize((self._size[1], self._size[0]), self._image.Resampling.BILINEAR)


def _is_gray(picture: Any) -> bool:
    """Return whether a picture has no colour: by its mode, or by its palette."""
    if picture.mode in ("P", "PA"):
        colors = picture.getpalette("RGB") or []
        return all(colors[n] == colors[n + 1] == colors[n + 2] for n in range(0, len(colors) - 2, 3))
    return picture.mode in GRAY


def _opaque(image: Any, picture: Any) -> Any:
    """Return a picture on white where it is transparent, with 8 bits where it has more."""
    if picture.mode.startswith("I"):  # 16 bits
        return picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if not picture.has_transparency_data:
        return picture
    front = picture.convert("RGBA")
    return image.alpha_composite(image.new("RGBA", front.size, "white"), front)


def _kind(data: bytes) -> str:
    """Return what the first bytes of a file show that it is."""
    brand = BRANDS.get(data[8:12])
    found = brand or next((name for magic, name in OTHERS.items() if data.startswith(magic)), None)
    return found or "some other file"
