"""The data set `images`: pictures in a folder for each class, in a table of paths, or in an array."""

from collections.abc import Mapping, Sequence
from math import isqrt, prod
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from npnet.data.columns import Frame
from npnet.data.datasets import Dataset, NewRows, Source, WantedRows, datasets, refuse_few_rows
from npnet.data.datasets.targets import Target, TaskOption
from npnet.data.images.arrays import images_of, targets_of
from npnet.data.images.decoding import VALUES, Color, decoded
from npnet.data.images.files import ListedPictures, class_folders
from npnet.data.images.new_pictures import FILE, NewPictures
from npnet.data.images.pixels import ImageShape, columns_of
from npnet.data.images.tables import is_array, is_table, pictures_in_table
from npnet.data.readers.data_file import place_of
from npnet.errors import DataError, OptionError
from npnet.text import listed, plural

Side = Annotated[int, Field(strict=True, ge=1, le=1000)]
Sides = Annotated[tuple[Side, Side], Field(strict=False)]
Name = Annotated[str, Field(strict=True, min_length=1)]
Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
ClassName = str | Annotated[int, Field(ge=-(10**15), le=10**15)]

CLASS = "class"
NO_MARKS: Mapping[str, NDArray[Any]] = {}
SHOWN = 3


@datasets.add("images")
class Images(Source):
    """Pictures in a folder for each class, in a table of paths, or in an array (.npy).

    Pictures are PNG or JPEG. Values are from 0 to 1, in the order that the layer `positions` reads: row by row, red,
    green and blue of a pixel side by side. Pictures are turned upright by their EXIF data; transparent ones are drawn
    on white. Whole numbers and texts of an array of targets are classes, decimals a regression; targets of a table
    follow the rules of `table`.
    """

    reads_new_rows: ClassVar[bool] = True
    path_options: ClassVar[tuple[str, ...]] = ("path", "folder", "targets")

    path: str = Field(
        min_length=1, description="The folder, the table or the array (.npy) of images, relative to the config."
    )
    target: Name | Names | None = Field(None, description="The column of the table to predict, or several.")
    image: Name = Field("file", description="The column of the table that names the picture.")
    folder: str | None = Field(
        None, description="The folder at which the paths of the table start; default: the one of the table."
    )
    targets: str | None = Field(None, description="The array of targets (.npy), one for each image of the array.")
    size: Side | Sides | None = Field(
        None, description="The size to which all images are resized: 32, or [height, width]; default: their own."
    )
    color: Color | None = Field(None, description="gray or rgb; default: gray where all images are gray.")
    task: TaskOption | None = Field(None, description="What the target is, where the rule would take it for another.")
    positive_class: ClassName | None = Field(None, description="Which of two classes is class 1.")
    drop_unreadable: bool = Field(False, description="Leave out pictures that cannot be read, instead of refusing.")

    @model_validator(mode="after")
    def _options_fit_the_path(self) -> Self:
        if is_array(self.path) and self.targets is None:
            raise OptionError("path", "an array of images needs targets", "write targets: y.npy under images")
        if is_table(self.path) and self.target is None:
            raise OptionError("path", "a table of images needs a target", "write target: COLUMN under images")
        for name, fits in (("targets", is_array), ("target", is_table), ("folder", is_table)):
            if getattr(self, name) is not None and not fits(self.path):
                other = "an array, which ends in .npy" if fits is is_array else "a table, such as labels.csv"
                raise OptionError(name, f"{name} is for {other}", f"take {name} out, or name such a file as path")
        many = (1 if self.color == "gray" else 3) * prod(self.sizes or (1,))
        if many > VALUES:
            most = isqrt(VALUES * prod(self.sizes or (1,)) // many)
            what = f"images of this size have {many:,} values, more than {VALUES:,}"
            raise OptionError("size", what, f"write a size of at most {most}")
        return self

    @property
    def sizes(self) -> tuple[int, int] | None:
        """The height and width to which pictures are resized."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    @property
    def _as_text(self) -> bool:
        """Whether the targets of a table are texts, whatever they look like."""
        return self.task in ("classification", "binary", "multiclass")

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        if self.targets is not None:
            pixels = images_of(self.path, base, self.sizes, self.color)
            values = self.task in ("regression", "counts")
            return self._dataset(pixels, targets_of(self.targets, base, len(pixels), self.path, values), ())
        found = self._listed(base)
        pictures = decoded(found.files, self.sizes, self.color, self.drop_unreadable)
        notes = list(found.notes)
        if left := pictures.unreadable:
            notes.append(f"left out {plural(len(left), 'picture')} that cannot be read: {listed(left, SHOWN)}")
        names = np.array([found.files[row].name for row in pictures.rows.tolist()], object)
        return self._dataset(pictures.pixels, found.targets.take(pictures.rows), notes, {FILE: names})

    def _listed(self, base: Path) -> ListedPictures:
        """Find the picture files and their targets."""
        if self.target is not None:
            names = (self.target,) if isinstance(self.target, str) else self.target
            return pictures_in_table(self.path, base, self.image, names, self.folder, self._as_text)
        folder = place_of(self.path, base)
        if not folder.is_dir():
            what = f"{self.path} is a file, and neither a table nor an array (.npy)" if folder.exists() else None
            raise DataError(what or f"there is no folder {self.path}", f"this path starts at {base.absolute()}")
        return class_folders(folder, self.path, CLASS)

    def _dataset(
        self, pixels: NDArray[Any], targets: Frame, notes: Sequence[str], marks: Mapping[str, NDArray[Any]] = NO_MARKS
    ) -> Dataset:
        refuse_few_rows(len(pixels))
        names = tuple(targets.columns)
        target = Target.infer(targets, names, self.task, self.positive_class)
        return Dataset(
            Frame(columns_of(pixels), targets.rows, marks=marks),
            target.encode(targets),
            target.task,
            names,
            target.class_names,
            notes=tuple(notes),
            negatives=target.negatives,
            positions=pixels.shape[1:3],
        )

    @override
    def new_rows(self, paths: Sequence[str], wanted: WantedRows) -> NewRows:
        shape = ImageShape.of(wanted.features)
        if shape is None:
            raise DataError("the columns of the run are no pixels", "was it trained on images?")
        return NewPictures(paths, shape, self.image, wanted.targets, self.folder, self._as_text)
