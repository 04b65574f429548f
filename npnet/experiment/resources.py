"""What a training takes of the machine: memory and disk, checked before any is allocated, and BLAS threads."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from npnet.config.loaded import Loaded
from npnet.data import Prepared
from npnet.errors import ConfigError, DiskFull
from npnet.experiment.compatibility import size_key
from npnet.experiment.resolved import ResolvedExperiment
from npnet.machine.resources import BUFFER, MORE_ROOM, SHARE, available, free_space, require_address_space, size_text

CHECKPOINTS = 4
"""Checkpoints on the disk while one is written: the last three, and the new one."""
GROWING = 6
"""Bytes of the frames on the disk, appended as float32 and packed, for each byte that they may take."""
CELL = 20
"""Bytes of a number in a table, at most about."""
HINT = "take fewer units, or a smaller batch_size"


def check_memory(experiment: ResolvedExperiment, loaded: Loaded | None = None, free: int | None = None) -> None:
    """Raise ConfigError for a training that needs over 90 % of the available memory.

    The error is at the layer of a loaded config with most parameters, then with most outputs.
    """
    free = available() if free is None else free
    need = experiment.training_bytes
    if need <= SHARE * free:
        return
    message = f"the training needs {size_text(need)}, {size_text(free)} are available"
    if loaded is None:
        raise ConfigError(message, HINT)
    steps = experiment.graph.layer_steps
    sizes = [
        (size, step.layer.shape(step.inputs).features)
        for size, step in zip(experiment.cost.by_layer, steps, strict=True)
    ]
    in_front = len(experiment.sized_layers) - len(experiment.given.layers)
    widest = max(int(steps[sizes.index(max(sizes))].name.split(".")[1]) - in_front, 0)
    hint = f"{HINT}, or a shorter text" if experiment.data.predicts_next else HINT
    raise loaded.error(size_key(loaded.experiment.layers, widest), message, hint)


def require_disk_space(experiment: ResolvedExperiment, folds: Sequence[Sequence[Prepared]], folder: Path) -> None:
    """Raise DiskFull where a folder's disk has less free space than a training writes."""
    need, free = disk_bytes(experiment, folds), free_space(folder)
    if need > free > 0:
        sizes = f"{size_text(need)} of the disk, {size_text(free)}"
        raise DiskFull(f"the training needs {sizes} are free: {folder}", MORE_ROOM)


def disk_bytes(experiment: ResolvedExperiment, folds: Sequence[Sequence[Prepared]]) -> int:
    """Return the bytes of the checkpoints, the weights, the frames, the history and the predictions."""
    e, cost = experiment.given, experiment.cost
    rows = sum(len(split.each_target.y) for name, split in folds[0][0].parts.items() if name != "train")
    table = rows * (3 + experiment.graph.outputs) * CELL
    history = e.epochs // e.evaluate_every * 8 * CELL
    frames = GROWING * e.record.max_bytes if e.record else 0
    return (
        frames
        + len(folds) * e.ensemble * (CHECKPOINTS * cost.checkpoint_bytes + 2 * cost.weights_bytes)
        + table
        + history
    )


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Limit BLAS to a number of threads; raise MachineError without memory for their buffers."""
    from threadpoolctl import threadpool_limits

    require_address_space(threads * BUFFER, f"BLAS with {threads} thread{'s' * (threads != 1)}")
    with threadpool_limits(threads, user_api="blas"):
        yield


class SharedLimit:
    """A limit shared by the threads of a process: the first sets it, the last lifts it."""

    def __init__(self, threads: int) -> None:
        self.threads, self._inside = threads, 0
        self._lock, self._limit = threading.Lock(), ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._limit.enter_context(limited(self.threads))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.close()
