"""Prepared data of a config, and the sizes that an experiment takes from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from npnet.config import Experiment
from npnet.data import Dataset, Prepared, Task
from npnet.data.datasets import refuse_unlearnable
from npnet.data.split import parts_of
from npnet.data.split.folds import folds_of
from npnet.data.split_and_fit import prepare_members, prepare_parts
from npnet.nn.layer import Inputs
from npnet.rng import member_seed


@dataclass(frozen=True)
class DataInfo:
    """Task, sizes and kinds of inputs of prepared data.

    `features`, `targets` and `classes` (0 without) are numbers, `rows` are counted for each split; `lowest` is the
    smallest target of a regression or of counts.
    """

    task: Task
    features: int
    targets: int
    classes: int
    rows: Mapping[str, int]
    inputs: Inputs
    lowest: float = 0.0

    @classmethod
    def of(cls, prepared: Prepared) -> "DataInfo":
        """Return the sizes of prepared data."""
        rows = {name: len(split.X) for name, split in prepared.parts.items()}
        inputs = Inputs(prepared.preparation.numbers, prepared.preparation.embedded)
        lowest = min(float(split.y.min()) for split in prepared.parts.values())
        return cls(prepared.task, prepared.inputs, len(prepared.targets), prepared.class_count, rows, inputs, lowest)


def prepare_folds(experiment: Experiment, dataset: Dataset) -> list[list[Prepared]]:
    """Split and prepare a data set: for each fold its data, or those of each member."""
    e = experiment
    refuse_unlearnable(dataset)
    folds = folds_of(dataset, e.cv, e.seed) if e.cv else [parts_of(dataset, e.split, e.seed)]
    if not e.own_validation:
        return [[prepare_parts(dataset, fold, e.preparing, e.class_weight, e.dtype)] for fold in folds]
    seeds = [member_seed(e.seed, member) for member in range(e.ensemble)]
    return [prepare_members(dataset, fold, seeds, e.preparing, e.class_weight, e.dtype) for fold in folds]
