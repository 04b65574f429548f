"""The folder of runs: finding one, tagging and removing them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from npnet.errors import RunError
from npnet.rundir import names
from npnet.rundir.best_trial import best_trial_of, is_sweep
from npnet.rundir.index import folders
from npnet.rundir.run import Run
from npnet.storage import disk
from npnet.storage.lock import Lock


def find(runs_dir: Path, text: str) -> Run:
    """The run that RUN stands for: `latest`, an id, a prefix of one, a folder; SWEEP/best is its best trial.

    Raises `RunError` where it stands for none or for several, with those that come near.
    """
    if text == names.LATEST and (link := runs_dir / names.LATEST).is_symlink():
        return _latest(link)
    if _is_run(runs_dir, text):
        return Run(runs_dir / text)
    found = _ids(runs_dir, text) if text else []
    if len(found) > 1:
        raise RunError(f"{names.shown(text)} begins the ids of {len(found)} runs: {_some(found)}", "write more of it")
    if found:
        return Run(runs_dir / found[0])
    if _is_folder(text):
        return Run(Path(text))
    if text.endswith(f"/{names.BEST}"):
        return _best(find(runs_dir, text.removesuffix(f"/{names.BEST}")))
    raise RunError(f"there is no run {names.shown(text)} in {runs_dir}", _hint(text, _ids(runs_dir)))


def _best(run: Run) -> Run:
    if not is_sweep(run):
        raise RunError(f"{run.id} is no sweep, and has no best trial", f"leave out /{names.BEST}")
    return best_trial_of(run)


def set_tags(run: Run, tags: Sequence[str]) -> None:
    """Replace the tags of a run; `InUse` while a process works in it."""
    lock = Lock(run.file(names.LOCK))
    try:
        disk.write_json(run.file(names.INFO), run.info | {"tags": list(tags)})
    finally:
        lock.release()


def remove(run: Run) -> None:
    """Remove a run with all its files; `latest` then names the newest of the others."""
    _ = run.info  # a folder with another program's run.json is not ours to remove
    lock = Lock(run.file(names.LOCK))
    try:
        disk.remove_folder(run.path)
    finally:
        lock.release()
    link = run.path.with_name(names.LATEST)
    if link.is_symlink() and str(link.readlink()) == run.id:
        _relink(link)


def _relink(link: Path) -> None:
    others = _ids(link.parent)
    if others:
        disk.replace_symlink(link, others[-1])
    else:
        disk.remove_file(link)


def _ids(runs_dir: Path, beginning: str = "") -> list[str]:
    return [
        name for name in folders(runs_dir) if name.startswith(beginning) and (runs_dir / name / names.INFO).is_file()
    ]


def _is_run(runs_dir: Path, name: str) -> bool:
    folder = runs_dir / name
    return names.is_safe(name) and not folder.is_symlink() and (folder / names.INFO).is_file()


def _latest(link: Path) -> Run:
    target = str(link.readlink())
    if not _is_run(link.parent, target):
        raise RunError(f"{link} names {names.shown(target)}, which is no run there", "`npnet runs` lists the runs")
    return Run(link.with_name(target))


def _is_folder(text: str) -> bool:
    try:
        return bool(text) and Path(text).is_dir()
    except OSError:  # a name that is too long, or a folder that may not be looked into
        return False


def _hint(text: str, ids: list[str]) -> str:
    near = [one for one in ids if text and text in one] or get_close_matches(text, ids, n=3)
    if near:
        return f"did you mean {_some(near)}?"
    return "`npnet runs` lists the runs" if ids else "`npnet train CONFIG` makes the first one"


def _some(ids: list[str]) -> str:
    return ", ".join(ids[-3:]) + (", ..." if len(ids) > 3 else "")
