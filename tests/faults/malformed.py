"""Malformed: `python -m tests.faults.malformed` reads checkpoints that were changed and then signed again.

A hash is not a signature: who changes a file can correct its hash. So each is read, or refused with a reason, and
what is read also predicts or is refused, by `npnet predict`. Case n of a seed is always the same.
"""

import argparse
import faulthandler
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from npnet.errors import NpnetError
from npnet.rundir import names
from npnet.storage import tensor_file
from tests.cli.conftest import call
from tests.faults.forging import checkpoint_of
from tests.faults.mutants import mutant

MEMORY, SECONDS = 200_000_000, 10
REFUSED = {kind.code for kind in NpnetError.__subclasses__()}
CONFIG = """\
dataset: {table: {path: table.csv, target: kind}}
prepare: {embed_above: 2}
layers: [embedding, {linear: 3}, tanh, linear]
epochs: 2
"""


@dataclass(frozen=True)
class Ending:
    """The outcome of a case, and the broken promises; empty where there are none."""

    what: str
    broken: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read many, print how they ended; 1 where the promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.malformed", description=__doc__)
    parser.add_argument("--checkpoints", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), given.seed, range(given.first, given.first + given.checkpoints))


def run(folder: Path, seed: int, numbers: Sequence[int]) -> int:
    """Read the cases of some numbers and print how they ended."""
    weights = trained(folder)
    bases = (weights.read_bytes(), checkpoint_of(1_500))
    start, counts, failed = peak_memory(), Counter[str](), 0
    for number in numbers:
        ending = held(mutant(bases, seed, number), weights)
        counts[ending.what] += 1
        if ending.broken:
            failed += 1
            print(f"FAILED --seed {seed} --first {number} --checkpoints 1: {ending.broken}", flush=True)
    grown = peak_memory() - start
    listed = ", ".join(f"{what}: {count:,}" for what, count in sorted(counts.items()))
    print(f"{len(numbers):,} checkpoints, seed {seed}: {failed} failed; {listed}; {grown / 1e6:.0f} MB of memory more")
    return int(failed > 0 or grown > MEMORY)


def trained(folder: Path) -> Path:
    """Train a small network on a table of numbers, words, dates and gaps; the path of its weights."""
    rows = [
        f"{n % 7}.5,{['red', 'green', 'blue'][n % 3]},2024-0{n % 9 + 1}-11,{n % 5 or ''},k{n % 2}" for n in range(60)
    ]
    (folder / "table.csv").write_text("\n".join(["size,colour,day,count,kind", *rows]) + "\n")
    (folder / "small.yaml").write_text(CONFIG)
    result = call("train", folder / "small.yaml", "--run-dir", folder / "run", "--no-plots", "-q")
    assert result.code == 0, result.err
    assert call("predict", folder / "run", folder / "table.csv", "-q").code == 0
    return folder / "run" / names.WEIGHTS


def held(data: bytes, weights: Path) -> Ending:
    """Read a file, then predict with it in the place of a run's weights; a hang ends the process with a traceback."""
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
    try:
        return read(data) or predicted(data, weights)
    finally:
        faulthandler.cancel_dump_traceback_later()


def read(data: bytes) -> Ending | None:
    """How reading ended; None where it gave what the file holds."""
    try:
        tensors, _ = tensor_file.parse(BytesIO(data), len(data))
    except ValueError:
        return Ending("refused by the reader")
    except Exception as error:
        return Ending("crashed", f"{type(error).__name__}: {error}")
    values = len(data) - 8 - int.from_bytes(data[:8], "little")
    taken = sum(array.nbytes for array in tensors.values())
    return None if taken == values else Ending("read too far", f"{taken} bytes of {values}")


def predicted(data: bytes, weights: Path) -> Ending:
    """How `npnet predict` ended with these weights."""
    weights.write_bytes(data)
    result = call("predict", weights.parent, weights.parent.parent / "table.csv", "--proba", "-q")
    lines = [line for line in result.err.splitlines() if not line.startswith("npnet: warning: ")]
    if result.code == 0:
        return Ending("predicted")
    if result.code not in REFUSED or not lines or not lines[0].startswith("npnet: error: "):
        return Ending("crashed", f"npnet predict: exit code {result.code}: {result.err.strip()[-300:]}")
    return Ending(f"exit code {result.code}")


def peak_memory() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
