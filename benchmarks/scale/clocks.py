"""Two clocks: the one on the wall, and the processor's, which others who work on the machine hardly change."""

import resource
import time
from collections.abc import Callable

Clock = Callable[[], float]


def processor() -> float:
    """Seconds that a processor has worked for this process, and for those that it started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


CLOCKS: dict[str, Clock] = {"wall": time.time, "processor": processor}


def least(step: Callable[[], object], clock: Clock, rounds: int = 3) -> float:
    """Seconds that a step takes: the least of some rounds, for what else a machine does only adds."""
    found = []
    for _ in range(rounds):
        began = clock()
        step()
        found.append(clock() - began)
    return min(found)
