"""The disk: the only code that writes files, so that each is whole and durable or not there at all.

What the machine refuses becomes a `MachineError` of one line, and nothing half-written is left behind.
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from npnet.errors import MachineError, RunError
from npnet.machine.free_space import size_text
from npnet.machine.refusals import explained
from npnet.storage.strict_json import to_json

NO_SURPRISES = os.O_NOFOLLOW | os.O_NONBLOCK  # neither through a link nor waiting at a pipe


class UnsafeFileError(OSError):
    """A file that is not read: a link, a pipe, a device, a folder, or larger than allowed."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what is off with a file of a run, or with its content (a ValueError), into a RunError that names it."""
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


# Whole files


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, and wait until the disk has it; FileExistsError if it does."""
    with _made(path) as descriptor:
        write_all(descriptor, data)
        os.fsync(descriptor)


def write_atomic(path: Path, data: bytes) -> None:
    """Put a file in place in one step: readers, and a machine that dies, see the old one or the new one."""
    write_pieces(path, (data,))


def write_rotated(path: Path, older: Sequence[Path], data: bytes) -> None:
    """As `write_atomic`; the file that was there takes the place of the first of `older`, that of the next, and so on.

    At every instant one of them is whole, and the first that is there is the newest.
    """

    def rotate(whole: Path, path: Path) -> None:
        for old, new in reversed(list(pairwise((path, *older)))):
            with suppress(FileNotFoundError):
                old.replace(new)
        whole.replace(path)

    _write_in_place(path, (data,), rotate)


def write_pieces(path: Path, pieces: Iterable[bytes], hint: str | None = None) -> None:
    """As `write_atomic`, from pieces of which memory holds one at a time; for `hint` see `explained`."""
    _write_in_place(path, pieces, Path.replace, hint)


def create_pieces(path: Path, pieces: Iterable[bytes], hint: str | None = None) -> None:
    """As `write_pieces`, but the file must not exist yet; FileExistsError if it does, and it stays as it is."""
    _write_in_place(path, pieces, _name_new, hint)


def _write_in_place(
    path: Path, pieces: Iterable[bytes], put: Callable[[Path, Path], object], hint: str | None = None
) -> None:
    """Write a file beside `path`, sync it, and let `put` bring it there."""
    temporary, size = hidden_name(path), 0
    with explained(path, hint=hint):
        try:
            with _made(temporary) as descriptor:
                for piece in pieces:
                    size += len(piece)
                    with explained(path, size, hint):
                        write_all(descriptor, piece)
                with explained(path, size, hint):
                    os.fsync(descriptor)
            put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def _name_new(whole: Path, path: Path) -> None:
    """Give a file a name that nothing has; FileExistsError otherwise. A link, unlike a rename, replaces nothing."""
    try:
        path.hardlink_to(whole)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        with _made(path):  # a disk without hard links
            whole.replace(path)


def write_unsynced(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, without waiting for the disk: something synced must vouch for it."""
    with explained(path, len(data)), _made(path) as descriptor:
        write_all(descriptor, data)


def write_json(path: Path, value: object) -> None:
    """Write a value as strict JSON, atomically; see `strict.to_json`."""
    write_atomic(path, to_json(value))


def replace_symlink(link: Path, target: str) -> None:
    """Point a symbolic link at `target` in one step, whether it is there already or not."""
    temporary = hidden_name(link)
    with explained(link):
        try:
            temporary.symlink_to(target)
            temporary.replace(link)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(link.parent)


def cut_file(path: Path, size: int) -> None:
    """Take off what a file has behind its first `size` bytes."""
    with explained(path):
        descriptor = open_plain(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that died left half-written in a folder that nobody else works in."""
    with explained(folder):
        for path in folder.glob(".*.tmp.*"):
            if path.is_file() and not path.is_symlink():
                path.unlink()


def remove_file(path: Path) -> None:
    """Remove a file or a link, if it is there."""
    with explained(path):
        path.unlink(missing_ok=True)


@contextmanager
def _made(path: Path) -> Iterator[int]:
    """A file that this process alone can have made, open to be written."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


# Folders


def make_folder(path: Path) -> None:
    """Make a folder, if it is not there; those above it must be."""
    with explained(path):
        try:
            path.mkdir(exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, "a file is in its place") from error


def make_folders(path: Path) -> list[Path]:
    """Make a folder and those above it, where they are missing; gives those made, the deepest first."""
    with explained(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing or [path]):
        make_folder(folder)
    for folder in missing:
        with explained(folder):
            sync_folder(folder.parent)
    return missing


def make_folder_exclusive(path: Path) -> None:
    """Make a folder that only this process can have made; FileExistsError if it is there."""
    with explained(path):
        path.mkdir()


def rename_folder(folder: Path, name: Path) -> None:
    """Rename a folder in one step; it may take the place of an empty one."""
    with explained(name):
        sync_folder(folder)
        folder.rename(name)
        sync_folder(name.parent)


def claim_name(folder: Path, name: Path) -> bool:
    """Give a folder a name that nothing has yet; False, and the folder is gone, where another was first."""
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
    """Remove a folder with all that is in it; it disappears in one step, then is emptied."""
    hidden = hidden_name(folder)
    with explained(folder):
        folder.rename(hidden)
        shutil.rmtree(hidden)
        sync_folder(folder.parent)


def remove_empty_folders(folders: Iterable[Path]) -> None:
    """Remove the folders, up to the first one in which something is."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def sync_folder(folder: Path) -> None:
    """Wait until the disk has what was created, renamed or removed in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Opening and reading


def open_plain(path: Path | str, flags: int) -> int:
    """Open a plain file by its flags, or make it; never through a link, never waiting at a pipe."""
    try:
        descriptor = os.open(path, flags | NO_SURPRISES, 0o666)
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


def open_regular(path: Path) -> BinaryIO:
    """Open a plain file to read; `UnsafeFileError` for a link, pipe, device or folder, else OSError."""
    return os.fdopen(open_plain(path, os.O_RDONLY), "rb")


def read_regular_file(path: Path, limit: int) -> bytes:
    """Read a plain file of at most `limit` bytes; `UnsafeFileError` for anything else, else OSError."""
    with os.fdopen(open_plain(path, os.O_RDONLY), "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > limit:
            raise UnsafeFileError(errno.EFBIG, f"larger than {size_text(limit)}", str(path))
        return file.readall()


def hidden_name(path: Path) -> Path:
    """A hidden name beside a path that nothing has: for what is not yet whole."""
    return path.with_name(f".{path.name}.tmp.{os.urandom(4).hex()}")
