"""The plugins of a run: what run.json notes of the code that its network needs, and whether this process has the same.

A note has the names that the code registers, and its file with a SHA-256, its package with a version, or, where a
program registered them itself, the module of that program.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from npnet.config import Experiment
from npnet.errors import AdvisedError, PluginError, UsageError
from npnet.registry import Registry
from npnet.registry.packages import offered, offers
from npnet.registry.plugin_files import load_file
from npnet.registry.plugins import KINDS, Plugin, is_foreign, loaded, plugin_of
from npnet.rundir import names
from npnet.rundir.run import RunFolder
from npnet.spec import Spec

Note = dict[str, Any]
SHORT = 12  # digits of a SHA-256 in a message

_accepted: set[Path | None] = set()


def load_files(files: Iterable[str | Path]) -> list[str]:
    """Load plugin files, each once, and return their warnings; raise UsageError for one in a run folder."""
    notes = []
    for file in dict.fromkeys(map(str, files)):
        if (run := names.owner(Path(file))) is not None:
            raise UsageError(f"{file} belongs to the run {run.name}, and no code of a run folder is run")
        notes += load_file(file).notes
    return notes


def accept(run: RunFolder | None) -> None:
    """Accept other code than that of a run from now on, or of every run where it is None."""
    _accepted.add(None if run is None else run.path)


def refuse_all() -> None:
    """Accept other code for no run from now on."""
    _accepted.clear()


def notes_of(experiment: Experiment, with_files: bool = False) -> list[Note]:
    """Return what run.json notes of the plugins of an experiment; `with_files` adds every plugin file of the process.

    The trials of a sweep may use plugins that its config alone does not.
    """
    found: dict[tuple[str, str], Note] = {}
    for thing in dict.fromkeys(type(spec) for spec in _specs(experiment) if is_foreign(type(spec))):
        plugin = plugin_of(thing) or _imported(thing)
        note = _note(plugin) if plugin else {"module": thing.__module__, "names": []}
        note = found.setdefault((str(note.get("file")), str(note.get("package", note.get("module")))), note)
        note["names"] = sorted({*note["names"], *_names(thing)})
    used = [*found.values()]
    return used + [note for plugin in loaded() if with_files and plugin.is_file and (note := _note(plugin)) not in used]


def plugins_field(experiment: Experiment, with_files: bool = False) -> dict[str, list[Note]]:
    """Return the notes as the field of a run.json, which a run without plugins lacks."""
    notes = notes_of(experiment, with_files)
    return {"plugins": notes} if notes else {}


def require_plugins(run: RunFolder) -> None:
    """Raise PluginError where this process lacks a plugin of a run, or has other code than that of its training.

    The package of a run is imported only in the version of the training, or where another one is accepted.
    """
    accepted = bool({None, run.path, *run.path.parents} & _accepted)
    for note in run.info.get("plugins", ()):
        if "package" in note and not all(map(_registered, note["names"])):
            version = _installed(note)
            if version not in (None, note["version"]) and not accepted:
                raise _changed(run, note, Plugin(note["package"], str(version), ""))
        try:
            things = [_thing(name) for name in note["names"]]
        except AdvisedError as error:
            raise PluginError(f"{run.id} needs a plugin that fails: {error.message}", error.hint) from error
        if None in things:
            raise _lacking(run, note)
        here = plugin_of(things[0]) or _imported(things[0])
        if not accepted and not _is_same(note, here, things[0]):
            raise _changed(run, note, here)


def _specs(value: Any) -> Iterator[Spec]:
    """Iterate over a spec, and all specs in its options."""
    if isinstance(value, Spec):
        yield value
        for name in type(value).model_fields:
            yield from _specs(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _specs(item)
    elif isinstance(value, dict):
        yield from _specs([*value.values()])


def _names(thing: Any) -> list[str]:
    return [name for kind in KINDS for name, one in Registry.every[kind].items() if one is thing]


def _thing(name: str) -> Any:
    """Return the class from other code that is registered under a name, by an installed package too."""
    found = (Registry.every[kind].look_up(name) for kind in KINDS)
    return next((thing for thing in found if thing is not None and is_foreign(thing)), None)


def _note(plugin: Plugin) -> Note:
    kind = {"file": plugin.name, "sha256": plugin.version}
    origin = kind if plugin.is_file else {"package": plugin.name, "version": plugin.version}
    return {**origin, "names": sorted(name for _, name in plugin.names)}


def _imported(thing: Any) -> Plugin | None:
    """Return the package of a class that a program has imported from it itself."""
    for name in _names(thing):
        offer = offered(name)
        if offer is not None and offer.entry.module.partition(".")[0] == thing.__module__.partition(".")[0]:
            return Plugin(offer.package, offer.version, offer.entry.module, names=[("layers", name)])
    return None


def _registered(name: str) -> bool:
    return any(name in Registry.every[kind] for kind in KINDS)


def _installed(note: Note) -> str | None:
    """Return the version in which the package of a note is installed; nothing is imported."""
    found = (offer for name in note["names"] for offer in offers().get(name, ()))
    return next((offer.version for offer in found if offer.package == note["package"]), None)


def _is_same(note: Note, here: Plugin | None, thing: Any) -> bool:
    if here is None:
        return bool(note.get("module") == thing.__module__)
    kind = ("file", "sha256") if here.is_file else ("package", "version")
    return kind[0] in note and note[kind[1]] == here.version and (here.is_file or note["package"] == here.name)


def _lacking(run: RunFolder, note: Note) -> PluginError:
    what = f"{run.id} needs the layer {', '.join(note['names'])}"
    if "file" in note:
        message = f"{run.id} needs the plugin {note['file']}, which defines {', '.join(note['names'])}"
        return PluginError(message, f"add --plugin {note['file']}", ("--plugin", note["file"]))
    if "package" in note:
        wanted = f"{note['package']}=={note['version']}"
        message = f"{run.id} needs the package {note['package']}, which defines {', '.join(note['names'])}"
        return PluginError(message, f"pip install '{wanted}'")
    hint = "write its class to a file, and add --plugin FILE --accept-plugin"
    return PluginError(f"{what}, which the program registered that trained it ({note['module']})", hint)


def _changed(run: RunFolder, note: Note, here: Plugin | None) -> PluginError:
    then = _shown(note.get("file") or note.get("package") or note["module"], note.get("sha256") or note.get("version"))
    now = "this program" if here is None else _shown(here.name, here.version)
    what = f"{run.id} was trained with other code for {', '.join(note['names'])}: {then} then, {now} now"
    return PluginError(what, "--accept-plugin uses the code of now", ("--accept-plugin",))


def _shown(name: str, version: str | None) -> str:
    is_digest = version is not None and len(version) == 64
    return names.shown(name) if version is None else f"{name} {version[:SHORT] if is_digest else version}"
