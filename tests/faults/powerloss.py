"""Power loss: `python -m tests.faults.powerloss` cuts trainings off from power after each of their operations.

What the disk may then hold is laid out in folders: with or without the data and the names that were not synced, or
with the last write torn. From each the training goes on, and must end in the bytes of one that had power.
"""

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

from npnet.errors import RunError
from npnet.rundir.names import CHECKPOINT
from npnet.rundir.run import RunFolder
from npnet.storage.tensor_file import parse
from tests.faults.disk import Disk, State, put
from tests.faults.forks import each, room
from tests.faults.harness import summed
from tests.faults.hindrances import Hindrance
from tests.faults.operations import Operation, Recorder
from tests.faults.seam import Call
from tests.faults.shell import OF_THE_MOMENT
from tests.faults.trainings import FILES, Training, Tree, differences, golden_of, run_in, under

Position = tuple[int, int]  # of a checkpoint: the epoch, and the batch within the next one


@dataclass(frozen=True)
class Loss:
    """What a disk may hold after a loss of power, how that came about, and the checkpoint that must then be there."""

    how: str
    state: State
    promised: int | None  # the number of the checkpoint that must be there


@dataclass
class Losses:
    """The different states in which a training can lose its power, the number of all, and the broken promises."""

    different: dict[tuple[bytes, int | None], Loss] = field(default_factory=dict)
    number: int = 0
    promises: int = 0
    broken: list[str] = field(default_factory=list)
    fleeting: list[str] = field(default_factory=list)  # what is there in the end, and might not be later
    positions: list[Position] = field(default_factory=list)


def losses_of(operations: Sequence[Operation]) -> Losses:
    """Replay what a training did, and collect what a loss of power after each operation may leave."""
    disk, losses = Disk(FILES), Losses()
    for count, operation in enumerate(operations, 1):
        if operation.name == "promise":
            _promise(disk, operation.paths[0], losses)
            continue
        disk.do(operation)
        promised = len(losses.positions) - 1 if losses.positions else None
        for how, state in disk.states():
            losses.number += 1
            loss = Loss(f"after operation {count}, {operation}: {how}", state, promised)
            losses.different.setdefault((_digest(state), promised), loss)
    losses.fleeting = [f"{name} might be lost after the end" for name in _missing(disk)]
    return losses


def _promise(disk: Disk, path: str, losses: Losses) -> None:
    losses.promises += 1
    losses.broken += [] if disk.keeps(path) else [f"{path} might be lost"]
    if path.endswith(f"/{CHECKPOINT}"):
        data = disk.seen()[path]
        assert isinstance(data, bytes)
        losses.positions.append(_position(parse(BytesIO(data), len(data))[1]))


def _position(metadata: Mapping[str, str]) -> Position:
    return int(metadata["epoch"]), int(metadata["batch"])


def newest(run: RunFolder) -> Position | None:
    """Where the newest checkpoint is that can be read; None where none can."""
    for name in run.checkpoints:
        with suppress(RunError):
            return _position(run.checkpoint(name)[1])
    return None


def _missing(disk: Disk) -> list[str]:
    """Return the files of a finished training that would not survive a loss of power."""
    synced = disk.synced()
    lasting = {name: content for name, content in disk.seen().items() if name.split("/")[-1] not in OF_THE_MOMENT}
    return [name for name, content in lasting.items() if synced.get(name, "") != content]


def _digest(state: State) -> bytes:
    whole = hashlib.sha256()
    for name, content in sorted(state.items()):
        whole.update(repr((name, content if isinstance(content, bytes) else str(content))).encode())
    return whole.digest()


def recovered(training: Training, golden: Tree, positions: Sequence[Position], loss: Loss) -> str:
    """Go on with a training from what is left of it; what is wrong then, empty where nothing is."""
    with room() as folder:
        place = Path(folder)
        put(loss.state, place)
        if loss.promised is not None:
            run, at = run_in(place), loss.promised
            if run is None or newest(RunFolder(run)) not in positions[at : at + 2]:
                return f"{loss.how}: neither the checkpoint that was promised nor the one after it can be read"
        ended = under(Call.__call__, training.go_on, place)
        wrong = f"exit code {ended.code}: {ended.stderr}" if ended.code else differences(place, golden)
        return f"{loss.how}: {wrong}" if wrong else ""


def lost(training: Training, every: int, jobs: int, hindered: Hindrance) -> Counter[str]:
    """Let a training lose its power in every way, or in each of so many, and print what came of it."""
    start = time.monotonic()
    with room() as folder:
        recorder = Recorder(Path(folder))
        with recorder.promises():
            golden = golden_of(training, Path(folder), recorder, hindered)
    losses = losses_of(recorder.operations)
    tried = list(losses.different.values())[::every]
    wrong = [text for text in each(partial(recovered, training, golden, losses.positions), tried, jobs) if text]
    good, broken = len(tried) - len(wrong), len(losses.broken)
    wrong += [*losses.broken, *losses.fleeting]
    print(f"{training.name}: {losses.number:,} states, {len(losses.different):,} of them different:", end=" ")
    print(f"{good:,} of {len(tried):,} ended in the same bytes,", end=" ")
    print(f"{losses.promises - broken} of {losses.promises} promises were kept", end=" ")
    print(f"({time.monotonic() - start:.0f} s)", *wrong[:10], sep="\n  ", flush=True)
    return Counter(states=losses.number, tried=len(tried), wrong=len(wrong))


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through the trainings; 1 where one did not end as it must."""
    total = summed(lost, __doc__ or "", arguments)
    print(f"{total['states']:,} states, {total['tried']:,} tried, {total['wrong']:,} faults")
    return int(total["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
