"""From a run's folder alone, without its data, to the material of its pictures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.plots.material import Material, Predictions, drawable
from npnet.rundir import Run
from npnet.rundir import names as files
from npnet.rundir.restore import DataMetadata, metadata_of
from npnet.rundir.table import LABELS, PROBABILITY, endings
from npnet.storage import disk

NEEDS_DATA = "needs the data"
MANY = 3  # features, of which there is no plane
DRAWN_AS: dict[str, Literal["binary", "multiclass", "regression"]] = {
    "binary": "binary",
    "multiclass": "multiclass",
    "multilabel": "regression",  # each label's probability beside 0 and 1
    "regression": "regression",
    "counts": "regression",
}


def folder_material(run: Run) -> Material:
    """What the folder of a run holds for its pictures: all but points, and what the network says of others."""
    dataset = run.info.get("dataset") or {}
    seen = replace(
        recorded(run, dataset.get("folds", 1)),
        task=DRAWN_AS.get(str(dataset.get("task")), "regression"),
        classes=tuple(dataset.get("classes", ())),
        features=("",) * min(dataset.get("columns", 0), MANY),
        rows=dataset.get("rows", {}),
    )
    if not run.file(files.WEIGHTS).exists():  # which say what was predicted, and how to decide
        return seen
    data = metadata_of(run)
    read = {"test" if part == files.OUT_OF_FOLD else part: _read(run, part, data) for part in run.predicted}
    held = {part: known for part, found in read.items() if len((known := _finite(found)).rows)}
    lost = sum(len(one.rows) for one in read.values()) - sum(len(one.rows) for one in held.values())
    return replace(
        seen,
        subtitle=", ".join([seen.subtitle, *left_out(lost)]),
        task=DRAWN_AS[data.task],
        classes=data.classes,
        features=data.features,
        targets=data.targets,
        threshold=data.calibration.threshold,
        predictions=held,
    )


def recorded(run: Run, folds: int) -> Material:
    """What a training has recorded: its history, its scores and those of baselines."""
    info = run.info
    scores = run.metrics() if run.file(files.METRICS).exists() else {}
    return Material(
        title=info["name"],
        subtitle=f"{run.id}, {folds} folds, test: held rows" if folds > 1 else run.id,
        task="regression",
        classes=(),
        features=(),
        targets=(),
        history=run.history(),
        best_epoch=info["best_epoch"],
        metrics={part: {**some} for part, some in scores.items()},
        predictions={},
        baselines=run.baselines(),
        best_epochs=best_epochs(info["monitored"]) if "monitored" in info else None,
        missing=NEEDS_DATA,
    )


def left_out(rows: int) -> list[str]:
    """What a picture says of rows that it cannot show, if there are any."""
    return [f"left out {rows:,} rows of which the network says nothing finite"] if rows else []


def best_epochs(monitored: Mapping[str, Any]) -> tuple[int, int]:
    """The first and the last best epoch of several networks, of one the same epoch twice."""
    return monitored["first_epoch"], monitored["last_epoch"]


def _read(run: Run, part: str, data: DataMetadata) -> Predictions:
    """The predictions of a part as its file has them; RunError where they are not those of the run's classes."""
    columns = run.predictions(part)
    with disk.reading(run.path / files.PREDICTIONS / f"{part}.csv"):
        try:
            return _predictions(columns, data)
        except KeyError as error:
            raise ValueError(f"it does not fit the run: there is no {error}") from error


def _predictions(columns: Mapping[str, NDArray[Any]], data: DataMetadata) -> Predictions:
    if DRAWN_AS[data.task] == "regression":
        said = "probability" if data.task == "multilabel" else "prediction"
        values = [_side_by_side(columns, word, endings(data.targets)) for word in ("target", said)]
        return Predictions(columns["row"], values[0], values[1])
    codes = {"": 0, **{name: code for code, name in enumerate(data.classes)}}  # "" has no finite probability
    decided = [np.array([codes[name] for name in columns[word].tolist()], np.int64) for word in LABELS]
    return Predictions(columns["row"], decided[0], decided[1], _side_by_side(columns, PROBABILITY, data.classes))


def _finite(found: Predictions) -> Predictions:
    """The rows that can be drawn: what the network says of them, and what is true, is finite and not too large."""
    said = found.prediction if found.probability is None else found.probability
    rows = np.flatnonzero((drawable(said) & drawable(found.target.reshape(len(said), -1))).all(axis=1))
    probability = None if found.probability is None else found.probability[rows]
    return Predictions(found.rows[rows], found.target[rows], found.prediction[rows], probability)


def _side_by_side(columns: Mapping[str, NDArray[Any]], word: str, endings: tuple[str, ...]) -> NDArray[np.float64]:
    return np.stack([columns[f"{word}{end}"] for end in endings], axis=1)
