"""Operations: what a training did to its disk, in order, as a log that can be replayed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npnet.storage import disk
from tests.faults.seam import Call, is_folder


@dataclass(frozen=True)
class Operation:
    """A change of the disk: what was done, to which paths beneath the place, and the data that were written where."""

    name: str
    paths: tuple[str, ...]
    data: bytes = b""
    offset: int = 0

    def __str__(self) -> str:
        return " ".join((self.name, *self.paths))


class Recorder:
    """Makes calls, and writes down what they changed."""

    def __init__(self, place: Path) -> None:
        self.base = f"{place.resolve()}/"
        self.operations: list[Operation] = []

    def __call__(self, call: Call) -> object:
        """Make a call; one that is refused changes nothing, nor does a write into a file that has no name any more."""
        result = call()
        paths = tuple(f"{path.rstrip('/')}/".removeprefix(self.base).rstrip("/") for path in call.paths)
        if call.name != "flock" and not paths[0].endswith(" (deleted)"):
            self.operations.append(_operation(call, result, paths))
        return result

    @contextmanager
    def promises(self) -> Iterator[None]:
        """Write down too, inside, when npnet holds a file for written: whatever happens, it is then there."""
        write = disk.write_atomic

        def write_in_place(path: Path, *rest: Any, **settings: Any) -> None:
            write(path, *rest, **settings)
            self.operations.append(Operation("promise", (str(path.resolve()).removeprefix(self.base),)))

        disk.write_atomic = write_in_place
        try:
            yield
        finally:
            disk.write_atomic = write


def _operation(call: Call, result: object, paths: tuple[str, ...]) -> Operation:
    match call.name, call.arguments, result:
        case "write", (int(descriptor), data), int(written):
            return Operation("write", paths, bytes(data)[:written], os.lseek(descriptor, 0, os.SEEK_CUR) - written)
        case "ftruncate", (_, int(size)), _:
            return Operation("cut", paths, offset=size)
        case "fsync", (int(descriptor),), _:
            return Operation("sync folder" if is_folder(descriptor) else "sync file", paths)
        case "symlink", (target, *_), _:
            return Operation("symlink", paths, os.fsencode(target))
        case "open", (_, int(flags), *_), _ if flags & os.O_TRUNC:
            return Operation("empty", paths)
    return Operation({"replace": "rename", "remove": "unlink"}.get(call.name, call.name), paths)
