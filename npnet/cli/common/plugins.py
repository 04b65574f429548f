"""`--plugin FILE` and `--accept-plugin`: code of the user, run before anything that may name its layers is read."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from npnet.errors import NpnetError


@contextmanager
def plugins_of(warn: Callable[[str], None], files: Sequence[Path], accept: bool) -> Iterator[None]:
    """Inside, the plugin files of a command are loaded, and an error in the code of a plugin has its file and line.

    With `accept`, other code than that of a run is used. Raise UsageError for a file in a run folder.
    """
    try:
        if files or accept:
            _load(warn, files, accept)
        yield
    except NpnetError:
        raise
    except Exception as error:
        if (fault := _fault(error)) is None:
            raise
        raise fault from error
    finally:
        if files or accept:
            _unload()


def _load(warn: Callable[[str], None], files: Sequence[Path], accept: bool) -> None:
    from npnet.rundir import plugins

    for note in plugins.load_files(files):
        warn(note)
    if accept:
        plugins.accept(None)


def _unload() -> None:
    from npnet.registry.plugins import loaded, unload
    from npnet.rundir import plugins

    plugins.refuse_all()
    for plugin in loaded():
        if plugin.is_file:
            unload(plugin)


def _fault(error: Exception) -> NpnetError | None:
    """Return the fault of an error in the code of a plugin, None for any other error."""
    if "npnet.registry.plugins" not in sys.modules:
        return None
    from npnet.registry.plugins import fault_of

    return fault_of(error)
