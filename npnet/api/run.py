"""Runs as objects of Python: what a run folder holds as tables, and its network."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.api.configs import Folder, runs_folder
from npnet.api.display import sweep_display, training_display
from npnet.api.ending import draw, raise_for, raise_if_stopped, stopping
from npnet.api.layered import Rows, Table
from npnet.api.model import Model, load
from npnet.api.reporting import short_traceback, warn
from npnet.api.saved import SavedRun
from npnet.config.nodes import parse_scalar
from npnet.errors import RunError, UsageError
from npnet.rundir import names
from npnet.rundir.index import Entry, listing
from npnet.rundir.run import RunFolder, best_trial_of, is_sweep
from npnet.runner.resuming import ResumeOptions, resume_training
from npnet.runner.scoring import Question, score
from npnet.sweeps.results import read_trials
from npnet.text import plural

if TYPE_CHECKING:
    import pandas


MOST = 5  # points of a sweep that a notebook shows
LISTED = ("id", "name", "status", "best_epoch", "trials", "seconds", "tags", "started", "parameters")
"""Columns of the table of runs before their scores."""


class Run(SavedRun):
    """A trained run: its config, history, scores, predictions, plots and network.

    `npnet.train` returns one; `npnet.Run("latest")` opens one of the folder of the runs by `latest`, its id, a unique
    prefix of that, or its path.

    >>> run = npnet.train({"dataset": "moons", "layers": [npnet.Linear(8), npnet.Tanh(), npnet.Linear()]}, epochs=5)
    >>> run.status, run.config["epochs"], len(run.history)
    ('done', 5, 5)
    >>> list(run.predictions("test").columns)
    ['row', 'target', 'prediction', 'probability_0', 'probability_1']
    >>> run.predict([[0.5, -0.5]]).columns.to_list()
    ['prediction', 'probability_0', 'probability_1']
    >>> npnet.Run("latest").id == run.id
    True
    """

    def _require_kind(self) -> None:
        """Raise UsageError for a sweep."""
        if is_sweep(self._folder):
            what = f"{self.id} is a sweep, which has many trainings"
            raise UsageError(what, f'npnet.Sweep("{self.id}") opens it; its `best` is a Run')

    @property
    def history(self) -> "pandas.DataFrame":
        """The losses and metrics of each epoch, and the learning rate."""
        return history_table(self._folder.history())

    @property
    def metrics(self) -> "pandas.DataFrame":
        """The scores: a row for each metric, a column for each split; `run.metrics["test"]["loss"]`."""
        return scores_table(self._folder.metrics())

    @property
    def baselines(self) -> "pandas.DataFrame":
        """The scores of simple models beside those of the network, of a run with `baselines=True`; on the test set."""
        scores = self._folder.metrics()
        split = next(name for name in ("test", "validation", "train") if name in scores)
        found = {name: some[split] for name, some in self._folder.baselines().items()}
        return scores_table({"network": scores[split], **found})

    @short_traceback
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

    @short_traceback
    def predict(self, X: "Rows | str", tables: "Mapping[str, Table | str] | None" = None) -> "pandas.DataFrame":
        """Return predictions, and probabilities of classes, for other rows: a table, an array, or the path of a file.

        They are those of `npnet predict`; `run.model.predict` gives the bare numbers. Raises DataError for a missing
        column; a value that training never saw is an NpnetWarning.
        """
        import pandas

        predictor = self.model.predictor().with_tables(tables or {})
        frame = predictor.read(X) if isinstance(X, str) else self.model.frame(predictor, X)
        warn(predictor.warnings(frame))
        index = X.index[frame.rows[predictor.rows_of(frame)] - 1] if isinstance(X, pandas.DataFrame) else None
        return pandas.DataFrame(dict(predictor.predictions(frame, proba=True)), index=index)

    @short_traceback
    def evaluate(
        self,
        data: "Table | str | None" = None,
        *,
        split: str | None = None,
        threshold: float | None = None,
        bootstrap: int = 0,
    ) -> "pandas.DataFrame":
        """Return the scores again from the weights: of the run's data, or of other rows with targets.

        Other rows are a table, or the path of a file. `bootstrap` draws add the ends of 95 % intervals. Raises
        DataError where the run's data have changed.
        """
        answer = score(self._folder, Question(split, None, threshold, data, bootstrap))
        warn((*answer.notes, *answer.warnings))
        columns: dict[str, Mapping[str, float]] = {}
        for name, scores in answer.scores.items():
            columns[name] = scores
            for end, word in enumerate(("low", "high") if name in answer.intervals else ()):
                columns[f"{name}_{word}"] = {metric: span[end] for metric, span in answer.intervals[name].items()}
        return scores_table(columns)

    @short_traceback
    def resume(self, epochs: int | None = None, *, accept_new_data: bool = False, quiet: bool = False) -> "Run":
        """Continue an interrupted training, or a finished one up to `epochs` epochs; return the run.

        It ends with the same bytes as a training without a break.
        """
        if self.status == "done" and epochs is None:
            return self
        runs_dir, overrides = self.path.parent, () if epochs is None else (f"epochs={epochs}",)
        asked = self.info.get("asked", {}).get("plots", False)
        given = ResumeOptions(runs_dir, overrides, accept_new_data, draw=draw if asked else None)
        with stopping() as stop:
            raise_for(resume_training(self._folder, given, training_display(quiet), stop), stop)
        return Run(self.path)

    @cached_property
    def model(self) -> Model:
        """The network with the weights of the best epoch."""
        return load(self.path)

    def _repr_html_(self) -> str:
        from npnet.api.html import run_html

        return run_html(self._folder)

    def __repr__(self) -> str:
        info = self.info
        network = f", {info['network']}" if info.get("network") else ""
        return f'<Run "{self.id}": {self.status}{network}{_headline(self._folder)}>'


def history_table(columns: Mapping[str, NDArray[np.float64]]) -> "pandas.DataFrame":
    """Return the columns of history.csv with a row for each epoch."""
    import pandas

    values = dict(columns)
    if not values:
        return pandas.DataFrame(index=pandas.Index([], name="epoch", dtype="int64"))
    epochs = pandas.Index(values.pop("epoch").astype("int64"), name="epoch")
    return pandas.DataFrame(values, index=epochs)


def scores_table(scores: Mapping[str, Mapping[str, float]]) -> "pandas.DataFrame":
    """Return scores with a row for each metric and a column for each split."""
    import pandas

    order = list(dict.fromkeys(name for some in scores.values() for name in some))
    table = pandas.DataFrame(scores, dtype="float64").reindex(order)
    return table.rename_axis("metric")


class Sweep(SavedRun):
    """Many trainings of one config: a table of their scores, and the best of them.

    `npnet.sweep` returns one; `npnet.Sweep("latest")` opens one like a Run. `results` is a DataFrame with a row for
    each trial, `best` the best trial as a Run.
    """

    _overview = "overview"

    def _require_kind(self) -> None:
        """Raise UsageError for one training."""
        if not is_sweep(self._folder):
            raise UsageError(f"{self.id} is one training, no sweep", f'npnet.Run("{self.id}") opens it')

    @property
    def results(self) -> "pandas.DataFrame":
        """The trials by number: their point, values, status, epochs and scores."""
        import pandas

        found = read_trials(self._folder)
        values = {key: list(map(parse_scalar, cells)) for key, cells in found.cells.items()}
        head = {"point": found.point, "status": found.status, "epochs": found.epochs}
        return pandas.DataFrame({**head, **values, **found.scores}, index=pandas.Index(found.number, name="trial"))

    @property
    def best(self) -> Run:
        """The best trial, a run like any other."""
        return Run(best_trial_of(self._folder).path)

    @property
    def model(self) -> Model:
        """The network of the best trial."""
        return self.best.model

    @short_traceback
    def resume(self, *, jobs: int = 1, quiet: bool = False) -> "Sweep":
        """Train the trials that have no result yet; return the sweep."""
        from npnet.sweeps.driver import resume_sweep
        from npnet.sweeps.plan import SweepOptions

        if self.status != "done":
            keep: Any = self.info.get("keep", "light")
            given = SweepOptions(self.path.parent, self.path, jobs=jobs, keep=keep)
            with stopping() as stop:
                resume_sweep(self._folder, given, sweep_display(quiet), stop)
                raise_if_stopped(self._folder, stop)
        return Sweep(self.path)

    def _repr_html_(self) -> str:
        from npnet.api.html import sweep_html

        table = read_trials(self._folder)
        ranked = [int(rows.rows[0]) for rows in table.ranking[:MOST]]
        heads = ["trial", *table.cells, table.goal.name]
        rows = [
            [str(table.number[row]), *(cells[row] for cells in table.cells.values()), f"{table.score[row]:.4g}"]
            for row in ranked
        ]
        return sweep_html(repr(self).strip("<>"), f"The best points by {table.goal.name}:", heads, rows)

    def __repr__(self) -> str:
        return f'<Sweep "{self.id}": {self.status}, {plural(self.info["trials"], "trial")}>'


def runs(runs_dir: Folder = None) -> "pandas.DataFrame":
    """Return the runs of a folder as `npnet runs` lists them, oldest first, with every score.

    The index is the id; scores are columns such as test.roc_auc.

    >>> run = npnet.train({"dataset": "moons", "layers": ["linear"]}, epochs=1)
    >>> npnet.runs().loc[run.id, "status"]
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
    """Return the score by which lists show a run; nothing while there is none."""
    if not folder.file(names.METRICS).exists():
        return ""
    headline = Entry.of(folder.id, ("", ""), folder.info, folder.metrics()).headline
    return "" if headline is None else ", {} {:.4g}".format(*headline)
