"""Cross-validation by given splits: (train, test) positions as scikit-learn has them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Dataset, Part, Prepared
from npnet.data.datasets import refuse_unlearnable
from npnet.data.split_and_fit import prepare_parts
from npnet.estimators.errors import InvalidSetting

Splits = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def splits_of(cv: Any, y: NDArray[Any]) -> Splits | None:
    """Return the splits that `cv` lists, or makes as KFold does; None where it is a number or options of a config."""
    rows = len(y)
    if hasattr(cv, "split") and not isinstance(cv, str):
        cv = cv.split(np.empty((rows, 1)), y)
    if isinstance(cv, str | bytes) or not isinstance(cv, Iterable) or hasattr(cv, "keys"):
        return None
    found = []
    for number, split in enumerate(cv):
        try:
            train, test = (np.asarray(positions) for positions in split)
        except (TypeError, ValueError):
            what = f"cv[{number}] is {split!r}, which is no pair of positions"
            raise InvalidSetting(what, "write a number of folds, or list(KFold(5).split(X))") from None
        found.append((_positions(train, rows, number), _positions(test, rows, number)))
    if not found:
        raise InvalidSetting("cv is an empty list of splits", "write a number of folds, or list(KFold(5).split(X))")
    return found


def _positions(chosen: NDArray[Any], rows: int, number: int) -> NDArray[np.intp]:
    """Return positions of rows in order; raise InvalidSetting for anything else."""
    if chosen.dtype == bool and chosen.shape == (rows,):
        chosen = np.flatnonzero(chosen)
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu" or not len(chosen):
        raise InvalidSetting(f"cv[{number}] has no positions of rows", "write list(KFold(5).split(X))")
    if chosen.min() < 0 or chosen.max() >= rows:
        what = f"cv[{number}] has the position {chosen.max() if chosen.min() >= 0 else chosen.min()}"
        raise InvalidSetting(what, f"X has {rows} rows, which are numbered from 0")
    return np.unique(chosen)


def left(splits: Splits, rows: NDArray[np.intp], count: int) -> Splits:
    """Return splits of `count` rows as splits of those among them that are left."""
    place = np.full(count, -1)
    place[rows] = np.arange(len(rows))
    return [(_left(place[train]), _left(place[test])) for train, test in splits]


def _left(places: NDArray[np.intp]) -> NDArray[np.intp]:
    return places[places >= 0]


def prepare_splits(experiment: Experiment, dataset: Dataset, splits: Splits) -> list[list[Prepared]]:
    """Prepare each split; networks train side by side, so shorter training sets get rows of weight 0."""
    e = experiment
    refuse_unlearnable(dataset)
    options = e.preparing, e.class_weight, e.dtype, e.target_transform
    folds = [prepare_parts(dataset, {"train": train, "test": test}, *options) for train, test in splits]
    longest = max(len(train) for train, _ in splits)
    weighted = any(len(train) < longest for train, _ in splits)
    return [[replace(one, parts=_padded(one, longest))] if weighted else [one] for one in folds]


def _padded(data: Prepared, rows: int) -> dict[str, Part]:
    """Return the parts with the training set repeated up to a number of rows; repeated rows weigh 0."""
    part = data.parts["train"]
    count = len(part.y)
    weight = np.zeros(rows)
    weight[:count] = 1.0 if part.weight is None else part.weight
    train = replace(part.take(np.arange(rows) % count), weight=weight)
    return {**data.parts, "train": train}
