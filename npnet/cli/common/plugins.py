"""`--plugin FILE` and `--accept-plugin`: code of the user, run before anything that may name its layers is read."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from npnet.errors import NpnetError, UsageError


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
    import npnet.config  # noqa: F401 - registers all that is npnet's own first
    from npnet.registry.plugin_files import load_file
    from npnet.rundir import plugins
    from npnet.rundir.names import owner

    for path in dict.fromkeys(files):
        if (run := owner(path)) is not None:
            raise UsageError(f"{path} belongs to the run {run.name}, and no code of a run folder is run")
        for note in load_file(path).notes:
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
