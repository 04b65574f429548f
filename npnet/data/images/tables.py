"""Tables whose rows name picture files, and their targets."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from npnet.data.columns import Frame
from npnet.data.columns.schema import ReadOptions
from npnet.data.images.files import ListedPictures, PictureFile
from npnet.data.readers import suffixes
from npnet.data.readers.data_file import place_of
from npnet.data.readers.reading import CellError, read_frame
from npnet.errors import DataError
from npnet.text import quoted


def is_table(path: str) -> bool:
    """Return whether a path has the suffix of a table."""
    return path.lower().endswith(suffixes())


def is_array(path: str) -> bool:
    """Return whether a path has the suffix of an array of NumPy."""
    return path.lower().endswith(".npy")


def pictures_in_table(
    path: str, base: Path, image: str, targets: Sequence[str], folder: str | None, as_text: bool = False
) -> ListedPictures:
    """Read the paths of pictures, below a folder, and targets; the folder is by default the one of the table.

    Targets are read `as_text` where they are classes whatever they look like. Raise DataError for a row without a path
    or a target, and for a path that leads out of the folder.
    """
    texts = (image, *targets) if as_text else (image,)
    try:
        frame, _ = read_frame(ReadOptions(path=path, categorical=texts), base, needs=(image, *targets))
    except CellError as error:
        hint = "correct the cell, or write task: classification under images, which makes classes of texts"
        raise DataError(error.message, hint) from None
    cells = frame.columns[image]
    start = str(Path(path).parent) if folder is None else folder
    for name in (image, *targets):
        missing = np.flatnonzero(frame.columns[name].missing)
        if len(missing):
            more = f", and in {len(missing) - 1} more" if len(missing) > 1 else ""
            what = f"{path}: row {frame.rows[missing[0]]}: column {quoted(name)} is empty{more}"
            raise DataError(what, "take such rows out of the table")
    named = zip(frame.rows.tolist(), cells.values.tolist(), strict=True)
    files = [_picture(cells.levels[code], start, base, f"{path}: row {row}") for row, code in named]
    return ListedPictures(files, Frame({name: frame.columns[name] for name in targets}, frame.rows), frame.notes)


def _picture(text: str, start: str, base: Path, where: str) -> PictureFile:
    """Return the picture file that a cell names."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or text.startswith("~") or "\0" in text:
        what = f"{where}: {quoted(text)} leads out of the folder of the pictures, {start}"
        raise DataError(what, "write folder: FOLDER under images, at which the paths of the table start")
    name = str(PurePosixPath(start) / path)
    return PictureFile(name, place_of(name, base))
