"""The data set `images`: pictures in a folder for each class, in a table of paths, or in an array."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from npnet.data.columns import Column, Frame
from npnet.data.datasets import Dataset, NewRows, Source, WantedRows, datasets, refuse_few_rows
from npnet.data.datasets.targets import Target
from npnet.data.images.decoding import decoded
from npnet.data.images.files import PictureFile, class_folders, pictures_at
from npnet.data.images.pixels import ImageShape, columns_of, frame_of
from npnet.data.readers.data_file import STDIN, place_of
from npnet.data.row_blocks import RowBlock
from npnet.errors import DataError
from npnet.text import listed, plural

Side = Annotated[int, Field(strict=True, ge=1, le=1000)]
Sides = Annotated[tuple[Side, Side], Field(strict=False)]
Color = Literal["gray", "rgb"]

CLASS = "class"
FILE = "file"
SHOWN = 3
BLOCK = 1000  # pictures that are predicted together


@datasets.add("images")
class Images(Source):
    """Pictures in PNG or JPEG: a folder with a folder for each class.

    Values are from 0 to 1, in the order that the layer `positions` reads: row by row, red, green and blue of a pixel
    side by side. Pictures are turned upright by their EXIF data; transparent ones are drawn on white.
    """

    reads_new_rows: ClassVar[bool] = True
    path_options: ClassVar[tuple[str, ...]] = ("path",)

    path: str = Field(min_length=1, description="The folder, relative to the config.")
    size: Side | Sides | None = Field(
        None, description="The size to which all pictures are resized: 32, or [height, width]; default: their own."
    )
    color: Color | None = Field(None, description="gray or rgb; default: gray where all pictures are gray.")
    drop_unreadable: bool = Field(False, description="Leave out pictures that cannot be read, instead of refusing.")

    @property
    def sizes(self) -> tuple[int, int] | None:
        """The height and width to which pictures are resized."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        folder = place_of(self.path, base)
        if not folder.is_dir():
            what = "is a file, not a folder" if folder.exists() else "is no folder here"
            raise DataError(f"{self.path} {what}", f"this path starts at {base.absolute()}")
        found = class_folders(folder, self.path)
        pictures = decoded(found.files, self.sizes, self.color, self.drop_unreadable)
        refuse_few_rows(len(pictures.rows))
        names = [found.classes[row] for row in pictures.rows.tolist()]
        frame = frame_of(pictures.pixels)
        target = Target.infer(Frame({CLASS: class_column(names)}, frame.rows), (CLASS,), "classification")
        return Dataset(
            frame,
            target.encode(Frame({CLASS: class_column(names)}, frame.rows)),
            target.task,
            (CLASS,),
            target.class_names,
            notes=(*found.notes, *_dropped(pictures.unreadable)),
        )

    @override
    def new_rows(self, paths: Sequence[str], wanted: WantedRows) -> NewRows:
        shape = ImageShape.of(wanted.features)
        if shape is None:
            raise DataError("the columns of the run are no pixels", "was it trained on images?")
        return NewPictures(paths, shape, bool(wanted.targets))


def class_column(names: Sequence[str]) -> Column:
    """Return names of classes as a column."""
    levels, codes = np.unique(np.array(names, object).astype(str), return_inverse=True)
    return Column(CLASS, "category", codes.astype(np.int32), tuple(levels.tolist()))


def _dropped(unreadable: Sequence[str]) -> tuple[str, ...]:
    if not unreadable:
        return ()
    return (f"left out {plural(len(unreadable), 'picture')} that cannot be read: {listed(unreadable, SHOWN)}",)


class NewPictures:
    """Pictures to predict, or in folders of classes to score; see `npnet.data.datasets.NewRows`."""

    def __init__(self, paths: Sequence[str], shape: ImageShape, scored: bool) -> None:
        self.kept, self._shape = (FILE,), shape
        self.notes: tuple[str, ...] = ()
        self._files: list[PictureFile] = []
        self._classes: list[str] = []
        for path in paths:
            if path == STDIN:
                raise DataError("pictures are not read from standard input", "name files or folders")
            place = place_of(path, Path.cwd())
            if scored:
                found = class_folders(place, path)
                self._files += found.files
                self._classes += found.classes
                self.notes += found.notes
            else:
                files, notes = pictures_at(path, Path.cwd())
                self._files += files
                self.notes += notes

    def __iter__(self) -> Iterator[RowBlock]:
        """Yield the pictures in blocks, their pixels, and their classes if they are scored."""
        color: Color = "gray" if self._shape.channels == 1 else "rgb"
        for first in range(0, len(self._files), BLOCK):
            files = self._files[first : first + BLOCK]
            pictures = decoded(files, self._shape.size, color, hint="")
            columns = columns_of(pictures.pixels)
            if self._classes:
                columns[CLASS] = class_column(self._classes[first : first + BLOCK])
            names = np.array([file.name for file in files], object)
            yield RowBlock(columns, np.arange(first + 1, first + 1 + len(files)), {FILE: names})
