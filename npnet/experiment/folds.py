"""From a config and its dataset to prepared data: one fold, or each fold of a cross-validation."""

import numpy as np

from npnet.config import Experiment
from npnet.data import Dataset, Prepared
from npnet.data.split.parts import folds_of, parts_of
from npnet.data.split_and_fit import prepare_members, prepare_parts, refuse_unlearnable
from npnet.rng import member_seed


def prepare_folds(experiment: Experiment, dataset: Dataset) -> list[list[Prepared]]:
    """Split and prepare a dataset: for each fold its data, or those of each member with a validation set of its own."""
    e = experiment
    refuse_unlearnable(dataset)
    parts = folds_of(dataset, e.cv, e.seed) if e.cv else [parts_of(dataset, e.split, e.seed)]
    dtype = np.float64 if e.dtype == "float64" else np.float32
    if not e.own_validation:
        return [[prepare_parts(dataset, fold, e.preparing, e.class_weight, dtype)] for fold in parts]
    seeds = [member_seed(e.seed, member) for member in range(e.ensemble)]
    return [prepare_members(dataset, fold, seeds, e.preparing, e.class_weight, dtype) for fold in parts]
