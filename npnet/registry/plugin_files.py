"""Plugin files: Python files that a person names on the command line or in Python code, read once and run.

The bytes that are hashed are those that run: no file is read twice, and no compiled file beside it is used.
"""

import errno
import hashlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import CodeType, ModuleType

from npnet.errors import PluginFault, UsageError
from npnet.registry.plugins import Plugin, explained, loaded, registering, unload
from npnet.storage.disk import read_regular_file
from npnet.text import one_line

LARGEST = 2**20
MODULES = "npnet_plugin_"
ONE_FILE = "a plugin is one Python file; a package with an entry point npnet.layers needs no --plugin"


def load_file(written: str | Path) -> Plugin:
    """Run a plugin file, and return what it registered; a file that is loaded already is not run again.

    Raise UsageError where it is no Python file, PluginFault, with the line at fault, where it fails.
    """
    path, data = _read(str(written))
    digest = hashlib.sha256(data).hexdigest()
    for plugin in loaded():
        if plugin.path == path and plugin.version == digest:
            return plugin
        if plugin.path == path:  # changed meanwhile, as beside a notebook
            unload(plugin)
    plugin = Plugin(path.name, digest, f"{MODULES}{path.stem}_{digest[:8]}", path, str(written))
    source = _decoded(data, plugin.written)
    module = ModuleType(plugin.module)
    module.__file__ = str(path)
    sys.modules[plugin.module] = module
    try:
        with registering(plugin):
            exec(_compiled(source, plugin), vars(module))  # noqa: S102 - a person named the file
    except BaseException:
        with suppress(KeyError):
            del sys.modules[plugin.module]
        raise
    return plugin


def load_same(files: Iterable[tuple[str, str]]) -> None:
    """Load plugin files in another process, each with the SHA-256 that it must have; raise UsageError otherwise."""
    for written, digest in files:
        try:
            plugin = load_file(written)
        except PluginFault:
            raise
        except UsageError as error:
            hint = "every worker needs the file at the same path, as on a shared disk"
            raise UsageError(f"a worker cannot load the plugin: {error.message}", hint) from None
        if plugin.version != digest:
            what = f"{one_line(written)} has changed since the sweep began"
            raise UsageError(what, "put the old file back; npnet resume goes on where it was")


def _read(written: str) -> tuple[Path, bytes]:
    """Return the real path and the bytes of a file; raise UsageError where there is no such Python file."""
    shown = one_line(written, 200)
    path = Path(written)
    try:
        if path.is_dir():
            raise UsageError(f"the plugin {shown} is a folder", ONE_FILE)
        if path.suffix != ".py":
            raise UsageError(f"the plugin {shown} is no Python file: its name does not end in .py", ONE_FILE)
        real = path.resolve()
        return real, read_regular_file(real, LARGEST)
    except FileNotFoundError:
        raise UsageError(f"there is no plugin {shown}", "write --plugin and the path of a Python file") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        link = isinstance(error, RuntimeError) or getattr(error, "errno", None) == errno.ELOOP
        raise UsageError(f"the plugin {shown} cannot be read: {'a loop of links' if link else reason}") from None


def _decoded(data: bytes, written: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = f"{written}:{line}: byte {error.start} (0x{data[error.start]:02x}) is not UTF-8"
        raise PluginFault(what, "save the file as UTF-8") from None


def _compiled(source: str, plugin: Plugin) -> CodeType:
    try:
        return compile(source, str(plugin.path), "exec", dont_inherit=True)
    except ValueError as error:  # a NUL character
        raise PluginFault(f"{plugin.written}: {error}", "is this a Python file?") from None
    except SyntaxError as error:
        raise explained(error, plugin) from None
