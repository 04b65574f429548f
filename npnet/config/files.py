"""The files that a config is made of: its own, those that `extends` names, and its preset."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any

from npnet.config.nodes import ConfigIssue, Node, SourceLocation, config_error, shown
from npnet.config.reader import Reading, read
from npnet.config.type_info import below, registry_of, spell_out
from npnet.data.readers import suffixes
from npnet.errors import AdvisedError, ConfigError, MachineError, UsageError
from npnet.registry import nearest

PRESETS = Path(__file__).parent.parent / "templates" / "presets"
SIZE = 256 * 1024  # bytes of a config
MOST = 20  # files that one config may extend
TABLES = (*suffixes(), ".gz")
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


class ConfigFiles:
    """A config file merged over the files that it extends, and the issues found in them."""

    def __init__(self, path: Path, kind: Any) -> None:
        self.kind = kind
        self.issues: list[ConfigIssue] = []
        self.count = 0
        self.text = read_bytes(path)
        self.root = self.extended(read(self.text, name_of(path)), path, (_real(path),))

    def extended(self, reading: Reading, path: Path, chain: tuple[Path, ...]) -> Node:
        """Return the tree of a file merged over its bases; `chain` holds the files that led to it."""
        self.issues += reading.issues
        own = dict(reading.root.items)
        if "extends" not in own:
            return reading.root
        extends, tree = own.pop("extends"), None
        for base in self.bases(extends):
            found = self.base(base, path.parent, chain)
            tree = found if tree is None else merged(tree, found, self.kind)
        root = replace(reading.root, value=own)
        return root if tree is None else merged(tree, root, self.kind)

    def bases(self, node: Node) -> Iterator[Node]:
        """Yield the entries of `extends`: a file name or a list of file names."""
        for entry in node.value if isinstance(node.value, list) else [node]:
            if isinstance(entry.value, str) and entry.value:
                yield entry
            else:
                message = "extends must be a file name or a list of them"
                self.issues.append(ConfigIssue(entry.location, message, "write extends: FILE"))

    def base(self, node: Node, folder: Path, chain: tuple[Path, ...]) -> Node:
        """Return the tree of a base, merged over its own bases."""
        path = folder / str(node.value)
        self.count += 1
        if _real(path) in chain:
            message = f"{shown(str(node.value))} extends itself, by way of this file"
            raise config_error([ConfigIssue(node.location, message, "take it out of extends")])
        if self.count > MOST:
            raise config_error([ConfigIssue(node.location, f"a config can extend at most {MOST} files")])
        try:
            data = read_bytes(path)
        except UsageError as error:
            raise config_error([ConfigIssue(node.location, error.message, error.hint)]) from None
        reading = read(data, name_of(path))
        if not isinstance(reading.root.value, dict):
            self.issues.append(ConfigIssue(reading.root.location, "a config is a mapping, key: value on each line"))
            return replace(reading.root, value={})
        return self.extended(reading, path, (*chain, _real(path)))


def merged(base: Node, over: Node, kind: Any) -> Node:
    """Merge two trees: mappings are merged, any other value of `over` replaces that of `base`.

    Options of a registered kind are merged only under the same name; another name replaces the base's.
    """
    left = spell_out(base, kind)
    if not isinstance(left.value, dict) or not isinstance(over.value, dict):
        return over
    if registry_of(kind) is not None and left.value.keys() != over.value.keys():
        return over
    items = dict(left.value)
    for key, node in over.value.items():
        items[key] = merged(items[key], node, below(kind, key)) if key in items else node
    return replace(over, value=items)


def preset_names() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def preset_text(name: str) -> str:
    """Return a preset as YAML, with comments."""
    return (PRESETS / f"{name}.yaml").read_text("utf-8")


def known_preset(name: str) -> str:
    """Return the name of a preset; raise AdvisedError with the nearest name for an unknown name."""
    if name not in (names := preset_names()):
        near = nearest(name, names)
        hint = f'did you mean "{near}"?' if near else f"there is {', '.join(names)}"
        raise AdvisedError(f'unknown preset "{shown(name)}"', hint)
    return name


def with_preset(root: Node, kind: Any) -> Node:
    """Merge a config over the preset that it names; raise ConfigError for an unknown preset."""
    named = root.child("preset")
    if named is None or not isinstance(named.value, str):
        return root
    try:
        known_preset(named.value)
    except AdvisedError as error:
        raise config_error([ConfigIssue(named.location, error.message, error.hint)]) from None
    preset = read(preset_text(named.value).encode(), f"preset {named.value}").root
    return replace(merged(preset, root, kind), location=root.location)


def read_bytes(path: Path) -> bytes:
    """Read a config file of at most 256 kB.

    Raise UsageError for a missing file, ConfigError for a file that cannot be a config, and MachineError for a file
    that cannot be read. The file is opened without blocking, so that a pipe does not hang.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # a NUL in the name
        raise UsageError(f"no such file: {name_of(path)}") from None
    except OSError as error:
        if error.errno in MISSING:
            raise UsageError(f"no such file: {name_of(path)}", _near(path)) from None
        raise MachineError(f"cannot read {name_of(path)}: {error.strerror}") from None
    try:
        _check_regular(os.fstat(handle), path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(SIZE)
    except OSError as error:
        raise MachineError(f"cannot read {name_of(path)}: {error.strerror}") from None
    finally:
        os.close(handle)


def _check_regular(status: os.stat_result, path: Path) -> None:
    def error(message: str, hint: str) -> ConfigError:
        return config_error([ConfigIssue(SourceLocation(name_of(path)), message, hint)])

    if stat.S_ISDIR(status.st_mode):
        config = next((name for name in ("resolved.yaml", *_configs(path)) if (path / name).is_file()), None)
        hint = f"name the file in it: {name_of(path / config)}" if config else "name the file in it"
        raise error("this is a folder, not a config file", hint)
    if path.name.lower().endswith(TABLES):
        hint = f"npnet init --data {quote(str(path))} --target COLUMN writes a config for it"
        raise error("this is a table, not a config file", hint)
    if not stat.S_ISREG(status.st_mode):
        raise error("this is not a regular file", "write the config to a file and name that")
    if status.st_size > SIZE:
        message = f"the file has {status.st_size} bytes; a config has at most {SIZE}"
        raise error(message, "is this a config? npnet init writes one")


def _near(path: Path) -> str:
    names = _configs(path.parent)
    near = nearest(path.name, names) or nearest(f"{path.name}.yaml", names)
    if near:
        return f"did you mean {name_of(path.parent / near)}?"
    return f"there are: {', '.join(map(shown, names[:10]))}" if names else "npnet init writes a config"


def _configs(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith((".yaml", ".yml")))
    except OSError:  # a folder that is missing or cannot be listed
        return []


def name_of(path: Path) -> str:
    """Return a path as messages show it."""
    return shown(str(path), 200)


def _real(path: Path) -> Path:
    """Resolve a path; unlike Path.resolve, accept a link to itself."""
    return Path(os.path.realpath(path))
