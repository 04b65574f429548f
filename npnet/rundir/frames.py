"""Frames: the weights of a network at many steps of its training, as a run keeps them for a replay.

While a training goes on, they are appended to frames.bin, each when it is due; `pack` makes frames.safetensors of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.experiment.frame_plan import FramePlan
from npnet.rundir import names
from npnet.rundir.run import Run
from npnet.storage import disk
from npnet.storage.tensor_file import Tensors, read_tensors
from npnet.storage.tensor_log import Record, record_of, records_in

LARGEST, LONGEST = 2**34, 18  # bytes of a file of frames, and digits of a number
NUMBERS = ("epoch", "batch", "step")
INITIAL, BEST = "initial_train_loss", "best_epoch"
"""Metadata keys: the loss before training, of the first frame and the packed file; the best epoch, of the latter."""
PRECISION = 2.0**-10
"""A tensor is packed as float16 where that changes its values by at most this share of the largest of a frame."""


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


def has_frames(run: Run) -> bool:
    """Return whether a run has recorded frames."""
    return any(run.file(name).exists() for name in (names.GROWING_FRAMES, names.FRAMES))


def read_frames(run: Run) -> Frames:
    """Return the frames of a run, also of one that still trains; raise RunError where it has none.

    Readers never lock: a frame that is being appended is left out.
    """
    if not has_frames(run):
        hint = f"npnet train {run.resolved_path} record=true repeats the training and keeps them"
        raise RunError(f"{run.id} has no frames: record is not set in its config", hint)
    if run.file(names.GROWING_FRAMES).exists() and (records := growing(run)):
        file, (tensors, metadata) = names.GROWING_FRAMES, (_stacked(records), records[0][1])
    else:
        file, (tensors, metadata) = names.FRAMES, read_tensors(run.file(names.FRAMES))
    with disk.reading(run.path / file):
        return _frames(run, tensors, metadata)


def _frames(run: Run, tensors: Tensors, metadata: Mapping[str, str]) -> Frames:
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


def _history(run: Run, epochs: NDArray[np.int64], batches: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of history.csv after these epochs, NaN within epochs."""
    rows, history = np.where(batches == 0, epochs - 1, -1), {}
    for name, column in run.history().items():
        known = (rows >= 0) & (rows < len(column))
        if name != "epoch":
            history[name] = np.where(known, np.append(column, np.nan)[np.where(known, rows, -1)], np.nan)
    return history


def growing(run: Run) -> list[Record]:
    """Return the frames that were appended so far, in order; raise RunError where they are of several networks."""
    if not run.file(names.GROWING_FRAMES).exists():
        return []
    data = run.read(names.GROWING_FRAMES, LARGEST)
    with disk.reading(run.path / names.GROWING_FRAMES):
        records = [record for record, _ in records_in(data)]
        layouts = [{name: values.shape for name, values in tensors.items()} for tensors, _ in records]
        if any(layout != layouts[0] for layout in layouts) or not all(map(_position, records)):
            raise ValueError("its frames are not of one network")
    return records


def size_until(data: bytes, epoch: int, batch: int) -> int:
    """Return the bytes of the frames that are not newer than `batch` batches after an epoch."""
    size = 0
    for record, end in records_in(data):
        if _position(record)[:2] > (epoch, batch):
            break
        size = end
    return size


def packed(records: Sequence[Record], plan: FramePlan, best: Record) -> tuple[Tensors, dict[str, str]]:
    """Return the content of frames.safetensors: the frames that the plan keeps, the last one, and the best epoch."""
    last = _position(records[-1])
    kept = {_position(one): one for one in records if plan.keeps(*_position(one)[:2], last[0])}
    kept |= {last: records[-1], _position(best): kept.get(_position(best), best)}
    tensors = _stacked([kept[position] for position in sorted(kept)])
    smaller = {name: values if name in NUMBERS else _narrowed(values) for name, values in tensors.items()}
    initial = {name: text for name, text in records[0][1].items() if name == INITIAL}
    return smaller, {BEST: str(_position(best)[0]), **initial}


def unpacked(run: Run) -> bytes:
    """Return frames.bin of a run whose frames are packed, as the training continues from it."""
    tensors, metadata = read_tensors(run.file(names.FRAMES))
    columns = {name: values.astype(np.float32) for name, values in tensors.items() if name not in NUMBERS}
    with disk.reading(run.path / names.FRAMES):
        _frames(run, tensors, metadata)
    found = []
    for index, (epoch, batch, step) in enumerate(zip(*(tensors[name].tolist() for name in NUMBERS), strict=True)):
        frame = {name: values[index] for name, values in columns.items()}
        initial = {INITIAL: metadata[INITIAL]} if index == 0 and INITIAL in metadata else {}
        found.append(frame_record(frame, epoch, batch, step, **initial))
    return b"".join(found)


def frame_record(weights: Mapping[str, NDArray[Any]], epoch: int, batch: int, step: int, **metadata: str) -> bytes:
    """Return the bytes of a frame to append; raise `Diverged` for one that is not finite."""
    tensors = {name: np.asarray(values, np.float32) for name, values in weights.items()}
    where = dict(zip(NUMBERS, map(str, (epoch, batch, step)), strict=True))
    return record_of(names.GROWING_FRAMES, tensors, where | metadata)


def _position(record: Record) -> tuple[int, int, int]:
    """Return epoch, batch and step of a frame; raise ValueError where they are not numbers."""
    epoch, batch, step = (int(record[1].get(name, "")[:LONGEST]) for name in NUMBERS)
    return epoch, batch, step


def _stacked(records: Sequence[Record]) -> Tensors:
    positions = np.array([_position(one) for one in records], np.int64)
    columns = dict(zip(NUMBERS, positions.T.copy(), strict=True))
    return {**columns, **{name: np.stack([tensors[name] for tensors, _ in records]) for name in records[0][0]}}


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Return values (frames, ...) as float16 where that is precise enough."""
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    flat = np.abs(values).reshape(len(values), -1)
    error = np.abs(half.astype(values.dtype) - values).reshape(len(values), -1)
    return half if (error.max(axis=1) <= PRECISION * flat.max(axis=1)).all() else values
