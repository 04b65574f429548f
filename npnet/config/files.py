"""Files: the bytes of a config, with every way in which that can fail."""

import errno
import os
import stat
from pathlib import Path
from shlex import quote

from npnet.config.locations import ConfigIssue, SourceLocation, refusal, shown
from npnet.errors import MachineError, UsageError
from npnet.registry import nearest

SIZE = 256 * 1024
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz")
NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


def read_bytes(path: Path) -> bytes:
    """The bytes of a config file, at most 256 kB.

    UsageError where there is no such file, ConfigError for what is no file or too large, MachineError where the
    machine refuses. Opened without waiting, so that a pipe does not hang.
    """
    handle = _opened(path)
    try:
        _refuse_unfit(os.fstat(handle), path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(SIZE)
    except OSError as error:
        raise MachineError(f"cannot read {shown(str(path), 200)}: {error.strerror}") from None
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # a NUL in the name
        raise UsageError(f"no such file: {shown(str(path), 200)}") from None
    except OSError as error:
        if error.errno in NOWHERE:
            raise UsageError(f"no such file: {shown(str(path), 200)}", _near(path)) from None
        raise MachineError(f"cannot read {shown(str(path), 200)}: {error.strerror}") from None


def _refuse_unfit(status: os.stat_result, path: Path) -> None:
    name = shown(str(path), 200)
    place = SourceLocation(name)
    if stat.S_ISDIR(status.st_mode):
        config = next((one for one in ("resolved.yaml", *_configs(path)) if (path / one).is_file()), None)
        hint = f"name the file in it: {shown(str(path / config), 200)}" if config else "name the file in it"
        raise refusal([ConfigIssue(place, "this is a folder, not a config file", hint)])
    if path.name.lower().endswith(TABLES):
        hint = f"npnet init --data {quote(str(path))} --target COLUMN writes a config for it"
        raise refusal([ConfigIssue(place, "this is a table, not a config file", hint)])
    if not stat.S_ISREG(status.st_mode):
        raise refusal([ConfigIssue(place, "this is no regular file", "write the config to a file and name that")])
    if status.st_size > SIZE:
        hint = "is this a config? npnet init writes one"
        raise refusal([ConfigIssue(place, f"the file has {status.st_size} bytes; a config has at most {SIZE}", hint)])


def _configs(folder: Path) -> list[str]:
    """The names of the YAML files in a folder; none where it cannot be looked into."""
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith((".yaml", ".yml")))
    except OSError:
        return []


def _near(path: Path) -> str | None:
    names = _configs(path.parent)
    near = nearest(path.name, names) or nearest(f"{path.name}.yaml", names)
    if near:
        return f"did you mean {shown(str(path.parent / near), 200)}?"
    return f"there are: {', '.join(map(shown, names[:10]))}" if names else "npnet init writes a config"
