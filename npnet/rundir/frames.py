"""Frames: the weights of a network at many steps of its training, as a run keeps them for a replay.

While a training goes on, they are appended to frames.bin, each when it is due; `pack` makes frames.safetensors of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npnet.engine.network import Network, check_weights
from npnet.errors import RunError
from npnet.experiment.frame_plan import FramePlan
from npnet.rundir import names
from npnet.rundir.run import RunFolder
from npnet.storage import disk
from npnet.storage.row_log import Rows, opening_of, row_of, rows_in
from npnet.storage.tensor_file import Tensors, read_tensors

LARGEST = 2**34
NUMBERS = ("epoch", "batch", "step")
Array = NDArray[Any]
Metadata = dict[str, str]
INITIAL, BEST = "initial_train_loss", "best_epoch"
"""Metadata keys: the loss before training, of the first frame and the packed file; the best epoch, of the latter."""
PRECISION = 2.0**-10
"""A tensor is packed as float16 where that changes its values by at most this share of the largest of a frame."""


class Position(NamedTuple):
    """Where a frame is: complete epochs, batches of all networks after them, and the steps of the recorded one."""

    epoch: int
    batch: int
    step: int


@dataclass(frozen=True, eq=False)
class Frames:
    """Recorded weights of a run, in the order of the steps; every array has the frames in front.

    Of an ensemble they are those of the first network, of a cross-validation those of the first network of the first
    fold. `epochs` (frames,) int64 counts the complete epochs before each frame, and `steps` (frames,) int64 the updates
    of the weights; step 0 has the initial ones. `batches` (frames,) int64 is above 0 within an epoch, always the first.

    `weights` has the names and, after the frames, the shapes of weights.safetensors (a PyTorch state_dict, with the
    running statistics of batch_norm): "layers.0.weight" (frames, units, inputs) float32, "layers.0.bias" (frames,
    units). They were kept as float16.

    `history` has the columns of history.csv at each frame, (frames,) float64: "train_loss", "validation_loss", metrics,
    "learning_rate". A value that was not measured there is NaN, as within epochs; of step 0 train_loss is known.
    `best` is the index of the frame of the best epoch, None in a training that is not finished.
    """

    epochs: NDArray[np.int64]
    batches: NDArray[np.int64]
    steps: NDArray[np.int64]
    weights: Tensors
    history: dict[str, NDArray[np.float64]]
    best: int | None = None

    def __len__(self) -> int:
        return len(self.steps)

    def at(self, index: int) -> Tensors:
        """Return the weights of one frame by name, as `npnet.engine.network.set_weights` accepts them."""
        return {name: values[index] for name, values in self.weights.items()}

    def label(self, index: int) -> str:
        """Return where a frame is, as text: `step 4`, or `epoch 12` where it ends an epoch."""
        if self.batches[index] or not self.epochs[index]:
            return f"step {self.steps[index]}"
        return f"epoch {self.epochs[index]}"


def has_frames(run: RunFolder) -> bool:
    """Return whether a run has recorded frames, also while it trains."""
    return any(
        run.file(name).exists() and run.file(name).stat().st_size for name in (names.GROWING_FRAMES, names.FRAMES)
    )


def read_frames(run: RunFolder) -> Frames:
    """Return the frames of a run, also of one that still trains; raise RunError where it has none.

    Readers never lock: a frame that is being appended is left out.
    """
    if not has_frames(run):
        hint = f"npnet train {run.resolved_path} record=true repeats the training and keeps them"
        raise RunError(f"{run.id} has no recorded frames", hint)
    rows = growing(run)
    file, (tensors, metadata) = names.FRAMES, _tensors(rows) if rows else _packed_tensors(run)
    with disk.reading(run.path / file):
        return _frames(run, tensors, metadata)


def frames_of(run: RunFolder, network: Network) -> Frames:
    """Return the frames of a run for the first of its networks; raise RunError where they are of another one."""
    frames = read_frames(run)
    try:
        check_weights(network.take([0]), frames.at(0))
    except RunError as error:
        file = next(name for name in (names.FRAMES, names.GROWING_FRAMES) if run.file(name).exists())
        raise RunError(f"{run.file(file)} cannot be used: {error.message}", _without(run)) from None
    return frames


def _packed_tensors(run: RunFolder) -> tuple[Tensors, Mapping[str, str]]:
    try:
        return read_tensors(run.file(names.FRAMES))
    except RunError as error:
        raise RunError(error.message, _without(run)) from None


def _without(run: RunFolder) -> str:
    return f"npnet train {run.resolved_path} record=true repeats the training; without this file the rest is shown"


def _frames(run: RunFolder, tensors: Tensors, metadata: Mapping[str, str]) -> Frames:
    numbers = [tensors.get(name, np.empty(0)) for name in NUMBERS]
    if any(one.dtype != np.int64 or one.ndim != 1 or not len(one) for one in numbers):
        raise ValueError("it has no numbers of steps")
    if any(values.ndim < 2 or len(values) != len(numbers[0]) for values in tensors.values() if values.ndim != 1):
        raise ValueError("its tensors are not of equally many frames")
    epochs, batches, steps = numbers
    weights = {name: values.astype(np.float32) for name, values in tensors.items() if name not in NUMBERS}
    found = np.flatnonzero((batches == 0) & (epochs == int(metadata.get(BEST, -1))))
    history = _history(run, epochs, batches)
    if "train_loss" in history and INITIAL in metadata:
        history["train_loss"][steps == 0] = float(metadata[INITIAL])
    return Frames(epochs, batches, steps, weights, history, int(found[0]) if len(found) else None)


def _history(run: RunFolder, epochs: NDArray[np.int64], batches: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of history.csv after these epochs, NaN within epochs."""
    rows, history = np.where(batches == 0, epochs - 1, -1), {}
    for name, column in run.history().items():
        known = (rows >= 0) & (rows < len(column))
        if name != "epoch":
            history[name] = np.where(known, np.append(column, np.nan)[np.where(known, rows, -1)], np.nan)
    return history


