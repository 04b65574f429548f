"""Whether the disk is enough for what a training writes, checked before it begins."""

from collections.abc import Sequence
from pathlib import Path

from npnet.data import Prepared
from npnet.errors import DiskFull
from npnet.experiment.resolved import ResolvedExperiment
from npnet.machine.free_space import free_space, size_text
from npnet.machine.refusals import MORE_ROOM

KEPT = 4
"""Checkpoints that lie beside each other while one is written: the last three, and the new one."""
CELL = 20
"""Bytes of a number in a table, at most about."""


def require_disk_space(experiment: ResolvedExperiment, folds: Sequence[Sequence[Prepared]], folder: Path) -> None:
    """Raise DiskFull with both figures where a training would not find room for what it writes into a folder."""
    need, free = disk_bytes(experiment, folds), free_space(folder)
    if need > free > 0:
        what = f"the training needs {size_text(need)} of the disk, {size_text(free)} are free: {folder}"
        raise DiskFull(what, MORE_ROOM)


def disk_bytes(experiment: ResolvedExperiment, folds: Sequence[Sequence[Prepared]]) -> int:
    """Bytes of the checkpoints, the weights, the history and the predictions."""
    config, cost = experiment.config, experiment.cost
    models = len(folds) * config.ensemble
    rows = sum(len(part.y) for name, part in folds[0][0].parts.items() if name != "train")
    table = rows * (3 + experiment.graph.outputs) * CELL
    history = config.epochs // config.evaluate_every * 8 * CELL
    return models * (KEPT * cost.checkpoint_bytes + 2 * cost.weights_bytes) + table + history
