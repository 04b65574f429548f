"""Pictures that tests draw and write."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)


def encoded(pixels=PICTURE, form: str = "PNG", mode: str | None = None, **options) -> bytes:
    """Return pixels as a picture file of a format."""
    picture, out = Image.fromarray(pixels), io.BytesIO()
    (picture if mode is None else picture.convert(mode)).save(out, form, **options)
    return out.getvalue()


def shapes(folder: Path, count: int = 12, size: int = 8, color: bool = False) -> Path:
    """Write pictures of bars, lying and standing, into a folder for each."""
    random = np.random.default_rng(1)
    for number in range(count):
        pixels = random.integers(0, 60, (size, size))
        lies = number % 2 == 0
        pixels[(number // 2 % size, slice(None)) if lies else (slice(None), number // 2 % size)] = 250
        place = folder / ("lying" if lies else "standing")
        place.mkdir(parents=True, exist_ok=True)
        shown = np.stack([pixels, pixels // 2, 255 - pixels], axis=-1) if color else pixels
        (place / f"{number:03d}.png").write_bytes(encoded(shown.astype(np.uint8)))
    return folder
