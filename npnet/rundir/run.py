"""A run folder to read: files that may be those of a stranger, or of a training that goes on meanwhile."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.rundir import names
from npnet.rundir.info import check_info, checked_scores
from npnet.rundir.table import Columns, parse_numbers, parse_predictions
from npnet.storage import disk
from npnet.storage.lock import is_locked
from npnet.storage.strict_json import parse_json
from npnet.storage.tensor_file import Tensors, digest_of, read_tensors


class Run:
    """The folder of one run. Every look reads the file as it is now; `RunError` where it is missing or off."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not (self.path / names.INFO).is_file():
            raise RunError(f"{path} is no run folder: it has no {names.INFO}", "`npnet runs` lists the runs")

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.path.name

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says: who ran what, where and when, and how it ended; the fields are checked."""
        path, fields = self.file(names.INFO), self._json(names.INFO)
        with disk.reading(path):
            check_info(fields)
        return fields

    @property
    def status(self) -> str:
        """One of running, done, interrupted (also by a kill), failed, diverged."""
        status: str = self.info["status"]
        if status == "running" and not is_locked(self.file(names.LOCK)):
            status = self.info["status"]  # once more: it may have ended between the two looks
            return "interrupted" if status == "running" else status
        return status

    @property
    def config_text(self) -> bytes:
        """The config as it was given, byte for byte."""
        return self._bytes(names.CONFIG, 2**20)

    @property
    def resolved_path(self) -> Path:
        """The config with everything filled in; training it repeats the run."""
        return self.file(names.RESOLVED)

    @property
    def resolved_text(self) -> bytes:
        """The bytes of that config."""
        return self._bytes(names.RESOLVED, 2**20)

    @property
    def plots(self) -> Path:
        """The folder of the pictures, which need not be there yet."""
        return self.file(names.PLOTS)

    def history(self) -> dict[str, NDArray[np.float64]]:
        """A column for each name in history.csv, (epochs,); NaN where nothing was measured, {} before epoch 1."""
        if not self.file(names.HISTORY).exists():
            return {}
        data = self._bytes(names.HISTORY, 2**30)
        with disk.reading(self.path / names.HISTORY):
            return parse_numbers(data)

    @property
    def predicted(self) -> list[str]:
        """The parts whose predictions are there: validation and test, or of a cross-validation out_of_fold."""
        parts = (*names.PREDICTED, names.OUT_OF_FOLD)
        return [part for part in parts if self.file(f"{names.PREDICTIONS}/{part}.csv").exists()]

    def predictions(self, part: str) -> Columns:
        """The columns of a part's predictions: row (int64), target, prediction, probability_<class>."""
        name = f"{part}.csv"
        if not names.is_safe(name):
            raise RunError(f"{names.shown(part)} is no part of the data", "the parts are validation and test")
        data = self._bytes(f"{names.PREDICTIONS}/{name}", 2**31)
        with disk.reading(self.path / names.PREDICTIONS / name):
            return parse_predictions(data)

    @property
    def metrics_text(self) -> bytes:
        """The bytes of metrics.json."""
        return self._bytes(names.METRICS, 2**20)

    def metrics(self) -> dict[str, dict[str, float]]:
        """The scores of each part: {"test": {"roc_auc": 0.9998}}; NaN where one is undefined."""
        fields = self._json(names.METRICS)
        with disk.reading(self.path / names.METRICS):
            return checked_scores(fields)

    def baselines(self) -> dict[str, dict[str, dict[str, float]]]:
        """The scores of each part by each baseline; {} where none were asked for."""
        if not self.file(names.BASELINES).exists():
            return {}
        fields = self._json(names.BASELINES)
        with disk.reading(self.path / names.BASELINES):
            if not all(isinstance(parts, dict) for parts in fields.values()):
                raise ValueError("its baselines do not hold parts")
            return {name: checked_scores(parts) for name, parts in fields.items()}

    def weights(self) -> tuple[Tensors, dict[str, str]]:
        """The parameters of the best epoch and their metadata."""
        return read_tensors(self.file(names.WEIGHTS))

    def weights_digest(self) -> str:
        """The hash of the file of weights, as the file itself has it."""
        path = self.file(names.WEIGHTS)
        with disk.reading(path), disk.open_regular(path) as file:
            return digest_of(file.read(2**10))

    @property
    def checkpoints(self) -> list[str]:
        """The names of the checkpoints that are there, the newest first."""
        return [name for name in (names.CHECKPOINT, *names.OLDER) if self.file(name).exists()]

    def checkpoint(self, name: str = names.CHECKPOINT) -> tuple[Tensors, dict[str, str]]:
        """The last state of the training, or one before it, with the optimizer's slots, and its metadata."""
        return read_tensors(self.file(name))

    def write_plot(self, name: str, data: bytes) -> Path:
        """Put a picture, or the numbers beside it, into the folder of plots; its path."""
        if not names.is_safe(name):
            raise ValueError(f"{names.shown(name)} is no file name")
        disk.make_folder(self.plots)
        disk.write_atomic(self.plots / name, data)
        return self.plots / name

    def file(self, name: str) -> Path:
        """The path of a file or folder of this run; RunError if it is a link that leads elsewhere."""
        path = self.path / name
        if os.path.realpath(path) != str(path):  # unlike Path.resolve, it takes a link to itself
            raise RunError(f"{path} is reached through a symbolic link", "the files of a run are its own")
        if path.is_file() and path.stat().st_nlink > 1:
            raise RunError(f"{path} is a hard link, shared with another folder", "copy the run with `cp -r`")
        return path

    def _bytes(self, name: str, limit: int) -> bytes:
        path = self.file(name)
        with disk.reading(path):
            return disk.read_regular_file(path, limit)

    def _json(self, name: str) -> dict[str, Any]:
        data = self._bytes(name, names.LARGEST_JSON)
        with disk.reading(self.path / name):
            fields = parse_json(data)
            if not isinstance(fields, dict):
                raise ValueError("it holds no fields")
        return fields