def growing(run: RunFolder) -> Rows | None:
    """Return the frames that were appended so far, if there are any: rows of epoch, batch, step and weights."""
    path = run.file(names.GROWING_FRAMES)
    try:
        data = run.read(path.name, LARGEST) if path.exists() else b""
    except RunError:
        if path.exists():
            raise
        data = b""  # the training has just packed them
    return rows_in(data, NUMBERS)


def size_until(data: bytes, epoch: int, batch: int) -> int:
    """Return the bytes of the frames that are not newer than `batch` batches after an epoch."""
    rows = rows_in(data, NUMBERS)
    if rows is None:
        return 0
    newer = [tuple(numbers[:2]) > (epoch, batch) for numbers in rows.numbers.tolist()]
    count = newer.index(True) if True in newer else len(newer)
    return int(rows.ends[count - 1]) if count else 0


def packed(rows: Rows, plan: FramePlan, weights: Mapping[str, Array], best: Position) -> tuple[Tensors, Metadata]:
    """Return the content of frames.safetensors: the frames that the plan keeps, the last one, and the best epoch.

    `best` is the position of these weights, those of the best epoch. Of frames that need float32 there are fewer.
    """
    positions = [Position(*numbers) for numbers in rows.numbers.tolist()]
    last = positions[-1]
    kept = [at for at, one in enumerate(positions) if one == last or plan.keeps(one.epoch, one.batch, last.epoch)]
    numbers, tensors = rows.numbers[kept], {name: values[kept] for name, values in rows.tensors.items()}
    if best not in (positions[at] for at in kept):
        at = int(np.count_nonzero(numbers[:, -1] < best.step))
        numbers = np.insert(numbers, at, best, axis=0)
        tensors = {name: np.insert(values, at, weights[name], axis=0) for name, values in tensors.items()}
    narrow = {name: _narrowed(values) for name, values in tensors.items()}
    smaller = plan.of_larger(-(-sum(values.nbytes for values in narrow.values()) // len(numbers)))
    if smaller.capacity < min(plan.capacity, len(numbers)):
        return packed(rows, smaller, weights, best)
    return _columns(numbers) | narrow, rows.metadata | {BEST: str(best.epoch)}


def unpacked(run: RunFolder) -> bytes:
    """Return frames.bin of a run whose frames are packed, as the training continues from it."""
    tensors, metadata = read_tensors(run.file(names.FRAMES))
    with disk.reading(run.path / names.FRAMES):
        _frames(run, tensors, metadata)
    weights = {name: values.astype(np.float32) for name, values in tensors.items() if name not in NUMBERS}
    known = {name: text for name, text in metadata.items() if name == INITIAL}
    pieces = []
    for at, numbers in enumerate(zip(*(tensors[name].tolist() for name in NUMBERS), strict=True)):
        row = {name: values[at] for name, values in weights.items()}
        pieces.append(frame_bytes(Position(*numbers), row, None if at else known))
    return b"".join(pieces)


def frame_bytes(position: Position, weights: Mapping[str, Array], known: Metadata | None = None) -> bytes:
    """Return the bytes of a frame to append, of the first frame with what is `known` of all.

    Raise `Diverged` for a frame that is not finite.
    """
    if known is None:
        return row_of(names.GROWING_FRAMES, position, weights)
    return opening_of(names.GROWING_FRAMES, position._asdict(), weights, known)


def _tensors(rows: Rows) -> tuple[Tensors, Metadata]:
    return _columns(rows.numbers) | rows.tensors, rows.metadata


def _columns(numbers: NDArray[np.int64]) -> Tensors:
    return dict(zip(NUMBERS, np.ascontiguousarray(numbers.T), strict=True))


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Return values (frames, ...) as float16 where that is precise enough."""
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    flat = np.abs(values).reshape(len(values), -1)
    error = np.abs(half.astype(values.dtype) - values).reshape(len(values), -1)
    return half if (error.max(axis=1) <= PRECISION * flat.max(axis=1)).all() else values
