"""Flips: `python -m tests.faults.flips` changes each byte of a checkpoint to each other value, and cuts it everywhere.

Of a small file all of them, of one of 10 MB a sample. A change that is read without a word was not detected.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from npnet.storage import tensor_file
from tests.faults.forging import checkpoint_of

SMALL, LARGE = 1_500, 10_000_000


@dataclass(frozen=True)
class Count:
    """How many files were tried, and how many of them were read as if nothing had happened."""

    tried: int
    missed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all of it and print the counts; 1 where a change was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.flips", description=__doc__)
    parser.add_argument("--samples", type=int, default=2_000, metavar="N", help="of each kind, of the large file")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    small, large = checkpoint_of(SMALL), checkpoint_of(LARGE)
    chance = random.Random(given.seed)
    positions = [chance.randrange(len(large)) for _ in range(given.samples)]
    counts = [
        counted(f"every byte to every other value, of {len(small):,} bytes", changed(small)),
        counted(f"every truncation, of {len(small):,} bytes", truncated(small)),
        counted(
            f"bytes of a sample, of {len(large):,} bytes", ((large, at, chance.randrange(1, 256)) for at in positions)
        ),
        counted(f"truncations of a sample, of {len(large):,} bytes", truncated(large, positions)),
    ]
    return int(any(count.missed for count in counts))


def counted(what: str, changes: Iterable[tuple[bytes, int, int]]) -> Count:
    """Try changes and print how many were detected."""
    start = time.monotonic()
    count = tried(changes)
    seconds = time.monotonic() - start
    print(f"{what}: {count.tried - count.missed:,} of {count.tried:,} detected ({seconds:.0f} s)", flush=True)
    return count


def tried(changes: Iterable[tuple[bytes, int, int]]) -> Count:
    """Read each changed file and count."""
    number = missed = 0
    for change in changes:
        missed += is_read(altered(*change))
        number += 1
    return Count(number, missed)


def altered(data: bytes, at: int, added: int) -> bytes:
    """Return a file with a number added to one of its bytes; 0 cuts the file there."""
    return data[:at] + bytes([(data[at] + added) % 256]) + data[at + 1 :] if added else data[:at]


def changed(data: bytes, added: Iterable[int] = range(1, 256)) -> Iterator[tuple[bytes, int, int]]:
    """Every byte of a file with each of some values added to it."""
    amounts = tuple(added)
    return ((data, at, amount) for at in range(len(data)) for amount in amounts)


def truncated(data: bytes, positions: Iterable[int] | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield a file cut off at every byte, or at some of them."""
    return ((data, at, 0) for at in (range(len(data)) if positions is None else positions))


def is_read(data: bytes) -> bool:
    """Whether a file is read without a word. Whatever is raised but ValueError passes: it is a crash."""
    with suppress(ValueError):
        tensor_file.parse(BytesIO(data), len(data))
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
