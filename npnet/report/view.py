"""What the page of a run shows: its folder, and its network and data where they can be opened."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npnet.config import Experiment
from npnet.errors import DataError, RunError
from npnet.experiment.resolved import choose_threads
from npnet.experiment.resources import limited
from npnet.metrics import for_task
from npnet.metrics.calibration import DecisionRule
from npnet.model.predictor import SplitPredictor
from npnet.plots.from_run import folder_material, material
from npnet.plots.kinds import Material
from npnet.rundir import names
from npnet.rundir.restore import experiment_of, reopen
from npnet.rundir.run import RunFolder
from npnet.runner.scoring import Interval, intervals_of

DRAWS = 1000  # of a bootstrap, of up to this many rows
ROWS = 2000  # rows: of more, fewer samples are drawn
FEWEST_DRAWS = 200


@dataclass(frozen=True)
class RunView:
    """A run to show: `status` as it is now, the material of its plots, its config, and what could not be opened.

    `predictor` is None without the weights or the data; `missing` then holds the reason. `intervals` are those of the
    judged split, over `draws` samples.
    """

    run: RunFolder
    info: Mapping[str, Any]
    status: str
    material: Material
    experiment: Experiment
    predictor: SplitPredictor | None = None
    missing: str | None = None
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    draws: int = 0

    @property
    def task(self) -> str:
        """The task of the run, "" before it is known."""
        return str((self.info.get("dataset") or {}).get("task", ""))

    @property
    def judged(self) -> str | None:
        """The split whose scores count most: of a cross-validation the test sets, else test, validation, train."""
        return next((split for split in ("test", "validation", "train") if split in self.material.metrics), None)

    @property
    def scores(self) -> Mapping[str, float | None]:
        """The scores of the judged split."""
        return self.material.metrics[self.judged] if self.judged else {}

    @property
    def headline(self) -> str | None:
        """The metric to name first: the first of the task that is defined."""
        known = [name for name in for_task(self.task) if defined(self.scores.get(name))]
        return known[0] if known else None

    @property
    def folds(self) -> int:
        """The number of folds of a cross-validation, else 1."""
        return int((self.info.get("dataset") or {}).get("folds", 1))

    @property
    def rule(self) -> DecisionRule | None:
        """How two classes are decided."""
        return DecisionRule(**self.info["decisions"]) if "decisions" in self.info else None


@contextmanager
def viewing(run: RunFolder, quick: bool = False) -> Iterator[RunView]:
    """Open a run to show; `quick` reads its folder alone. Raise RunError for a damaged run."""
    info, status, found, (experiment, _) = run.info, run.status, folder_material(run), experiment_of(run)
    view = RunView(run, info, status, found, experiment)
    if quick or not run.file(names.WEIGHTS).exists():
        reason = "the run goes on" if quick else "there are no weights yet"
        yield RunView(run, info, status, found, experiment, missing=reason)
        return
    with limited(choose_threads(experiment.threads, 0)):
        try:
            predictor = reopen(run)
        except (DataError, RunError) as error:
            yield RunView(run, info, status, found, experiment, missing=error.message)
            return
        draws, intervals = _intervals(view, predictor)
        whole = material(run, predictor)
        yield RunView(run, info, status, whole, experiment, predictor, None, intervals, draws)


def defined(score: float | None) -> bool:
    """Return whether a score is a number."""
    return score is not None and bool(np.isfinite(score))


def _intervals(view: RunView, predictor: SplitPredictor) -> tuple[int, Mapping[str, Interval]]:
    """Return bootstrap intervals of the judged split, with fewer draws where it has many rows."""
    split = "out_of_fold" if len(predictor.folds) > 1 else view.judged
    if split not in ("out_of_fold", "test", "validation"):
        return 0, {}
    scores = view.material.metrics
    rows = sum(view.material.rows.values()) if split == "out_of_fold" else view.material.rows.get(split, 0)
    draws = int(np.clip(DRAWS * ROWS / max(rows, 1), FEWEST_DRAWS, DRAWS))
    chosen = {name: value for name, value in scores.get(split, {}).items() if value is not None}
    return draws, intervals_of(predictor, {split: chosen}, draws).get(split, {})
