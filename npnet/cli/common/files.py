"""Output files of commands: formats, what they never replace, and what --force replaces."""

import os
import shlex
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from npnet.errors import MachineError, UsageError

if TYPE_CHECKING:
    from npnet.rundir.run import RunFolder

STDIO = "-"
OTHER = "-o FILE writes another file"
NAMES = (
    "csv",
    "tsv",
    "jsonl",
    "json",
    "parquet",
    "md",
    "yaml",
    "png",
    "svg",
    "pdf",
    "xz",
    "zip",
    "xlsx",
    "safetensors",
)
ALIASES = {"ndjson": "jsonl", "pq": "parquet", "yml": "yaml", "gz": "gzip", "bz2": "bzip2", "zst": "zstd"}
SUFFIXES = {f".{name}": name for name in NAMES} | {f".{alias}": name for alias, name in ALIASES.items()}


@dataclass(frozen=True)
class OutputFile:
    """A file to write, which replaces an existing file only with `force`, and never an input or a plugin.

    `inputs` are the paths that the command reads, `-` for standard input; `runs` are the runs whose files it reads.
    `option` is the one that names the file.
    """

    path: Path
    force: bool
    inputs: Sequence[str | Path] = ()
    runs: Sequence["RunFolder"] = ()
    option: str = "-o"

    def require_free(self) -> None:
        """Raise UsageError for a file that may not be written, MachineError without its folder.

        Call it before long work; `write` checks again.
        """
        from npnet.rundir.names import owner

        if (run := owner(self.path)) is not None:
            raise UsageError(
                f"{self.path} belongs to the run {run.name}, whose files are never overwritten", self._other
            )
        above = next((folder for folder in self.path.parents if os.path.lexists(folder)), Path())
        if not above.is_dir():
            raise UsageError(f"cannot write {self.path}: {above} is a file, not a folder", self._other)
        if not self.path.parent.is_dir():
            what = f"cannot write {self.path}: there is no folder {self.path.parent}"
            raise MachineError(what, f"mkdir -p {shlex.quote(str(self.path.parent))} makes it")
        if not os.path.lexists(self.path):
            return
        if self.path.is_dir():
            raise UsageError(f"{self.path} is a folder", f"{self.option} {self.path / 'NAME'} writes a file into it")
        if _is_special(self.path):
            raise UsageError(f"{self.path} is not a regular file", f"{self.option} - is standard output")
        if any(_is_same(self.path, other) for other in (*self._read(), *_plugins())):
            raise UsageError(
                f"{self.path} is an input of this command or of its run, and is never overwritten", self._other
            )
        if not self.force:
            raise self._taken()

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write the file, whole or not at all; raise UsageError where it may not be written."""
        from npnet.storage.disk import link_new, write_atomic

        self.require_free()
        try:
            write_atomic(self.path, pieces, self._other, publish=Path.replace if self.force else link_new)
        except FileExistsError:  # another process made it meanwhile
            raise self._taken() from None

    @property
    def _other(self) -> str:
        return OTHER.replace("-o", self.option)

    def _taken(self) -> UsageError:
        return UsageError(f"{self.path} exists already", f"-f replaces it, {self._other}")

    def _read(self) -> Iterator[Path | int]:
        """Yield the inputs, and the files of runs where the output has hard links."""
        yield from map(_opened, self.inputs)
        if self.path.is_file() and self.path.stat().st_nlink > 1:
            for run in self.runs:
                yield from run.path.rglob("*")


def destination(
    output: str | None,
    force: bool,
    inputs: Sequence[str | Path] = (),
    runs: "Sequence[RunFolder]" = (),
    option: str = "-o",
) -> OutputFile | None:
    """Return the file of an output, None for standard output; raise UsageError if it is refused."""
    if output == "":
        raise UsageError(f"{option} names no file", f"{option} FILE writes a file, {option} - to standard output")
    if output not in (None, STDIO):
        file = OutputFile(Path(str(output)), force, inputs, runs, option)
        file.require_free()
        return file
    for path in inputs:  # as in `npnet predict RUN a.csv >> a.csv`
        if _is_same(_opened(path), 1):
            name = "standard input" if path == STDIO else path
            raise UsageError(
                f"{name} is an input of this command, and standard output goes there", OTHER.replace("-o", option)
            )
    return None


def format_of(file: Path, asked: str | None, formats: Sequence[str], hint: str) -> str:
    """Return the format of a file: that of an option, else that of its suffix.

    Raise UsageError where the two contradict each other, or where the command does not write the format; `hint` shows
    how to name the format of a file with another suffix.
    """
    named = SUFFIXES.get(file.suffix.lower())
    if asked is not None and named in (None, asked):
        return asked
    if asked is not None:
        raise UsageError(f"{file} would hold {asked}, but its suffix means {named}", f"write -o FILE.{asked}")
    if named is None:
        raise UsageError(f"the suffix of {file} does not name a format", hint)
    if named not in formats:
        raise UsageError(f"{file} cannot be written as {named}", f"-o FILE accepts .{', .'.join(formats)}")
    return named


def _plugins() -> list[Path]:
    """Return the plugin files of this command."""
    if "npnet.registry.plugins" not in sys.modules:
        return []
    from npnet.registry.plugins import loaded_files

    return [Path(path) for path, _ in loaded_files()]


def _opened(path: str | Path) -> Path | int:
    """Return a path, or the descriptor of standard input."""
    return 0 if path == STDIO else Path(path)


def _is_special(path: Path) -> bool:
    """Whether a path is no regular file, or a link to what stands for a device or an open descriptor."""
    for _ in range(40):  # as many as the system follows
        if path.absolute().parts[1:2] in (("dev",), ("proc",)) and path.absolute().parts[:3] != ("/", "dev", "shm"):
            return True
        if not path.is_symlink():
            break
        path = path.parent / path.readlink()
    return path.exists() and not path.is_file()


def _is_same(one: Path | int, other: Path | int) -> bool:
    """Return whether two paths or descriptors are the same regular file, whatever their names."""
    with suppress(OSError):
        first, second = os.stat(one), os.stat(other)  # noqa: PTH116 - descriptors have no other stat
        return stat.S_ISREG(first.st_mode) and os.path.samestat(first, second)
    return False
