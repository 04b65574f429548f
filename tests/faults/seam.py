"""The seam: each call that would change a disk, as an object that a watcher makes, leaves out, or makes half of.

npnet writes through the functions of `os` alone, and so do pathlib and shutil: they are replaced while a place is
watched. A program that wrote through files of Python's own would not be seen; `test_straced` compares with strace.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

MAKING = os.O_CREAT | os.O_TRUNC
PATHS = {  # where the paths of what is changed are among the arguments
    **dict.fromkeys(("open", "mkdir", "unlink", "remove", "rmdir"), (0,)),
    **dict.fromkeys(("rename", "replace"), (0, 1)),
    **dict.fromkeys(("symlink", "link"), (1,)),
}
DESCRIPTORS = ("write", "fsync", "ftruncate")  # those that are given an open file instead


@dataclass(frozen=True)
class Call:
    """A call that would change the disk: its name, the system's function, its arguments, and the paths it acts on."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]
    paths: tuple[str, ...]

    def __call__(self) -> Any:
        """Make it."""
        return self.function(*self.arguments, **self.options)

    def half(self) -> None:
        """Make half of a write, as a disk that fills up does."""
        descriptor, data = self.arguments
        self.function(descriptor, memoryview(data)[: len(data) // 2])


Watcher = Callable[[Call], Any]


@contextmanager
def watched(place: Path, watcher: Watcher) -> Iterator[None]:
    """Let a watcher make every call that would change something beneath a place."""
    base = f"{place.resolve()}/"
    here = (*PATHS, *DESCRIPTORS, "sync")
    functions: list[tuple[ModuleType, str]] = [*((os, name) for name in here), (fcntl, "flock")]
    originals = [getattr(module, name) for module, name in functions]
    for (module, name), function in zip(functions, originals, strict=True):
        setattr(module, name, _caught(name, function, base, watcher))
    try:
        yield
    finally:
        for (module, name), function in zip(functions, originals, strict=True):
            setattr(module, name, function)


def _caught(name: str, function: Callable[..., Any], base: str, watcher: Watcher) -> Callable[..., Any]:
    def catch(*arguments: Any, **options: Any) -> Any:
        if name == "sync":  # of all disks of the machine, which others need: it is reported, not made
            return watcher(Call(name, lambda: None, (), {}, (base,)))
        call = Call(name, function, arguments, options, _paths(name, arguments, options))
        reads = name == "open" and not arguments[1] & MAKING
        beneath = any(path.startswith(base) for path in call.paths)
        return call() if reads or not beneath else watcher(call)

    return catch


def _paths(name: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> tuple[str, ...]:
    if name not in PATHS:
        return (path_of(arguments[0]) + "/",)  # a folder's own path is beneath it, too
    folder = options.get("dir_fd")
    base = str(Path.cwd()) if folder is None else path_of(folder)
    return tuple(os.path.join(base, os.fspath(arguments[place])) for place in PATHS[name])  # noqa: PTH118 - of texts


def path_of(descriptor: int) -> str:
    """Return the path of an open file, as Linux knows it."""
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def is_folder(descriptor: int) -> bool:
    """Whether an open file is a folder."""
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)
