"""Run folders to read, which may be those of a stranger or of a training in progress; finding and removing them."""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.rundir import names
from npnet.rundir.info import check_info, checked_scores
from npnet.rundir.table import Columns, parse_numbers, parse_predictions
from npnet.storage import disk
from npnet.storage.lock import Lock, is_locked
from npnet.storage.strict_json import parse_json
from npnet.storage.tensor_file import Tensors, digest_of, read_tensors


class RunFolder:
    """The folder of one run. Every access reads the file as it is now; RunError where it is missing or damaged.

    Its id is the name of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.id = self.path.name
        if not (self.path / names.INFO).is_file():
            raise RunError(f"{path} is no run folder: it has no {names.INFO}", "`npnet runs` lists the runs")

    @property
    def info(self) -> dict[str, Any]:
        """The checked fields of run.json: who ran what, where and when, and how it ended."""
        path, fields = self.file(names.INFO), self._json(names.INFO)
        with disk.reading(path):
            check_info(fields)
        return fields

    @property
    def status(self) -> str:
        """The status: running, done, interrupted (also by a kill), failed or diverged."""
        status: str = self.info["status"]
        if status == "running" and not is_locked(self.file(names.LOCK)):
            status = self.info["status"]  # once more: it may have ended between the two reads
            return "interrupted" if status == "running" else status
        return status

    @property
    def resolved_path(self) -> Path:
        """The path of the config with everything filled in; training it repeats the run."""
        return self.file(names.RESOLVED)

    @property
    def plots(self) -> Path:
        """The folder of the pictures, which may not exist yet."""
        return self.file(names.PLOTS)

    def history(self) -> dict[str, NDArray[np.float64]]:
        """Return the columns of history.csv by name, (epochs,); NaN where not measured, {} before epoch 1."""
        if not self.file(names.HISTORY).exists():
            return {}
        data = self.read(names.HISTORY, 2**30)
        with disk.reading(self.path / names.HISTORY):
            return parse_numbers(data)

    @property
    def predicted(self) -> list[str]:
        """The splits with predictions: validation and test, of a cross-validation out_of_fold."""
        splits = (*names.PREDICTED, names.OUT_OF_FOLD)
        return [split for split in splits if self.file(f"{names.PREDICTIONS}/{split}.csv").exists()]

    def predictions(self, split: str) -> Columns:
        """Return the columns of the predictions of a split: row (int64), target, prediction, probability_<class>."""
        name = f"{split}.csv"
        if not names.is_safe(name):
            raise RunError(f"{names.shown(split)} is no part of the data", "the parts are validation and test")
        data = self.read(f"{names.PREDICTIONS}/{name}", 2**31)
        with disk.reading(self.path / names.PREDICTIONS / name):
            return parse_predictions(data)

    def metrics(self) -> dict[str, dict[str, float]]:
        """Return the scores of each split: {"test": {"roc_auc": 0.9998}}; NaN where undefined."""
        fields = self._json(names.METRICS)
        with disk.reading(self.path / names.METRICS):
            return checked_scores(fields)

    def baselines(self) -> dict[str, dict[str, dict[str, float]]]:
        """Return the scores of each split by each baseline; {} where none were trained."""
        if not self.file(names.BASELINES).exists():
            return {}
        fields = self._json(names.BASELINES)
        with disk.reading(self.path / names.BASELINES):
            if not all(isinstance(scores, dict) for scores in fields.values()):
                raise ValueError("its baselines do not hold parts")
            return {name: checked_scores(scores) for name, scores in fields.items()}

    def weights(self) -> tuple[Tensors, dict[str, str]]:
        """Return the parameters of the best epoch and their metadata."""
        return read_tensors(self.file(names.WEIGHTS))

    def weights_digest(self) -> str:
        """Return the SHA-256 that the file of weights has in its header."""
        path = self.file(names.WEIGHTS)
        with disk.reading(path), os.fdopen(disk.open_plain(path, os.O_RDONLY), "rb") as file:
            return digest_of(file.read(2**10))

    @property
    def checkpoints(self) -> list[str]:
        """The names of the existing checkpoints, newest first."""
        return [name for name in (names.CHECKPOINT, *names.OLDER) if self.file(name).exists()]

    def checkpoint(self, name: str = names.CHECKPOINT) -> tuple[Tensors, dict[str, str]]:
        """Return a state of the training, with the optimizer's slots, and its metadata."""
        return read_tensors(self.file(name))

    def file(self, name: str) -> Path:
        """Return the path of a file or folder of this run; raise RunError for a link that leads elsewhere."""
        path = self.path / name
        if os.path.realpath(path) != str(path):  # unlike Path.resolve, it accepts a link to itself
            raise RunError(f"{path} is reached through a symbolic link", "the files of a run are its own")
        if path.is_file() and path.stat().st_nlink > 1:
            raise RunError(f"{path} is a hard link, shared with another folder", "copy the run with `cp -r`")
        return path

    def read(self, name: str, limit: int = 2**20) -> bytes:
        """Return the bytes of a file of this run, such as config.yaml; raise RunError for more than `limit`."""
        path = self.file(name)
        with disk.reading(path):
            return disk.read_regular_file(path, limit)

    def _json(self, name: str) -> dict[str, Any]:
        data = self.read(name, names.LARGEST_JSON)
        with disk.reading(self.path / name):
            fields = parse_json(data)
            if not isinstance(fields, dict):
                raise ValueError("it holds no fields")
        return fields


