"""Hindrances: npnet without a sync, or without a rename, which the harnesses must notice; each is a `with`."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.faults.seam import is_folder

Hindrance = Callable[[], AbstractContextManager[None]]


@contextmanager
def no_sync_of_files() -> Iterator[None]:
    """Files are not synced; folders are."""
    sync = os.fsync
    with _instead("fsync", lambda descriptor: sync(descriptor) if is_folder(descriptor) else None):
        yield


@contextmanager
def no_sync_of_folders() -> Iterator[None]:
    """Folders are not synced; files are."""
    sync = os.fsync
    with _instead("fsync", lambda descriptor: None if is_folder(descriptor) else sync(descriptor)):
        yield


@contextmanager
def writes_in_place() -> Iterator[None]:
    """Copy a file into the one that it replaces, and sync it with care."""
    replace = os.replace

    def copy(source: Path, target: Path) -> None:
        if Path(source).is_symlink():
            replace(source, target)
            return
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.write(descriptor, Path(source).read_bytes())
        os.fsync(descriptor)
        os.close(descriptor)
        os.unlink(source)  # noqa: PTH108 - through the seam

    with _instead("replace", copy):
        yield


@contextmanager
def _instead(name: str, function: Callable[..., Any]) -> Iterator[None]:
    original = getattr(os, name)
    setattr(os, name, function)
    try:
        yield
    finally:
        setattr(os, name, original)


HINDRANCES: dict[str, Hindrance] = {
    "sync-of-files": no_sync_of_files,
    "sync-of-folders": no_sync_of_folders,
    "rename": writes_in_place,
}
