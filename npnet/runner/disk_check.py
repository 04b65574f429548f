"""Room: how much of the disk a training will take, asked before it begins."""

from pathlib import Path

from npnet.errors import DiskFull
from npnet.machine.free_space import free_space, size_text
from npnet.machine.refusals import MORE_ROOM
from npnet.model.fitting import Fitting

KEPT = 4
"""Checkpoints that lie beside each other while one is written: the last three, and the new one."""
CELL = 20
"""Bytes of a number in a table, at most about."""


def require_disk_space(fitting: Fitting, folder: Path) -> None:
    """DiskFull with both figures where a training would not find room for what it writes into a folder."""
    need, free = needed(fitting), free_space(folder)
    if need > free > 0:
        what = f"the training needs {size_text(need)} of the disk, {size_text(free)} are free: {folder}"
        raise DiskFull(what, MORE_ROOM)


def needed(fitting: Fitting) -> int:
    """Bytes of the checkpoints, the weights, the history and the predictions."""
    network, slots = fitting.trainer.network, len(fitting.trainer.experiment.optimizer.slots)
    weights = network.theta.nbytes + network.state.nbytes
    state = 2 * weights + slots * network.theta.nbytes
    rows = sum(len(part.y) for name, part in fitting.data.parts.items() if name != "train")
    table = rows * (3 + fitting.network.outputs) * CELL
    history = fitting.experiment.epochs // fitting.experiment.evaluate_every * 8 * CELL
    return KEPT * state + 2 * weights + table + history
