"""Runs as objects of Python: what a run folder holds as tables, and its network."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npnet.api.configs import Folder, runs_folder
from npnet.api.model import Model, load
from npnet.config.reader import read
from npnet.config.writer import moved_path, relocated, write_resolved
from npnet.errors import RunError, UsageError
from npnet.rundir import names
from npnet.rundir.index import Entry, listing
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import RunFolder, find, is_sweep

if TYPE_CHECKING:
    import pandas


LISTED = ("id", "name", "status", "best_epoch", "trials", "seconds", "tags", "started", "parameters")
"""Columns of the table of runs before their scores."""


class Run:
    """A trained run: its config, history, scores, predictions, plots and network.

    `npnet.train` returns one; `npnet.Run("latest")` opens one of the folder of the runs by `latest`, its id, a unique
    prefix of that, or its path.

    >>> run = npnet.Run("latest")
    >>> run.status, run.config["epochs"], len(run.history)
    ('done', 5, 5)
    """

    def __init__(self, run: str | Path = "latest", runs_dir: Folder = None) -> None:
        self._folder = find(runs_folder(runs_dir), str(run))
        if is_sweep(self._folder):
            what = f"{self._folder.id} is a sweep, which has many trainings"
            raise UsageError(what, f'npnet.Sweep("{self._folder.id}") opens it; its `best` is a Run')

    @property
    def path(self) -> Path:
        """The run folder."""
        return self._folder.path

    @property
    def id(self) -> str:
        """The id, which is the name of the folder."""
        return self._folder.id

    @property
    def status(self) -> str:
        """The status: running, done, interrupted, failed or diverged."""
        return self._folder.status

    @property
    def info(self) -> dict[str, Any]:
        """The fields of run.json: times, versions, machine, data, best epoch."""
        return self._folder.info

    @property
    def config(self) -> dict[str, Any]:
        """The config with everything filled in, as a dict, its paths from the current folder: train it again."""
        return config_of(self._folder)

    @property
    def history(self) -> "pandas.DataFrame":
        """The losses and metrics of each epoch, and the learning rate."""
        import pandas

        columns = self._folder.history()
        if not columns:
            return pandas.DataFrame(index=pandas.Index([], name="epoch", dtype="int64"))
        epochs = pandas.Index(columns.pop("epoch").astype("int64"), name="epoch")
        return pandas.DataFrame(columns, index=epochs)

    @property
    def metrics(self) -> "pandas.DataFrame":
        """The scores: a row for each metric, a column for each split; `run.metrics["test"]["loss"]`."""
        return scores_table(self._folder.metrics())

    def predictions(self, split: str | None = None) -> "pandas.DataFrame":
        """Return the predictions of a split beside the targets; default: the test set, else validation.

        Raises RunError for a split without predictions.
        """
        import pandas

        there = self._folder.predicted
        if split is None and not there:
            raise RunError(f"{self.id} has no predictions", "a run with a validation or test set has some")
        if split is not None and split not in there:
            has = f"it has those of {' and '.join(there)}" if there else "it has none"
            raise RunError(f"{self.id} has no predictions of {names.shown(split)}", has)
        return pandas.DataFrame(self._folder.predictions(split or there[-1]))

    @cached_property
    def model(self) -> Model:
        """The network with the weights of the best epoch."""
        return load(self.path)

    def __repr__(self) -> str:
        info = self.info
        network = f", {info['network']}" if info.get("network") else ""
        return f'<Run "{self.id}": {self.status}{network}{_headline(self._folder)}>'


def config_of(folder: RunFolder) -> dict[str, Any]:
    """Return the resolved config of a run or a sweep as a dict, its paths from the current folder."""
    (experiment, base), here = experiment_of(folder), Path()
    experiment = relocated(experiment, base, here)
    if experiment.weights is not None:
        experiment = experiment.model_copy(update={"weights": moved_path(experiment.weights, base, here)})
    found: dict[str, Any] = read(write_resolved(experiment).encode(), names.RESOLVED)[0].plain()
    return found


def scores_table(scores: dict[str, dict[str, float]]) -> "pandas.DataFrame":
    """Return scores with a row for each metric and a column for each split."""
    import pandas

    order = list(dict.fromkeys(name for some in scores.values() for name in some))
    table = pandas.DataFrame(scores, dtype="float64").reindex(order)
    return table.rename_axis("metric")


def runs(runs_dir: Folder = None) -> "pandas.DataFrame":
    """Return the runs of a folder as `npnet runs` lists them, oldest first, with every score.

    The index is the id; scores are columns such as test.roc_auc.

    >>> npnet.runs()[["status", "test.roc_auc"]].tail(1)["status"].item()
    'done'
    """
    import pandas

    entries = listing(runs_folder(runs_dir))
    table = pandas.DataFrame({name: [getattr(one, name) for one in entries] for name in LISTED}).set_index("id")
    table["started"] = pandas.to_datetime(table["started"], utc=True)
    for name in ("parameters", "best_epoch", "trials"):
        table[name] = table[name].astype("Int64")
    return table.join(pandas.DataFrame([_scores(one) for one in entries], index=table.index, dtype="float64"))


def _scores(entry: Entry) -> dict[str, float]:
    return {name: entry.score(column) for column, name in enumerate(entry.names)}


def _headline(folder: RunFolder) -> str:
    entry = next((one for one in listing(folder.path.parent) if one.id == folder.id), None)
    if entry is None or entry.headline is None:
        return ""
    return ", {} {:.4g}".format(*entry.headline)
