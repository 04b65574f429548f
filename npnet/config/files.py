"""The files that a config is made of: its own, those that `extends` names, and its preset."""

import errno
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from npnet.config.nodes import ConfigIssue, Node, SourceLocation, config_error, shown
from npnet.config.reader import read
from npnet.config.type_info import accepted, below, spell_out
from npnet.data.readers import suffixes
from npnet.data.readers.packed import SUFFIXES as PACKED
from npnet.errors import AdvisedError, ConfigError, MachineError, UsageError
from npnet.registry import nearest
from npnet.text import one_line

PRESETS = Path(__file__).parent.parent / "templates" / "presets"
SIZE = 256 * 1024  # bytes of a config
MOST = 20  # files that one config may extend
TABLES = (*suffixes(), *PACKED)
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


@dataclass
class ConfigFiles:
    """The files that a config of a type extends: their number, and the issues found in them."""

    kind: Any
    issues: list[ConfigIssue]
    count: int = 0

    def extended(self, root: Node, path: Path, above: tuple[str, ...] = ()) -> Node:
        """Return the tree of a file merged over its bases; `above` holds the real paths of the files that led to it."""
        own = dict(root.items)
        if "extends" not in own:
            return root
        extends, tree = own.pop("extends"), None
        for entry in extends.value if isinstance(extends.value, list) else [extends]:
            if not isinstance(entry.value, str) or not entry.value:
                message = "extends must be a file name or a list of them"
                self.issues.append(ConfigIssue(entry.location, message, "write extends: FILE"))
                continue
            base = self.base(entry, path.parent / entry.value, (*above, os.path.realpath(path)))
            tree = base if tree is None else merged(tree, base, self.kind)
        root = replace(root, value=own)
        return root if tree is None else merged(tree, root, self.kind)

    def base(self, entry: Node, path: Path, above: tuple[str, ...]) -> Node:
        """Return the tree of a base, merged over its own bases; `entry` names it."""
        self.count += 1
        if os.path.realpath(path) in above:  # unlike Path.resolve, accepts a link to itself
            message = f"{shown(str(entry.value))} extends itself, by way of this file"
            raise config_error([ConfigIssue(entry.location, message, "take it out of extends")])
        if self.count > MOST:
            raise config_error([ConfigIssue(entry.location, f"a config can extend at most {MOST} files")])
        try:
            data = read_bytes(path)
        except UsageError as error:
            raise config_error([ConfigIssue(entry.location, error.message, error.hint)]) from None
        root, issues = read(data, name_of(path))
        if not isinstance(root.value, dict):
            self.issues.append(ConfigIssue(root.location, "a config is a mapping, key: value on each line"))
            return replace(root, value={})
        self.issues += issues
        return self.extended(root, path, above)


def merged(base: Node, over: Node, kind: Any) -> Node:
    """Merge two trees: mappings are merged, any other value of `over` replaces that of `base`.

    Options of a registered kind are merged only under the same name; another name replaces the base's.
    """
    left = spell_out(base, kind)
    if not isinstance(left.value, dict) or not isinstance(over.value, dict):
        return over
    if accepted(kind).registry is not None and left.value.keys() != over.value.keys():
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
    preset = read(preset_text(named.value).encode(), f"preset {named.value}")[0]
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
    return one_line(str(path), 200)