def is_sweep(run: RunFolder) -> bool:
    """Return whether a run is a sweep, which has trials and no network of its own."""
    return (run.path / names.SWEEP).is_file()


def best_trial_of(run: RunFolder) -> RunFolder:
    """Return the best trial of a sweep; any other run is returned as it is.

    Raise RunError where a sweep has no best trial yet, or where its link leads to something else than a trial.
    """
    if not is_sweep(run):
        return run
    link = run.path / names.BEST
    if not link.is_symlink():
        why = "none of its trials has a score" if run.status == "done" else f"npnet resume {run.id} goes on with it"
        raise RunError(f"the sweep {run.id} has no best trial", why)
    folder, _, name = str(link.readlink()).partition("/")
    if folder != names.TRIALS or not names.is_safe(name):
        raise RunError(f"{link} leads elsewhere than to a trial of its sweep", f"npnet resume {run.id} mends it")
    return RunFolder(run.file(f"{folder}/{name}"))


def by_name(runs: Sequence[RunFolder]) -> Iterator[tuple[str, RunFolder]]:
    """Yield runs by their names; of a sweep its best trial."""
    for run in runs:
        one = best_trial_of(run)
        yield run.id if one is run else f"{run.id}/best", one


def find(runs_dir: Path, text: str) -> RunFolder:
    """Return the run that RUN names: `latest`, an id, a unique prefix, a folder, or SWEEP/best for the best trial.

    Raise RunError where it names no run or several, with those that come near.
    """
    if text == names.LATEST and (link := runs_dir / names.LATEST).is_symlink():
        target = str(link.readlink())
        if not _is_run(runs_dir, target):
            raise RunError(f"{link} names {names.shown(target)}, which is no run there", "`npnet runs` lists the runs")
        return RunFolder(runs_dir / target)
    if _is_run(runs_dir, text):
        return RunFolder(runs_dir / text)
    found = _ids(runs_dir, text) if text else []
    if len(found) > 1:
        raise RunError(f"{names.shown(text)} begins the ids of {len(found)} runs: {_last(found)}", "write more of it")
    if found:
        return RunFolder(runs_dir / found[0])
    if _is_folder(text):
        return RunFolder(Path(text))
    if text.endswith(f"/{names.BEST}"):
        run = find(runs_dir, text.removesuffix(f"/{names.BEST}"))
        if not is_sweep(run):
            raise RunError(f"{run.id} is no sweep, and has no best trial", f"leave out /{names.BEST}")
        return best_trial_of(run)
    raise RunError(f"there is no run {names.shown(text)} in {runs_dir}", _hint(text, _ids(runs_dir)))


def find_each(runs_dir: Path, texts: Sequence[str], with_best: bool = False) -> tuple[list[RunFolder], list[str]]:
    """Return the runs that several texts name, each once, and a note on each text that names a run again.

    `with_best` takes a sweep and its best trial for the same. Raise RunError as `find` does.
    """
    found: dict[str, tuple[str, RunFolder]] = {}
    notes = []
    for text in texts:
        run = find(runs_dir, text)
        same = best_trial_of(run) if with_best and len(texts) > 1 else run
        first, kept = found.setdefault(os.path.realpath(same.path), (text, run))
        if kept is not run:
            why = "it is named twice" if text == first else f"it is the same run as {names.shown(first)}"
            notes.append(f"left out {names.shown(text)}: {why}")
    return [run for _, run in found.values()], notes


def set_tags(run: RunFolder, tags: Sequence[str]) -> None:
    """Replace the tags of a run; raise InUse while a process works in it."""
    lock = Lock(run.file(names.LOCK))
    try:
        disk.write_json(run.file(names.INFO), run.info | {"tags": list(tags)})
    finally:
        lock.release()


def remove(run: RunFolder) -> None:
    """Remove a run with all its files; `latest` then names the newest of the others."""
    _ = run.info  # a folder with another program's run.json is not ours to remove
    lock = Lock(run.file(names.LOCK))
    try:
        disk.remove_folder(run.path)
    finally:
        lock.release()
    link = run.path.with_name(names.LATEST)
    if link.is_symlink() and str(link.readlink()) == run.id:
        if others := _ids(link.parent):
            disk.replace_symlink(link, others[-1])
        else:
            disk.remove_file(link)


def _ids(runs_dir: Path, beginning: str = "") -> list[str]:
    found = [name for name in names.folders(runs_dir) if name.startswith(beginning)]
    return [name for name in found if (runs_dir / name / names.INFO).is_file()]


def _is_run(runs_dir: Path, name: str) -> bool:
    folder = runs_dir / name
    return names.is_safe(name) and not folder.is_symlink() and (folder / names.INFO).is_file()


def _is_folder(text: str) -> bool:
    try:
        return bool(text) and Path(text).is_dir()
    except OSError:  # a name that is too long, or a folder that may not be read
        return False


def _hint(text: str, ids: list[str]) -> str:
    near = [one for one in ids if text and text in one] or get_close_matches(text, ids, n=3)
    if near:
        return f"did you mean {_last(near)}?"
    return "`npnet runs` lists the runs" if ids else "`npnet train CONFIG` makes the first one"


def _last(ids: list[str]) -> str:
    return ", ".join(ids[-3:]) + (", ..." if len(ids) > 3 else "")
