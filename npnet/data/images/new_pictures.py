"""New pictures of a run, to predict or to score: files, folders, tables of paths, and arrays."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from npnet.data.images.arrays import images_of
from npnet.data.images.decoding import Color, decoded
from npnet.data.images.files import ListedPictures, class_folders, files_at
from npnet.data.images.pixels import ImageShape, columns_of
from npnet.data.images.tables import is_array, is_table, pictures_in_table
from npnet.data.readers.data_file import STDIN, place_of
from npnet.data.row_blocks import RowBlock
from npnet.errors import DataError

FILE, ROW = "file", "row"
BLOCK = 1000  # pictures that are predicted together
MEMORY = 1 << 28  # bytes of pixels that are kept for the next reading


class NewPictures:
    """Pictures at paths, read as those of a run were; see `npnet.data.datasets.NewRows`.

    `image` is the column of tables that names pictures, `folder` where their paths start. With `targets` they are
    scored: the class of a picture is its folder's, or other targets stand in the table.
    """

    def __init__(
        self,
        paths: Sequence[str],
        shape: ImageShape,
        image: str,
        targets: Sequence[str],
        folder: str | None,
        as_text: bool,
    ) -> None:
        self._shape = shape
        self._decoded: dict[int, NDArray[np.uint8]] = {}  # of blocks, by their first picture
        self._color: Color | None = "gray" if shape.channels == 1 else "rgb" if shape.channels == 3 else None
        self.notes: tuple[str, ...] = ()
        self._listed: list[ListedPictures] = []
        for path in paths:
            if path == STDIN:
                raise DataError("pictures are not read from standard input", "name files or folders")
            if not is_array(path):
                table = image, targets, folder, as_text
                self._listed.append(_pictures_at(path, targets, table))
                self.notes += self._listed[-1].notes
            elif targets:
                raise DataError(f"{path} has images without targets", "name a folder of classes, or a table of paths")
        self._arrays = [path for path in paths if is_array(path)]
        self.kept = (FILE, ROW) if self._arrays else (FILE,)

    def __iter__(self) -> Iterator[RowBlock]:
        """Yield the pictures in blocks: their pixels, what names them, and their targets if they are scored."""
        done = 0
        for found in self._listed:
            for first in range(0, len(found.files), BLOCK):
                rows = np.arange(first, min(first + BLOCK, len(found.files)))
                files = [found.files[row] for row in rows.tolist()]
                pixels = self._decoded.get(done)
                if pixels is None:
                    pixels = decoded(files, self._shape.size, self._color, hint="").pixels
                    if done * pixels[0].size < MEMORY:
                        self._decoded[done] = pixels
                yield self._block(pixels, done, found, rows)
                done += len(rows)
        for path in self._arrays:
            pixels = images_of(path, Path.cwd(), self._shape.size, self._color)
            if pixels.shape[3] != self._shape.channels:
                what = f"{path} has {pixels.shape[3]} channels, the images of the run {self._shape.channels}"
                raise DataError(what, "predict images like those of the training")
            names = np.full(len(pixels), path, object)
            rows = np.arange(1, len(pixels) + 1)
            yield RowBlock(columns_of(pixels), rows, {FILE: names, ROW: rows.astype(object)})

    def _block(self, pixels: NDArray[np.uint8], done: int, found: ListedPictures, rows: NDArray[np.int64]) -> RowBlock:
        names = np.array([found.files[row].name for row in rows.tolist()], object)
        columns = {**columns_of(pixels), **found.targets.take(rows).columns}
        kept = {FILE: names, **({ROW: np.full(len(rows), None, object)} if self._arrays else {})}
        return RowBlock(columns, done + 1 + np.arange(len(rows)), kept)


def _pictures_at(
    path: str, targets: Sequence[str], table: tuple[str, Sequence[str], str | None, bool]
) -> ListedPictures:
    """Find the pictures at a path, with their targets if there are any to be scored."""
    here = Path.cwd()
    if is_table(path):
        return pictures_in_table(path, here, *table)
    if not targets:
        return files_at(path, here)
    if len(targets) > 1:
        raise DataError(f"{path} is no table, and a picture has several targets", "name a table of paths")
    return class_folders(place_of(path, here), path, targets[0])
