"""The picture files of a folder, with the class that the folder of each stands for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from npnet.data.columns import Column, Frame
from npnet.data.readers.data_file import place_of
from npnet.errors import DataError
from npnet.text import listed, plural, quoted

PICTURES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif")
OTHERS = (".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".svg")
"""Suffixes of pictures that npnet does not read: a file with one is refused by name, not ignored."""
NOISE = ("thumbs.db", "desktop.ini", "__macosx")
MOST = 1_000_000  # files and folders
SHOWN = 5


@dataclass(frozen=True)
class PictureFile:
    """A file, and how messages and predictions name it."""

    name: str
    place: Path


@dataclass
class Found:
    """The picture files below a folder in the order of their names, and the files that are no pictures."""

    files: list[PictureFile] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    seen: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """A note on the files that are ignored, if there are any."""
        if not self.ignored:
            return ()
        return (f"ignored {plural(len(self.ignored), 'file')} without a picture: {listed(self.ignored, SHOWN)}",)


def files_below(folder: Path, name: str, found: Found, above: frozenset[tuple[int, int]] = frozenset()) -> None:
    """Add the picture files of a folder and of the folders in it, hidden ones left out.

    Links are followed, but not to a folder above. Raise DataError where a folder cannot be read, or has too many files.
    """
    info = folder.stat()
    here = info.st_dev, info.st_ino
    for entry in _entries(folder, name) if here not in above else ():
        found.seen += 1
        if found.seen > MOST:
            raise DataError(f"{name} has more than {MOST:,} files", "name a folder that holds the pictures alone")
        shown = f"{name}/{entry.name}"
        if entry.is_dir():
            files_below(Path(entry.path), shown, found, above | {here})
        elif entry.name.lower().endswith((*PICTURES, *OTHERS)):
            found.files.append(PictureFile(shown, Path(entry.path)))
        else:
            found.ignored.append(shown)


def _entries(folder: Path, name: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files and folders in a folder by name, without hidden ones and those that systems write."""
    try:
        with os.scandir(folder) as entries:
            known = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}") from None
    for entry in known:
        if entry.name.startswith(".") or entry.name.lower() in NOISE:
            continue
        try:
            entry.name.encode()
        except UnicodeEncodeError:
            raise DataError(f"{name} has a file whose name is not UTF-8: {quoted(entry.name)}", "rename it") from None
        yield entry


@dataclass(frozen=True)
class ListedPictures:
    """Picture files, and the columns of their targets."""

    files: list[PictureFile]
    targets: Frame
    notes: tuple[str, ...] = ()


def class_folders(folder: Path, path: str, target: str) -> ListedPictures:
    """Find the pictures of a folder with a folder for each class, the `target`; raise DataError where it has none.

    Folders within the folder of a class belong to the class.
    """
    classes, empty, found = list[str](), list[str](), Found()
    name = path.rstrip("/") or path
    loose = 0
    for entry in _entries(folder, name):
        if not entry.is_dir():
            loose += entry.name.lower().endswith(PICTURES)
            continue
        before = len(found.files)
        files_below(Path(entry.path), f"{name}/{entry.name}", found)
        count = len(found.files) - before
        classes += [entry.name] * count
        empty += [] if count else [entry.name]
    if not found.files:
        what = f"{plural(loose, 'picture')}, and no folder of a class" if loose else "no folder with pictures"
        hint = "it needs a folder for each class, or name a table, as labels.csv: a row for each picture"
        raise DataError(f"{path} has {what}", hint)
    notes = list(found.notes)
    if empty:
        notes.append(f"ignored {plural(len(empty), 'folder')} without pictures: {listed(empty, SHOWN)}")
    if loose:
        notes.append(f"ignored {plural(loose, 'picture')} in {path} itself, outside the folders of classes")
    levels, codes = np.unique(classes, return_inverse=True)
    column = Column(target, "category", codes.astype(np.int32), tuple(levels.tolist()))
    return ListedPictures(found.files, Frame({target: column}, np.arange(1, len(classes) + 1)), tuple(notes))


def files_at(path: str, base: Path) -> ListedPictures:
    """Return the picture file at a path, or the picture files of a folder; raise DataError for a folder without."""
    place, found = place_of(path, base), Found()
    if place.is_dir():
        files_below(place, path.rstrip("/") or path, found)
        if not found.files:
            raise DataError(f"{path} has no pictures", f"pictures are files that end in {', '.join(PICTURES)}")
    else:
        found.files.append(PictureFile(path, place))
    return ListedPictures(found.files, Frame({}, np.arange(1, len(found.files) + 1)), found.notes)
