"""Plugins: code of other authors that registers layers, from a file or an installed package.

Only two things run such code: the name of a file that a person writes on the command line or in Python code
(`plugin_files`), and the name of a layer that an installed package offers (`packages`). Both go through `registering`.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from npnet.errors import NpnetError, PluginFault
from npnet.registry import Registry
from npnet.text import one_line

KINDS = ("layers", "losses", "optimizers", "schedules", "initializers")
"""What a plugin may register."""
OWN = "npnet"
ADVICE = "npnet list layers --plugin {} --check tries its layers"


@dataclass
class Plugin:
    """Code that registered names: a file with the SHA-256 of its bytes, or a package with its version.

    `module` is the name under which Python has the code. `notes` are warnings from loading it.
    """

    name: str
    version: str
    module: str
    path: Path | None = None
    written: str = ""  # the path as it was given
    names: list[tuple[str, str]] = field(default_factory=list)  # kind and name
    notes: list[str] = field(default_factory=list)

    @property
    def is_file(self) -> bool:
        """Whether the code is a file, not a package."""
        return self.path is not None

    def owns(self, frame: FrameType) -> bool:
        """Return whether a call is one of the code of the plugin."""
        return str(frame.f_globals.get("__name__", "")).partition(".")[0] == self.module.partition(".")[0]

    def place(self, filename: str, line: int) -> str:
        """Return a line of the code as editors understand it: `snake.py:12`."""
        return f"{self.written if self.is_file else filename}:{line}"


_loaded: list[Plugin] = []


def loaded() -> tuple[Plugin, ...]:
    """Return the plugins that this process has loaded."""
    return tuple(_loaded)


def loaded_files() -> tuple[tuple[str, str], ...]:
    """Return path and SHA-256 of each plugin file, from which another process can load the same."""
    return tuple((str(plugin.path), plugin.version) for plugin in _loaded if plugin.is_file)


def is_foreign(thing: Any) -> bool:
    """Return whether a registered class or function comes from other code than npnet's own."""
    code = getattr(thing, "formula", thing)  # of a metric
    return str(getattr(code, "__module__", "")).partition(".")[0] != OWN


def plugin_of(thing: Any) -> Plugin | None:
    """Return the plugin whose code defines a registered class; None for npnet's own, and for that of a program."""
    for plugin in _loaded:
        if any(Registry.every[kind].get(name) is thing for kind, name in plugin.names):
            return plugin
    return None


def unload(plugin: Plugin) -> None:
    """Take back what a plugin registered."""
    for kind, name in plugin.names:
        Registry.every[kind].pop(name, None)
    _loaded.remove(plugin)


@contextmanager
def registering(plugin: Plugin) -> Iterator[None]:
    """Inside, the code of a plugin runs and registers; it is loaded afterwards.

    What it prints goes to standard error. Raise PluginFault, with the line at fault, where it fails or registers
    nothing; nothing of it then stays registered.
    """
    before = {kind: dict(registry) for kind, registry in Registry.every.items()}
    diverted = Diverted(plugin)
    try:
        with redirect_stdout(diverted):
            yield
        plugin.names += [(kind, name) for kind, name, _ in _new(before)]
        if others := [(kind, name) for kind, name in plugin.names if kind not in KINDS]:
            kind, name = others[0]
            what = f"{_whole(plugin)} registers {name} under {kind}, which a plugin cannot"
            raise PluginFault(what, f"a plugin registers {', '.join(KINDS[:-1])} and {KINDS[-1]}")
        if not plugin.names:
            hint = '@layers.add("NAME") above the class registers a layer; layers is in npnet.nn.layer'
            raise PluginFault(f"{_whole(plugin)} registers nothing", hint)
    except BaseException as error:
        for kind, name, _ in _new(before):
            del Registry.every[kind][name]
        if isinstance(error, Exception | SystemExit) and not isinstance(error, NpnetError):
            raise explained(error, plugin) from error
        raise
    if diverted.line:
        where = plugin.place(diverted.file, diverted.line)
        plugin.notes.append(f"{where} prints while it is loaded: to standard error, as results go to standard output")
    _loaded.append(plugin)


def explained(error: BaseException, plugin: Plugin) -> PluginFault:
    """Return an error in the code of a plugin as one line, with the last line of its code that was reached."""
    where, text = _whole(plugin), f"{type(error).__name__}: {error}".removesuffix(": ")
    hint = None
    if (reached := _reached(error, plugin)) is not None:
        where = plugin.place(*reached)
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        where, text = plugin.place(error.filename, error.lineno), f"{type(error).__name__}: {error.msg}"
    elif isinstance(error, SystemExit):
        text = "it ends the program while it is loaded"
        hint = 'put what a program does under: if __name__ == "__main__":'
    elif isinstance(error, ModuleNotFoundError) and plugin.is_file:
        hint = "install the module; a plugin of several files is a package with an entry point npnet.layers"
    elif isinstance(error, ValueError) and str(error).endswith("registered twice"):
        text, hint = str(error), "choose another name; npnet list shows those in use"
    return PluginFault(f"{where}: {one_line(text, 300)}", hint)


def fault_of(error: BaseException) -> PluginFault | None:
    """Return an error whose traceback reaches the code of a loaded plugin as one line; None for any other."""
    for plugin in _loaded:
        if _reached(error, plugin) is not None:
            found = explained(error, plugin)
            hint = ADVICE.format(plugin.written) if plugin.is_file else "npnet list layers --check tries its layers"
            return PluginFault(found.message, found.hint or hint)
    return None


def _reached(error: BaseException, plugin: Plugin) -> tuple[str, int] | None:
    """Return file and line of the last call in a traceback that is in the code of a plugin."""
    found, step = None, error.__traceback__
    while step is not None:
        if plugin.owns(step.tb_frame):
            found = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    return found


def _whole(plugin: Plugin) -> str:
    return plugin.written if plugin.is_file else f"the package {plugin.name} {plugin.version}"


def _new(before: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield kind, name and thing of all that was registered since, without npnet's own."""
    for kind, registry in Registry.every.items():
        for name, thing in [*registry.items()]:
            if name not in before.get(kind, {}) and is_foreign(thing):
                yield kind, name, thing


class Diverted(io.TextIOBase):
    """A standard output that writes to standard error, and knows the line of a plugin that wrote first."""

    def __init__(self, plugin: Plugin) -> None:
        super().__init__()
        self.plugin, self.file, self.line = plugin, "", 0

    def write(self, text: str) -> int:
        """Write to standard error."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and not self.line:
            if self.plugin.owns(frame):
                self.file, self.line = frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back
        if sys.stderr is not None:
            sys.stderr.write(text)
        return len(text)
