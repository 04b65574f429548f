"""Time as all columns are measured: of the processor, and on the wall."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Yield what is filled at the end: `seconds` of the processor, all threads together, and those on the `wall`."""
    taken: dict[str, float] = {}
    wall, processor = perf_counter(), process_time()
    yield taken
    taken |= {"seconds": process_time() - processor, "wall": perf_counter() - wall}
