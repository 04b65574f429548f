"""The runs of the round trip: one table, every task on it, every form that a training can have."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from npnet.rundir.run import RunFolder, best_trial_of
from tests.cli.conftest import call

ROWS, EPOCHS = 120, 3
TOWNS = ("Rome", "Oslo", "Lima")
ANSWERS = ("sure", "kind", "rock", "jazz", "price", "area", "visits")

TARGETS: dict[str, tuple[str, ...]] = {
    "binary": ("sure",),
    "multiclass": ("kind",),
    "labels": ("rock", "jazz"),
    "regression": ("price",),
    "several targets": ("price", "area"),
    "counts": ("visits",),
    "quantiles": ("price",),
}
SETTINGS: dict[str, tuple[str, ...]] = {
    "counts": ("dataset.table.task=counts",),
    "quantiles": ("loss={quantile: [0.1, 0.5, 0.9]}",),
}
FORMS: dict[str, tuple[str, ...]] = {
    "one network": ("train",),
    "ensemble": ("train", "ensemble=2"),
    "cv": ("train", "cv=2"),
    "sweep": ("sweep", "learning_rate=[0.003, 0.03]", "--keep", "all"),
}


def table() -> pd.DataFrame:
    """Numbers with gaps, text, dates and truth values, and a target of every task."""
    rng = np.random.default_rng(10)
    x, y = rng.standard_normal((2, ROWS))
    town = np.arange(ROWS) % 3
    score = x - y + (town == 1)
    return pd.DataFrame(
        {
            "x": np.where(np.arange(ROWS) % 11, x.round(3), np.nan),
            "town": np.array(TOWNS)[town],
            "y": y.round(3),
            "day": pd.date_range("2024-01-01", periods=ROWS, freq="36h").strftime("%Y-%m-%dT%H:%M"),
            "open": np.array(["false", "true"])[(y > 0.3).astype(int)],
            "sure": np.array(["no", "yes"])[(score > 0).astype(int)],
            "kind": np.array(["a", "b", "c"])[np.digitize(score, [-0.8, 0.8])],
            "rock": (x > 0).astype(int),
            "jazz": (y > 0.2).astype(int),
            "price": (3e4 + 8e3 * score).round(1),
            "area": (80 + 20 * y + town).round(2),
            "visits": rng.poisson(np.exp(1 + 0.4 * x)),
        }
    )


@dataclass(frozen=True)
class Trained:
    """A finished training, or a sweep of two: the folder, and the table that it learned from."""

    task: str
    form: str
    folder: Path

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder / "run"

    @property
    def is_sweep(self) -> bool:
        """Whether the folder is a sweep, of which the best trial answers."""
        return self.form == "sweep"

    @cached_property
    def run(self) -> RunFolder:
        """The run whose network answers."""
        return best_trial_of(RunFolder(self.path))

    @property
    def file(self) -> Path:
        """The table."""
        return self.folder / "t.csv"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table as pandas reads it."""
        return pd.read_csv(self.file)

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that are predicted."""
        return TARGETS[self.task]

    @property
    def has_values(self) -> bool:
        """Whether values are predicted, and no classes."""
        return self.task in ("regression", "several targets", "counts", "quantiles")

    def copied(self, folder: Path) -> "Trained":
        """Return the same in another folder, to be changed there."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Trained(self.task, self.form, folder)


def config(task: str) -> str:
    """Return the config of a task, as a user writes it; the other targets are left out."""
    others = [name for name in ANSWERS if name not in TARGETS[task]]
    targets = TARGETS[task] if len(TARGETS[task]) > 1 else TARGETS[task][0]
    source: Mapping[str, Any] = {"path": "t.csv", "target": targets, "drop": others}
    written = ", ".join(f"{key}: {_flow(value)}" for key, value in source.items())
    return f"dataset: {{table: {{{written}}}}}\nlayers: [{{linear: 6}}, relu, linear]\nepochs: {EPOCHS}\n"


def _flow(value: Any) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def trained(folder: Path, task: str, form: str) -> Trained:
    """Train a task in a form, into a new folder."""
    folder.mkdir(parents=True)
    table().to_csv(folder / "t.csv", index=False)
    (folder / "c.yaml").write_text(config(task))
    command, *settings = FORMS[form]
    quiet = ("--run-dir", folder / "run", "--no-plots", "-q")
    result = call(command, folder / "c.yaml", *SETTINGS.get(task, ()), *settings, *quiet)
    assert result.code == 0, result.err
    return Trained(task, form, folder)
