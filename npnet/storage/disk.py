"""The disk: the only code that writes files, each whole and durable or not at all.

What the machine refuses becomes a `MachineError` of one line, and no half-written file stays.
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

from npnet.errors import MachineError, RunError
from npnet.machine.resources import explained, size_text
from npnet.storage.strict_json import to_json

SAFE = os.O_NOFOLLOW | os.O_NONBLOCK  # neither follow a link nor wait at a pipe


class UnsafeFileError(OSError):
    """A file that is not read: a link, a pipe, a device, a folder, or larger than allowed."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an error about a file of a run or its content into a RunError that names the file."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(f"{path} is missing", "a run that was cut short, or has not come so far, lacks it") from error
    except UnsafeFileError as error:
        raise RunError(f"{path} is {error.strerror}", "the files of a run are plain files of its own") from error
    except ValueError as error:
        raise RunError(f"{path} cannot be used: {error}") from error
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror or 'refused'}") from error


# Files


def write_new(path: Path, data: bytes) -> None:
    """Write and sync a file that must not exist; raise FileExistsError if it does."""
    with _created(path) as descriptor:
        write_all(descriptor, data)
        os.fsync(descriptor)


def write_unsynced(path: Path, data: bytes) -> None:
    """Write a file that must not exist, without a sync: a synced file must hold its hash."""
    with explained(path, len(data)), _created(path) as descriptor:
        write_all(descriptor, data)


def write_json(path: Path, value: object) -> None:
    """Write a value as strict JSON, atomically."""
    write_atomic(path, to_json(value))


def write_atomic(
    path: Path,
    data: bytes | Iterable[bytes],
    hint: str | None = None,
    publish: Callable[[Path, Path], object] = Path.replace,
) -> None:
    """Write a file in one step: readers, also after a crash, see the old or the new file.

    Of data in pieces one is in memory at a time; see `explained` for `hint`. `publish` gives the temporary file, once
    it is written and synced, its name.
    """
    temporary, size = hidden_name(path), 0
    with explained(path, hint=hint):
        try:
            with _created(temporary) as descriptor:
                for piece in (data,) if isinstance(data, bytes) else data:
                    size += len(piece)
                    with explained(path, size, hint):
                        write_all(descriptor, piece)
                with explained(path, size, hint):
                    os.fsync(descriptor)
            publish(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def write_rotated(path: Path, older: Sequence[Path], data: bytes) -> None:
    """Write a file atomically; the previous one becomes the first of `older`, and so on.

    At every instant one of them is whole, and the first that exists is the newest.
    """

    def rotate(temporary: Path, path: Path) -> None:
        for old, new in reversed(list(pairwise((path, *older)))):
            with suppress(FileNotFoundError):
                old.replace(new)
        temporary.replace(path)

    write_atomic(path, data, publish=rotate)


def link_new(temporary: Path, path: Path) -> None:
    """Give a file a free name, or raise FileExistsError; a link, unlike a rename, replaces nothing."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        with _created(path):  # a disk without hard links
            temporary.replace(path)


@contextmanager
def _created(path: Path) -> Iterator[int]:
    """Open a file for writing that only this process can have created."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def cut_file(path: Path, size: int) -> None:
    """Cut a file to its first `size` bytes."""
    with explained(path):
        descriptor = open_plain(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_symlink(link: Path, target: str) -> None:
    """Point a symbolic link at `target` in one step, whether it exists or not."""
    temporary = hidden_name(link)
    with explained(link):
        try:
            temporary.symlink_to(target)
            temporary.replace(link)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(link.parent)


def remove_file(path: Path) -> None:
    """Remove a file or a link, if it exists."""
    with explained(path):
        path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files of dead processes from a folder where no other process works."""
    with explained(folder):
        for path in folder.glob(".*.tmp.*"):
            if path.is_file() and not path.is_symlink():
                path.unlink()


# Folders


def make_folder(path: Path) -> None:
    """Make a folder, if it does not exist; its parent must."""
    with explained(path):
        try:
            path.mkdir(exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, "a file is in its place") from error


def make_folders(path: Path) -> list[Path]:
    """Make a folder and its missing parents; returns those that were made, the deepest first."""
    with explained(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing or [path]):
        make_folder(folder)
    for folder in missing:
        with explained(folder):
            sync_folder(folder.parent)
    return missing


def make_folder_exclusive(path: Path) -> None:
    """Make a folder; raise FileExistsError if it exists."""
    with explained(path):
        path.mkdir()


def rename_folder(folder: Path, name: Path) -> None:
    """Rename a folder in one step; it may replace an empty one."""
    with explained(name):
        sync_folder(folder)
        folder.rename(name)
        sync_folder(name.parent)


def claim_name(folder: Path, name: Path) -> bool:
    """Rename a folder to a free name; False, and the folder is removed, where the name is taken."""
    with explained(name):
        try:
            folder.rename(name)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise
            shutil.rmtree(folder)
            return False
    return True


def remove_folder(folder: Path) -> None:
    """Remove a folder with its content; its name disappears in one step."""
    hidden = hidden_name(folder)
    with explained(folder):
        folder.rename(hidden)
        shutil.rmtree(hidden)
        sync_folder(folder.parent)


def write_folder(folder: Path, files: Mapping[str, bytes], hint: str | None = None) -> None:
    """Write a folder of files that replaces a folder of this name; at no time is it half written.

    See `explained` for `hint`. Between the old and the new folder there is a moment with neither.
    """
    temporary = hidden_name(folder)
    try:
        with explained(folder, sum(map(len, files.values())), hint):
            temporary.mkdir()
            for name, data in files.items():
                write_new(temporary / name, data)
        if folder.exists():
            remove_folder(folder)
        rename_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_empty_folders(folders: Iterable[Path]) -> None:
    """Remove folders in order, up to the first one that is not empty."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names that were created, renamed or removed in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Opening and reading


def open_plain(path: Path | str, flags: int) -> int:
    """Open or create a plain file; raise UnsafeFileError for a link, pipe, device or folder."""
    try:
        descriptor = os.open(path, flags | SAFE, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnsafeFileError(errno.ELOOP, "a symbolic link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsafeFileError(errno.EINVAL, "not a plain file", str(path))
    return descriptor


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte, however many the system takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_regular_file(path: Path, limit: int) -> bytes:
    """Read a plain file; raise UnsafeFileError for another kind, or more than `limit` bytes."""
    with os.fdopen(open_plain(path, os.O_RDONLY), "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > limit:
            raise UnsafeFileError(errno.EFBIG, f"larger than {size_text(limit)}", str(path))
        return file.readall()


def hidden_name(path: Path) -> Path:
    """Return a free hidden name beside a path, for a file that is not whole yet."""
    return path.with_name(f".{path.name}.tmp.{os.urandom(4).hex()}")
